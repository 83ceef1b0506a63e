/* What follows from what the exchange said? */
#include "request/map.h"

#include "number/decimal.h"

/* Quotients are given with so many digits. */
enum { QUOTIENT_DIGITS = 20 };

typedef const struct cambist_decimal number;

static void subtract(number *a, number *b, struct cambist_decimal *ret)
{
    if (!ret->is_set && a->is_set && b->is_set)
        (void)cmb_decimal_subtract(a, b, ret);
}

static void add(number *a, number *b, struct cambist_decimal *ret)
{
    if (!ret->is_set && a->is_set && b->is_set)
        (void)cmb_decimal_add(a, b, ret);
}

static void multiply(number *a, number *b, struct cambist_decimal *ret)
{
    if (!ret->is_set && a->is_set && b->is_set)
        (void)cmb_decimal_multiply(a, b, ret);
}

static void divide(number *a, number *b, struct cambist_decimal *ret)
{
    if (!ret->is_set && a->is_set && b->is_set && !cmb_decimal_is_zero(b))
        (void)cmb_decimal_divide(a, b, QUOTIENT_DIGITS, ret);
}

static number one = { .low = 1, .is_set = 1 };
static number two = { .low = 2, .is_set = 1 };
static number hundred = { .low = 100, .is_set = 1 };

/* What one unit of `amount` is in base, for contracts that settle in quote. */
static number *unit_of(const struct cambist_market *market)
{
    return market && market->kind != CAMBIST_KIND_SPOT && market->contract_size.is_set &&
                   market->inverse != CAMBIST_FLAG_YES
               ? &market->contract_size : &one;
}

static const struct cambist_market *market_of(const struct cmb_call *call, const char *symbol)
{
    if (call->market && symbol && strcmp(call->market->symbol, symbol) == 0)
        return call->market;
    return symbol ? cmb_markets_find(call->exchange->markets, cmb_text_of(symbol), 0) : NULL;
}

static bool is_inverse(const struct cambist_market *market)
{
    return market && market->inverse == CAMBIST_FLAG_YES;
}

static void complete_order(const struct cmb_call *call, struct cambist_order *order)
{
    const struct cambist_market *market = market_of(call, order->symbol);
    struct cambist_decimal size = { 0 };
    subtract(&order->amount, &order->remaining, &order->filled);
    subtract(&order->amount, &order->filled, &order->remaining);
    add(&order->filled, &order->remaining, &order->amount);
    if (cmb_decimal_is_zero(&order->average))
        order->average = (struct cambist_decimal){ 0 };
    multiply(&order->filled, unit_of(market), &size);
    if (!is_inverse(market) && !cmb_decimal_is_zero(&order->filled))
        divide(&order->cost, &size, &order->average);
    if (!is_inverse(market))
        multiply(&size, order->average.is_set ? &order->average : &order->price, &order->cost);
    if (cmb_decimal_is_zero(&order->price))
        order->price = (struct cambist_decimal){ 0 };
    if (!order->price.is_set && order->type == CAMBIST_TYPE_MARKET)
        order->price = order->average;
    if (!order->post_only && order->time_in_force)
        order->post_only = order->time_in_force == CAMBIST_TIME_IN_FORCE_PO ? CAMBIST_FLAG_YES
                                                                            : CAMBIST_FLAG_NO;
}

static void complete_trade(const struct cmb_call *call, struct cambist_trade *trade)
{
    const struct cambist_market *market = market_of(call, trade->symbol);
    struct cambist_decimal size = { 0 };
    multiply(&trade->amount, unit_of(market), &size);
    if (!is_inverse(market))
        multiply(&trade->price, &size, &trade->cost);
}

static void complete_ticker(const struct cmb_call *call, struct cambist_ticker *ticker)
{
    (void)call;
    struct cambist_decimal sum = { 0 }, share = { 0 };
    if (!ticker->last.is_set)
        ticker->last = ticker->close;
    if (!ticker->close.is_set)
        ticker->close = ticker->last;
    subtract(&ticker->last, &ticker->open, &ticker->change);
    divide(&ticker->change, &ticker->open, &share);
    multiply(&share, &hundred, &ticker->percentage);
    add(&ticker->last, &ticker->open, &sum);
    divide(&sum, &two, &ticker->average);
    divide(&ticker->quote_volume, &ticker->base_volume, &ticker->vwap);
}

static void complete_balance(const struct cmb_call *call, struct cambist_balance *balance)
{
    (void)call;
    add(&balance->free, &balance->used, &balance->total);
    subtract(&balance->total, &balance->used, &balance->free);
    subtract(&balance->total, &balance->free, &balance->used);
}

