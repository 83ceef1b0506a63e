/* Which bytes make the JSON reader read beyond them, disagree with itself, or write nonsense? */
#include "json/level.h"
#include "json/number.h"
#include "json/path.h"
#include "json/writer.h"
#include "number/decimal.h"
#include "number/time.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

/* What is unescaped is never longer than it was, and is written so that it reads the same. */
static void check_string(struct cmb_text raw)
{
    char *to = malloc(raw.length + 1);
    size_t length = 0, again = 0;
    require(to && cmb_json_unescape(raw, to, raw.length, &length) && length <= raw.length);
    struct cmb_text meaning = { to, length };
    require(cmb_json_unescaped_is(raw, meaning));
    struct cmb_buffer buffer;
    struct cmb_json_writer writer;
    struct cmb_json_reader reader;
    struct cmb_json_value value;
    cmb_buffer_init(&buffer, 1 << 24);
    cmb_json_writer_init(&writer, &buffer);
    cmb_json_write_string(&writer, meaning);
    cmb_json_init(&reader, cmb_buffer_text(&buffer), 0);
    require(cmb_json_read_string(&reader, &value) && cmb_json_finish(&reader));
    require(cmb_json_is(&value, meaning));
    char *back = malloc(value.raw.length + 1);
    require(back && cmb_json_unescape(value.raw, back, value.raw.length, &again));
    require(cmb_text_is((struct cmb_text){ back, again }, meaning));
    free(back);
    free(to);
    cmb_buffer_clear(&buffer);
}

/* A decimal that was read is written plainly, and that text is the same decimal. */
static void check_decimal(struct cmb_text raw)
{
    struct cambist_decimal value, again;
    char text[CMB_DECIMAL_TEXT_SIZE];
    if (cmb_decimal_parse(raw, &value) == CMB_NUMBER_FINE && value.exponent <= 0) {
        struct cmb_text written = { text, cmb_decimal_format(&value, text) };
        require(cmb_decimal_parse(written, &again) == CMB_NUMBER_FINE &&
                cmb_decimal_compare(&value, &again) == 0 && value.exponent == again.exponent);
    }
}

static void check_number(struct cmb_text raw)
{
    int64_t scaled, by_reader;
    check_decimal(raw);
    for (unsigned scale = 0; scale <= 18; scale += 6) {
        struct cmb_json_reader reader;
        cmb_json_init(&reader, raw, 0);
        bool is_fine = cmb_scaled_parse(raw, scale, &scaled) == CMB_NUMBER_FINE;
        bool is_read = cmb_json_read_scaled(&reader, scale, &by_reader) && cmb_json_finish(&reader);
        require(is_fine == is_read && (!is_fine || scaled == by_reader));
    }
    cmb_time_parse_number(raw, CMB_TIME_MS, &scaled);
}

static void walk(struct cmb_json_reader *reader, bool may_check)
{
    struct cmb_json_value value;
    switch (cmb_json_peek(reader)) {
    case CMB_JSON_OBJECT:
        cmb_json_enter_object(reader);
        while (cmb_json_next_member(reader, &value)) {
            if (may_check)
                check_string(value.raw);
            walk(reader, may_check);
        }
        return;
    case CMB_JSON_ARRAY:
        cmb_json_enter_array(reader);
        while (cmb_json_next_element(reader))
            walk(reader, may_check);
        return;
    default:
        if (!cmb_json_read_value(reader, &value) || !may_check)
            return;
        if (value.kind == CMB_JSON_STRING)
            check_string(value.raw);
        else if (value.kind == CMB_JSON_NUMBER)
            check_number(value.raw);
    }
}

/* A side of a book by the fast way and by single steps. */
static void check_levels(struct cmb_text text)
{
    struct cmb_scaled_level fast[32], slow;
    struct cmb_scaled_digits digits[32];
    struct cmb_json_reader at_once, stepwise;
    size_t count = 0, steps = 0;
    cmb_json_init(&at_once, text, 0);
    cmb_json_init(&stepwise, text, 0);
    bool is_read = cmb_json_read_levels(&at_once, 8, 4, fast, digits, 32, &count);
    cmb_json_enter_array(&stepwise);
    while (cmb_json_next_element(&stepwise) && steps < 32) {
        cmb_json_enter_array(&stepwise);
        if (!cmb_json_next_element(&stepwise) ||
            !cmb_json_read_scaled_slowly(&stepwise, 8, &slow.price) ||
            !cmb_json_next_element(&stepwise) ||
            !cmb_json_read_scaled_slowly(&stepwise, 4, &slow.amount) ||
            !cmb_json_leave_array(&stepwise))
            break;
        require(!is_read || (slow.price == fast[steps].price && slow.amount == fast[steps].amount));
        steps++;
    }
    require(!is_read || (steps == count && !stepwise.reason));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct cmb_text text = { (const char *)bytes, size };
    struct cmb_json_reader reader;
    struct cmb_json_value value;
    int64_t time_ns;
    cmb_json_init(&reader, text, 0);
    bool is_valid = cmb_json_check(text);
    walk(&reader, is_valid);
    require(cmb_json_finish(&reader) == is_valid);
    require(is_valid || reader.failed_at <= size);
    int status = cmb_json_path_find(text, CMB_TEXT("a.0.b"), &value, NULL);
    require(!is_valid || status == CAMBIST_OK);
    check_levels(text);
    check_decimal(text);
    cmb_time_parse_iso(text, &time_ns);
    return 0;
}
