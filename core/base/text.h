/* base/text.h - bytes that somebody else owns, and a growing buffer of them.
 *
 * A cmb_text is a view: it is never freed, and lives as long as what it looks into.
 * A cmb_buffer has a ceiling from its birth; an append that would pass it fails, and from then on
 * every append fails, so that a chain of appends needs one check at its end (cmb_buffer_is_whole).
 * No function here is safe for one object in two threads at once.
 */
#ifndef CMB_BASE_TEXT_H
#define CMB_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct cmb_text {
    const char *at; /* NULL: absent */
    size_t length;
};

/* A string literal as a text. */
#define CMB_TEXT(literal) ((struct cmb_text){ (literal), sizeof(literal) - 1 })

/* `text` may be NULL, which gives the absent text. */
static inline struct cmb_text cmb_text_of(const char *text)
{
    return (struct cmb_text){ text, text ? strlen(text) : 0 };
}

static inline bool cmb_text_is(struct cmb_text a, struct cmb_text b)
{
    return a.length == b.length &&
           (a.at == b.at || a.length == 0 ||
            (*a.at == *b.at && /* most differ at once, and many keys are one letter */
             (a.length == 1 || memcmp(a.at, b.at, a.length) == 0)));
}

/* The same but for the case of ASCII letters. */
static inline bool cmb_text_is_word(struct cmb_text text, struct cmb_text word)
{
    return text.length == word.length && strncasecmp(text.at, word.at, word.length) == 0;
}

/* Whether the bytes are the same; quicker than a call where they are few.  The last ones are
 * compared first, some of them twice. */
static inline bool cmb_bytes_are(const char *a, const char *b, size_t length)
{
    uint64_t x, y;
    uint32_t p, q;
    while (length >= sizeof x) {
        memcpy(&x, a + length - sizeof x, sizeof x);
        memcpy(&y, b + length - sizeof y, sizeof y);
        if (x != y)
            return false;
        length -= sizeof x;
    }
    if (length < sizeof p) {
        while (length && a[length - 1] == b[length - 1])
            length--;
        return length == 0;
    }
    memcpy(&p, a, sizeof p);
    memcpy(&q, b, sizeof q);
    bool is_head = p == q;
    memcpy(&p, a + length - sizeof p, sizeof p);
    memcpy(&q, b + length - sizeof q, sizeof q);
    return is_head && p == q;
}

static inline bool cmb_text_begins(struct cmb_text text, struct cmb_text start)
{
    return text.length >= start.length && memcmp(text.at, start.at, start.length) == 0;
}

/* Whether `part` occurs in `text`; an empty part always does. */
bool cmb_text_contains(struct cmb_text text, struct cmb_text part);

/* Cuts `text` at the first `separator`: *ret_head is what stands before it, the result what stands
 * after.  Without a separator the head is the whole text and the result is absent. */
struct cmb_text cmb_text_cut(struct cmb_text text, char separator, struct cmb_text *ret_head);

/* `text` without the blanks and tabs at both ends. */
struct cmb_text cmb_text_trim(struct cmb_text text);

/* Whether a byte below 0x20, or 0x7f, is in it: what could end a line or a header. */
bool cmb_text_has_control(struct cmb_text text);

/* FNV-1a of the bytes, for tables that are not reached by strangers' input alone. */
uint64_t cmb_text_hash(struct cmb_text text);

/* The longest decimal text of an int64: 19 digits and a sign. */
/* "00" to "99", one behind the other: a number is written with half as many divisions. */
extern const char cmb_pairs_of_digits[];

#define CMB_NUMBER_SIZE 20
/* Writes a number at the end of `digits`; the result looks into it. */
struct cmb_text cmb_text_of_number(int64_t number, char digits[static CMB_NUMBER_SIZE]);

struct cmb_buffer {
    char *at; /* not NUL-terminated until cmb_buffer_string */
    size_t length, capacity, ceiling;
    bool is_cut; /* an append failed: ceiling or memory */
};

/* Prepares an empty buffer that will never hold more than `ceiling` bytes.  Allocates nothing. */
void cmb_buffer_init(struct cmb_buffer *buffer, size_t ceiling);
/* Releases the memory; the buffer is as after init.  Accepts a zeroed buffer. */
void cmb_buffer_clear(struct cmb_buffer *buffer);
/* Empties the buffer, and releases its memory where it is more than `kept_bytes`. */
void cmb_buffer_trim(struct cmb_buffer *buffer, size_t kept_bytes);
/* Empties the buffer and keeps its memory for the next use. */
static inline void cmb_buffer_reset(struct cmb_buffer *buffer)
{
    buffer->length = 0;
    buffer->is_cut = false;
}

/* The slow end of reserve: grows, or cuts. */
char *cmb_buffer_grow(struct cmb_buffer *buffer, size_t size);

/* Makes room for `size` more bytes and returns where they go, NULL when that fails.  The caller
 * writes there and adds what it wrote to `length`. */
static inline char *cmb_buffer_reserve(struct cmb_buffer *buffer, size_t size)
{
    if (!buffer->is_cut && size < buffer->capacity - buffer->length &&
        size <= buffer->ceiling - buffer->length)
        return buffer->at + buffer->length;
    return cmb_buffer_grow(buffer, size);
}

static inline void cmb_buffer_add(struct cmb_buffer *buffer, struct cmb_text text)
{
    char *to = cmb_buffer_reserve(buffer, text.length);
    if (!to || !text.length)
        return;
    memcpy(to, text.at, text.length);
    buffer->length += text.length;
}

void cmb_buffer_add_char(struct cmb_buffer *buffer, char c);
void cmb_buffer_add_number(struct cmb_buffer *buffer, int64_t number);
/* printf-like; for cold paths. */
void cmb_buffer_addf(struct cmb_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline bool cmb_buffer_is_whole(const struct cmb_buffer *buffer)
{
    return !buffer->is_cut;
}

static inline struct cmb_text cmb_buffer_text(const struct cmb_buffer *buffer)
{
    return (struct cmb_text){ buffer->at, buffer->length };
}

/* The content with a NUL behind it, "" for an empty buffer; valid until the next change. */
const char *cmb_buffer_string(struct cmb_buffer *buffer);

/* Appends `text` for people: control characters, quotes and bytes outside ASCII as \xNN, at most
 * `most` bytes of input, "..." where it was cut.  For everything that comes from outside. */
void cmb_buffer_add_escaped(struct cmb_buffer *buffer, struct cmb_text text, size_t most);

#endif
