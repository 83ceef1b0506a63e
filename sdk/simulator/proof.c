/* Is the request signed by the one who holds the secret, and is it fresh? */
#include "simulator/request.h"

#include <stdlib.h>

#include "base/fail.h"
#include "crypto/encode.h"
#include "number/time.h"

enum { WINDOW_DEFAULT_MS = 30000, DECODED_BYTES_MOST = 1 << 16 };

/* ---- stamps ---- */

static bool speaks_of(const struct cmb_template *template, uint32_t name)
{
    for (uint32_t i = 0; i < template->count; i++)
        if (template->steps[i].name == name)
            return true;
    return false;
}

/* Whether a request without the stamp proves nothing. */
static bool is_needed(const struct cmb_template *template)
{
    return speaks_of(template, CMB_NAME_CREDENTIAL) || speaks_of(template, CMB_NAME_DERIVED) ||
           speaks_of(template, CMB_NAME_TIME) || speaks_of(template, CMB_NAME_NONCE);
}

static int read_stamp(struct cmb_capture *capture, const struct cmb_parameter *stamp,
                      struct cambist_error *error)
{
    struct cmb_text value = cmb_received_find(capture->received, stamp->place, stamp->name);
    bool needed = is_needed(&stamp->value);
    if (!value.at && needed)
        return cmb_fail(error, CAMBIST_DENIED, "%.*s is missing", (int)stamp->name.length,
                        stamp->name.at);
    if (value.at && !cmb_inverse_match(capture, &stamp->value, value) && needed)
        return cmb_fail(error, CAMBIST_DENIED, "%.*s does not have the documented form",
                        (int)stamp->name.length, stamp->name.at);
    return CAMBIST_OK;
}

/* A deadline is there when the client wanted one: nothing else of the request tells that. */
static bool is_expected(const struct cmb_capture *capture, const struct cmb_parameter *stamp)
{
    return cmb_condition_holds(capture->call, &stamp->when) ||
           speaks_of(&stamp->value, CMB_NAME_DEADLINE);
}

static int read_stamps(struct cmb_capture *capture, struct cambist_error *error)
{
    const struct cmb_endpoint *endpoint = capture->call->endpoint;
    int status = CAMBIST_OK;
    for (uint32_t i = endpoint->own_count; i < endpoint->parameter_count; i++)
        if (status == CAMBIST_OK && is_expected(capture, &endpoint->parameters[i]))
            status = read_stamp(capture, &endpoint->parameters[i], error);
    return status;
}

/* ---- the text that was signed ---- */

static bool is_signature(const struct cmb_capture *capture, uint32_t place, struct cmb_text name)
{
    const struct cmb_endpoint *endpoint = capture->call->endpoint;
    for (uint32_t i = endpoint->own_count; i < endpoint->parameter_count; i++) {
        const struct cmb_parameter *stamp = &endpoint->parameters[i];
        if (stamp->place == place && cmb_text_is(stamp->name, name) &&
            speaks_of(&stamp->value, CMB_NAME_DERIVED))
            return true;
    }
    return false;
}

/* The pairs as they stood there, without the signature itself. */
static void restore_pairs(struct cmb_capture *capture, uint32_t place,
                          const struct cmb_received_pair *pairs, uint32_t count,
                          struct cmb_buffer *text)
{
    struct cmb_call *call = capture->call;
    for (uint32_t i = 0; i < count; i++) {
        if (is_signature(capture, place, pairs[i].name))
            continue;
        if (text->length)
            cmb_buffer_add_char(text, '&');
        cmb_buffer_add(text, pairs[i].raw);
        if (call->pair_count < CMB_PAIRS_MOST)
            call->pairs[call->pair_count++] =
                (struct cmb_rendered){ .name = pairs[i].name, .value = pairs[i].value, .item = -1 };
    }
}

static void restore_request(struct cmb_capture *capture)
{
    struct cmb_call *call = capture->call;
    struct cmb_received *received = capture->received;
    cmb_buffer_reset(&call->query);
    cmb_buffer_reset(&call->body);
    call->pair_count = 0;
    restore_pairs(capture, CAMBIST_QUERY, received->query_pairs, received->query_count,
                  &call->query);
    if (received->form_count)
        restore_pairs(capture, CAMBIST_FORM, received->form_pairs, received->form_count,
                      &call->body);
    else
        cmb_buffer_add(&call->body, received->body);
}

/* ---- derived values ---- */

static const struct cmb_derived *row_of(const struct cmb_capture *capture, uint32_t name,
                                        uint32_t *ret)
{
    const struct cmb_plugin *plugin = capture->call->exchange->plugin;
    const struct cmb_derived_name *derived = &plugin->derived_names[name];
    for (*ret = derived->first; *ret < derived->first + derived->count; ++*ret)
        if (cmb_condition_holds(capture->call, &plugin->derived[*ret].when))
            return &plugin->derived[*ret];
    return NULL;
}

