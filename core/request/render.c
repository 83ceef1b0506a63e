/* What does a template say for this call? */
#include "request/call.h"

#include <stdio.h>

#include "crypto/digest.h"
#include "crypto/encode.h"
#include "json/writer.h"
#include "number/time.h"

enum { VALUE_BYTES_MOST = 1 << 20 };

/* ---- times ---- */

static struct cmb_text format_time(struct cmb_call *call, int64_t time_ns, uint32_t form)
{
    char text[CMB_TIME_TEXT_SIZE];
    size_t length;
    switch (form) {
    case CMB_TIME_FORM_ISO: length = cmb_time_format_iso(time_ns, CMB_TIME_MS, text); break;
    case CMB_TIME_FORM_ISO_S:
        length = cmb_time_format_iso(time_ns, CMB_TIME_S, text) - 1; /* without the Z */
        break;
    case CMB_TIME_FORM_S: length = cmb_time_format_number(time_ns, CMB_TIME_S, text); break;
    case CMB_TIME_FORM_MS: length = cmb_time_format_number(time_ns, CMB_TIME_MS, text); break;
    case CMB_TIME_FORM_US: length = cmb_time_format_number(time_ns, CMB_TIME_US, text); break;
    default: length = cmb_time_format_number(time_ns, CMB_TIME_NS, text); break;
    }
    return (struct cmb_text){ cmb_arena_copy(&call->arena, (struct cmb_text){ text, length }),
                              length };
}

/* Arguments give times as milliseconds. */
static bool argument_time(const struct cmb_call *call, uint32_t argument, int64_t *ret_ns)
{
    struct cmb_text text = cmb_call_argument(call, argument);
    return text.at && cmb_time_parse_number(text, CMB_TIME_MS, ret_ns) == CMB_NUMBER_FINE;
}

/* 1m, 4h, 1d, 1w, 1M in nanoseconds; 0 for anything else. */
static int64_t timeframe_ns(struct cmb_text timeframe)
{
    static const struct { char unit; int64_t seconds; } units[] = {
        { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 }, { 'M', 2592000 },
    };
    int64_t count = 0;
    size_t digits = 0;
    while (digits < timeframe.length && digits < 5 && timeframe.at[digits] >= '0' &&
           timeframe.at[digits] <= '9')
        count = count * 10 + (timeframe.at[digits++] - '0');
    for (size_t i = 0; digits && digits + 1 == timeframe.length && i < 6; i++)
        if (units[i].unit == timeframe.at[digits])
            return count * units[i].seconds * 1000000000;
    return 0;
}

/* until or, failing that, since + limit x timeframe. */
static bool end_time(const struct cmb_call *call, int64_t *ret_ns)
{
    if (argument_time(call, CAMBIST_ARGUMENT_until, ret_ns))
        return true;
    int64_t since = 0, limit = 0, length;
    int64_t frame = timeframe_ns(cmb_call_argument(call, CAMBIST_ARGUMENT_timeframe));
    struct cmb_text text = cmb_call_argument(call, CAMBIST_ARGUMENT_limit);
    for (size_t i = 0; i < text.length && limit < 1000000; i++)
        limit = limit * 10 + (text.at[i] - '0');
    return frame && limit && argument_time(call, CAMBIST_ARGUMENT_since, &since) &&
           !__builtin_mul_overflow(frame, limit, &length) &&
           !__builtin_add_overflow(since, length, ret_ns);
}

/* A span is rounded up: a dead man's switch of half a second must not become none. */
static bool span(const struct cmb_call *call, int64_t unit_ns, int64_t *ret_ns)
{
    if (!unit_ns || !argument_time(call, CAMBIST_ARGUMENT_timeout, ret_ns))
        return false;
    if (*ret_ns % unit_ns)
        *ret_ns += unit_ns - *ret_ns % unit_ns;
    return true;
}

static bool time_of(struct cmb_call *call, uint32_t name, int64_t *ret_ns)
{
    switch (name) {
    case CMB_NAME_TIME: *ret_ns = cmb_call_time(call); return true;
    case CMB_NAME_SINCE: return argument_time(call, CAMBIST_ARGUMENT_since, ret_ns);
    case CMB_NAME_UNTIL: return argument_time(call, CAMBIST_ARGUMENT_until, ret_ns);
    default: return end_time(call, ret_ns);
    }
}

static struct cmb_text shifted_time(struct cmb_call *call, const struct cmb_step *step)
{
    static const int64_t units_ns[] = { [CMB_TIME_FORM_S] = 1000000000, [CMB_TIME_FORM_MS] = 1000000,
                                        [CMB_TIME_FORM_US] = 1000, [CMB_TIME_FORM_NS] = 1,
                                        [CMB_TIME_FORM_ISO] = 0, [CMB_TIME_FORM_ISO_S] = 0 };
    int64_t time_ns;
    bool is_there = step->name == CMB_NAME_TIMEOUT ? span(call, units_ns[step->index], &time_ns)
                                                   : time_of(call, step->name, &time_ns);
    if (!is_there)
        return (struct cmb_text){ 0 };
    return format_time(call, time_ns + step->shift * units_ns[step->index], step->index);
}

