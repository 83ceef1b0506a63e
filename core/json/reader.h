/* json/reader.h - how is JSON read without copying it?
 *
 * A strict pull reader (RFC 8259 exactly) over bytes that somebody else owns.  The caller asks for
 * what its schema expects; whatever it reads or skips is validated in full.  Nothing is copied or
 * allocated: keys, strings and numbers are slices of the input and live as long as it.
 *
 *     struct cmb_json_reader reader;
 *     struct cmb_json_value key;
 *     cmb_json_init(&reader, text, 0);
 *     cmb_json_enter_object(&reader);
 *     while (cmb_json_next_member(&reader, &key))
 *         if (cmb_json_is(&key, CMB_TEXT("u")))
 *             cmb_json_read_integer(&reader, &last_id);       (json/number.h)
 *         else
 *             cmb_json_skip(&reader);
 *     if (!cmb_json_finish(&reader))
 *         return cmb_json_report(&reader, error);
 *
 * The first failure sticks: from then on every function answers false at once, so that one check at
 * the end is enough.  Each true of next_member or next_element must be followed by one read, enter
 * or skip of the value.  The text needs no NUL and no padding behind it.
 *
 * Where RFC 8259 leaves a choice: no byte order mark; text is valid UTF-8; \u escapes of lone
 * surrogates are refused, \u0000 is not; duplicate keys are handed out as they come; numbers of any
 * size are raw text.  One thread at a time for one reader.
 */
#ifndef CMB_JSON_READER_H
#define CMB_JSON_READER_H

#include <cambist/status.h>

#include "base/text.h"
#include "json/string.h"

/* How deep objects and arrays may nest, and the most that can be asked for. */
#define CMB_JSON_DEPTH_MOST 64

enum cmb_json_kind {
    CMB_JSON_NONE = 0, /* no value: the end, a failure, not found */
    CMB_JSON_OBJECT,
    CMB_JSON_ARRAY,
    CMB_JSON_STRING,
    CMB_JSON_NUMBER,
    CMB_JSON_TRUE,
    CMB_JSON_FALSE,
    CMB_JSON_NULL,
};

/* A key or a value, as a slice of the input. */
struct cmb_json_value {
    struct cmb_text raw;     /* a string's content without its quotes; else the whole value */
    enum cmb_json_kind kind; /* STRING for a key */
    bool has_escapes;        /* of a string: unescape before showing or keeping it */
};

/* For this header and json/number.h to look into; others use the functions. */
struct cmb_json_reader {
    const char *at, *end; /* what is still unread; nothing after a failure */
    const char *start;    /* of the input */
    const char *reason;   /* why the first failure failed, a literal; NULL while all is well */
    size_t failed_at;     /* the byte offset of the first failure */
    unsigned depth, depth_most; /* now, and the ceiling */
    bool is_first;              /* an object or array was entered and nothing of it read */
};

/* Begins at the start of `text`.  `depth_most` is 1 to CMB_JSON_DEPTH_MOST; 0 stands for the most.
 */
void cmb_json_init(struct cmb_json_reader *reader, struct cmb_text text, unsigned depth_most);

/* Records the first failure, at the current byte, and answers false.  Also for callers whose schema
 * is not met.  `reason` is a literal, as long-lived as the program. */
bool cmb_json_fail(struct cmb_json_reader *reader, const char *reason);

/* Whether no failure happened and nothing but blanks follows the one value.  Call it last. */
bool cmb_json_finish(struct cmb_json_reader *reader);

/* CAMBIST_OK without a failure; else fills `error` (may be NULL) with reason and offset and returns
 * CAMBIST_GARBLED. */
int cmb_json_report(const struct cmb_json_reader *reader, struct cambist_error *error);

/* The kind of the next value, told from its first byte; NONE where none can begin.  Reads nothing
 * but blanks and never fails. */
enum cmb_json_kind cmb_json_peek(struct cmb_json_reader *reader);

/* Reads one value of any kind; of an object or array the whole of it. */
bool cmb_json_read_value(struct cmb_json_reader *reader, struct cmb_json_value *ret_value);
/* Reads one value and forgets it.  It is validated like any other. */
bool cmb_json_skip(struct cmb_json_reader *reader);
/* Reads a string; anything else is a failure. */
static inline bool cmb_json_read_string(struct cmb_json_reader *reader,
                                        struct cmb_json_value *ret_value);
/* Reads a number, as a slice; anything else is a failure. */
bool cmb_json_read_number(struct cmb_json_reader *reader, struct cmb_json_value *ret_value);

/* Enters the object or array that comes next; anything else is a failure. */
static inline bool cmb_json_enter_object(struct cmb_json_reader *reader);
static inline bool cmb_json_enter_array(struct cmb_json_reader *reader);
/* Whether another member follows; its key is in *ret_key.  False closes the object. */
static inline bool cmb_json_next_member(struct cmb_json_reader *reader,
                                        struct cmb_json_value *ret_key);