static const char *code_of(struct cmb_call *call, const char *id)
{
    const struct cmb_words *words = cmb_words_find(call->exchange->plugin, CMB_TEXT("currency"));
    const struct cmb_word_row *row = words && id ? cmb_words_read(words, cmb_text_of(id)) : NULL;
    return row ? cmb_arena_copy(&call->arena, row->ours) : id;
}

static void complete_market(struct cmb_call *call, struct cambist_market *market)
{
    char symbol[128];
    if (!market->base)
        market->base = code_of(call, market->base_id);
    if (!market->quote)
        market->quote = code_of(call, market->quote_id);
    if (!market->settle)
        market->settle = code_of(call, market->settle_id);
    uint32_t kinds = call->endpoint->row->kinds;
    if (!market->kind && kinds && (kinds & (kinds - 1)) == 0)
        market->kind = kinds;
    if (market->kind != CAMBIST_KIND_SPOT && market->settle && market->base && market->quote) {
        bool is_linear = strcmp(market->settle, market->quote) == 0;
        if (!market->linear)
            market->linear = is_linear ? CAMBIST_FLAG_YES : CAMBIST_FLAG_NO;
        if (!market->inverse)
            market->inverse = is_linear ? CAMBIST_FLAG_NO : CAMBIST_FLAG_YES;
    }
    if (!market->symbol && cmb_market_format_symbol(market, symbol, sizeof symbol))
        market->symbol = cmb_arena_copy(&call->arena, cmb_text_of(symbol));
}

static void complete_currency(struct cmb_call *call, struct cambist_currency *currency)
{
    if (!currency->code)
        currency->code = code_of(call, currency->id);
    if (!currency->id)
        currency->id = currency->code;
}

/* The member of that name when the record has it, NULL otherwise. */
static void *member_at(const struct cmb_call *call, void *record, const char *name)
{
    int found = cmb_record_schema_find(call->schema, cmb_text_of(name));
    return found < 0 ? NULL : (char *)record + call->schema->members[found].offset;
}

/* Who asked for one market got an answer about it, also where the exchange does not repeat it. */
static void complete_symbol(struct cmb_call *call, void *record)
{
    const char **symbol = member_at(call, record, "symbol");
    if (symbol && !*symbol && call->market)
        *symbol = cmb_arena_copy(&call->arena, cmb_text_of(call->market->symbol));
}

void cmb_complete(struct cmb_call *call, void *record)
{
    switch (cmb_operation_of(call->operation)->record) {
    case CAMBIST_RECORD_MARKET: complete_market(call, record); return;
    case CAMBIST_RECORD_CURRENCY: complete_currency(call, record); return;
    default: break;
    }
    complete_symbol(call, record);
    switch (cmb_operation_of(call->operation)->record) {
    case CAMBIST_RECORD_ORDER: complete_order(call, record); break;
    case CAMBIST_RECORD_TRADE: complete_trade(call, record); break;
    case CAMBIST_RECORD_TICKER: complete_ticker(call, record); break;
    case CAMBIST_RECORD_BALANCE: complete_balance(call, record); break;
    default: break;
    }
}

/* ---- which records answer the question ---- */

static bool is_asked_for(const struct cmb_call *call, const char *symbol)
{
    if (!symbol || !call->market)
        return true;
    bool is_one = strcmp(call->market->symbol, symbol) == 0;
    for (uint32_t i = 0; i < call->market_count && !is_one; i++)
        is_one = strcmp(call->markets[i]->symbol, symbol) == 0;
    return is_one;
}

/* Of several rows for one question the row about the asked market is taken, else the first. */
static bool is_better(const struct cmb_call *call, const char *const *symbol)
{
    return symbol && *symbol && call->market && strcmp(call->market->symbol, *symbol) == 0;
}

int cmb_emit_record(struct cmb_call *call, const void *given)
{
    char *record = cmb_arena_take(&call->arena, call->schema->size);
    if (!record)
        return cmb_fail_plain(call->error, CAMBIST_TOO_LARGE, CMB_TEXT("the answer is too large"));
    memcpy(record, given, call->schema->size);
    cmb_complete(call, record);
    bool is_many = cmb_operation_of(call->operation)->is_many;
    const char *const *symbol = call->operation == CAMBIST_OPERATION_fetch_markets
                                    ? NULL : member_at(call, record, "symbol");
    if (is_many && symbol && !is_asked_for(call, *symbol))
        return CAMBIST_OK;
    if (!is_many && call->row_count && !is_better(call, symbol))
        return CAMBIST_OK;
    void *row = !is_many && call->row_count ? call->rows : cmb_call_add_row(call);
    if (!row)
        return cmb_fail_plain(call->error, CAMBIST_TOO_LARGE, CMB_TEXT("the answer has too many rows"));
    memcpy(row, record, call->schema->size);
    return CAMBIST_OK;
}
