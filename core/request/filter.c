/* What does a filter make of a value? */
#include "request/render.h"

#include "crypto/digest.h"
#include "crypto/encode.h"
#include "json/writer.h"

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
    return cmb_call_keep(call, &quoted);
}

static struct cmb_text encode_url(struct cmb_call *call, struct cmb_text text)
{
    struct cmb_buffer encoded;
    cmb_buffer_init(&encoded, VALUE_BYTES_MOST);
    cmb_encode_url(&encoded, text);
    return cmb_call_keep(call, &encoded);
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
