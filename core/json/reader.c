/* Is this JSON, and where do its values lie? */
#include "json/reader.h"

#include "base/fail.h"
#include "base/utf8.h"
#include "number/scaled.h"

void cmb_json_init(struct cmb_json_reader *reader, struct cmb_text text, unsigned depth_most)
{
    bool is_allowed = depth_most > 0 && depth_most < CMB_JSON_DEPTH_MOST;
    *reader = (struct cmb_json_reader){
        .at = text.at,
        .end = text.length ? text.at + text.length : text.at,
        .start = text.at,
        .depth_most = is_allowed ? depth_most : CMB_JSON_DEPTH_MOST,
    };
}

bool cmb_json_fail(struct cmb_json_reader *reader, const char *reason)
{
    if (!reader->reason) {
        reader->reason = reason;
        reader->failed_at = (size_t)(reader->at - reader->start);
    }
    reader->at = reader->end; /* so that every later read fails without asking */
    reader->is_first = false;
    return false;
}

static bool fail_at(struct cmb_json_reader *reader, const char *at, const char *reason)
{
    reader->at = at;
    return cmb_json_fail(reader, reason);
}

int cmb_json_report(const struct cmb_json_reader *reader, struct cambist_error *error)
{
    if (!reader->reason)
        return CAMBIST_OK;
    return cmb_fail(error, CAMBIST_GARBLED, "JSON, byte %zu: %s", reader->failed_at,
                    reader->reason);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

char cmb_json_skip_blanks(struct cmb_json_reader *reader)
{
    const char *at = reader->at;
    while (at < reader->end && is_blank(*at))
        at++;
    reader->at = at;
    return at < reader->end ? *at : 0;
}

/* A reader that was never asked has seen blanks at most. */
static bool has_read(const struct cmb_json_reader *reader)
{
    const char *at = reader->start;
    while (at < reader->at && is_blank(*at))
        at++;
    return at < reader->at;
}

bool cmb_json_finish(struct cmb_json_reader *reader)
{
    if (reader->reason)
        return false;
    if (!has_read(reader))
        return cmb_json_fail(reader, "there is no value");
    if (reader->depth)
        return cmb_json_fail(reader, "an object or array is left open");
    cmb_json_skip_blanks(reader);
    return reader->at == reader->end || cmb_json_fail(reader, "something follows the value");
}

bool cmb_json_read_string_slowly(struct cmb_json_reader *reader, struct cmb_json_value *ret_value)
{
    const char *content = reader->at + 1, *at = content, *end = reader->end;
    bool has_escapes = false;
    while ((at = cmb_json_scan_plain(at, end)) < end && *at != '"') {
        uint32_t rune;
        bool is_escape = *at == '\\';
        if ((unsigned char)*at < ' ')
            return fail_at(reader, at, "a control character in a string");
        size_t length = is_escape ? cmb_json_read_escape(at, end, &rune) : cmb_utf8_length(at, end);
        if (!length)
            return fail_at(reader, at, is_escape ? "a bad escape" : "a string is not UTF-8");
        has_escapes |= is_escape;
        at += length;
    }
    if (at == end)
        return fail_at(reader, at, "a string is cut off");
    reader->at = at + 1;
    *ret_value = (struct cmb_json_value){ { content, (size_t)(at - content) },
                                          CMB_JSON_STRING,
                                          has_escapes };
    return true;
}

bool cmb_json_next_member_slowly(struct cmb_json_reader *reader, struct cmb_json_value *ret_key)
{
    if (!cmb_json_next(reader, '}') || !cmb_json_read_string(reader, ret_key))
        return false;
    if (cmb_json_next_byte(reader) != ':')
        return cmb_json_fail(reader, "a colon is expected");
    reader->at++;
    return true;
}

static const char *pass_digits(const char *at, const char *end)
{
    for (; end - at >= 16; at += 16) {
        unsigned others = cmb_scaled_find_others(at);
        if (others)
            return at + __builtin_ctz(others);
    }
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

/* Passes a fraction or exponent whose mark and sign end before `digits`; it needs a digit. */
static const char *pass_part(struct cmb_json_reader *reader, const char *digits)
{
    const char *at = pass_digits(digits, reader->end);
    if (at > digits)
        return at;
    fail_at(reader, at, "a digit is expected");
    return NULL;
}

bool cmb_json_read_number(struct cmb_json_reader *reader, struct cmb_json_value *ret_value)
{
    char first = cmb_json_next_byte(reader);
    if (first != '-' && (first < '0' || first > '9'))
        return cmb_json_fail(reader, "a number is expected");
    const char *start = reader->at, *end = reader->end, *at = start + (*start == '-');
    if (at < end && *at == '0')
        at++;
    else if (!(at = pass_part(reader, at)))
        return false;
    if (at < end && *at == '.' && !(at = pass_part(reader, at + 1)))
        return false;
    if (at < end && (*at | 0x20) == 'e') {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        if (!(at = pass_part(reader, at)))
            return false;
    }
    reader->at = at;
    *ret_value = (struct cmb_json_value){ { start, (size_t)(at - start) }, CMB_JSON_NUMBER, false };
    return true;
}

static bool read_word(struct cmb_json_reader *reader, struct cmb_text word, enum cmb_json_kind kind,
                      struct cmb_json_value *ret_value)
{
    struct cmb_text left = { reader->at, (size_t)(reader->end - reader->at) };
    if (!cmb_text_begins(left, word))
        return cmb_json_fail(reader, "a value is expected");
    *ret_value = (struct cmb_json_value){ { reader->at, word.length }, kind, false };
    reader->at += word.length;
    return true;
}

enum cmb_json_kind cmb_json_peek(struct cmb_json_reader *reader)
{
    char c = cmb_json_next_byte(reader);
    switch (c) {
    case '"':
        return CMB_JSON_STRING;
    case '{':
        return CMB_JSON_OBJECT;
    case '[':
        return CMB_JSON_ARRAY;
    case 't':
        return CMB_JSON_TRUE;
    case 'f':
        return CMB_JSON_FALSE;
    case 'n':
        return CMB_JSON_NULL;
    default:
        return c == '-' || (c >= '0' && c <= '9') ? CMB_JSON_NUMBER : CMB_JSON_NONE;
    }
}

static bool read_scalar(struct cmb_json_reader *reader, enum cmb_json_kind kind,
                        struct cmb_json_value *ret_value)
{
    switch (kind) {
    case CMB_JSON_STRING:
        return cmb_json_read_string(reader, ret_value);
    case CMB_JSON_NUMBER:
        return cmb_json_read_number(reader, ret_value);
    case CMB_JSON_TRUE:
        return read_word(reader, CMB_TEXT("true"), kind, ret_value);
    case CMB_JSON_FALSE:
        return read_word(reader, CMB_TEXT("false"), kind, ret_value);
    case CMB_JSON_NULL:
        return read_word(reader, CMB_TEXT("null"), kind, ret_value);
    default:
        return cmb_json_fail(reader, "a value is expected");
    }
}

static bool is_container(enum cmb_json_kind kind)
{
    return kind == CMB_JSON_OBJECT || kind == CMB_JSON_ARRAY;
}

static bool enter(struct cmb_json_reader *reader, enum cmb_json_kind kind)
{
    return kind == CMB_JSON_OBJECT ? cmb_json_enter_object(reader) : cmb_json_enter_array(reader);
}

/* Passes a whole object or array.  The bits of `are_objects` say what is open, innermost first:
 * the depth has a ceiling, so that no stack grows with the input. */
static bool pass_container(struct cmb_json_reader *reader, enum cmb_json_kind kind)
{
    unsigned outside = reader->depth;
    uint64_t are_objects = kind == CMB_JSON_OBJECT;
    struct cmb_json_value ignored;
    bool is_well = enter(reader, kind);
    while (is_well && reader->depth > outside) {
        bool has_more = are_objects & 1 ? cmb_json_next_member(reader, &ignored)
                                        : cmb_json_next_element(reader);
        if (!has_more) {
            are_objects >>= 1;
            is_well = !reader->reason;
            continue;
        }
        kind = cmb_json_peek(reader);
        if (is_container(kind)) {
            are_objects = are_objects << 1 | (kind == CMB_JSON_OBJECT);
            is_well = enter(reader, kind);
        } else {
            is_well = read_scalar(reader, kind, &ignored);
        }
    }
    return is_well;
}

_Static_assert(CMB_JSON_DEPTH_MOST <= 64, "pass_container keeps one bit a level");

bool cmb_json_read_value(struct cmb_json_reader *reader, struct cmb_json_value *ret_value)
{
    enum cmb_json_kind kind = cmb_json_peek(reader);
    if (!is_container(kind))
        return read_scalar(reader, kind, ret_value);
    const char *start = reader->at;
    if (!pass_container(reader, kind))
        return false;
    *ret_value = (struct cmb_json_value){ { start, (size_t)(reader->at - start) }, kind, false };
    return true;
}

bool cmb_json_skip(struct cmb_json_reader *reader)
{
    struct cmb_json_value ignored;
    return cmb_json_read_value(reader, &ignored);
}

bool cmb_json_leave_object(struct cmb_json_reader *reader)
{
    struct cmb_json_value ignored;
    while (cmb_json_next_member(reader, &ignored))
        cmb_json_skip(reader);
    return !reader->reason;
}

bool cmb_json_leave_array(struct cmb_json_reader *reader)
{
    while (cmb_json_next_element(reader))
        cmb_json_skip(reader);
    return !reader->reason;
}

bool cmb_json_check(struct cmb_text text)
{
    struct cmb_json_reader reader;
    cmb_json_init(&reader, text, 0);
    return cmb_json_skip(&reader) && cmb_json_finish(&reader);
}
