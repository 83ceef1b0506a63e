/* What follows from what the exchange said? */
#include "request/map.h"
#include "request/render.h"

#include <stddef.h>

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

const struct cambist_market *cmb_market_of(const struct cmb_call *call, const char *symbol)
{
    if (call->market && symbol && strcmp(call->market->symbol, symbol) == 0)
        return call->market;
    return symbol ? cmb_markets_find(call->exchange->markets, cmb_text_of(symbol), 0) : NULL;
}

static bool is_inverse(const struct cambist_market *market)
{
    return market && market->inverse == CAMBIST_FLAG_YES;
}

/* Who got a name for an order that he asked for got the order that he asked for. */
static void complete_asked(struct cmb_call *call, struct cambist_order *order)
{
    static const struct { uint32_t argument; size_t offset; } members[] = {
        { CAMBIST_ARGUMENT_type, offsetof(struct cambist_order, type) },
        { CAMBIST_ARGUMENT_side, offsetof(struct cambist_order, side) },
        { CAMBIST_ARGUMENT_time_in_force, offsetof(struct cambist_order, time_in_force) },
        { CAMBIST_ARGUMENT_post_only, offsetof(struct cambist_order, post_only) },
        { CAMBIST_ARGUMENT_reduce_only, offsetof(struct cambist_order, reduce_only) },
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        uint64_t *member = (uint64_t *)(void *)((char *)order + members[i].offset);
        const struct cmb_member *argument = cmb_argument_of(members[i].argument);
        struct cmb_text word = cmb_call_argument(call, members[i].argument);
        if (!*member && word.at)
            *member = cmb_vocabulary_number(cmb_vocabulary_of(argument->kind), word);
        else if (!*member && argument->kind == CMB_MEMBER_FLAG)
            *member = CAMBIST_FLAG_NO;
    }
    struct cmb_text amount = cmb_call_argument(call, CAMBIST_ARGUMENT_amount);
    struct cmb_text price = cmb_call_argument(call, CAMBIST_ARGUMENT_price);
    struct cmb_text trigger = cmb_call_argument(call, CAMBIST_ARGUMENT_trigger_price);
    if (!order->amount.is_set && amount.at && !cmb_call_argument(call, CAMBIST_ARGUMENT_cost).at)
        (void)cmb_decimal_parse(amount, &order->amount);
    if (!order->price.is_set && price.at && order->type == CAMBIST_TYPE_LIMIT)
        (void)cmb_decimal_parse(price, &order->price);
    if (!order->trigger_price.is_set && trigger.at)
        (void)cmb_decimal_parse(trigger, &order->trigger_price);
    /* What happened to an order that was just placed is that it traded. */
    if (!order->last_trade_timestamp && order->filled.is_set &&
        !cmb_decimal_is_zero(&order->filled))
        order->last_trade_timestamp = order->last_update_timestamp;
}

/* An answer that does not repeat which order it is about is about the one that was named. */
static void complete_name(struct cmb_call *call, struct cambist_order *order)
{
    struct cmb_text id = cmb_call_argument(call, CAMBIST_ARGUMENT_id);
    struct cmb_text own = cmb_call_argument(call, CAMBIST_ARGUMENT_client_order_id);
    if (!order->id && id.at)
        order->id = cmb_arena_copy(&call->arena, id);
    if (!order->client_order_id && own.at)
        order->client_order_id = cmb_arena_copy(&call->arena, own);
}

static void complete_order(struct cmb_call *call, struct cambist_order *order)
{
    if (call->operation == CAMBIST_OPERATION_create_order)
        complete_asked(call, order);
    if (!cmb_operation_of(call->operation)->is_many)
        complete_name(call, order);
    const struct cambist_market *market = cmb_market_of(call, order->symbol);
    struct cambist_decimal size = { 0 };
    if (order->state == CAMBIST_STATE_CLOSED && !order->amount.is_set && !order->remaining.is_set)
        order->amount = order->filled; /* nothing is left of an order that is done */
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
    if (!order->time_in_force && order->post_only == CAMBIST_FLAG_YES)
        order->time_in_force = CAMBIST_TIME_IN_FORCE_PO;
    if (!order->time_in_force && order->type == CAMBIST_TYPE_MARKET && !order->trigger_price.is_set)
        order->time_in_force = CAMBIST_TIME_IN_FORCE_IOC; /* it never rests */
    if (!order->post_only && order->time_in_force)
        order->post_only = order->time_in_force == CAMBIST_TIME_IN_FORCE_PO ? CAMBIST_FLAG_YES
                                                                            : CAMBIST_FLAG_NO;
}

static void complete_trade(const struct cmb_call *call, struct cambist_trade *trade)
{
    const struct cambist_market *market = cmb_market_of(call, trade->symbol);
    struct cambist_decimal size = { 0 };
    if (market && market->kind == CAMBIST_KIND_SPOT)
        divide(&trade->cost, &trade->price, &trade->amount);
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
    subtract(&ticker->last, &ticker->change, &ticker->open);
    subtract(&ticker->last, &ticker->open, &ticker->change);
    divide(&ticker->change, &ticker->open, &share);
    multiply(&share, &hundred, &ticker->percentage);
    add(&ticker->last, &ticker->open, &sum);
    divide(&sum, &two, &ticker->average);
    divide(&ticker->quote_volume, &ticker->base_volume, &ticker->vwap);
    multiply(&ticker->base_volume, &ticker->vwap, &ticker->quote_volume);
}

static void complete_balance(const struct cmb_call *call, struct cambist_balance *balance)
{
    (void)call;
    add(&balance->free, &balance->used, &balance->total);
    subtract(&balance->total, &balance->used, &balance->free);
    subtract(&balance->total, &balance->free, &balance->used);
    if (cmb_decimal_is_zero(&balance->total) && !balance->free.is_set && !balance->used.is_set)
        balance->free = balance->used = balance->total; /* of nothing, nothing is held */
}

