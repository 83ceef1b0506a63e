/* What does this exchange call the engine's markets?
 *
 * No table says how an exchange forms the name of a market.  But its vectors show one for each kind
 * ("BTC-USDT-SWAP BTC/USDT:USDT swap"), and what surrounds the currencies in it is the rule. */
#include "simulator/exchange.h"

#include <stdio.h>

#include <ctype.h>

enum { NAME_BYTES = 64 };

/* before BASE between QUOTE behind */
struct pattern {
    char before[NAME_BYTES], between[NAME_BYTES], behind[NAME_BYTES];
    bool is_lower, is_quote_first;
};

static const struct pattern joined = { "", "", "", false, false };

/* ---- currencies ---- */

static const char *id_of(const struct cmb_plugin *plugin, const char *code)
{
    const struct cmb_words *words = cmb_words_find(plugin, CMB_TEXT("currency"));
    struct cmb_text theirs = { 0 };
    if (words && code)
        theirs = cmb_words_theirs(words, cmb_text_of(code));
    return theirs.at && !cmb_text_is(theirs, CMB_TEXT("*")) ? theirs.at : code;
}

/* Where a currency stands in a name, under the longest of the names that it has. */
static const char *find_currency(const struct cmb_plugin *plugin, const char *name,
                                 const char *code, size_t *ret_length)
{
    const struct cmb_words *words = cmb_words_find(plugin, CMB_TEXT("currency"));
    const char *found = strcasestr(name, code);
    *ret_length = found ? strlen(code) : 0;
    for (uint32_t i = 0; words && i < words->count; i++) {
        const struct cmb_word_row *row = &words->rows[i];
        const char *other = strcasestr(name, row->theirs.at);
        if (other && cmb_text_is(row->ours, cmb_text_of(code)) &&
            row->theirs.length > *ret_length) {
            found = other;
            *ret_length = row->theirs.length;
        }
    }
    return found;
}

/* ---- patterns ---- */

static bool read_pattern(const struct cmb_plugin *plugin, const char *name, const char *base,
                         const char *quote, struct pattern *ret)
{
    size_t base_length, quote_length;
    const char *base_at = find_currency(plugin, name, base, &base_length);
    const char *rest = base_at ? base_at + base_length : name;
    const char *quote_at = find_currency(plugin, rest, quote, &quote_length);
    if (!base_at || !quote_at)
        return false;
    *ret = joined;
    snprintf(ret->before, NAME_BYTES, "%.*s", (int)(base_at - name), name);
    snprintf(ret->between, NAME_BYTES, "%.*s", (int)(quote_at - rest), rest);
    snprintf(ret->behind, NAME_BYTES, "%s", quote_at + quote_length);
    ret->is_lower = islower((unsigned char)*base_at);
    return true;
}

/* "BTCUSDT BTC/USDT spot" */
static bool read_vector(const struct cmb_plugin *plugin, const char *market, const char *kind,
                        struct pattern *ret)
{
    struct cmb_text id, symbol, base, quote;
    struct cmb_text rest = cmb_text_cut(cmb_text_of(market), ' ', &id);
    rest = cmb_text_cut(rest, ' ', &symbol);
    if (!cmb_text_is(rest, cmb_text_of(kind)))
        return false;
    quote = cmb_text_cut(symbol, '/', &base);
    cmb_text_cut(quote, ':', &quote);
    char id_text[NAME_BYTES], base_text[NAME_BYTES], quote_text[NAME_BYTES];
    snprintf(id_text, sizeof id_text, "%.*s", (int)id.length, id.at);
    snprintf(base_text, sizeof base_text, "%.*s", (int)base.length, base.at);
    snprintf(quote_text, sizeof quote_text, "%.*s", (int)quote.length, quote.at);
    return read_pattern(plugin, id_text, base_text, quote_text, ret);
}

