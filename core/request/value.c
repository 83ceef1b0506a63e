/* What does a name in a template stand for, before filters? */
#include "request/render.h"

#include "crypto/encode.h"

/* ---- markets ---- */

static struct cmb_text join_markets(struct cmb_call *call)
{
    struct cmb_buffer joined;
    cmb_buffer_init(&joined, VALUE_BYTES_MOST);
    for (uint32_t i = 0; i < call->market_count; i++) {
        if (i)
            cmb_buffer_add(&joined, CMB_TEXT(","));
        cmb_buffer_add(&joined, cmb_text_of(call->markets[i]->id));
    }
    const char *copy = cmb_arena_copy(&call->arena, cmb_text_of(cmb_buffer_string(&joined)));
    cmb_buffer_clear(&joined);
    return call->market_count ? cmb_text_of(copy) : (struct cmb_text){ 0 };
}

static struct cmb_text market_value(struct cmb_call *call, uint32_t name)
{
    const struct cambist_market *market = call->market;
    if (name == CMB_NAME_MARKET_KIND)
        return cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_KIND), call->kind);
    if (name == CMB_NAME_MARKETS)
        return join_markets(call);
    if (!market)
        return (struct cmb_text){ 0 };
    switch (name) {
    case CMB_NAME_MARKET: return cmb_text_of(market->id);
    case CMB_NAME_BASE: return cmb_text_of(market->base);
    case CMB_NAME_QUOTE: return cmb_text_of(market->quote);
    case CMB_NAME_SETTLE: return cmb_text_of(market->settle);
    case CMB_NAME_BASE_ID: return cmb_text_of(market->base_id);
    case CMB_NAME_QUOTE_ID: return cmb_text_of(market->quote_id);
    default: return cmb_text_of(market->settle_id);
    }
}

/* ---- fresh values ---- */

static struct cmb_text nonce(struct cmb_call *call)
{
    char digits[CMB_NUMBER_SIZE];
    if (!call->nonce.at) {
        call->nonce = cmb_text_of_number(cmb_exchange_nonce(call->exchange), digits);
        call->nonce.at = cmb_arena_copy(&call->arena, call->nonce);
    }
    return call->nonce;
}

/* A header may repeat what a signed text holds: one value for the whole request. */
static struct cmb_text fresh_text(struct cmb_call *call, bool is_uuid)
{
    struct cmb_text *kept = is_uuid ? &call->uuid : &call->random;
    if (kept->at)
        return *kept;
    char text[64];
    char *end = is_uuid ? cmb_random_uuid(call->exchange->random, text)
                        : cmb_random_hex(call->exchange->random, 32, text);
    struct cmb_text fresh = { text, (size_t)(end - text) };
    *kept = (struct cmb_text){ cmb_arena_copy(&call->arena, fresh), fresh.length };
    return *kept;
}

/* ---- the request's own parts ---- */

struct cmb_text cmb_call_keep(struct cmb_call *call, struct cmb_buffer *buffer)
{
    struct cmb_text text = cmb_buffer_text(buffer);
    const char *copy = cmb_buffer_is_whole(buffer)
                           ? cmb_arena_copy(&call->arena, text.at ? text : CMB_TEXT("")) : NULL;
    text.at = copy;
    cmb_buffer_clear(buffer);
    return text;
}

static struct cmb_text target(struct cmb_call *call)
{
    if (!call->query.length)
        return call->path;
    size_t length = call->path.length + 1 + call->query.length;
    char *joined = cmb_arena_take(&call->arena, length + 1);
    if (!joined)
        return (struct cmb_text){ 0 };
    memcpy(joined, call->path.at, call->path.length);
    joined[call->path.length] = '?';
    memcpy(joined + call->path.length + 1, call->query.at, call->query.length);
    return (struct cmb_text){ joined, length };
}

