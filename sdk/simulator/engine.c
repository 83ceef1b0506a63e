/* Which markets does the practice exchange have, and what does everybody begin with? */
#include "simulator/engine.h"

#include <stdlib.h>

enum { REST_NS = 200000000 };

const char *const cmb_engine_currencies[CMB_ENGINE_CURRENCIES] = { "BTC", "ETH", "SOL", "USD",
                                                                   "USDT" };
const struct cmb_engine_rules cmb_engine_rules[CMB_ENGINE_MARKETS] = {
    { "BTC/USDT", "BTC", "USDT", NULL, CAMBIST_KIND_SPOT, 2, 6, 6000000, 200000 },
    { "ETH/USDT", "ETH", "USDT", NULL, CAMBIST_KIND_SPOT, 2, 5, 300000, 300000 },
    { "ETH/BTC", "ETH", "BTC", NULL, CAMBIST_KIND_SPOT, 5, 4, 5000, 30000 },
    { "SOL/USDT", "SOL", "USDT", NULL, CAMBIST_KIND_SPOT, 2, 3, 15000, 50000 },
    { "BTC/USD", "BTC", "USD", NULL, CAMBIST_KIND_SPOT, 2, 6, 6000000, 200000 },
    { "ETH/USD", "ETH", "USD", NULL, CAMBIST_KIND_SPOT, 2, 5, 300000, 300000 },
    { "BTC/USDT:USDT", "BTC", "USDT", "USDT", CAMBIST_KIND_SWAP, 1, 3, 600000, 400 },
    { "ETH/USDT:USDT", "ETH", "USDT", "USDT", CAMBIST_KIND_SWAP, 2, 3, 300000, 5000 },
};
/* What the customer begins with, in whole coins. */
static const int64_t endowment[CMB_ENGINE_CURRENCIES] = { 10, 100, 1000, 1000000, 1000000 };
static const int64_t one_coin = 10000000000;

int cmb_engine_find_currency(const char *code)
{
    for (int i = 0; code && i < CMB_ENGINE_CURRENCIES; i++)
        if (strcmp(cmb_engine_currencies[i], code) == 0)
            return i;
    return -1;
}

int cmb_engine_find_market(struct cmb_text symbol)
{
    for (int i = 0; i < CMB_ENGINE_MARKETS; i++)
        if (cmb_text_is(cmb_text_of(cmb_engine_rules[i].symbol), symbol))
            return i;
    return -1;
}

/* ---- life ---- */

static bool open_market(struct cmb_engine *engine, int at)
{
    struct cmb_engine_market *market = &engine->markets[at];
    market->rules = &cmb_engine_rules[at];
    market->base = cmb_engine_find_currency(market->rules->base);
    market->quote = cmb_engine_find_currency(market->rules->quote);
    market->settle = cmb_engine_find_currency(market->rules->settle);
    market->middle = market->rules->start_price;
    market->leverage = 5;
    market->bids.orders = calloc(CMB_ENGINE_BOOK_MOST, sizeof(void *));
    market->asks.orders = calloc(CMB_ENGINE_BOOK_MOST, sizeof(void *));
    market->trades = calloc(CMB_ENGINE_TRADES, sizeof *market->trades);
    market->candles = calloc(CMB_ENGINE_CANDLES, sizeof *market->candles);
    market->changes = calloc(CMB_ENGINE_CHANGES, sizeof *market->changes);
    market->pasts = calloc(CMB_ENGINE_PASTS, sizeof *market->pasts);
    if (!market->bids.orders || !market->asks.orders || !market->trades || !market->candles ||
        !market->changes || !market->pasts)
        return false;
    cmb_history_invent(engine, at);
    return true;
}

struct cmb_engine *cmb_engine_new(uint64_t seed, int64_t now_ns)
{
    struct cmb_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return NULL;
    cmb_random_init_seeded(&engine->random, seed);
    engine->now_ns = engine->moved_ns = now_ns;
    engine->rest_ns = REST_NS;
    engine->next_id = 1000001;
    engine->next_trade = 5000001;
    engine->events = calloc(CMB_ENGINE_EVENTS, sizeof *engine->events);
    for (int i = 0; i < CMB_ENGINE_CURRENCIES; i++)
        engine->balances[CMB_CUSTOMER][i].free = endowment[i] * one_coin;
    bool is_fine = engine->events != NULL;
    for (int at = 0; at < CMB_ENGINE_MARKETS && is_fine; at++)
        is_fine = open_market(engine, at);
    if (is_fine) {
        cmb_house_move(engine);
        return engine;
    }
    cmb_engine_free(engine);
    return NULL;
}

/* Orders of the house live in books only. */
static void clear_side(struct cmb_engine_side *side)
{
    for (size_t i = 0; i < side->count; i++)
        if (side->orders[i]->account == CMB_HOUSE)
            free(side->orders[i]);
    free(side->orders);
}

void cmb_engine_free(struct cmb_engine *engine)
{
    if (!engine)
        return;
    for (int at = 0; at < CMB_ENGINE_MARKETS; at++) {
        clear_side(&engine->markets[at].bids);
        clear_side(&engine->markets[at].asks);
        free(engine->markets[at].trades);
        free(engine->markets[at].candles);
        free(engine->markets[at].changes);
        free(engine->markets[at].pasts);
    }
    for (size_t i = 0; i < engine->order_count; i++)
        free(engine->orders[i]);
    free(engine->orders);
    free(engine->index);
    free(engine->fills);
    free(engine->events);
    free(engine);
}

/* One move for each fifth of a second, but not for every one that nobody looked at. */
void cmb_engine_turn(struct cmb_engine *engine, int64_t now_ns)
{
    if (now_ns > engine->now_ns)
        engine->now_ns = now_ns;
    if (engine->now_ns - engine->moved_ns < engine->rest_ns)
        return;
    engine->moved_ns = engine->now_ns;
    for (int at = 0; at < CMB_ENGINE_MARKETS; at++)
        cmb_change_keep_past(engine, &engine->markets[at]);
    cmb_house_move(engine);
}
