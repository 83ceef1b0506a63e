/* cambist ticker, book, trades, ohlcv, markets, balance: what does the exchange say? */
#include "cli/ask.h"
#include "number/decimal.h"

enum { BOOK_ROWS = 10 };

/* A command that asks one thing: the plain words are these arguments, in this order. */
struct show {
    uint32_t operation;
    const char *arguments[4];
    void (*print)(const struct cambist_answer *answer);
};

static int run_show(const struct show *show, int count, char **words)
{
    struct cmb_ask ask = { 0 };
    int code = cmb_ask_open(&ask, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    for (int i = 0; i < ask.count && i < 4 && show->arguments[i]; i++)
        cmb_ask_add(&ask, show->arguments[i], ask.words[i]);
    code = cmb_ask_run(&ask, show->operation);
    if (code == CMB_EXIT_DONE && !ask.is_json)
        show->print(ask.answer);
    cmb_ask_close(&ask);
    return code;
}

/* ---- ticker ---- */

static void print_tickers(const struct cambist_answer *answer)
{
    static const char *const titles[] = { "symbol", "last", "bid", "ask", "high", "low", "volume" };
    struct cmb_table *table = cmb_table_new(titles, 7);
    const struct cambist_ticker *ticker;
    for (size_t i = 0; (ticker = cambist_answer_ticker(answer, i)); i++) {
        cmb_table_add(table, ticker->symbol);
        cmb_table_add_decimal(table, &ticker->last);
        cmb_table_add_decimal(table, &ticker->bid);
        cmb_table_add_decimal(table, &ticker->ask);
        cmb_table_add_decimal(table, &ticker->high);
        cmb_table_add_decimal(table, &ticker->low);
        cmb_table_add_decimal(table, &ticker->base_volume);
    }
    cmb_table_print(table);
}

int cmb_cli_ticker(int count, char **words)
{
    static const struct show show = { CAMBIST_OPERATION_fetch_ticker, { "symbol" }, print_tickers };
    return run_show(&show, count, words);
}

/* ---- book ---- */

static void print_book(const struct cambist_answer *answer)
{
    static const char *const titles[] = { "amount", "bid", "ask", "amount" };
    const struct cambist_order_book *book = cambist_answer_order_book(answer, 0);
    struct cmb_table *table = cmb_table_new(titles, 4);
    static const struct cambist_level nothing;
    for (uint64_t i = 0; i < BOOK_ROWS && (i < book->bids.count || i < book->asks.count); i++) {
        const struct cambist_level *bid = i < book->bids.count ? &book->bids.at[i] : &nothing;
        const struct cambist_level *ask = i < book->asks.count ? &book->asks.at[i] : &nothing;
        cmb_table_add_decimal(table, &bid->amount);
        cmb_table_add_decimal(table, &bid->price);
        cmb_table_add_decimal(table, &ask->price);
        cmb_table_add_decimal(table, &ask->amount);
    }
    printf("%s\n\n", book->symbol ? book->symbol : "");
    cmb_table_print(table);
}

int cmb_cli_book(int count, char **words)
{
    static const struct show show = { CAMBIST_OPERATION_fetch_order_book, { "symbol", "limit" },
                                      print_book };
    return run_show(&show, count, words);
}

/* ---- trades ---- */

static void print_trades(const struct cambist_answer *answer)
{
    static const char *const titles[] = { "time", "side", "price", "amount", "cost" };
    struct cmb_table *table = cmb_table_new(titles, 5);
    const struct cambist_trade *trade;
    for (size_t i = 0; (trade = cambist_answer_trade(answer, i)); i++) {
        cmb_table_add_time(table, trade->timestamp);
        cmb_table_add_word(table, CMB_MEMBER_SIDE, trade->side);
        cmb_table_add_decimal(table, &trade->price);
        cmb_table_add_decimal(table, &trade->amount);
        cmb_table_add_decimal(table, &trade->cost);
    }
    cmb_table_print(table);
}

int cmb_cli_trades(int count, char **words)
{
    static const struct show show = { CAMBIST_OPERATION_fetch_trades, { "symbol", "limit" },
                                      print_trades };
    return run_show(&show, count, words);
}

/* ---- candles ---- */

static void print_candles(const struct cambist_answer *answer)
{
    static const char *const titles[] = { "opened", "open", "high", "low", "close", "volume" };
    struct cmb_table *table = cmb_table_new(titles, 6);
    const struct cambist_candle *candle;
    for (size_t i = 0; (candle = cambist_answer_candle(answer, i)); i++) {
        cmb_table_add_time(table, candle->timestamp);
        cmb_table_add_decimal(table, &candle->open);
        cmb_table_add_decimal(table, &candle->high);
        cmb_table_add_decimal(table, &candle->low);
        cmb_table_add_decimal(table, &candle->close);
        cmb_table_add_decimal(table, &candle->volume);
    }
    cmb_table_print(table);
}

int cmb_cli_ohlcv(int count, char **words)
{
    static const struct show show = { CAMBIST_OPERATION_fetch_ohlcv,
                                      { "symbol", "timeframe", "limit" }, print_candles };
    return run_show(&show, count, words);
}

/* ---- markets ---- */

static void print_markets(const struct cambist_answer *answer)
{
    static const char *const titles[] = { "symbol", "id", "kind", "active", "tick", "lot",
                                          "min amount" };
    struct cmb_table *table = cmb_table_new(titles, 7);
    const struct cambist_market *market;
    for (size_t i = 0; (market = cambist_answer_market(answer, i)); i++) {
        cmb_table_add(table, market->symbol);
        cmb_table_add(table, market->id);
        cmb_table_add_word(table, CMB_MEMBER_KIND, market->kind);
        cmb_table_add(table, market->active == CAMBIST_FLAG_YES ? "yes" : "no");
        cmb_table_add_decimal(table, &market->tick_size);
        cmb_table_add_decimal(table, &market->lot_size);
        cmb_table_add_decimal(table, &market->min_amount);
    }
    cmb_table_print(table);
}

int cmb_cli_markets(int count, char **words)
{
    static const struct show show = { CAMBIST_OPERATION_fetch_markets, { "kind" }, print_markets };
    return run_show(&show, count, words);
}

/* ---- balance ---- */

static bool is_nothing(const struct cambist_balance *balance)
{
    return !balance->total.is_set || cmb_decimal_is_zero(&balance->total);
}

static void print_balances(const struct cambist_answer *answer)
{
    static const char *const titles[] = { "currency", "free", "used", "total" };
    struct cmb_table *table = cmb_table_new(titles, 4);
    const struct cambist_balance *balance;
    for (size_t i = 0; (balance = cambist_answer_balance(answer, i)); i++) {
        if (is_nothing(balance))
            continue;
        cmb_table_add(table, balance->currency);
        cmb_table_add_decimal(table, &balance->free);
        cmb_table_add_decimal(table, &balance->used);
        cmb_table_add_decimal(table, &balance->total);
    }
    cmb_table_print(table);
}

int cmb_cli_balance(int count, char **words)
{
    static const struct show show = { CAMBIST_OPERATION_fetch_balance, { "kind" },
                                      print_balances };
    return run_show(&show, count, words);
}
