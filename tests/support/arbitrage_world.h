/* support/arbitrage_world.h - two practice exchanges over a network that is only played, and a trade
 * between them.
 *
 * One of them is dearer: its house leans.  Between the moment at which orders leave and the one at
 * which they arrive a test may do something to a book: that is how legs end otherwise. */
#ifndef TEST_SUPPORT_ARBITRAGE_WORLD_H
#define TEST_SUPPORT_ARBITRAGE_WORLD_H

#include "arbitrage/trade.h"
#include "order/way.h"
#include "support/decimal.h"
#include "support/practice_account.h"

/* 2026-03-01T12:00:00Z */
#define ARBITRAGE_WORLD_NOW_NS 1772366400000000000ll

enum { ARBITRAGE_WORLD_EVENTS = 256 };

struct arbitrage_world;

/* One exchange: what a client has of it, and the exchange itself. */
struct arbitrage_side {
    struct arbitrage_world *world;
    const char *name;
    uint32_t number;
    struct cmb_plugin *plugin;
    struct cmb_exchange *client;
    struct cmb_desk *desk;
    struct cmb_stream *stream;
    struct cmb_orders *orders;
    struct cmb_engine *engine;
    int64_t before[CMB_ENGINE_CURRENCIES]; /* what the account had */
};

struct arbitrage_world {
    struct cmb_clock clock;
    struct cmb_random random;
    struct cmb_vault vault;
    struct cmb_loop *loop;
    struct cmb_practice_network *network;
    struct cmb_office office;
    struct arbitrage_side sides[2];
    struct cmb_orders *accounts[2];
    struct cmb_journal *journal;
    struct cmb_recovery recovery;
    struct cmb_trade *trade;
    struct cambist_error error;
    uint32_t told[16];                  /* by tiding */
    struct cambist_execution last;      /* that was told; texts live in the world */
    char reason[256];
    void (*on_sent)(struct arbitrage_world *world); /* orders have left, and not arrived */
    void (*on_settled)(struct arbitrage_world *world); /* `last` is what was told */
};

/* ---- telling ---- */

static inline void arbitrage_world_on_event(const struct cambist_arbitrage_event *event, void *user)
{
    struct arbitrage_world *world = user;
    world->told[event->tiding]++;
    if (event->execution)
        world->last = *event->execution;
    if (event->reason)
        snprintf(world->reason, sizeof world->reason, "%s", event->reason);
    if (event->tiding == CAMBIST_ARBITRAGE_SENT && world->on_sent)
        world->on_sent(world);
    if (event->tiding == CAMBIST_ARBITRAGE_SETTLED && world->on_settled)
        world->on_settled(world);
}

static inline void arbitrage_world_on_order(const struct cmb_order_event *event, void *user)
{
    struct arbitrage_side *side = user;
    if (event->order && side->world->trade)
        cmb_trade_note_order(side->world->trade, side->number, event->order->client_id,
                             event->tiding == CMB_ORDER_FILLED ? event->trade : NULL);
}

/* ---- opening ---- */

static inline void arbitrage_world_open_client(struct arbitrage_world *world,
                                               struct arbitrage_side *side)
{
    side->client = practice_account_open(
        world->network, side->name, side->plugin, &world->vault,
        (struct cmb_exchange_settings){ .clock = &world->clock, .random = &world->random });
    side->desk = cmb_desk_new(&world->office, side->client);
    side->stream = cmb_stream_new(side->desk);
    CU_ASSERT_FATAL(side->desk && side->stream);
}

static inline void arbitrage_world_add(struct arbitrage_world *world, uint32_t number,
                                       const char *plugin)
{
    struct cmb_plugin_rules rules = { .search_path = NULL };
    struct arbitrage_side *side = &world->sides[number];
    *side = (struct arbitrage_side){ .world = world, .name = plugin, .number = number };
    CU_ASSERT_FATAL(cmb_plugin_open(plugin, &rules, &side->plugin, &world->error) == CAMBIST_OK);
    CU_ASSERT_FATAL(cmb_practice_network_add(world->network, side->plugin, &world->error) ==
                    CAMBIST_OK);
    side->engine = cmb_practice_network_find(world->network, plugin)->practice->engine;
}