/* Every {time_...} of a call means the same moment; each form of it is written once. */
static struct cmb_text current_time(struct cmb_call *call, uint32_t form)
{
    if (!call->time_texts[form].at)
        call->time_texts[form] = format_time(call, cmb_call_time(call), form);
    return call->time_texts[form];
}

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
    if (!call->nonce.at) {
        char text[24];
        int length = snprintf(text, sizeof text, "%lld",
                              (long long)cmb_exchange_nonce(call->exchange));
        call->nonce = (struct cmb_text){ cmb_arena_copy(&call->arena,
                                             (struct cmb_text){ text, (size_t)length }),
                                         (size_t)length };
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

static struct cmb_text copy_buffer(struct cmb_call *call, struct cmb_buffer *buffer)
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
    return copy_buffer(call, &joined);
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
    case CMB_NAME_TIME: return current_time(call, index);
    case CMB_NAME_NONCE: return nonce(call);
    case CMB_NAME_UUID: return fresh_text(call, true);
    case CMB_NAME_RANDOM: return fresh_text(call, false);
    case CMB_NAME_SECRET_FORM:
    case CMB_NAME_ENVIRONMENT:
    case CMB_NAME_ACCESS:
    case CMB_NAME_SERVER: return circumstance(call, name);
    default: return name < CMB_NAME_NONCE ? market_value(call, name) : request_value(call, name);
    }
}

/* ---- filters ---- */

static struct cmb_text change_case(struct cmb_call *call, struct cmb_text text, char first,
                                   char last)
{
    char *changed = cmb_arena_take(&call->arena, text.length + 1);
    for (size_t i = 0; changed && i < text.length; i++)
        changed[i] = (char)(text.at[i] >= first && text.at[i] <= last ? text.at[i] ^ 0x20
                                                                      : text.at[i]);
    return (struct cmb_text){ changed, text.length };
}

static struct cmb_text quote(struct cmb_call *call, struct cmb_text text)
{
    struct cmb_buffer quoted;
    struct cmb_json_writer writer;
    cmb_buffer_init(&quoted, VALUE_BYTES_MOST);
    cmb_json_writer_init(&writer, &quoted);
    cmb_json_write_string(&writer, text);
    return copy_buffer(call, &quoted);
}

static struct cmb_text encode_url(struct cmb_call *call, struct cmb_text text)
{
    struct cmb_buffer encoded;
    cmb_buffer_init(&encoded, VALUE_BYTES_MOST);
    cmb_encode_url(&encoded, text);
    return copy_buffer(call, &encoded);
}

static struct cmb_text encode(struct cmb_call *call, struct cmb_text text,
                              char *(*encoder)(const void *, size_t, char *))
{
    char *encoded = cmb_arena_take(&call->arena, text.length * 2 + 8);
    char *end = encoded ? encoder(text.at, text.length, encoded) : NULL;
    return (struct cmb_text){ encoded, (size_t)(end - encoded) };
}

static struct cmb_text digest(struct cmb_call *call, struct cmb_text text, enum cmb_hash hash)
{
    unsigned char *bytes = cmb_arena_take(&call->arena, CMB_DIGEST_MOST_BYTES);
    size_t size = bytes ? cmb_digest(hash, &text, 1, bytes) : 0;
    return (struct cmb_text){ (const char *)bytes, size };
}

int cmb_apply_filter(struct cmb_call *call, uint32_t filter, struct cmb_text *text)
{
    switch (filter) {
    case CMB_FILTER_LOWER: *text = change_case(call, *text, 'A', 'Z'); break;
    case CMB_FILTER_UPPER: *text = change_case(call, *text, 'a', 'z'); break;
    case CMB_FILTER_URL: *text = encode_url(call, *text); break;
    case CMB_FILTER_JSON: *text = quote(call, *text); break;
    case CMB_FILTER_HEX: *text = encode(call, *text, cmb_encode_hex); break;
    case CMB_FILTER_BASE64: *text = encode(call, *text, cmb_encode_base64); break;
    case CMB_FILTER_BASE64URL: *text = encode(call, *text, cmb_encode_base64url); break;
    case CMB_FILTER_MD5: *text = digest(call, *text, CMB_HASH_MD5); break;
    case CMB_FILTER_SHA256: *text = digest(call, *text, CMB_HASH_SHA256); break;
    case CMB_FILTER_SHA384: *text = digest(call, *text, CMB_HASH_SHA384); break;
    default: *text = digest(call, *text, CMB_HASH_SHA512); break;
    }
    return text->at ? CAMBIST_OK
                    : cmb_fail_plain(call->error, CAMBIST_TOO_LARGE,
                                     CMB_TEXT("a value is too large to be rendered"));
}