/* The exchange's position, with what its market says of it. */
static void complete_position(const struct cmb_call *call, struct cambist_position *position)
{
    const struct cambist_market *market = cmb_market_of(call, position->symbol);
    if (!position->contract_size.is_set && market)
        position->contract_size = market->contract_size;
    divide(&position->notional, &position->leverage, &position->initial_margin);
}

/* Unified codes are written in capitals. */
static const char *code_of(struct cmb_call *call, const char *id)
{
    const struct cmb_words *words = cmb_words_find(call->exchange->plugin, CMB_TEXT("currency"));
    const struct cmb_word_row *row = words && id ? cmb_words_read(words, cmb_text_of(id)) : NULL;
    struct cmb_text code = row ? row->ours : cmb_text_of(id);
    if (!row && id && cmb_apply_filter(call, CMB_FILTER_UPPER, &code) != CAMBIST_OK)
        return NULL;
    return id ? cmb_arena_copy(&call->arena, code) : NULL;
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
    if (market->kind == CAMBIST_KIND_SWAP)
        market->expiry = 0; /* exchanges write a day in the far future */
    if (market->kind != CAMBIST_KIND_SPOT && market->settle && market->base && market->quote) {
        bool is_linear = strcmp(market->settle, market->quote) == 0;
        bool is_turned = !is_linear && strcmp(market->settle, market->base) == 0;
        if (!market->linear)
            market->linear = is_linear ? CAMBIST_FLAG_YES : CAMBIST_FLAG_NO;
        if (!market->inverse)
            market->inverse = is_turned ? CAMBIST_FLAG_YES : CAMBIST_FLAG_NO;
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

/* Whether the orders of a list name more than one market. */
static bool are_markets_mixed(const struct cmb_call *call)
{
    const struct cmb_arguments *items = call->arguments.items;
    for (uint32_t i = 1; i < call->arguments.item_count; i++)
        if (!cmb_text_is(items[i].values[CAMBIST_ARGUMENT_symbol],
                         items[0].values[CAMBIST_ARGUMENT_symbol]))
            return true;
    return false;
}

/* Who asked for one market got an answer about it, also where the exchange does not repeat it. */
static void complete_symbol(struct cmb_call *call, void *record)
{
    const char **symbol = member_at(call, record, "symbol");
    if (symbol && !*symbol && call->market && !are_markets_mixed(call))
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
    case CAMBIST_RECORD_POSITION: complete_position(call, record); break;
    default: break;
    }
}

/* ---- which records answer the question ---- */

static bool is_asked_for(const struct cmb_call *call, const char *symbol)
{
    if (!symbol || !call->market || call->arguments.item_count)
        return true;
    bool is_one = strcmp(call->market->symbol, symbol) == 0;
    for (uint32_t i = 0; i < call->market_count && !is_one; i++)
        is_one = strcmp(call->markets[i]->symbol, symbol) == 0;
    return is_one;
}

/* Exchanges also list markets where nothing is held: those are no positions. */
static bool is_held(const struct cmb_call *call, const char *record)
{
    const struct cmb_operation *operation = cmb_operation_of(call->operation);
    if (operation->record != CAMBIST_RECORD_POSITION || operation->class == CMB_WATCHES)
        return true; /* a stream tells that it is held no longer */
    const struct cambist_position *position = (const struct cambist_position *)(const void *)record;
    return !position->contracts.is_set || !cmb_decimal_is_zero(&position->contracts);
}

/* Funds sent over another network than the address is for are lost. */
static bool is_other_network(const struct cmb_call *call, struct cambist_address *address)
{
    struct cmb_text network = cmb_call_argument(call, CAMBIST_ARGUMENT_network);
    return network.at && address->network && !cmb_text_is(network, cmb_text_of(address->network));
}

static bool is_about_market(const struct cmb_call *call, const char *const *symbol)
{
    return symbol && *symbol && call->market && strcmp(call->market->symbol, *symbol) == 0;
}

/* Of several rows for one question the first about the asked market is taken, else the first. */
static bool is_better(const struct cmb_call *call, const char *const *symbol)
{
    return is_about_market(call, symbol) &&
           !is_about_market(call, member_at(call, call->rows, "symbol"));
}

int cmb_emit_record(struct cmb_call *call, const void *given)
{
    char *record = cmb_arena_take(&call->arena, call->schema->size);
    if (!record)
        return cmb_fail_plain(call->error, CAMBIST_TOO_LARGE, CMB_TEXT("the answer is too large"));
    memcpy(record, given, call->schema->size);
    cmb_complete(call, record);
    if (cmb_operation_of(call->operation)->record == CAMBIST_RECORD_ADDRESS &&
        is_other_network(call, (struct cambist_address *)(void *)record))
        return CAMBIST_OK;
    bool is_many = cmb_operation_of(call->operation)->is_many;
    const char *const *symbol = call->operation == CAMBIST_OPERATION_fetch_markets
                                    ? NULL : member_at(call, record, "symbol");
    if (is_many && ((symbol && !is_asked_for(call, *symbol)) || !is_held(call, record)))
        return CAMBIST_OK;
    if (!is_many && call->row_count && !is_better(call, symbol))
        return CAMBIST_OK;
    void *row = !is_many && call->row_count ? call->rows : cmb_call_add_row(call);
    if (!row)
        return cmb_fail_plain(call->error, CAMBIST_TOO_LARGE, CMB_TEXT("the answer has too many rows"));
    memcpy(row, record, call->schema->size);
    return CAMBIST_OK;
}
