/* How do books reach the engine, and who is told what it finds? */
#include "arbitrage/trade_inner.h"

/* ---- telling ---- */

void cmb_trade_tell(struct cmb_trade *trade, const struct cambist_arbitrage_event *event)
{
    if (!trade->is_stopped && trade->settings.on_event)
        trade->settings.on_event(event, trade->settings.user);
}

void cmb_trade_end(struct cmb_trade *trade, const char *reason)
{
    if (trade->ended || !trade->settings.is_executed)
        return;
    trade->ended = reason;
    cmb_trade_tell(trade, &(struct cambist_arbitrage_event){ .tiding = CAMBIST_ARBITRAGE_STOPPED,
                                                             .reason = reason });
}

void cmb_trade_on_opportunity(uint32_t tiding, const struct cambist_opportunity *opportunity,
                              void *user)
{
    struct cmb_trade *trade = user;
    bool is_there = tiding != CAMBIST_ARBITRAGE_GONE;
    /* Orders leave before anybody is told: whoever listens may take its time. */
    struct cmb_execution *begun = is_there ? cmb_execute_consider(trade, opportunity) : NULL;
    cmb_trade_tell(trade, &(struct cambist_arbitrage_event){ .tiding = tiding,
                                                             .opportunity = opportunity });
    if (begun)
        cmb_settle_tell(begun, CAMBIST_ARBITRAGE_SENT);
}

void cmb_trade_leave_out(struct cmb_trade *trade, uint32_t account, const char *symbol,
                         const char *reason)
{
    cmb_trade_tell(trade, &(struct cambist_arbitrage_event){
                              .tiding = CAMBIST_ARBITRAGE_LEFT_OUT,
                              .exchange = trade->traders[account].given.name,
                              .symbol = symbol,
                              .reason = reason });
}

/* ---- listening ---- */

static void on_book(const struct cmb_event *event, void *user)
{
    struct cmb_trade_place *place = user;
    struct cmb_trade *trade = place->trade;
    if (trade->is_stopped)
        return;
    if (event->state == CAMBIST_WATCH_FAILED)
        cmb_trade_leave_out(trade, place->account, place->market->symbol,
                            event->error ? event->error->message : "its book cannot be watched");
    cmb_arbitrage_set_book(trade->engine, place->number, event->book);
    cmb_arbitrage_update(trade->engine, place->number, event->received_ns);
}

void cmb_trade_listen(struct cmb_trade *trade, struct cmb_trade_place *place)
{
    struct cmb_arguments arguments = { .extra_count = 0 };
    struct cambist_error error = { 0 };
    arguments.values[CAMBIST_ARGUMENT_symbol] = cmb_text_of(place->market->symbol);
    place->listener = cmb_stream_listen(trade->traders[place->account].given.stream,
                                        CAMBIST_TOPIC_watch_order_book, &arguments, on_book, place,
                                        &error);
    if (!place->listener)
        cmb_trade_leave_out(trade, place->account, place->market->symbol, error.message);
}