/* Whether another element follows.  False closes the array. */
static inline bool cmb_json_next_element(struct cmb_json_reader *reader);

/* Skips what is left of the innermost object or array that was entered, and closes it. */
bool cmb_json_leave_object(struct cmb_json_reader *reader);
bool cmb_json_leave_array(struct cmb_json_reader *reader);

/* Whether the whole of `text` is one valid JSON value. */
bool cmb_json_check(struct cmb_text text);

/* Whether a key or string is `literal`, escapes resolved.  False for other kinds. */
static inline bool cmb_json_is(const struct cmb_json_value *value, struct cmb_text literal)
{
    if (value->kind != CMB_JSON_STRING)
        return false;
    if (value->has_escapes)
        return cmb_json_unescaped_is(value->raw, literal);
    return cmb_text_is(value->raw, literal);
}

/* -- the rest is how: short functions that the compiler folds into the caller's loop -- */

/* The slow ends of the functions below. */
char cmb_json_skip_blanks(struct cmb_json_reader *reader);
bool cmb_json_read_string_slowly(struct cmb_json_reader *reader, struct cmb_json_value *ret_value);
bool cmb_json_next_member_slowly(struct cmb_json_reader *reader, struct cmb_json_value *ret_key);

/* The next byte that is no blank, 0 at the end; it stays unread. */
static inline char cmb_json_next_byte(struct cmb_json_reader *reader)
{
    if (reader->at < reader->end && (unsigned char)*reader->at > ' ')
        return *reader->at;
    return cmb_json_skip_blanks(reader);
}

static inline bool cmb_json_read_string(struct cmb_json_reader *reader,
                                        struct cmb_json_value *ret_value)
{
    if (cmb_json_next_byte(reader) != '"')
        return cmb_json_fail(reader, "a string is expected");
    const char *content = reader->at + 1;
    const char *stop = cmb_json_scan_plain(content, reader->end);
    if (stop == reader->end || *stop != '"')
        return cmb_json_read_string_slowly(reader, ret_value);
    reader->at = stop + 1;
    *ret_value =
        (struct cmb_json_value){ { content, (size_t)(stop - content) }, CMB_JSON_STRING, false };
    return true;
}

static inline bool cmb_json_enter(struct cmb_json_reader *reader, char bracket, const char *reason)
{
    if (cmb_json_next_byte(reader) != bracket)
        return cmb_json_fail(reader, reason);
    if (reader->depth >= reader->depth_most)
        return cmb_json_fail(reader, "nested too deep");
    reader->at++;
    reader->depth++;
    reader->is_first = true;
    return true;
}

static inline bool cmb_json_enter_object(struct cmb_json_reader *reader)
{
    return cmb_json_enter(reader, '{', "an object is expected");
}

static inline bool cmb_json_enter_array(struct cmb_json_reader *reader)
{
    return cmb_json_enter(reader, '[', "an array is expected");
}

/* Whether something follows before `bracket`.  Passes the comma or the bracket. */
static inline bool cmb_json_next(struct cmb_json_reader *reader, char bracket)
{
    char c = cmb_json_next_byte(reader);
    if (c == ',' && !reader->is_first) {
        reader->at++;
        return true;
    }
    if (c == bracket) {
        reader->at++;
        reader->depth--;
        reader->is_first = false;
        return false;
    }
    if (!reader->is_first)
        return cmb_json_fail(reader, "a comma or the closing bracket is expected");
    reader->is_first = false;
    return true; /* whatever it is, the read that follows judges it */
}

static inline bool cmb_json_next_element(struct cmb_json_reader *reader)
{
    return cmb_json_next(reader, ']');
}

/* ,"key": without blanks and escapes, and with room for a load; else it is read step by step. */
static inline bool cmb_json_next_member(struct cmb_json_reader *reader,
                                        struct cmb_json_value *ret_key)
{
#ifdef __SSE2__
    const char *at = reader->at, *content = at + !reader->is_first + 1;
    if (reader->end - at >= 20 && content[-1] == '"' && (reader->is_first || *at == ',')) {
        unsigned looks = cmb_json_looks_of(cmb_wide_load(content));
        unsigned length = looks ? (unsigned)__builtin_ctz(looks) : 0;
        if (content[length] == '"' && content[length + 1] == ':') {
            reader->at = content + length + 2;
            reader->is_first = false;
            *ret_key = (struct cmb_json_value){ { content, length }, CMB_JSON_STRING, false };
            return true;
        }
    }
#endif
    return cmb_json_next_member_slowly(reader, ret_key);
}

#endif
