/* crypto/encode.h - bytes as text and back: hex, base64, base64url, percent-encoding.
 *
 * The writers put no NUL, need exactly the room that the macros say, and return where they ended.
 * Decoders are strict and write nothing beyond `capacity`. [any thread]
 */
#ifndef CMB_CRYPTO_ENCODE_H
#define CMB_CRYPTO_ENCODE_H

#include "base/text.h"

#define CMB_HEX_SIZE(bytes)    ((size_t)(bytes)*2)
#define CMB_BASE64_SIZE(bytes) (((size_t)(bytes) + 2) / 3 * 4)

/* Lower and upper case; CMB_HEX_SIZE(length) characters. */
char *cmb_encode_hex(const void *bytes, size_t length, char *to);
char *cmb_encode_hex_upper(const void *bytes, size_t length, char *to);
/* RFC 4648 section 4, padded; CMB_BASE64_SIZE(length) characters. */
char *cmb_encode_base64(const void *bytes, size_t length, char *to);
/* RFC 4648 section 5 without padding, as JWT wants it; at most CMB_BASE64_SIZE(length). */
char *cmb_encode_base64url(const void *bytes, size_t length, char *to);

/* Whether percent-encoding would change `text`: something else than letters, digits, "-._~". */
bool cmb_encode_url_needed(struct cmb_text text);
/* Appends `text` percent-encoded (RFC 3986, upper-case hex); copies what needs no encoding. */
void cmb_encode_url(struct cmb_buffer *buffer, struct cmb_text text);

/* Two hex digits of either case per byte.  False for an odd length, another character, or no room;
 * *ret_length is then untouched. */
bool cmb_decode_hex(struct cmb_text text, unsigned char *to, size_t capacity, size_t *ret_length);
/* Either alphabet, with or without padding.  False for a character that is none (blanks and line
 * ends too), a length that no encoder makes, bits left over, or no room. */
bool cmb_decode_base64(struct cmb_text text, unsigned char *to, size_t capacity,
                       size_t *ret_length);
/* Appends `text` with each %XX replaced, and "+" by a blank where `is_form`.  False for a "%"
 * without two digits. */
bool cmb_decode_url(struct cmb_buffer *buffer, struct cmb_text text, bool is_form);

#endif