/* The pairs so far as k=v&k=v, by name or in order, encoded or not. */
static struct cmb_text pairs(struct cmb_call *call, bool is_sorted, bool is_raw)
{
    const struct cmb_rendered *order[CMB_PAIRS_MOST];
    for (uint32_t i = 0; i < call->pair_count; i++) {
        uint32_t at = i;
        while (is_sorted && at && strcmp(order[at - 1]->name.at, call->pairs[i].name.at) > 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = &call->pairs[i];
    }
    struct cmb_buffer joined;
    cmb_buffer_init(&joined, VALUE_BYTES_MOST);
    for (uint32_t i = 0; i < call->pair_count; i++) {
        if (i)
            cmb_buffer_add_char(&joined, '&');
        cmb_buffer_add(&joined, order[i]->name);
        cmb_buffer_add_char(&joined, '=');
        if (is_raw)
            cmb_buffer_add(&joined, order[i]->value);
        else
            cmb_encode_url(&joined, order[i]->value);
    }
    return cmb_call_keep(call, &joined);
}

static struct cmb_text present(struct cmb_text text)
{
    return text.at ? text : CMB_TEXT("");
}

/* The path without what the server's URL puts in front. */
static struct cmb_text route(const struct cmb_call *call)
{
    size_t base = call->exchange->servers[call->endpoint->server].base.length;
    return (struct cmb_text){ call->path.at + base, call->path.length - base };
}

static struct cmb_text stream_value(const struct cmb_call *call, uint32_t name)
{
    switch (name) {
    case CMB_NAME_CHANNEL: return call->spoken.channel;
    case CMB_NAME_TOPICS: return call->spoken.topics;
    case CMB_NAME_NUMBER: return call->spoken.number;
    default: return call->spoken.token;
    }
}

static struct cmb_text request_value(struct cmb_call *call, uint32_t name)
{
    switch (name) {
    case CMB_NAME_METHOD: return call->endpoint->method;
    case CMB_NAME_HOST: return call->exchange->servers[call->endpoint->server].host;
    case CMB_NAME_PATH: return call->path;
    case CMB_NAME_QUERY: return present(cmb_buffer_text(&call->query));
    case CMB_NAME_TARGET: return target(call);
    case CMB_NAME_BODY: return present(cmb_buffer_text(&call->body));
    case CMB_NAME_ROUTE: return route(call);
    case CMB_NAME_CONTENT_TYPE: return cmb_text_of(call->content_type ? call->content_type : "");
    case CMB_NAME_RAW_QUERY: return pairs(call, false, true);
    case CMB_NAME_SORTED_QUERY: return pairs(call, true, false);
    default: return pairs(call, true, true);
    }
}

static struct cmb_text circumstance(const struct cmb_call *call, uint32_t name)
{
    static const struct cmb_text environments[] = { [CMB_ENVIRONMENT_LIVE] = CMB_TEXT("live"),
                                                    [CMB_ENVIRONMENT_SANDBOX] = CMB_TEXT("sandbox"),
                                                    [CMB_ENVIRONMENT_SIMULATED] = CMB_TEXT("simulated") };
    static const struct cmb_text accesses[] = { CMB_TEXT("public"), CMB_TEXT("keyed"),
                                                CMB_TEXT("signed") };
    switch (name) {
    case CMB_NAME_ENVIRONMENT: return environments[call->exchange->environment];
    case CMB_NAME_SECRET_FORM: return call->exchange->secret_form;
    case CMB_NAME_ACCESS: return accesses[call->endpoint->row->access];
    default: return call->exchange->servers[call->endpoint->server].name;
    }
}

struct cmb_text cmb_value_of(struct cmb_call *call, uint32_t name, uint32_t index)
{
    switch (name) {
    case CMB_NAME_ARGUMENT: {
        struct cmb_text value = cmb_call_argument(call, index);
        if (!value.at && index == CAMBIST_ARGUMENT_receive_window)
            value = call->exchange->receive_window;
        return value;
    }
    case CMB_NAME_CREDENTIAL: return cmb_secret_reveal(call->exchange->credentials[index]);
    case CMB_NAME_TIME: return cmb_current_time(call, index);
    case CMB_NAME_NONCE: return nonce(call);
    case CMB_NAME_UUID: return fresh_text(call, true);
    case CMB_NAME_RANDOM: return fresh_text(call, false);
    case CMB_NAME_SECRET_FORM:
    case CMB_NAME_ENVIRONMENT:
    case CMB_NAME_ACCESS:
    case CMB_NAME_SERVER: return circumstance(call, name);
    case CMB_NAME_CHANNEL:
    case CMB_NAME_TOPICS:
    case CMB_NAME_NUMBER:
    case CMB_NAME_TOKEN: return stream_value(call, name);
    default: return name < CMB_NAME_NONCE ? market_value(call, name) : request_value(call, name);
    }
}
