/* What does the customer hold, owe and pay? */
#include "simulator/serve.h"
#include "simulator/stream.h"

/* What a private stream is opened with. */
int cmb_serve_open_stream(struct cmb_serve *serve)
{
    struct cambist_stream_key *row = cmb_serve_add_row(serve);
    if (row)
        *row = (struct cambist_stream_key){
            .token = cmb_practice_new_token(serve->practice, cmb_serve_clock_ns(serve)),
            .url = serve->practice->stream_url };
    return CAMBIST_OK;
}

int cmb_serve_keep_stream(struct cmb_serve *serve)
{
    cmb_practice_renew_tokens(serve->practice, cmb_serve_clock_ns(serve));
    return CAMBIST_OK;
}

int cmb_serve_fetch_balance(struct cmb_serve *serve)
{
    for (int i = 0; i < CMB_ENGINE_CURRENCIES; i++) {
        struct cambist_balance *row = cmb_serve_add_row(serve);
        if (row)
            cmb_record_balance(serve->engine, i, row);
    }
    return CAMBIST_OK;
}

int cmb_serve_fetch_trading_fees(struct cmb_serve *serve)
{
    for (int i = 0; i < CMB_ENGINE_MARKETS; i++) {
        struct cambist_fee *row = cmb_serve_is_asked(serve, i) ? cmb_serve_add_row(serve) : NULL;
        if (row)
            *row = (struct cambist_fee){ .symbol = cmb_engine_rules[i].symbol,
                                         .maker = cmb_record_number(CMB_ENGINE_MAKER_FEE, 4),
                                         .taker = cmb_record_number(CMB_ENGINE_TAKER_FEE, 4) };
    }
    return CAMBIST_OK;
}

int cmb_serve_fetch_trading_fee(struct cmb_serve *serve)
{
    return cmb_serve_fetch_trading_fees(serve);
}

int cmb_serve_fetch_positions(struct cmb_serve *serve)
{
    for (int i = 0; i < CMB_ENGINE_MARKETS; i++) {
        bool is_held = cmb_serve_is_asked(serve, i) && serve->engine->markets[i].position[CMB_CUSTOMER];
        struct cambist_position *row = is_held ? cmb_serve_add_row(serve) : NULL;
        if (row)
            cmb_record_position(serve->engine, i, row);
    }
    return CAMBIST_OK;
}

int cmb_serve_fetch_funding_rates(struct cmb_serve *serve)
{
    const int64_t interval_ns = 8 * 3600 * (int64_t)1000000000;
    int64_t now_ns = serve->engine->now_ns;
    for (int i = 0; i < CMB_ENGINE_MARKETS; i++) {
        const struct cmb_engine_market *market = &serve->engine->markets[i];
        bool is_swap = cmb_engine_rules[i].kind == CAMBIST_KIND_SWAP && cmb_serve_is_asked(serve, i);
        struct cambist_funding *row = is_swap ? cmb_serve_add_row(serve) : NULL;
        struct cambist_decimal price = cmb_record_number(market->middle,
                                                         market->rules->price_scale);
        if (row)
            *row = (struct cambist_funding){
                .symbol = market->rules->symbol, .timestamp = now_ns,
                .funding_rate = cmb_record_number(1, 4), .mark_price = price,
                .index_price = price,
                .funding_timestamp = now_ns - now_ns % interval_ns + interval_ns };
    }
    return CAMBIST_OK;
}

int cmb_serve_fetch_funding_rate(struct cmb_serve *serve)
{
    return cmb_serve_fetch_funding_rates(serve);
}

int cmb_serve_set_leverage(struct cmb_serve *serve)
{
    int market, status = cmb_serve_need_market(serve, &market);
    int64_t leverage = cmb_serve_number_of(ARGUMENT(serve, leverage), 0);
    if (status == CAMBIST_OK && (leverage < 1 || leverage > 100))
        status = cmb_fail(serve->error, CAMBIST_BAD_ARGUMENT, "leverage is 1 to 100");
    if (status != CAMBIST_OK)
        return status;
    serve->engine->markets[market].leverage = leverage;
    struct cambist_leverage *row = cmb_serve_add_row(serve);
    if (row)
        *row = (struct cambist_leverage){ cmb_engine_rules[market].symbol,
                                          cmb_record_number(leverage, 0) };
    return CAMBIST_OK;
}
