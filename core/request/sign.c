/* What proves that a request is ours? */
#include "request/call.h"

#include "crypto/digest.h"
#include "crypto/encode.h"

static int refuse_credential(struct cmb_call *call, int credential)
{
    return cmb_fail(call->error, CAMBIST_DENIED, "%s: %s needs the credential \"%s\"",
                    call->exchange->name.at, cmb_operation_of(call->operation)->name.at,
                    call->exchange->plugin->tables.credentials.rows[credential].name);
}

static const enum cmb_hash digest_hashes[] = { [CAMBIST_MD5] = CMB_HASH_MD5,
                                               [CAMBIST_SHA256] = CMB_HASH_SHA256,
                                               [CAMBIST_SHA384] = CMB_HASH_SHA384,
                                               [CAMBIST_SHA512] = CMB_HASH_SHA512 };

/* The bytes that the row's algorithm makes of `text`; their number, 0 when it cannot. */
static size_t compute(struct cmb_call *call, uint32_t i, struct cmb_text text,
                      unsigned char *ret_bytes)
{
    const struct cmb_derived *derived = &call->exchange->plugin->derived[i];
    if (call->exchange->macs[i])
        return cmb_mac_write(call->exchange->macs[i], &text, 1, ret_bytes);
    if (call->exchange->sign_keys[i])
        return cmb_sign(call->exchange->sign_keys[i], &text, 1, ret_bytes);
    if (derived->credential >= 0)
        return 0;
    return cmb_digest(digest_hashes[derived->row->algorithm], &text, 1, ret_bytes);
}

static struct cmb_text encode(struct cmb_call *call, uint32_t form, const unsigned char *bytes,
                              size_t size, int *ret_status)
{
    char *text = cmb_arena_room(&call->arena, size * 2 + 8);
    char *end = text;
    if (!text) {
        *ret_status = cmb_fail_plain(call->error, CAMBIST_NO_MEMORY,
                                     CMB_TEXT("no memory for a call"));
        return (struct cmb_text){ 0 };
    }
    switch (form) {
    case CAMBIST_AS_HEX: end = cmb_encode_hex(bytes, size, text); break;
    case CAMBIST_AS_BASE64: end = cmb_encode_base64(bytes, size, text); break;
    case CAMBIST_AS_BASE64URL: end = cmb_encode_base64url(bytes, size, text); break;
    default: memcpy(text, bytes, size); end = text + size; break;
    }
    *end = 0;
    return (struct cmb_text){ text, (size_t)(end - text) };
}

/* The text that is hashed or signed: from the row's template or from its function. */
static struct cmb_text text_of(struct cmb_call *call, const struct cmb_derived *derived,
                               int *ret_status)
{
    struct cmb_text text = { 0 }, missing = { 0 };
    if (derived->row->compute) {
        *ret_status = derived->row->compute(&call->slot, &text.at, &text.length);
        return text;
    }
    *ret_status = cmb_render(call, &derived->text, &text, &missing);
    if (missing.at)
        *ret_status = cmb_fail(call->error, CAMBIST_DENIED, "%s: %s needs \"%.*s\"",
                               call->exchange->name.at,
                               cmb_operation_of(call->operation)->name.at, (int)missing.length,
                               missing.at);
    return text;
}

static struct cmb_text derive_row(struct cmb_call *call, uint32_t i, int *ret_status)
{
    const struct cmb_derived *derived = &call->exchange->plugin->derived[i];
    struct cmb_text text = text_of(call, derived, ret_status);
    if (*ret_status != CAMBIST_OK)
        return (struct cmb_text){ 0 };
    if (derived->row->algorithm == CAMBIST_PLAIN && derived->row->form <= CAMBIST_AS_RAW)
        return text;
    if (derived->row->algorithm == CAMBIST_PLAIN)
        return encode(call, derived->row->form, (const unsigned char *)text.at, text.length,
                      ret_status);
    unsigned char bytes[CMB_SIGN_MOST_BYTES];
    size_t size = compute(call, i, text, bytes);
    if (size)
        return encode(call, derived->row->form, bytes, size, ret_status);
    *ret_status = derived->credential >= 0 ? refuse_credential(call, derived->credential)
                                           : CAMBIST_DENIED;
    return (struct cmb_text){ 0 };
}

struct cmb_text cmb_derive_by(struct cmb_call *call, uint32_t name, uint32_t row, int *ret_status)
{
    *ret_status = CAMBIST_OK;
    if (call->derived[name].at)
        return call->derived[name];
    struct cmb_text text = derive_row(call, row, ret_status);
    call->derived[name] = text;
    return text;
}

int cmb_derive(struct cmb_call *call, uint32_t name, struct cmb_text *ret)
{
    const struct cmb_derived_name *derived = &call->exchange->plugin->derived_names[name];
    for (uint32_t i = derived->first; i < derived->first + derived->count; i++)
        if (call->derived[name].at ||
            cmb_condition_holds(call, &call->exchange->plugin->derived[i].when)) {
            int status;
            *ret = cmb_derive_by(call, name, i, &status);
            return status;
        }
    return cmb_fail(call->error, CAMBIST_DENIED, "%s: no way to sign with a secret of the form %s",
                    call->exchange->name.at,
                    call->exchange->secret_form.at ? call->exchange->secret_form.at : "(none)");
}

/* Behind a wait, or on another connection, the request is signed anew. */
static void start_signing(struct cmb_call *call)
{
    call->pair_count = call->filled_pairs;
    call->query.length = call->filled_query;
    call->body.length = call->filled_body;
    cmb_buffer_reset(&call->headers);
    cmb_call_refresh(call);
}

static int add_stamps(struct cmb_call *call, bool are_headers)
{
    const struct cmb_endpoint *endpoint = call->endpoint;
    int status = CAMBIST_OK;
    if (cmb_plan_stamp(call, are_headers ? CMB_PLAN_HEADERS : CMB_PLAN_STAMPS))
        return CAMBIST_OK;
    for (uint32_t i = endpoint->own_count; i < endpoint->parameter_count; i++)
        if ((endpoint->parameters[i].place == CAMBIST_HEADER) == are_headers &&
            status == CAMBIST_OK)
            status = cmb_add_parameter(call, &endpoint->parameters[i]);
    return status;
}

/* Everything that belongs into query or body stands there before the headers speak of it. */
int cmb_sign_call(struct cmb_call *call)
{
    start_signing(call);
    int status = add_stamps(call, /* are_headers= */ false);
    if (call->endpoint->place == CAMBIST_JSON && !call->plan && status == CAMBIST_OK)
        status = cmb_compose(call, &call->body, NULL);
    if (call->body.length)
        call->content_type = call->endpoint->place == CAMBIST_JSON
                                 ? "application/json" : "application/x-www-form-urlencoded";
    return status == CAMBIST_OK ? add_stamps(call, /* are_headers= */ true) : status;
}
