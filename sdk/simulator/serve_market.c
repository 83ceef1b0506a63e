/* What does everybody see of the markets? */
#include "simulator/serve.h"

enum { DEPTH_DEFAULT = 100 };

int cmb_serve_fetch_time(struct cmb_serve *serve)
{
    struct cambist_clock *row = cmb_serve_add_row(serve);
    if (row)
        row->timestamp = serve->practice->capture.received->time_ns;
    return CAMBIST_OK;
}

int cmb_serve_fetch_status(struct cmb_serve *serve)
{
    struct cambist_system *row = cmb_serve_add_row(serve);
    if (row)
        *row = (struct cambist_system){ .state = CAMBIST_SYSTEM_STATE_OK,
                                        .updated = serve->engine->now_ns };
    return CAMBIST_OK;
}

int cmb_serve_fetch_markets(struct cmb_serve *serve)
{
    const struct cmb_markets *markets = serve->call->exchange->markets;
    for (int i = 0; i < CMB_ENGINE_MARKETS; i++) {
        struct cambist_market *row = cmb_serve_is_asked(serve, i) ? cmb_serve_add_row(serve) : NULL;
        if (row)
            *row = *cmb_markets_find(markets, cmb_text_of(cmb_engine_rules[i].symbol),
                                     cmb_engine_rules[i].kind);
    }
    return CAMBIST_OK;
}

static const char *id_of(const struct cmb_serve *serve, const char *code)
{
    const struct cmb_words *words =
        cmb_words_find(serve->call->exchange->plugin, CMB_TEXT("currency"));
    struct cmb_text theirs = { 0 };
    if (words)
        theirs = cmb_words_theirs(words, cmb_text_of(code));
    return theirs.at ? theirs.at : code;
}

int cmb_serve_fetch_currencies(struct cmb_serve *serve)
{
    for (int i = 0; i < CMB_ENGINE_CURRENCIES; i++) {
        const char *code = cmb_engine_currencies[i];
        bool is_fiat = strcmp(code, "USD") == 0;
        struct cambist_currency *row = cmb_serve_add_row(serve);
        if (row)
            *row = (struct cambist_currency){
                .id = id_of(serve, code), .code = code, .name = code,
                .type = is_fiat ? "fiat" : "crypto", .active = CAMBIST_FLAG_YES,
                .deposit = CAMBIST_FLAG_YES, .withdraw = CAMBIST_FLAG_YES,
                .precision = cmb_record_number(1, 8), .fee = cmb_record_number(1, 4),
                .min_withdraw = cmb_record_number(1, 3) };
    }
    return CAMBIST_OK;
}

int cmb_serve_fetch_tickers(struct cmb_serve *serve)
{
    for (int i = 0; i < CMB_ENGINE_MARKETS; i++) {
        struct cambist_ticker *row = cmb_serve_is_asked(serve, i) ? cmb_serve_add_row(serve) : NULL;
        if (row)
            cmb_record_ticker(serve->engine, i, row);
    }
    return CAMBIST_OK;
}

int cmb_serve_fetch_ticker(struct cmb_serve *serve)
{
    int market, status = cmb_serve_need_market(serve, &market);
    struct cambist_ticker *row = status == CAMBIST_OK ? cmb_serve_add_row(serve) : NULL;
    if (row)
        cmb_record_ticker(serve->engine, market, row);
    return status;
}

int cmb_serve_fetch_order_book(struct cmb_serve *serve)
{
    int market, status = cmb_serve_need_market(serve, &market);
    struct cambist_order_book *row = status == CAMBIST_OK ? cmb_serve_add_row(serve) : NULL;
    if (row)
        cmb_record_book(serve->call, serve->engine, market,
                        (uint32_t)cmb_serve_number_of(ARGUMENT(serve, limit), DEPTH_DEFAULT), row);
    return status;
}
