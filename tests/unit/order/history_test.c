/* Is no order lost, doubled or guessed about, whatever happens between a client and its exchange?
 *
 *     test_order_history [SEED [SEEDS [ORDERS]]]
 *
 * Histories out of seeds: orders are placed, cancelled and changed while requests get lost on both
 * ways, answers are late, broken or wrong, and streams break; then everything works again.  A seed
 * that fails is printed, and replays the same history. */
#include "support/order_world.h"

enum { SEEDS = 60, ORDERS = 100, LIST_MOST = 4 };
#define HOUSE_RESTS_NS 60000000000ll /* the market is quiet: it is not what is tested */

static const char *const plugins[] = { "binance", "okx", "kraken", "coinbase" };
enum { PLUGINS = sizeof plugins / sizeof *plugins };

/* Each is on in half of the histories.  (Not execute-then-limit: an exchange that says a definite no
 * and does it all the same cannot be told from one that does not.) */
static const char *const faults[] = {
    "execute-then-cut:0.05", "execute-then-reset:0.05", "cut:0.05", "reset:0.05",
    "not-connected:0.05", "error:0.03", "execute-then-error:0.05", "truncate:0.05",
    "garble:0.03", "slow:0.1", "stall:0.03", "drip:0.02", "rate-limit:0.01", "cut-status:0.02",
    "reset-headers:0.02", "reset-body:0.02", "stall-body:0.01", "short-length:0.02",
    "long-length:0.02", "bad-chunks:0.02", "cut-gzip:0.02", "huge-headers:0.02", "empty:0.02",
    "interim:0.02", "redirect:0.02", "forbid:0.02", "retry-garbage:0.01",
    "unknown:0.03", "execute-then-unknown:0.03", "late:0.05",
    "late-cut:0.05", "external:0.03", "history-twice:0.1", "fill-before-cancel:0.1",
    "fill-then-cancel:0.1", "cancel-then-refuse:0.1", "cancel-late:0.1", "cancel-vain:0.1", "mixed-list:0.2", "cut-list:0.1",
    "edit-half:0.1", "edit-half-cut:0.1", "queries-lag", "closed-by-id-only", "limits",
    "clock-drift", "refuse-upgrade:0.2", "stall-upgrade:0.1", "cut-stream:0.01",
    "gap@watch_orders:0.1", "duplicate@watch_orders:0.1", "reorder@watch_orders:0.05",
    "gap@watch_my_trades:0.1", "duplicate@watch_my_trades:0.1", "fill-first:0.1",
    "fill-twice:0.1", "fill-late:0.1", "key-dies:0.1", "key-expires:0.1", "mute:0.05",
    "half-open:0.05", "short-life",
};
/* What an exchange does with a client id that it has seen before; the first is its own rule. */
static const char *const rules[] = { NULL, "ids-among-open", "ids-any", "ids-last-wins" };
enum { RULES = sizeof rules / sizeof *rules };
enum { FAULTS = sizeof faults / sizeof *faults };

static const enum cmb_journal_mode modes[] = { CMB_JOURNAL_POWER, CMB_JOURNAL_PROCESS,
                                               CMB_JOURNAL_OFF };
enum { MODES = sizeof modes / sizeof *modes };

static struct order_world world;
static struct cmb_random dice;
static uint64_t first_seed = 1, seeds = SEEDS;
static unsigned orders = ORDERS;

static uint64_t draw(uint64_t below)
{
    return cmb_random_number(&dice) % below;
}

/* What was played, so that one sees that it was: over all histories. */
static struct {
    uint64_t asked, lists, unknown, executed, fills, kills, late, struck;
} played;

/* ---- what an asker does ---- */

static void write_order(char arguments[ORDER_WORLD_TEXT])
{
    static const char *const sides[] = { "buy", "sell" };
    unsigned side = (unsigned)draw(2);
    if (draw(4) == 0)
        snprintf(arguments, ORDER_WORLD_TEXT, "symbol=BTC/USDT;side=%s;type=market;amount=0.0%u",
                 sides[side], 1 + (unsigned)draw(5));
    else
        snprintf(arguments, ORDER_WORLD_TEXT,
                 "symbol=BTC/USDT;side=%s;type=limit;amount=0.0%u;price=%u", sides[side],
                 1 + (unsigned)draw(5), (side ? 66800 : 66400) + (unsigned)draw(1000));
}