static inline void arbitrage_world_open_orders(struct arbitrage_world *world)
{
    struct cmb_journal_settings journal = { .folder = "", .mode = CMB_JOURNAL_OFF,
                                            .loop = world->loop, .on_record = cmb_recovery_take,
                                            .user = &world->recovery };
    for (int i = 0; i < 2; i++) {
        struct arbitrage_side *side = &world->sides[i];
        struct cmb_orders_settings settings = { .desk = side->desk, .stream = side->stream,
                                                .on_event = arbitrage_world_on_order,
                                                .user = side };
        world->accounts[i] = side->orders = cmb_orders_new(&settings);
        CU_ASSERT_FATAL(side->orders != NULL);
    }
    cmb_recovery_init(&world->recovery, world->accounts, 2);
    CU_ASSERT_FATAL(cmb_journal_open(&journal, &world->journal, &world->error) == CAMBIST_OK);
    CU_ASSERT_FATAL(cmb_recovery_end(&world->recovery, world->journal, &world->random,
                                     &world->error) == CAMBIST_OK);
    for (int i = 0; i < 2; i++) {
        cmb_orders_start(world->accounts[i]);
        cmb_orders_listen(world->accounts[i]);
    }
}

/* The second exchange is dearer by `lean_ppm` from the first move of its house on. */
static inline void arbitrage_world_lean(struct arbitrage_world *world, int64_t lean_ppm)
{
    int market = cmb_engine_find_market(CMB_TEXT("BTC/USDT"));
    world->sides[1].engine->markets[market].lean_ppm = lean_ppm;
}

static inline void arbitrage_world_open(struct arbitrage_world *world, const char *first,
                                        const char *second, uint64_t seed)
{
    memset(world, 0, sizeof *world);
    cmb_clock_init_turnable(&world->clock, ARBITRAGE_WORLD_NOW_NS);
    cmb_random_init_seeded(&world->random, seed);
    CU_ASSERT_FATAL(cmb_vault_open(&world->vault, 64 * 1024, NULL) == CAMBIST_OK);
    world->loop = cmb_loop_new(&world->clock);
    struct cmb_practice_network_settings settings = { .seed = seed, .loop = world->loop,
                                                      .clock = &world->clock };
    world->network = cmb_practice_network_new(&settings, &world->error);
    CU_ASSERT_FATAL(world->network != NULL);
    cmb_office_init(&world->office, world->loop, cmb_practice_network_way(world->network));
    arbitrage_world_add(world, 0, first);
    arbitrage_world_add(world, 1, second);
    for (int i = 0; i < 2; i++)
        arbitrage_world_open_client(world, &world->sides[i]);
    arbitrage_world_open_orders(world);
}

static inline void arbitrage_world_close(struct arbitrage_world *world)
{
    if (world->trade)
        cmb_trade_stop(world->trade);
    for (int i = 0; i < 2; i++) {
        cmb_orders_stop(world->sides[i].orders);
        cmb_stream_stop(world->sides[i].stream);
    }
    cmb_practice_network_free(world->network);
    cmb_trade_free(world->trade);
    for (int i = 0; i < 2; i++)
        cmb_orders_free(world->sides[i].orders);
    cmb_journal_close(world->journal);
    cmb_recovery_clear(&world->recovery);
    for (int i = 0; i < 2; i++) {
        cmb_stream_free(world->sides[i].stream);
        cmb_desk_free(world->sides[i].desk);
        cmb_exchange_close(world->sides[i].client);
        cmb_plugin_close(world->sides[i].plugin);
    }
    cmb_office_clear(&world->office);
    cmb_loop_free(world->loop);
    cmb_vault_close(&world->vault);
}

/* ---- playing ---- */

static inline void arbitrage_world_play_ms(struct arbitrage_world *world, int64_t ms)
{
    cmb_practice_network_run(world->network, world->clock.turned_monotonic_ns + ms * 1000000);
}