static bool decode(struct cmb_capture *capture, uint32_t form, struct cmb_text text,
                   struct cmb_text *ret)
{
    unsigned char *to = cmb_arena_take(&capture->call->arena, text.length + 1);
    ret->at = (const char *)to;
    if (form == CAMBIST_AS_HEX)
        return to && cmb_decode_hex(text, to, text.length, &ret->length);
    if (form == CAMBIST_AS_BASE64 || form == CAMBIST_AS_BASE64URL)
        return to && cmb_decode_base64(text, to, text.length, &ret->length);
    *ret = text;
    return true;
}

/* A text that others can read: it must be what the template says, whatever else it says. */
static bool check_plain(struct cmb_capture *capture, const struct cmb_derived *derived,
                        struct cmb_text received)
{
    struct cmb_text text;
    if (derived->row->compute)
        return true;
    if (!decode(capture, derived->row->form, received, &text))
        return false;
    bool is_json = derived->text.count && derived->text.steps[0].name == CMB_NAME_LITERAL &&
                   cmb_text_begins(derived->text.steps[0].text, CMB_TEXT("{"));
    return is_json ? cmb_inverse_match_json(capture, &derived->text, text)
                   : cmb_inverse_match(capture, &derived->text, text);
}

static bool check_signature(struct cmb_capture *capture, const struct cmb_derived *derived,
                            const struct cmb_sign_key *key, struct cmb_text received)
{
    struct cmb_text signature, text = { 0 }, missing = { 0 };
    struct cmb_call *call = capture->call;
    int status = derived->row->compute
                     ? derived->row->compute(&call->slot, &text.at, &text.length)
                     : cmb_render(call, &derived->text, &text, &missing);
    return status == CAMBIST_OK && decode(capture, derived->row->form, received, &signature) &&
           cmb_sign_check(key, &text, 1, signature);
}

/* ---- members of an object as a query ---- */

enum { MEMBERS_MOST = 32, QUERY_BYTES_MOST = 4096 };

static bool is_query(const struct cmb_template *text)
{
    struct cmb_text first = text->count ? text->steps[0].text : (struct cmb_text){ 0 };
    return text->count > 1 && text->steps[0].name == CMB_NAME_LITERAL && first.length &&
           first.at[first.length - 1] == '=';
}

static int compare_names(const void *a, const void *b)
{
    const struct cmb_received_pair *one = a, *other = b;
    size_t shorter = one->name.length < other->name.length ? one->name.length : other->name.length;
    int order = memcmp(one->name.at, other->name.at, shorter);
    return order ? order : one->name.length < other->name.length ? -1 : 1;
}

/* name=value of all members but the signature, by name. */
static void write_members(struct cmb_text object, struct cmb_text signature,
                          struct cmb_buffer *ret)
{
    struct cmb_received_pair pairs[MEMBERS_MOST];
    struct cmb_json_reader reader;
    struct cmb_json_value key, value;
    size_t count = 0;
    cmb_json_init(&reader, object, 0);
    cmb_json_enter_object(&reader);
    while (count < MEMBERS_MOST && cmb_json_next_member(&reader, &key) &&
           cmb_json_read_value(&reader, &value))
        if (!cmb_text_is(value.raw, signature))
            pairs[count++] = (struct cmb_received_pair){ .name = key.raw, .value = value.raw };
    qsort(pairs, count, sizeof *pairs, compare_names);
    for (size_t i = 0; i < count; i++) {
        if (i)
            cmb_buffer_add_char(ret, '&');
        cmb_buffer_add(ret, pairs[i].name);
        cmb_buffer_add_char(ret, '=');
        cmb_buffer_add(ret, pairs[i].value);
    }
}

/* Other programs sign members that the tables do not send. */
static bool check_members(struct cmb_capture *capture, const struct cmb_derived *derived,
                          uint32_t i, struct cmb_text received)
{
    const struct cmb_exchange *exchange = capture->call->exchange;
    struct cmb_text signature;
    struct cmb_buffer query;
    if (!capture->signed_object.at || !is_query(&derived->text) ||
        !decode(capture, derived->row->form, received, &signature))
        return false;
    cmb_buffer_init(&query, QUERY_BYTES_MOST);
    write_members(capture->signed_object, received, &query);
    struct cmb_text text = cmb_buffer_text(&query);
    bool is_good = exchange->sign_keys[i]
                       ? cmb_sign_check(exchange->sign_keys[i], &text, 1, signature)
                       : exchange->macs[i] && cmb_mac_check(exchange->macs[i], &text, 1, signature);
    cmb_buffer_clear(&query);
    return is_good;
}

