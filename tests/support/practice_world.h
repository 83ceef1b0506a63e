/* support/practice_world.h - a client of the core and practice exchanges over a network that is only
 * played.
 *
 * No socket, no thread; the clock is turned by the network.  Everything follows from the seed. */
#ifndef TEST_SUPPORT_PRACTICE_WORLD_H
#define TEST_SUPPORT_PRACTICE_WORLD_H

#include "stream/stream.h"
#include "support/practice_account.h"

#ifndef PRACTICE_WORLD_PLUGINS
#define PRACTICE_WORLD_PLUGINS NULL /* where they always are */
#endif

/* 2026-03-01T12:00:00Z */
#define PRACTICE_WORLD_NOW_NS 1772366400000000000ll

struct practice_world {
    struct cmb_clock clock;
    struct cmb_random random;
    struct cmb_vault vault;
    struct cmb_plugin *plugin;
    struct cmb_loop *loop;
    struct cmb_practice_network *network;
    struct cmb_reception *exchange;
    struct cmb_exchange *client;
    struct cmb_office office;
    struct cmb_desk *desk;
    struct cmb_stream *stream;
    struct cambist_error error;
};

/* `name` is a plugin of the build; of the settings, loop and clock are the world's. */
static inline void practice_world_open_with(struct practice_world *world, const char *name,
                                            struct cmb_practice_network_settings settings)
{
    struct cmb_plugin_rules rules = { .search_path = PRACTICE_WORLD_PLUGINS };
    memset(world, 0, sizeof *world);
    cmb_clock_init_turnable(&world->clock, PRACTICE_WORLD_NOW_NS);
    cmb_random_init_seeded(&world->random, settings.seed);
    CU_ASSERT_FATAL(cmb_vault_open(&world->vault, 64 * 1024, NULL) == CAMBIST_OK);
    CU_ASSERT_FATAL(cmb_plugin_open(name, &rules, &world->plugin, &world->error) == CAMBIST_OK);
    world->loop = cmb_loop_new(&world->clock);
    settings.loop = world->loop;
    settings.clock = &world->clock;
    world->network = cmb_practice_network_new(&settings, &world->error);
    CU_ASSERT_FATAL(world->network != NULL);
    CU_ASSERT_FATAL(cmb_practice_network_add(world->network, world->plugin, &world->error) ==
                    CAMBIST_OK);
    world->exchange = cmb_practice_network_find(world->network, name);
    world->client = practice_account_open(
        world->network, name, world->plugin, &world->vault,
        (struct cmb_exchange_settings){ .clock = &world->clock, .random = &world->random });
    cmb_office_init(&world->office, world->loop, cmb_practice_network_way(world->network));
    world->desk = cmb_desk_new(&world->office, world->client);
    world->stream = cmb_stream_new(world->desk);
    CU_ASSERT_FATAL(world->desk && world->stream);
}

static inline void practice_world_open(struct practice_world *world, const char *name,
                                       uint64_t seed)
{
    practice_world_open_with(world, name, (struct cmb_practice_network_settings){ .seed = seed });
}

static inline void practice_world_close(struct practice_world *world)
{
    cmb_stream_stop(world->stream);
    cmb_practice_network_free(world->network);
    cmb_stream_free(world->stream);
    cmb_desk_free(world->desk);
    cmb_office_clear(&world->office);
    cmb_exchange_close(world->client);
    cmb_loop_free(world->loop);
    cmb_plugin_close(world->plugin);
    cmb_vault_close(&world->vault);
}

static inline void practice_world_add_fault(struct practice_world *world, const char *fault)
{
    int status = cmb_practice_network_add_fault(world->network, fault, &world->error);
    if (status != CAMBIST_OK)
        printf("\n    %s", world->error.message);
    CU_ASSERT_FATAL(status == CAMBIST_OK);
}

/* "name=value;name=value" become the run's arguments. */
static inline void practice_world_set(struct practice_world *world, struct cmb_run *run,
                                      const char *arguments)
{
    struct cmb_text left = cmb_text_of(arguments);
    while (left.length) {
        struct cmb_text word, name;
        left = cmb_text_cut(left, ';', &word);
        struct cmb_text value = cmb_text_cut(word, '=', &name);
        CU_ASSERT(cmb_arguments_set(&run->call->arguments, name, value, CAMBIST_STRING,
                                    &world->error) == CAMBIST_OK);
    }
}

static inline void practice_world_on_done(struct cmb_run *run, void *user)
{
    (void)run;
    *(bool *)user = true;
}

/* Asks a question and plays until it is answered; the rows are then in run->call.  At most half an
 * hour of the clock's. */
static inline int practice_world_ask(struct practice_world *world, struct cmb_run *run,
                                     uint32_t operation, const char *arguments)
{
    bool is_done = false;
    int64_t until_ns = world->clock.turned_monotonic_ns + 1800000000000ll;
    cmb_run_init(run, world->desk, operation);
    practice_world_set(world, run, arguments);
    cmb_run_start(run, practice_world_on_done, &is_done);
    while (!is_done && cmb_practice_network_step(world->network, until_ns))
        continue;
    CU_ASSERT_FATAL(is_done);
    return (int)run->error.status;
}

/* Plays on for so long. */
static inline void practice_world_play_ms(struct practice_world *world, int64_t ms)
{
    cmb_practice_network_run(world->network, world->clock.turned_monotonic_ns + ms * 1000000);
}

/* ---- orders ---- */

#define PRACTICE_WORLD_FAR_ORDER "symbol=BTC/USDT;side=buy;type=limit;amount=0.01;price=30000"

/* An order that rests. */
static inline int practice_world_place(struct practice_world *world, struct cmb_run *run,
                                       const char *client_id)
{
    char arguments[256];
    snprintf(arguments, sizeof arguments, PRACTICE_WORLD_FAR_ORDER ";client_order_id=%s",
             client_id);
    return practice_world_ask(world, run, CAMBIST_OPERATION_create_order, arguments);
}

/* Asks about an order, or cancels it. */
static inline int practice_world_ask_order(struct practice_world *world, struct cmb_run *run,
                                           uint32_t operation, const char *client_id)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "symbol=BTC/USDT;client_order_id=%s", client_id);
    return practice_world_ask(world, run, operation, arguments);
}

/* A fault that strikes so often, or lasts so many seconds. */
static inline void practice_world_strike(struct practice_world *world, const char *fault,
                                         uint32_t count)
{
    int status = cmb_practice_network_strike(world->network, world->plugin->name.at, fault, count,
                                             &world->error);
    if (status != CAMBIST_OK)
        printf("\n    %s", world->error.message);
    CU_ASSERT_FATAL(status == CAMBIST_OK);
}

static inline struct cmb_ledger_order practice_world_truth(struct practice_world *world,
                                                           size_t number)
{
    struct cmb_ledger_order truth;
    CU_ASSERT_FATAL(number < cmb_ledger_order_count(world->exchange->practice));
    cmb_ledger_order(world->exchange->practice, number, &truth);
    return truth;
}

static inline const struct cmb_ledger_request *
practice_world_last_request(const struct practice_world *world)
{
    CU_ASSERT_FATAL(world->exchange->ledger->count > 0);
    return &world->exchange->ledger->requests[world->exchange->ledger->count - 1];
}

#endif