static inline void arbitrage_world_on_done(struct cmb_run *run, void *user)
{
    (void)run;
    *(bool *)user = true;
}

/* Asks and plays until it is answered. */
static inline void arbitrage_world_ask(struct arbitrage_world *world, struct arbitrage_side *side,
                                       struct cmb_run *run, uint32_t operation, const char *symbol)
{
    bool is_done = false;
    int64_t until_ns = world->clock.turned_monotonic_ns + 60000000000ll;
    cmb_run_init(run, side->desk, operation);
    if (symbol)
        run->call->arguments.values[CAMBIST_ARGUMENT_symbol] = cmb_text_of(symbol);
    cmb_run_start(run, arbitrage_world_on_done, &is_done);
    while (!is_done && cmb_practice_network_step(world->network, until_ns))
        continue;
    if (run->error.status)
        printf("\n    %s", run->error.message);
    CU_ASSERT_FATAL(is_done && run->error.status == CAMBIST_OK);
}

static inline void arbitrage_world_load(struct arbitrage_world *world, struct arbitrage_side *side)
{
    struct cmb_run *run = cmb_run_new();
    struct cambist_decimal fee = decimal("0.001"); /* what the engine takes */
    struct cmb_trade_account account = { side->name, side->desk, side->stream, side->orders };
    uint32_t number;
    arbitrage_world_ask(world, side, run, CAMBIST_OPERATION_fetch_order_book, "BTC/USDT");
    CU_ASSERT_FATAL(cmb_trade_add_account(world->trade, &account, &number, NULL) == CAMBIST_OK);
    const struct cambist_market *market =
        cmb_markets_find(side->client->markets, CMB_TEXT("BTC/USDT"), CAMBIST_KIND_SPOT);
    CU_ASSERT_FATAL(market != NULL);
    CU_ASSERT(cmb_trade_add_market(world->trade, number, market, &fee, NULL) == CAMBIST_OK);
    arbitrage_world_ask(world, side, run, CAMBIST_OPERATION_fetch_balance, NULL);
    cmb_trade_clear_balances(world->trade, number);
    for (uint32_t i = 0; i < run->call->row_count; i++)
        cmb_trade_set_balance(world->trade, number,
                              &((const struct cambist_balance *)(const void *)run->call->rows)[i]);
    cmb_run_free(run);
}

/* Begins to trade: at most `cost_most` of quote at once, with an edge of 10 basis points. */
static inline int arbitrage_world_begin(struct arbitrage_world *world,
                                        struct cmb_trade_settings settings, const char *cost_most)
{
    settings.loop = world->loop;
    settings.on_event = arbitrage_world_on_event;
    settings.user = world;
    settings.rules.age_most_ns = 1000000000;
    settings.rules.edge_least_ppm = 1000;
    settings.rules.cost_most = decimal(cost_most);
    world->trade = cmb_trade_new(&settings);
    CU_ASSERT_FATAL(world->trade != NULL);
    for (int i = 0; i < 2; i++) {
        struct arbitrage_side *side = &world->sides[i];
        arbitrage_world_load(world, side);
        for (int currency = 0; currency < CMB_ENGINE_CURRENCIES; currency++)
            side->before[currency] = side->engine->balances[CMB_CUSTOMER][currency].free +
                                     side->engine->balances[CMB_CUSTOMER][currency].used;
    }
    return cmb_trade_start(world->trade, &world->error);
}

/* ---- the truth ---- */

/* How much more of a currency the account has at both exchanges together than it had. */
static inline struct cambist_decimal arbitrage_world_gain(const struct arbitrage_world *world,
                                                          const char *currency)
{
    int number = cmb_engine_find_currency(currency);
    int64_t gain = 0;
    for (int i = 0; i < 2; i++) {
        const struct arbitrage_side *side = &world->sides[i];
        gain += side->engine->balances[CMB_CUSTOMER][number].free +
                side->engine->balances[CMB_CUSTOMER][number].used - side->before[number];
    }
    struct cambist_decimal value = { 0 };
    cmb_decimal_of_scaled(gain, CMB_ENGINE_SCALE, &value);
    return value;
}

#endif