static struct pattern find_pattern(const struct cmb_plugin *plugin, const char *kind)
{
    struct pattern pattern = joined;
    for (uint32_t i = 0; i < plugin->tables.vectors.count; i++) {
        const struct cambist_vector *row = CMB_ROW(plugin->tables.vectors, i);
        if (row->market && read_vector(plugin, row->market, kind, &pattern))
            return pattern;
    }
    return strcmp(kind, "spot") == 0 ? pattern : find_pattern(plugin, "spot");
}

static void write_name(const struct pattern *pattern, const char *base, const char *quote,
                       char *to, size_t size)
{
    snprintf(to, size, "%s%s%s%s%s", pattern->before, base, pattern->between, quote,
             pattern->behind);
    for (char *at = to + strlen(pattern->before); pattern->is_lower && *at; at++)
        *at = (char)tolower((unsigned char)*at);
}

/* ---- markets ---- */

/* Kinds whose markets the exchange lists; a row that names no kind lists spot at least. */
static uint32_t kinds_of(const struct cmb_plugin *plugin)
{
    uint32_t kinds = 0;
    for (uint32_t i = 0; i < plugin->endpoint_count; i++) {
        const struct cmb_endpoint *endpoint = &plugin->endpoints[i];
        if (endpoint->operation == CAMBIST_OPERATION_fetch_markets)
            kinds |= endpoint->row->kinds ? endpoint->row->kinds : CAMBIST_KIND_SPOT;
    }
    return kinds ? kinds : CAMBIST_KIND_SPOT;
}

/* Whether swaps are listed by a row of their own, so that a name may mean two things. */
static bool has_swaps_apart(const struct cmb_plugin *plugin)
{
    for (uint32_t i = 0; i < plugin->endpoint_count; i++) {
        const struct cmb_endpoint *endpoint = &plugin->endpoints[i];
        if (endpoint->operation == CAMBIST_OPERATION_fetch_markets &&
            (endpoint->row->kinds & CAMBIST_KIND_SWAP) &&
            !(endpoint->row->kinds & CAMBIST_KIND_SPOT))
            return true;
    }
    return false;
}

static void add_market(const struct cmb_plugin *plugin, const struct cmb_engine_rules *rules,
                       struct cmb_markets *markets)
{
    char name[4 * NAME_BYTES];
    bool is_swap = rules->kind == CAMBIST_KIND_SWAP;
    struct pattern pattern = find_pattern(plugin, is_swap ? "swap" : "spot");
    struct cambist_market market = {
        .id = name, .symbol = rules->symbol, .base = rules->base, .quote = rules->quote,
        .settle = rules->settle, .base_id = id_of(plugin, rules->base),
        .quote_id = id_of(plugin, rules->quote), .settle_id = id_of(plugin, rules->settle),
        .kind = rules->kind, .active = CAMBIST_FLAG_YES,
        .tick_size = cmb_record_number(1, rules->price_scale),
        .lot_size = cmb_record_number(1, rules->amount_scale),
        .min_amount = cmb_record_number(1, rules->amount_scale),
        .max_amount = cmb_record_number(1000000, 0), .min_cost = cmb_record_number(1, 0),
        .taker = cmb_record_number(CMB_ENGINE_TAKER_FEE, 4),
        .maker = cmb_record_number(CMB_ENGINE_MAKER_FEE, 4),
    };
    write_name(&pattern, market.base_id, market.quote_id, name, sizeof name);
    if (is_swap && !has_swaps_apart(plugin) &&
        cmb_markets_find_id(markets, cmb_text_of(name), CAMBIST_KIND_SPOT))
        return; /* no vector says what swaps are called here */
    if (is_swap) {
        market.contract_size = cmb_record_number(1, 0);
        market.linear = CAMBIST_FLAG_YES;
        market.inverse = CAMBIST_FLAG_NO;
    }
    (void)cmb_markets_add(markets, &market);
}

struct cmb_markets *cmb_practice_name_markets(const struct cmb_plugin *plugin)
{
    struct cmb_markets *markets = cmb_markets_new();
    for (int i = 0; markets && i < CMB_ENGINE_MARKETS; i++)
        if (cmb_engine_rules[i].kind & kinds_of(plugin))
            add_market(plugin, &cmb_engine_rules[i], markets);
    return markets;
}
