/* Who is on the other side? */
#include "simulator/engine.h"

/* Drops all of the house's orders in a market. */
static void withdraw(struct cmb_engine *engine, struct cmb_engine_market *market, uint32_t side)
{
    struct cmb_engine_side *book = cmb_book_side(market, side);
    for (size_t i = book->count; i-- > 0;)
        if (book->orders[i]->account == CMB_HOUSE)
            (void)cmb_engine_cancel(engine, book->orders[i], NULL);
}

static int64_t some(struct cmb_engine *engine, int64_t most)
{
    return 1 + (int64_t)(cmb_random_number(&engine->random) % (uint64_t)(most > 0 ? most : 1));
}

static void quote(struct cmb_engine *engine, int at, uint32_t side)
{
    struct cmb_engine_market *market = &engine->markets[at];
    int64_t gap = market->middle / 5000 + 1;
    int64_t price = market->middle + market->middle * market->lean_ppm / 1000000;
    for (int level = 0; level < CMB_ENGINE_LEVELS; level++) {
        price += (side == CAMBIST_SIDE_BUY ? -1 : 1) * (gap / 2 + some(engine, gap));
        struct cmb_engine_order *order;
        (void)cmb_engine_submit(engine, CMB_HOUSE, &(struct cmb_engine_intent){
            .market = at, .side = side, .type = CAMBIST_TYPE_LIMIT,
            .time_in_force = CAMBIST_TIME_IN_FORCE_GTC, .price = price > 1 ? price : 1,
            .amount = some(engine, market->rules->typical_amount) +
                      market->rules->typical_amount * (level + 1) / 2 }, &order, NULL);
    }
}

static void trade(struct cmb_engine *engine, int at)
{
    struct cmb_engine_order *order;
    uint32_t side = some(engine, 2) == 1 ? CAMBIST_SIDE_BUY : CAMBIST_SIDE_SELL;
    (void)cmb_engine_submit(engine, CMB_HOUSE, &(struct cmb_engine_intent){
        .market = at, .side = side, .type = CAMBIST_TYPE_MARKET,
        .amount = some(engine, engine->markets[at].rules->typical_amount / 2 + 1) }, &order, NULL);
}

static void move_market(struct cmb_engine *engine, int at)
{
    struct cmb_engine_market *market = &engine->markets[at];
    int64_t step = market->rules->start_price / 10000 + 1;
    int64_t pull = (market->rules->start_price - market->middle) / 100;
    market->middle += some(engine, 2 * step + 1) - 1 - step + pull;
    withdraw(engine, market, CAMBIST_SIDE_BUY);
    withdraw(engine, market, CAMBIST_SIDE_SELL);
    quote(engine, at, CAMBIST_SIDE_BUY);
    quote(engine, at, CAMBIST_SIDE_SELL);
    if (some(engine, 3) == 1)
        trade(engine, at);
}

void cmb_house_move(struct cmb_engine *engine)
{
    for (int at = 0; at < CMB_ENGINE_MARKETS; at++)
        move_market(engine, at);
}
