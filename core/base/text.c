/* How are views of bytes compared, and how does a buffer grow under a ceiling? */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/wide.h"

bool cmb_text_contains(struct cmb_text text, struct cmb_text part)
{
    return part.length == 0 ||
           (text.length && memmem(text.at, text.length, part.at, part.length) != NULL);
}

struct cmb_text cmb_text_cut(struct cmb_text text, char separator, struct cmb_text *ret_head)
{
    const char *found = text.length ? memchr(text.at, separator, text.length) : NULL;
    if (!found) {
        *ret_head = text;
        return (struct cmb_text){ 0 };
    }
    size_t head = (size_t)(found - text.at);
    *ret_head = (struct cmb_text){ text.at, head };
    return (struct cmb_text){ found + 1, text.length - head - 1 };
}

struct cmb_text cmb_text_trim(struct cmb_text text)
{
    while (text.length && (text.at[0] == ' ' || text.at[0] == '\t')) {
        text.at++;
        text.length--;
    }
    while (text.length && (text.at[text.length - 1] == ' ' || text.at[text.length - 1] == '\t'))
        text.length--;
    return text;
}

#ifdef __SSE2__
static inline bool have_control(__m128i bytes)
{
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    __m128i delete = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
    return _mm_movemask_epi8(_mm_or_si128(low, delete));
}
#endif

bool cmb_text_has_control(struct cmb_text text)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; i + 16 <= text.length; i += 16)
        if (have_control(cmb_wide_load(text.at + i)))
            return true;
    if (text.length - i >= 8)
        return have_control(cmb_wide_load_ends(text.at + i, text.length - i));
#endif
    for (; i < text.length; i++)
        if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f)
            return true;
    return false;
}

uint64_t cmb_text_hash(struct cmb_text text)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < text.length; i++)
        hash = (hash ^ (unsigned char)text.at[i]) * 1099511628211u;
    return hash;
}

void cmb_buffer_init(struct cmb_buffer *buffer, size_t ceiling)
{
    *buffer = (struct cmb_buffer){ .ceiling = ceiling };
}

void cmb_buffer_clear(struct cmb_buffer *buffer)
{
    free(buffer->at);
    cmb_buffer_init(buffer, buffer->ceiling);
}

void cmb_buffer_trim(struct cmb_buffer *buffer, size_t kept_bytes)
{
    if (buffer->capacity > kept_bytes)
        cmb_buffer_clear(buffer);
    else
        cmb_buffer_reset(buffer);
}

static bool grow(struct cmb_buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity < needed)
        capacity *= 2;
    char *at = cmb_realloc(buffer->at, capacity);
    if (!at)
        return false;
    buffer->at = at;
    buffer->capacity = capacity;
    return true;
}

char *cmb_buffer_grow(struct cmb_buffer *buffer, size_t size)
{
    if (buffer->is_cut || size > buffer->ceiling - buffer->length) {
        buffer->is_cut = true;
        return NULL;
    }
    size_t needed = buffer->length + size + 1; /* one for the NUL of cmb_buffer_string */
    if (needed > buffer->capacity && !grow(buffer, needed)) {
        buffer->is_cut = true;
        return NULL;
    }
    return buffer->at + buffer->length;
}

void cmb_buffer_add_char(struct cmb_buffer *buffer, char c)
{
    cmb_buffer_add(buffer, (struct cmb_text){ &c, 1 });
}

/* clang-format off */
const char cmb_pairs_of_digits[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
/* clang-format on */

struct cmb_text cmb_text_of_number(int64_t number, char digits[static CMB_NUMBER_SIZE])
{
    char *at = digits + CMB_NUMBER_SIZE;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    for (; left > 9999; left /= 10000) {
        unsigned four = (unsigned)(left % 10000);
        memcpy(at -= 2, cmb_pairs_of_digits + four % 100 * 2, 2);
        memcpy(at -= 2, cmb_pairs_of_digits + four / 100 * 2, 2);
    }
    for (; left > 9; left /= 100)
        memcpy(at -= 2, cmb_pairs_of_digits + left % 100 * 2, 2);
    if (left || at == digits + CMB_NUMBER_SIZE)
        *--at = (char)('0' + left);
    if (number < 0)
        *--at = '-';
    return (struct cmb_text){ at, (size_t)(digits + CMB_NUMBER_SIZE - at) };
}

void cmb_buffer_add_number(struct cmb_buffer *buffer, int64_t number)
{
    char digits[CMB_NUMBER_SIZE];
    cmb_buffer_add(buffer, cmb_text_of_number(number, digits));
}

void cmb_buffer_addf(struct cmb_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *to = length < 0 ? NULL : cmb_buffer_reserve(buffer, (size_t)length);
    if (!to)
        return;
    va_start(arguments, format);
    vsnprintf(to, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->length += (size_t)length;
}

const char *cmb_buffer_string(struct cmb_buffer *buffer)
{
    if (!buffer->at)
        return "";
    buffer->at[buffer->length] = 0;
    return buffer->at;
}

void cmb_buffer_add_escaped(struct cmb_buffer *buffer, struct cmb_text text, size_t most)
{
    size_t length = text.length < most ? text.length : most;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c < 0x20 || c > 0x7e || c == '\\')
            cmb_buffer_addf(buffer, "\\x%02x", c);
        else
            cmb_buffer_add_char(buffer, (char)c);
    }
    if (text.length > most)
        cmb_buffer_add(buffer, CMB_TEXT("..."));
}