static bool has_lists(void)
{
    const struct cmb_plugin *plugin = world.practice.plugin;
    uint32_t first = plugin->first_endpoints[CAMBIST_OPERATION_create_orders];
    return first < plugin->endpoint_count &&
           (!plugin->endpoints[first].row->kinds ||
            plugin->endpoints[first].row->kinds & CAMBIST_KIND_SPOT);
}

static void place(void)
{
    char items[LIST_MOST][ORDER_WORLD_TEXT];
    uint32_t count = has_lists() && draw(6) == 0 ? 2 + (uint32_t)draw(LIST_MOST - 1) : 1;
    for (uint32_t i = 0; i < count; i++)
        write_order(items[i]);
    played.lists += count > 1;
    if (count > 1)
        order_world_begin_list(&world, CAMBIST_OPERATION_create_orders, items, count);
    else
        order_world_begin(&world, CAMBIST_OPERATION_create_order, items[0]);
}

struct pick {
    uint64_t skip;
    const struct cmb_order *order;
};

static bool pick_order(const struct cmb_order *order, void *user)
{
    struct pick *pick = user;
    if (cmb_order_is_over(order))
        return true;
    pick->order = order;
    return pick->skip-- > 0;
}

static void change(void)
{
    char arguments[400], amount[CMB_DECIMAL_TEXT_SIZE];
    struct pick pick = { .skip = draw(8) };
    cmb_orders_each(world.orders, pick_order, &pick);
    if (!pick.order)
        return;
    if (draw(3)) {
        snprintf(arguments, sizeof arguments, "symbol=BTC/USDT;client_order_id=%s",
                 pick.order->client_id);
        order_world_begin(&world, CAMBIST_OPERATION_cancel_order, arguments);
        return;
    }
    if (!pick.order->price.is_set || pick.order->type != CAMBIST_TYPE_LIMIT)
        return;
    size_t digits = cmb_decimal_format(&pick.order->amount, amount);
    amount[digits - 1] = (char)('1' + draw(9));
    snprintf(arguments, sizeof arguments,
             "symbol=BTC/USDT;client_order_id=%s;type=limit;side=%s;amount=%.20s;price=%u",
             pick.order->client_id, pick.order->side == CAMBIST_SIDE_BUY ? "buy" : "sell", amount,
             60000 + (unsigned)draw(1000));
    order_world_begin(&world, CAMBIST_OPERATION_edit_order, arguments);
}

/* ---- a history ---- */

static void count_history(void)
{
    const struct cmb_engine *engine = order_world_engine(&world);
    played.asked += world.asked;
    played.unknown += world.endings[CAMBIST_OUTCOME_UNKNOWN];
    played.executed += engine->order_count;
    played.fills += engine->fill_count;
    played.kills += (uint64_t)world.deaths;
    played.late += world.late;
    for (uint32_t fault = 1; fault < CMB_FAULT_COUNT; fault++)
        played.struck += cmb_practice_network_struck(world.practice.network, fault);
}

static void add_faults(uint64_t seed)
{
    const char *rule = rules[seed / PLUGINS % RULES];
    if (rule)
        practice_world_add_fault(&world.practice, rule);
    for (size_t i = 0; i < FAULTS; i++)
        if (draw(2))
            practice_world_add_fault(&world.practice, faults[i]);
}

static bool count_unknown(const struct cmb_order *order, void *user)
{
    *(unsigned *)user += order->life <= CAMBIST_LIFE_UNKNOWN || order->pending;
    return true;
}

static bool is_unknown(void)
{
    unsigned unknown = 0;
    cmb_orders_each(world.orders, count_unknown, &unknown);
    return unknown > 0;
}

static bool has_open(void)
{
    return cmb_orders_open(world.orders) > 0;
}

