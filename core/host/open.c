/* How do the settings become open exchanges? */
#include "host/host.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "config/credentials.h"
#include "request/known_answers.h"

enum { VAULT_BYTES = 256 * 1024, BUSY_POLL_US = 50 };

/* ---- connections ---- */

static struct cmb_pool_settings pool_settings(const struct cmb_settings_host *settings)
{
    return (struct cmb_pool_settings){
        .connector = { .connect_timeout_ms = (uint32_t)settings->connect_timeout_ms,
                       .keepalive_idle_s = (uint32_t)settings->keep_alive_idle_s,
                       .keepalive_interval_s = (uint32_t)settings->keep_alive_interval_s,
                       .keepalive_probes = (uint32_t)settings->keep_alive_probes,
                       .dns_cache_s = (uint32_t)settings->dns_cache_s,
                       .proxy = *settings->proxy ? settings->proxy : NULL,
                       .busy_poll_us = settings->busy_poll ? BUSY_POLL_US : 0 },
        .trust = { .ca_file = *settings->ca_file ? settings->ca_file : NULL },
        .connections_most = (uint32_t)settings->connections_total,
        .connections_per_origin_most = (uint32_t)settings->connections_per_host,
        .reserve = (uint32_t)settings->connections_kept_for_orders,
        .answer_timeout_ms = (uint32_t)settings->answer_timeout_ms,
        .life_most_ms = (uint32_t)settings->connection_life_s * 1000,
    };
}

static int open_branch(struct cambist *host, struct cmb_host_branch *branch, const char *ca_file,
                       struct cambist_error *error)
{
    if (branch->pool)
        return CAMBIST_OK;
    struct cmb_pool_settings settings = pool_settings(&host->settings.host);
    if (ca_file)
        settings.trust = (struct cmb_trust_settings){ ca_file, .is_ca_file_alone = true };
    branch->pool = cmb_pool_new(host->loop, &settings, error);
    if (!branch->pool)
        return error && error->status ? (int)error->status : CAMBIST_BAD_CONFIG;
    cmb_office_init(&branch->office, host->loop, cmb_pool_network(branch->pool));
    branch->office.answer_timeout_ms = settings.answer_timeout_ms;
    branch->office.table = host->limits;
    branch->office.proxy = settings.connector.proxy;
    branch->office.is_timed = host->settings.host.metrics;
    return CAMBIST_OK;
}

/* A simulator's certificate is believed for simulated exchanges and for nothing else. */
static int find_branch(struct cambist *host, const struct cmb_settings_exchange *settings,
                       struct cmb_host_branch **ret, struct cambist_error *error)
{
    bool is_simulated = settings->environment == CMB_ENVIRONMENT_SIMULATED;
    *ret = is_simulated ? &host->simulated : &host->live;
    const char *ca_file = is_simulated && *settings->ca_file ? settings->ca_file : NULL;
    return open_branch(host, *ret, ca_file, error);
}

/* ---- exchanges ---- */

/* One URL stands for all of the plugin's request servers, another one for all of its streams: where
 * it is not given, requests and streams are at one place. */
static uint32_t override_servers(const struct cmb_plugin *plugin,
                                 const struct cmb_settings_exchange *settings,
                                 struct cmb_pair *pairs)
{
    uint32_t count = 0;
    const char *stream = *settings->stream ? settings->stream : settings->rest;
    for (uint32_t i = 0; i < plugin->tables.servers.count && count < CMB_SERVERS_MOST; i++) {
        const struct cambist_server *row = CMB_ROW(plugin->tables.servers, i);
        const char *url = strncmp(row->live, "wss:", 4) == 0 ? stream : settings->rest;
        if (*url)
            pairs[count++] = (struct cmb_pair){ cmb_text_of(row->name), cmb_text_of(url) };
    }
    return count;
}

static int open_account(struct cambist_exchange *exchange, const struct cmb_settings_host *host,
                        const struct cmb_credentials *credentials, struct cambist_error *error)
{
    const struct cmb_settings_exchange *settings = exchange->settings;
    struct cmb_pair servers[CMB_SERVERS_MOST], secrets[CMB_CREDENTIALS_MOST];
    for (size_t i = 0; i < credentials->count; i++)
        secrets[i] = (struct cmb_pair){ cmb_text_of(credentials->rows[i].name),
                                        cmb_secret_reveal(credentials->rows[i].value) };
    struct cmb_exchange_settings opening = {
        .name = cmb_text_of(settings->name),
        .environment = (uint32_t)settings->environment,
        .receive_window_ms = (uint32_t)settings->receive_window_ms,
        .limits = cmb_text_of(settings->limits),
        .kind = (uint32_t)(settings->kinds & (0 - settings->kinds)),
        .kinds = (uint32_t)settings->kinds,
        .is_key_cached = host->key_cache,
        .servers = servers,
        .server_count = override_servers(exchange->plugin, settings, servers),
        .credentials = secrets,
        .credential_count = (uint32_t)credentials->count,
    };
    return cmb_exchange_open(exchange->plugin, &exchange->host->vault, &opening,
                             &exchange->exchange, error);
}

