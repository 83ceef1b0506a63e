/* What do members of given JSON say, and which markets are given in it? */
#include "cli/given.h"

#include "base/schema.h"
#include "number/decimal.h"

struct cmb_text cmb_cli_text_at(struct json_object *object, const char *key)
{
    struct json_object *value;
    if (!object || !json_object_object_get_ex(object, key, &value) || !value)
        return (struct cmb_text){ 0 };
    if (json_object_is_type(value, json_type_string))
        return (struct cmb_text){ json_object_get_string(value),
                                  (size_t)json_object_get_string_len(value) };
    return cmb_text_of(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
}

struct json_object *cmb_cli_member(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    return object && json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static void set_decimal(struct json_object *row, const char *key, struct cambist_decimal *ret)
{
    struct cmb_text text = cmb_cli_text_at(row, key);
    if (text.length)
        (void)cmb_decimal_parse(text, ret);
}

static uint64_t flag_at(struct json_object *row, const char *key)
{
    struct json_object *value = cmb_cli_member(row, key);
    if (!value)
        return 0;
    return json_object_get_boolean(value) ? CAMBIST_FLAG_YES : CAMBIST_FLAG_NO;
}

static int add_market(struct cmb_markets *markets, struct json_object *row)
{
    struct cambist_market market = {
        .id = cmb_cli_text_at(row, "id").at, .symbol = cmb_cli_text_at(row, "symbol").at,
        .base = cmb_cli_text_at(row, "base").at, .quote = cmb_cli_text_at(row, "quote").at,
        .settle = cmb_cli_text_at(row, "settle").at,
        .base_id = cmb_cli_text_at(row, "base_id").at ? cmb_cli_text_at(row, "base_id").at
                                              : cmb_cli_text_at(row, "baseId").at,
        .quote_id = cmb_cli_text_at(row, "quote_id").at ? cmb_cli_text_at(row, "quote_id").at
                                                : cmb_cli_text_at(row, "quoteId").at,
        .settle_id = cmb_cli_text_at(row, "settle_id").at ? cmb_cli_text_at(row, "settle_id").at
                                                  : cmb_cli_text_at(row, "settleId").at,
        .alias = cmb_cli_text_at(cmb_cli_member(row, "info"), "altname").at,
        .linear = flag_at(row, "linear"), .inverse = flag_at(row, "inverse"),
        .active = flag_at(row, "active"),
    };
    struct cmb_text kind = cmb_cli_text_at(row, "type");
    market.kind = kind.at ? cmb_vocabulary_number(cmb_vocabulary_of(CMB_MEMBER_KIND), kind)
                          : CAMBIST_KIND_SPOT;
    set_decimal(row, "tick_size", &market.tick_size);
    set_decimal(row, "lot_size", &market.lot_size);
    set_decimal(row, "contract_size", &market.contract_size);
    set_decimal(row, "contractSize", &market.contract_size);
    return cmb_markets_add(markets, &market);
}

int cmb_cli_add_markets(struct cmb_markets *markets, struct json_object *rows)
{
    size_t count = json_object_is_type(rows, json_type_array) ? json_object_array_length(rows) : 0;
    int status = CAMBIST_OK;
    for (size_t i = 0; i < count && status == CAMBIST_OK; i++)
        status = add_market(markets, json_object_array_get_idx(rows, i));
    return status;
}