/* At most some days of the clock's: where an exchange allows a question in six seconds, a hundred
 * orders take hours. */
static void play_while(bool (*is_so)(void))
{
    for (int i = 0; i < 50000 && is_so(); i++)
        order_world_play_ms(&world, 5000);
}

static bool cancel(const struct cmb_order *order, void *user)
{
    char arguments[400];
    (void)user;
    if (cmb_order_is_over(order) || order->pending)
        return true;
    snprintf(arguments, sizeof arguments, "symbol=BTC/USDT;client_order_id=%s", order->client_id);
    return order_world_begin(&world, CAMBIST_OPERATION_cancel_order, arguments);
}

/* Everything works again: what is unknown becomes known, and what is open can be cancelled. */
static void calm_down(void)
{
    cmb_practice_network_clear_faults(world.practice.network);
    order_world_play_ms(&world, 60000);
    play_while(is_unknown);
    for (int i = 0; i < 100 && has_open(); i++) {
        cmb_orders_each(world.orders, cancel, NULL);
        order_world_play_ms(&world, 30000);
    }
}

/* Answers whether all is right at the end, and what was told on the way, as a hash. */
static bool play(uint64_t seed, uint64_t *ret_hash)
{
    order_world_open(&world, plugins[seed % PLUGINS], seed, modes[seed % MODES]);
    world.practice.exchange->practice->engine->rest_ns = HOUSE_RESTS_NS;
    cmb_random_init_seeded(&dice, seed * 31);
    order_world_play_ms(&world, 3000);
    add_faults(seed);
    for (unsigned i = 0; i < orders; i++) {
        place();
        if (draw(2))
            change();
        order_world_play_ms(&world, (int64_t)draw(draw(10) ? 400 : 20000));
        if (world.mode != CMB_JOURNAL_OFF && draw(orders / 4) == 0)
            order_world_kill(&world, world.mode == CMB_JOURNAL_POWER, draw(UINT32_MAX));
    }
    calm_down();
    bool is_right = order_world_is_right(&world);
    *ret_hash = world.events_hash;
    count_history();
    if (!is_right)
        printf("\n    %s, seed %llu: test_order_history %llu 1 %u", plugins[seed % PLUGINS],
               (unsigned long long)seed, (unsigned long long)seed, orders);
    order_world_close(&world);
    return is_right;
}

static void nothing_is_lost_doubled_or_guessed(void)
{
    uint64_t wrong = 0, hash;
    for (uint64_t seed = first_seed; seed < first_seed + seeds; seed++)
        wrong += !play(seed, &hash);
    printf("\n    %llu histories: %llu questions (%llu lists), %llu without a known end, %llu "
           "orders executed, %llu fills, %llu processes killed, %llu faults, %llu late news ",
           (unsigned long long)seeds, (unsigned long long)played.asked,
           (unsigned long long)played.lists, (unsigned long long)played.unknown,
           (unsigned long long)played.executed, (unsigned long long)played.fills,
           (unsigned long long)played.kills, (unsigned long long)played.struck,
           (unsigned long long)played.late);
    ASSERT_NUMBER(wrong, 0);
    CU_ASSERT(played.unknown > 0 && played.struck > 0 && played.fills > 0);
}

static void one_seed_is_one_history(void)
{
    for (uint64_t seed = first_seed; seed < first_seed + seeds / 10 + 1; seed++) {
        uint64_t once, again;
        play(seed, &once);
        play(seed, &again);
        CU_ASSERT(once == again);
    }
}

static void take_arguments(int count, char **arguments)
{
    if (count > 1)
        first_seed = strtoull(arguments[1], NULL, 10);
    if (count > 2)
        seeds = strtoull(arguments[2], NULL, 10);
    if (count > 3)
        orders = (unsigned)strtoul(arguments[3], NULL, 10);
}

TEST_SUITE_WITH(take_arguments, "order/history",
                { "nothing is lost, doubled or guessed", nothing_is_lost_doubled_or_guessed },
                { "one seed is one history", one_seed_is_one_history })
