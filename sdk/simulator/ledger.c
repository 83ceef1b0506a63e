/* What did really happen? */
#include "simulator/ledger.h"

#include <stdio.h>
#include <stdlib.h>

#include "number/decimal.h"

void cmb_ledger_clear(struct cmb_ledger *ledger)
{
    free(ledger->requests);
    *ledger = (struct cmb_ledger){ 0 };
}

struct cmb_ledger_request *cmb_ledger_at(struct cmb_ledger *ledger, size_t number)
{
    return number < ledger->count ? &ledger->requests[number] : NULL;
}

size_t cmb_ledger_add(struct cmb_ledger *ledger, uint32_t exchange,
                      const struct cmb_received *received)
{
    if (ledger->count == ledger->capacity) {
        size_t capacity = ledger->capacity ? ledger->capacity * 2 : 256;
        void *grown = realloc(ledger->requests, capacity * sizeof *ledger->requests);
        if (!grown)
            return SIZE_MAX;
        ledger->requests = grown;
        ledger->capacity = capacity;
    }
    struct cmb_ledger_request *request = &ledger->requests[ledger->count++];
    *request = (struct cmb_ledger_request){ .exchange = exchange, .time_ns = received->time_ns };
    snprintf(request->method, sizeof request->method, "%.*s", (int)received->method.length,
             received->method.at);
    snprintf(request->path, sizeof request->path, "%.*s",
             (int)(received->path.length < 100 ? received->path.length : 100), received->path.at);
    return ledger->count - 1;
}

/* ---- as JSON ---- */

static void put_text(struct json_object *object, const char *key, struct cmb_text text)
{
    if (text.at)
        json_object_object_add(object, key,
                               json_object_new_string_len(text.at, (int)text.length));
}

static void put_number(struct json_object *object, const char *key,
                       struct cambist_decimal number)
{
    char text[CMB_DECIMAL_TEXT_SIZE];
    put_text(object, key, (struct cmb_text){ text, cmb_decimal_format(&number, text) });
}

static void put_integer(struct json_object *object, const char *key, uint64_t number)
{
    json_object_object_add(object, key, json_object_new_int64((int64_t)number));
}

static struct json_object *order_of(const struct cmb_engine *engine,
                                    const struct cmb_engine_order *order)
{
    struct json_object *json = json_object_new_object();
    const struct cmb_engine_rules *rules = engine->markets[order->market].rules;
    put_integer(json, "id", order->id);
    if (*order->client_id)
        put_text(json, "clientOrderId", cmb_text_of(order->client_id));
    put_integer(json, "time_ns", (uint64_t)order->created_ns);
    put_text(json, "symbol", cmb_text_of(rules->symbol));
    put_text(json, "side", cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_SIDE), order->side));
    put_text(json, "type", cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_TYPE), order->type));
    put_text(json, "status",
             cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_STATE), order->state));
    if (order->price)
        put_number(json, "price", cmb_record_number(order->price, rules->price_scale));
    put_number(json, "amount", cmb_record_number(order->amount, rules->amount_scale));
    put_number(json, "filled", cmb_record_number(order->filled, rules->amount_scale));
    put_number(json, "cost", cmb_record_money(order->cost));
    put_integer(json, "arrived_ns", (uint64_t)order->arrived_ns);
    put_integer(json, "executed_ns", (uint64_t)order->executed_ns);
    json_object_object_add(json, "external", json_object_new_boolean(order->is_external));
    return json;
}

static struct json_object *fill_of(const struct cmb_engine *engine,
                                   const struct cmb_engine_trade *fill)
{
    struct json_object *json = json_object_new_object();
    const struct cmb_engine_rules *rules = engine->markets[fill->market].rules;
    put_integer(json, "id", fill->id);
    put_integer(json, "order", fill->order_id);
    put_integer(json, "time_ns", (uint64_t)fill->time_ns);
    put_text(json, "symbol", cmb_text_of(rules->symbol));
    put_text(json, "side", cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_SIDE), fill->side));
    put_number(json, "price", cmb_record_number(fill->price, rules->price_scale));
    put_number(json, "amount", cmb_record_number(fill->amount, rules->amount_scale));
    put_number(json, "fee", cmb_record_money(fill->fee));
    put_text(json, "feeCurrency", cmb_text_of(cmb_engine_currencies[fill->fee_currency]));
    return json;
}

static struct json_object *balances_of(const struct cmb_engine *engine)
{
    struct json_object *json = json_object_new_object();
    for (int i = 0; i < CMB_ENGINE_CURRENCIES; i++) {
        struct json_object *one = json_object_new_object();
        put_number(one, "free", cmb_record_money(engine->balances[CMB_CUSTOMER][i].free));
        put_number(one, "used", cmb_record_money(engine->balances[CMB_CUSTOMER][i].used));
        json_object_object_add(json, cmb_engine_currencies[i], one);
    }
    return json;
}

static struct json_object *requests_of(const struct cmb_ledger *ledger, uint32_t exchange)
{
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < ledger->count; i++) {
        const struct cmb_ledger_request *request = &ledger->requests[i];
        if (request->exchange != exchange)
            continue;
        struct json_object *json = json_object_new_object();
        put_integer(json, "time_ns", (uint64_t)request->time_ns);
        put_text(json, "method", cmb_text_of(request->method));
        put_text(json, "path", cmb_text_of(request->path));
        if (request->operation)
            put_text(json, "operation", cmb_operation_of(request->operation)->name);
        json_object_object_add(json, "executed", json_object_new_boolean(request->is_executed));
        if (request->executed_ns)
            put_integer(json, "executed_ns", (uint64_t)request->executed_ns);
        put_integer(json, "status", request->http_status);
        put_integer(json, "weight", request->weight);
        if (request->is_over_limit)
            json_object_object_add(json, "overLimit", json_object_new_boolean(true));
        if (request->is_in_ban)
            json_object_object_add(json, "inBan", json_object_new_boolean(true));
        if (request->fault)
            put_text(json, "fault", cmb_text_of(cmb_fault_name(request->fault)));
        json_object_array_add(list, json);
    }
    return list;
}

static struct json_object *exchange_of(const struct cmb_ledger *ledger,
                                       const struct cmb_practice *practice, uint32_t number)
{
    const struct cmb_engine *engine = practice->engine;
    struct json_object *json = json_object_new_object();
    struct json_object *orders = json_object_new_array(), *fills = json_object_new_array();
    for (size_t i = 0; i < engine->order_count; i++)
        json_object_array_add(orders, order_of(engine, engine->orders[i]));
    for (size_t i = 0; i < engine->fill_count; i++)
        json_object_array_add(fills, fill_of(engine, &engine->fills[i]));
    json_object_object_add(json, "orders", orders);
    json_object_object_add(json, "fills", fills);
    json_object_object_add(json, "balances", balances_of(engine));
    json_object_object_add(json, "requests", requests_of(ledger, number));
    return json;
}

char *cmb_ledger_format(const struct cmb_ledger *ledger, const struct cmb_practice *practices,
                        uint32_t count)
{
    struct json_object *json = json_object_new_object();
    for (uint32_t i = 0; i < count; i++)
        json_object_object_add(json, practices[i].plugin->name.at,
                               exchange_of(ledger, &practices[i], i));
    const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
                                                                JSON_C_TO_STRING_NOSLASHESCAPE);
    char *copy = text ? strdup(text) : NULL;
    json_object_put(json);
    return copy;
}