static bool check_derived(struct cmb_capture *capture, uint32_t name)
{
    struct cmb_call *call = capture->call;
    struct cmb_text received = capture->derived[name], expected;
    uint32_t i;
    const struct cmb_derived *derived = row_of(capture, name, &i);
    bool is_good;
    if (!derived)
        return false;
    if (derived->row->algorithm == CAMBIST_PLAIN)
        is_good = check_plain(capture, derived, received);
    else if (call->exchange->sign_keys[i])
        is_good = check_signature(capture, derived, call->exchange->sign_keys[i], received);
    else
        is_good = cmb_derive(call, name, &expected) == CAMBIST_OK &&
                  expected.length == received.length &&
                  cmb_crypto_is_equal(expected.at, received.at, received.length);
    is_good = is_good || check_members(capture, derived, i, received);
    call->derived[name] = received; /* what is derived of it is derived of what was sent */
    return is_good;
}

static int check_all_derived(struct cmb_capture *capture, struct cambist_error *error)
{
    const struct cmb_plugin *plugin = capture->call->exchange->plugin;
    for (uint32_t name = 0; name < plugin->derived_name_count; name++)
        if (capture->derived[name].at && !check_derived(capture, name)) {
            cmb_fail_reset(error);
            return cmb_fail(error, CAMBIST_DENIED, "%.*s is not right",
                            (int)plugin->derived_names[name].name.length,
                            plugin->derived_names[name].name.at);
        }
    return CAMBIST_OK;
}

/* ---- freshness ---- */

static int64_t number_of(struct cmb_text digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits.length && i < 18; i++)
        number = number * 10 + (digits.at[i] - '0');
    return number;
}

/* Asked when a request arrives, and again in front of the engine where it had to wait. */
static int check_time(struct cmb_capture *capture, struct cambist_error *error)
{
    struct cmb_call *call = capture->call;
    struct cmb_text window = call->arguments.values[CAMBIST_ARGUMENT_receive_window];
    int64_t most_ms = window.at ? number_of(window) : WINDOW_DEFAULT_MS;
    int64_t age_ns = capture->received->time_ns - call->time_ns;
    bool is_stamped = false;
    for (int form = 0; form < CMB_TIME_FORMS; form++)
        is_stamped |= call->time_texts[form].at != NULL;
    if (is_stamped && (age_ns > most_ms * 1000000 || age_ns < -most_ms * 1000000))
        return cmb_fail(error, CAMBIST_BAD_TIME, "the timestamp is outside of the window");
    if (capture->deadline_ns && capture->received->time_ns > capture->deadline_ns)
        return cmb_fail(error, CAMBIST_BAD_TIME, "the request's deadline has passed");
    if (is_stamped && window.at && !capture->deadline_ns)
        capture->deadline_ns = call->time_ns + most_ms * 1000000;
    return CAMBIST_OK;
}

static int check_nonce(struct cmb_capture *capture, struct cambist_error *error)
{
    struct cmb_call *call = capture->call;
    if (!call->nonce.at || capture->is_proved)
        return CAMBIST_OK;
    int64_t nonce = number_of(call->nonce);
    if (nonce <= atomic_load(&call->exchange->last_nonce))
        return cmb_fail(error, CAMBIST_BAD_TIME, "the nonce is not larger than the one before");
    atomic_store(&call->exchange->last_nonce, nonce);
    return CAMBIST_OK;
}

static int check_credentials(struct cmb_capture *capture, struct cambist_error *error)
{
    int status = CAMBIST_OK;
    if (capture->is_stranger)
        status = cmb_fail(error, CAMBIST_DENIED, "the key is not known");
    if (status == CAMBIST_OK)
        status = check_all_derived(capture, error);
    if (status == CAMBIST_OK && capture->is_stranger)
        status = cmb_fail(error, CAMBIST_DENIED, "the key is not known");
    return status == CAMBIST_OK ? check_time(capture, error) : status;
}

int cmb_proof_check(struct cmb_capture *capture, struct cambist_error *error)
{
    if (capture->call->endpoint->row->access == CAMBIST_PUBLIC)
        return CAMBIST_OK;
    memset(capture->derived, 0, sizeof capture->derived); /* what parameters said is no proof */
    int status = read_stamps(capture, error);
    restore_request(capture);
    if (status == CAMBIST_OK)
        status = check_credentials(capture, error);
    return status == CAMBIST_OK ? check_nonce(capture, error) : status;
}

int cmb_proof_check_message(struct cmb_capture *capture, const struct cmb_template *message,
                            struct cmb_text object, struct cambist_error *error)
{
    for (uint32_t i = 0; i < message->count; i++)
        if (message->steps[i].name == CMB_NAME_DERIVED &&
            !capture->derived[message->steps[i].index].at)
            return cmb_fail(error, CAMBIST_DENIED, "the proof is missing");
    capture->signed_object = object;
    int status = check_credentials(capture, error);
    capture->signed_object = (struct cmb_text){ 0 };
    return status;
}
