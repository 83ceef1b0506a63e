/* support/practice_client.h - a client of the core and a simulator, over loopback.
 *
 * Plain sockets, the machine's clock; loops are bounded and turn on real events. */
#ifndef TEST_SUPPORT_PRACTICE_CLIENT_H
#define TEST_SUPPORT_PRACTICE_CLIENT_H

#include "simulator/simulator.h"
#include "stream/stream.h"
#include "support/test.h"

struct practice_client {
    struct cmb_vault vault;
    struct cmb_plugin *plugin;
    struct cmb_simulator *simulator;
    struct cmb_exchange *exchange;
    struct cmb_loop *loop;
    struct cmb_pool *pool;
    struct cmb_office office;
    struct cmb_desk *desk;
    struct cmb_stream *stream;
    struct cmb_run *run;
    bool is_done;
    struct cambist_error error;
    char stream_url[64];
};

/* ws://127.0.0.1:port, as the http URL. */
static inline void practice_client_open_exchange(struct practice_client *client)
{
    const struct cambist_plugin *tables = &client->plugin->tables;
    const char *url = cmb_simulator_url(client->simulator, client->plugin->name.at);
    struct cmb_pair servers[CMB_SERVERS_MOST], secrets[8];
    struct cmb_exchange_settings settings = { .environment = CMB_ENVIRONMENT_SIMULATED,
                                              .servers = servers, .credentials = secrets };
    snprintf(client->stream_url, sizeof client->stream_url, "ws%s", url + 4);
    for (uint32_t i = 0; i < tables->servers.count; i++) {
        bool is_stream = strncmp(tables->servers.rows[i].live, "wss:", 4) == 0;
        servers[settings.server_count++] =
            (struct cmb_pair){ cmb_text_of(tables->servers.rows[i].name),
                               cmb_text_of(is_stream ? client->stream_url : url) };
    }
    for (uint32_t i = 0; i < tables->credentials.count && i < 8; i++) {
        const char *name = tables->credentials.rows[i].name;
        secrets[settings.credential_count++] = (struct cmb_pair){
            cmb_text_of(name), cmb_text_of(cmb_simulator_credential(
                                   client->simulator, client->plugin->name.at, name)) };
    }
    CU_ASSERT_FATAL(cmb_exchange_open(client->plugin, &client->vault, &settings, &client->exchange,
                                      &client->error) == CAMBIST_OK);
}

static inline void practice_client_open(struct practice_client *client, const char *name)
{
    struct cmb_plugin_rules rules = { 0 };
    memset(client, 0, sizeof *client);
    CU_ASSERT_FATAL(cmb_vault_open(&client->vault, 256 * 1024, NULL) == CAMBIST_OK);
    CU_ASSERT_FATAL(cmb_plugin_open(name, &rules, &client->plugin, &client->error) == CAMBIST_OK);
    client->simulator = cmb_simulator_new(
        &(struct cmb_simulator_settings){ .seed = 5, .is_plain = true }, &client->error);
    CU_ASSERT_FATAL(client->simulator != NULL);
    CU_ASSERT_FATAL(cmb_simulator_add(client->simulator, client->plugin, 0, &client->error) ==
                    CAMBIST_OK);
    CU_ASSERT_FATAL(cmb_simulator_start(client->simulator, &client->error) == CAMBIST_OK);
    practice_client_open_exchange(client);
    client->loop = cmb_loop_new(&cmb_clock_system);
    client->pool = cmb_pool_new(client->loop, &(struct cmb_pool_settings){ 0 }, NULL);
    cmb_office_init(&client->office, client->loop, cmb_pool_network(client->pool));
    client->desk = cmb_desk_new(&client->office, client->exchange);
    client->stream = cmb_stream_new(client->desk);
    client->run = cmb_run_new();
    CU_ASSERT_FATAL(client->stream && client->run);
}

static inline void practice_client_close(struct practice_client *client)
{
    cmb_stream_stop(client->stream);
    cmb_pool_free(client->pool);
    cmb_run_free(client->run);
    cmb_stream_free(client->stream);
    cmb_desk_free(client->desk);
    cmb_office_clear(&client->office);
    cmb_loop_free(client->loop);
    cmb_simulator_free(client->simulator);
    cmb_exchange_close(client->exchange);
    cmb_plugin_close(client->plugin);
    cmb_vault_close(&client->vault);
}

static inline struct cmb_listener *practice_client_listen(struct practice_client *client,
                                                          uint32_t topic, const char *symbol,
                                                          cmb_event_fn *on_event, void *user)
{
    struct cmb_arguments arguments = { 0 };
    if (symbol)
        arguments.values[CAMBIST_ARGUMENT_symbol] = cmb_text_of(symbol);
    return cmb_stream_listen(client->stream, topic, &arguments, on_event, user, &client->error);
}

static inline void practice_client_on_done(struct cmb_run *run, void *user)
{
    (void)run;
    *(bool *)user = true;
}

/* Runs the loop until `condition` holds; a failure after some seconds. */
#define PRACTICE_RUN_UNTIL(client, condition)                                                      \
    do {                                                                                           \
        int64_t end_ = cmb_clock_monotonic_ns(&cmb_clock_system) + 20000000000ll;                  \
        bool is_met_ = (condition);                                                                \
        while (!is_met_ && cmb_clock_monotonic_ns(&cmb_clock_system) < end_) {                     \
            cmb_loop_run_once((client)->loop, 20);                                                 \
            is_met_ = (condition);                                                                 \
        }                                                                                          \
        CU_ASSERT(is_met_);                                                                        \
        if (!is_met_)                                                                              \
            printf("\n    %s:%d: %s: never came: %s", __FILE__, __LINE__,                          \
                   (client)->plugin->name.at, #condition);                                         \
    } while (0)

/* Asks a question: "name=value;name=value"; the rows are in client->run->call. */
static inline int practice_client_ask(struct practice_client *client, uint32_t operation,
                                      const char *arguments)
{
    struct cmb_text left = cmb_text_of(arguments);
    cmb_run_init(client->run, client->desk, operation);
    while (left.length) {
        struct cmb_text word, name;
        left = cmb_text_cut(left, ';', &word);
        struct cmb_text value = cmb_text_cut(word, '=', &name);
        CU_ASSERT(cmb_arguments_set(&client->run->call->arguments, name, value, CAMBIST_STRING,
                                    &client->error) == CAMBIST_OK);
    }
    client->is_done = false;
    cmb_run_start(client->run, practice_client_on_done, &client->is_done);
    PRACTICE_RUN_UNTIL(client, client->is_done);
    return (int)client->run->error.status;
}

#endif
