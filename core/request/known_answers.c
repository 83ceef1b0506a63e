/* Does a plugin make the requests whose answers are known? */
#include "request/known_answers.h"

#include "crypto/random.h"

enum { PAIRS_MOST = 16, SHOWN_BYTES = 120 };

/* "a=1 b=2": pairs that look into `text`.  A PEM has blanks in it and comes last. */
static uint32_t cut_pairs(const char *text, struct cmb_pair *pairs)
{
    struct cmb_text left = cmb_text_of(text);
    uint32_t count = 0;
    while (left.at && count < PAIRS_MOST) {
        struct cmb_text word;
        left = cmb_text_cut(left, ' ', &word);
        if (!word.length)
            continue;
        struct cmb_text value = cmb_text_cut(word, '=', &pairs[count].name);
        if (cmb_text_begins(value, CMB_TEXT("-----BEGIN"))) {
            value = cmb_text_of(value.at);
            left = (struct cmb_text){ 0 };
        }
        pairs[count++].value = value;
    }
    return count;
}

/* "BTCUSDT BTC/USDT spot": id, symbol and kind; base and quote are the symbol's. */
static int add_market(struct cmb_exchange *exchange, struct cmb_call *call, const char *text)
{
    struct cmb_text id, symbol, pair, base, rest;
    struct cmb_text kind = cmb_text_cut(cmb_text_cut(cmb_text_of(text), ' ', &id), ' ', &symbol);
    cmb_text_cut(symbol, ':', &pair);
    rest = cmb_text_cut(pair, '/', &base);
    struct cambist_market market = {
        .id = cmb_arena_copy(&call->arena, id),
        .symbol = cmb_arena_copy(&call->arena, symbol),
        .base = cmb_arena_copy(&call->arena, base), .quote = cmb_arena_copy(&call->arena, rest),
        .kind = cmb_vocabulary_number(cmb_vocabulary_of(CMB_MEMBER_KIND), kind),
    };
    market.base_id = market.base;
    market.quote_id = market.quote;
    exchange->markets = cmb_markets_new();
    return exchange->markets ? cmb_markets_add(exchange->markets, &market) : CAMBIST_NO_MEMORY;
}

static int make_request(struct cmb_call *call, const struct cambist_vector *row)
{
    struct cmb_pair pairs[PAIRS_MOST];
    uint32_t count = cut_pairs(row->arguments, pairs);
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < count && status == CAMBIST_OK; i++)
        status = cmb_arguments_set(&call->arguments, pairs[i].name, pairs[i].value, CAMBIST_STRING,
                                   call->error);
    if (status == CAMBIST_OK)
        status = cmb_pick(call);
    if (status == CAMBIST_OK)
        status = cmb_fill(call);
    return status == CAMBIST_OK ? cmb_sign_call(call) : status;
}

static int refuse(struct cmb_call *call, const char *what, struct cmb_text is, const char *should)
{
    return cmb_fail(call->error, CAMBIST_BAD_PLUGIN, "%s is \"%.*s\", not \"%.*s\"", what,
                    (int)(is.length < SHOWN_BYTES ? is.length : SHOWN_BYTES), is.at ? is.at : "",
                    SHOWN_BYTES, should);
}

static int compare(struct cmb_call *call, const struct cambist_vector *row)
{
    struct cmb_buffer url;
    struct cmb_text body = cmb_buffer_text(&call->body), headers = cmb_buffer_text(&call->headers);
    int status = CAMBIST_OK;
    cmb_buffer_init(&url, 1 << 16);
    cmb_buffer_add(&url, cmb_text_of(call->exchange->servers[call->endpoint->server].url));
    cmb_buffer_add(&url, call->path);
    if (call->query.length)
        cmb_buffer_add_char(&url, '?');
    cmb_buffer_add(&url, cmb_buffer_text(&call->query));
    if (row->url && !cmb_text_is(cmb_buffer_text(&url), cmb_text_of(row->url)))
        status = refuse(call, "url", cmb_buffer_text(&url), row->url);
    else if (row->body && !cmb_text_is(body, cmb_text_of(row->body)))
        status = refuse(call, "body", body, row->body);
    else if (row->header && !cmb_text_contains(headers, cmb_text_of(row->header)))
        status = refuse(call, "header", headers, row->header);
    cmb_buffer_clear(&url);
    return status;
}

static int check_row(const struct cmb_plugin *plugin, struct cmb_vault *vault,
                     struct cmb_call *call, const struct cambist_vector *row,
                     struct cambist_error *error)
{
    struct cmb_pair credentials[PAIRS_MOST];
    struct cmb_clock clock;
    struct cmb_random random;
    struct cmb_exchange *exchange = NULL;
    cmb_clock_init_turnable(&clock, row->now_ms * 1000000);
    cmb_random_init_seeded(&random, 1);
    struct cmb_exchange_settings settings = {
        .environment = CMB_ENVIRONMENT_LIVE, .clock = &clock, .random = &random,
        .credentials = credentials, .credential_count = cut_pairs(row->credentials, credentials),
    };
    uint32_t operation = cmb_operation_find(cmb_text_of(row->operation));
    if (!operation)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "there is no operation \"%s\"",
                        row->operation ? row->operation : "");
    int status = cmb_exchange_open(plugin, vault, &settings, &exchange, error);
    if (status != CAMBIST_OK)
        return status;
    cmb_call_start(call, exchange, operation, error);
    if (row->market)
        status = add_market(exchange, call, row->market);
    if (status == CAMBIST_OK)
        status = make_request(call, row);
    if (status == CAMBIST_OK)
        status = compare(call, row);
    cmb_exchange_close(exchange);
    return status;
}

int cmb_known_answers_check(const struct cmb_plugin *plugin, struct cmb_vault *vault,
                            struct cambist_error *error)
{
    struct cmb_call *call = cmb_call_new();
    int status = call ? CAMBIST_OK
                      : cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a call"));
    for (uint32_t i = 0; i < plugin->tables.vectors.count && status == CAMBIST_OK; i++) {
        struct cambist_error reason = { 0 };
        status = check_row(plugin, vault, call, CMB_ROW(plugin->tables.vectors, i), &reason);
        if (status != CAMBIST_OK)
            status = cmb_fail(error, status == CAMBIST_NO_MEMORY ? status : CAMBIST_BAD_PLUGIN,
                              "plugin %s: vectors row %u: %.240s", plugin->tables.name, i + 1,
                              reason.message);
    }
    cmb_call_free(call);
    return status;
}