/* {markets:json}: ["A","B"]. */
static struct cmb_text list_markets(struct cmb_call *call)
{
    struct cmb_buffer list;
    struct cmb_json_writer writer;
    cmb_buffer_init(&list, VALUE_BYTES_MOST);
    cmb_json_writer_init(&writer, &list);
    cmb_json_begin_array(&writer);
    for (uint32_t i = 0; i < call->market_count; i++)
        cmb_json_write_string(&writer, cmb_text_of(call->markets[i]->id));
    cmb_json_end_array(&writer);
    return copy_buffer(call, &list);
}

/* ---- steps ---- */

static int refuse_word(struct cmb_call *call, const struct cmb_step *step, struct cmb_text word)
{
    return cmb_fail(call->error, CAMBIST_NOT_SUPPORTED, "%s has no %.*s \"%.*s\"",
                    call->exchange->name.at, (int)step->words->name.length, step->words->name.at,
                    (int)word.length, word.at);
}

static struct cmb_text name_of_step(const struct cmb_call *call, const struct cmb_step *step)
{
    if (step->name == CMB_NAME_ARGUMENT)
        return cmb_argument_of(step->index)->name;
    if (step->name == CMB_NAME_CREDENTIAL)
        return cmb_text_of(call->exchange->plugin->tables.credentials.rows[step->index].name);
    if (step->name == CMB_NAME_MARKETS)
        return CMB_TEXT("symbols");
    if (step->name == CMB_NAME_SINCE || step->name == CMB_NAME_UNTIL)
        return step->name == CMB_NAME_SINCE ? CMB_TEXT("since") : CMB_TEXT("until");
    if (step->name == CMB_NAME_TIMEOUT)
        return CMB_TEXT("timeout");
    return step->name == CMB_NAME_END ? CMB_TEXT("until") : CMB_TEXT("symbol");
}

static struct cmb_text plain_value(struct cmb_call *call, const struct cmb_step *step)
{
    if (step->name > CMB_NAME_TIME || (step->name == CMB_NAME_TIME && step->shift))
        return shifted_time(call, step);
    if (step->name == CMB_NAME_MARKETS && step->filters[0] == CMB_FILTER_JSON &&
        call->market_count)
        return list_markets(call);
    struct cmb_text value = cmb_value_of(call, step->name, step->index);
    return value.at ? value : step->text;
}

static int render_step(struct cmb_call *call, const struct cmb_step *step, struct cmb_text *ret,
                       struct cmb_text *ret_missing)
{
    if (step->name == CMB_NAME_LITERAL) {
        *ret = step->text;
        return CAMBIST_OK;
    }
    if (step->name == CMB_NAME_DERIVED) {
        int status = cmb_derive(call, step->index, ret);
        if (status != CAMBIST_OK)
            return status;
    } else {
        *ret = plain_value(call, step);
    }
    if (!ret->at) {
        *ret_missing = name_of_step(call, step);
        return CAMBIST_BAD_ARGUMENT;
    }
    if (step->words) {
        struct cmb_text theirs = cmb_words_theirs(step->words, *ret);
        bool is_open = step->name == CMB_NAME_ARGUMENT &&
                       cmb_argument_of(step->index)->kind == CMB_MEMBER_CURRENCY;
        if (!theirs.at && !is_open)
            return refuse_word(call, step, *ret);
        *ret = theirs.at ? theirs : *ret;
    }
    int status = CAMBIST_OK;
    bool is_listed = step->name == CMB_NAME_MARKETS && step->filters[0] == CMB_FILTER_JSON;
    for (size_t i = is_listed; i < CMB_FILTERS_MAX && step->filters[i] && status == CAMBIST_OK; i++)
        status = cmb_apply_filter(call, step->filters[i], ret);
    return status;
}

enum { PARTS_MOST = 32 };

/* Of parts of which all but one are empty, that one is the whole. */
static struct cmb_text join(struct cmb_call *call, const struct cmb_text *parts, uint32_t count,
                            size_t length)
{
    for (uint32_t i = 0; i < count; i++)
        if (parts[i].length == length)
            return parts[i];
    char *joined = cmb_arena_take(&call->arena, length + 1);
    struct cmb_text whole = { joined, length };
    for (uint32_t i = 0; joined && i < count; i++) {
        memcpy(joined, parts[i].at, parts[i].length);
        joined += parts[i].length;
    }
    return whole;
}

int cmb_render(struct cmb_call *call, const struct cmb_template *template, struct cmb_text *ret,
               struct cmb_text *ret_missing)
{
    if (template->count == 1)
        return render_step(call, template->steps, ret, ret_missing);
    struct cmb_text parts[PARTS_MOST];
    size_t length = 0;
    if (template->count > PARTS_MOST)
        return cmb_fail_plain(call->error, CAMBIST_TOO_LARGE, CMB_TEXT("a template is too long"));
    for (uint32_t i = 0; i < template->count; i++) {
        int status = render_step(call, &template->steps[i], &parts[i], ret_missing);
        if (status != CAMBIST_OK)
            return status;
        length += parts[i].length;
    }
    *ret = template->count ? join(call, parts, template->count, length) : CMB_TEXT("");
    return ret->at ? CAMBIST_OK
                   : cmb_fail_plain(call->error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a call"));
}