static int open_with_credentials(struct cambist_exchange *exchange,
                                 const struct cmb_settings_host *host, struct cambist_error *error)
{
    struct cmb_credentials credentials = { 0 };
    const char *source = exchange->settings->credentials;
    int status = *source ? cmb_credentials_read(&credentials, &exchange->host->vault, source, error)
                         : CAMBIST_OK;
    if (status == CAMBIST_OK)
        status = open_account(exchange, host, &credentials, error);
    cmb_credentials_clear(&credentials);
    return status;
}

/* The plugin of an earlier section, if it is the one that is wanted: tables are only read. */
static struct cmb_plugin *find_plugin(const struct cambist *host,
                                      const struct cmb_settings_exchange *settings)
{
    const char *pin = settings->plugin_sha256;
    for (size_t i = 0; i < host->exchange_count; i++) {
        struct cambist_exchange *other = &host->exchanges[i];
        if (other->plugin && strcmp(other->settings->plugin, settings->plugin) == 0 &&
            (!*pin || strcasecmp(pin, other->plugin->sha256) == 0))
            return other->plugin;
    }
    return NULL;
}

static int open_plugin(struct cambist_exchange *exchange, struct cambist_error *error)
{
    struct cambist *host = exchange->host;
    const char *pin = exchange->settings->plugin_sha256;
    struct cmb_plugin_rules rules = { .search_path = host->settings.host.plugin_path,
                                      .sha256 = *pin ? pin : NULL };
    exchange->plugin = find_plugin(host, exchange->settings);
    exchange->shares_plugin = exchange->plugin != NULL;
    if (exchange->plugin)
        return CAMBIST_OK;
    int status = cmb_plugin_open(exchange->settings->plugin, &rules, &exchange->plugin, error);
    return status == CAMBIST_OK ? cmb_known_answers_check(exchange->plugin, &host->vault, error)
                                : status;
}

static int open_exchange(struct cambist *host, const struct cmb_settings_exchange *settings,
                         struct cambist_exchange *exchange, struct cambist_error *error)
{
    struct cmb_host_branch *branch;
    exchange->host = host;
    exchange->settings = settings;
    int status = open_plugin(exchange, error);
    if (status == CAMBIST_OK)
        status = open_with_credentials(exchange, &host->settings.host, error);
    if (status == CAMBIST_OK)
        status = find_branch(host, settings, &branch, error);
    if (status != CAMBIST_OK)
        return status;
    exchange->desk = cmb_desk_new(&branch->office, exchange->exchange);
    if (!exchange->desk)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for an exchange"));
    cmb_desk_warm(exchange->desk, (uint32_t)host->settings.host.warm_connections);
    exchange->stream = cmb_stream_new(exchange->desk);
    if (!exchange->stream)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a stream"));
    return CAMBIST_OK;
}

int cmb_host_open_exchanges(struct cambist *host, struct cambist_error *error)
{
    size_t count = host->settings.exchange_count;
    host->exchanges = cmb_calloc(count + 1, sizeof *host->exchanges);
    if (!host->exchanges)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for the exchanges"));
    int status = cmb_vault_open(&host->vault, VAULT_BYTES, error);
    if (status == CAMBIST_OK && count && host->settings.host.shared_limits)
        status = cmb_limit_table_open(NULL, cmb_clock_monotonic_ns(&cmb_clock_system),
                                      &host->limits, error);
    for (size_t i = 0; i < count && status == CAMBIST_OK; i++) {
        const struct cmb_settings_exchange *settings = &host->settings.exchanges[i];
        if (settings->enabled)
            status = open_exchange(host, settings, &host->exchanges[host->exchange_count++], error);
    }
    return status;
}

void cmb_host_close_pools(struct cambist *host)
{
    for (size_t i = 0; i < host->exchange_count; i++)
        cmb_stream_stop(host->exchanges[i].stream);
    cmb_pool_free(host->live.pool);
    cmb_pool_free(host->simulated.pool);
}

void cmb_host_close_exchanges(struct cambist *host)
{
    for (size_t i = 0; i < host->exchange_count; i++) {
        cmb_questions_clear(&host->exchanges[i]);
        cmb_stream_free(host->exchanges[i].stream);
        cmb_desk_free(host->exchanges[i].desk);
        cmb_exchange_close(host->exchanges[i].exchange);
    }
    for (size_t i = 0; i < host->exchange_count; i++)
        if (!host->exchanges[i].shares_plugin)
            cmb_plugin_close(host->exchanges[i].plugin);
    cmb_office_clear(&host->live.office);
    cmb_office_clear(&host->simulated.office);
    cmb_limit_table_close(host->limits);
    free(host->exchanges);
    cmb_vault_close(&host->vault);
}
