/* Do all ways through the levels of a side agree, with results and with failures, on every edge? */
#include "json/level.h"

#include "base/processor.h"

#include <sys/mman.h>
#include <unistd.h>

#include "support/test.h"

enum { LEVELS_MOST = 8, DIGITS_MOST = 20, SIDE_BYTES = 500 };

static const unsigned scales[][2] = { { 8, 8 }, { 2, 3 }, { 0, 15 }, { 15, 0 }, { 16, 18 } };

/* Behind `readable_end` and before the page of it nothing can be read. */
static char *readable, *readable_end;

static void open_pages(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_READ | PROT_WRITE) != 0)
        abort();
    readable = pages + page;
    readable_end = readable + page;
}

struct outcome {
    bool is_read;
    const char *reason;
    size_t failed_at, count;
    struct cmb_scaled_level levels[LEVELS_MOST];
    struct cmb_scaled_digits digits[LEVELS_MOST];
};

static struct outcome read_side(struct cmb_text text, enum cmb_width width, const unsigned *scale)
{
    struct outcome outcome = { 0 };
    struct cmb_json_reader reader;
    cmb_width_force(width);
    cmb_json_init(&reader, text, 0);
    cmb_json_enter_array(&reader); /* of what stands before, and the side */
    cmb_json_next_element(&reader);
    cmb_json_skip(&reader);
    cmb_json_next_element(&reader);
    cmb_json_read_levels(&reader, scale[0], scale[1], outcome.levels, outcome.digits, LEVELS_MOST,
                         &outcome.count);
    cmb_json_leave_array(&reader);
    outcome.is_read = cmb_json_finish(&reader);
    outcome.reason = reader.reason;
    outcome.failed_at = reader.failed_at;
    cmb_width_force(0);
    return outcome;
}

static bool is_same(const struct outcome *a, const struct outcome *b)
{
    if (a->is_read != b->is_read || a->reason != b->reason || a->failed_at != b->failed_at)
        return false;
    return !a->is_read || (a->count == b->count &&
                           memcmp(a->levels, b->levels, a->count * sizeof *a->levels) == 0 &&
                           memcmp(a->digits, b->digits, a->count * sizeof *a->digits) == 0);
}

static size_t read_well, differing;

/* Compares all ways, for a text that ends where nothing more can be read. */
static void compare(struct cmb_text text)
{
    char *at = readable_end - text.length;
    memcpy(at, text.at, text.length);
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        struct outcome plain =
            read_side((struct cmb_text){ at, text.length }, CMB_WIDTH_PLAIN, scales[i]);
        read_well += plain.is_read;
        for (enum cmb_width width = CMB_WIDTH_PLAIN + 1; width < CMB_WIDTH_END; width++) {
            if (!cmb_width_is_there(width))
                continue;
            struct outcome other =
                read_side((struct cmb_text){ at, text.length }, width, scales[i]);
            if (is_same(&plain, &other))
                continue;
            if (!differing++)
                printf("\n    %s differs: %.*s", cmb_width_name(width), (int)text.length, text.at);
        }
    }
}

static void compare_side(const char *side)
{
    char text[SIDE_BYTES];
    int length = snprintf(text, sizeof text, "[\"0123456789abcdef\",%s]", side);
    compare((struct cmb_text){ text, (size_t)length });
}

/* Puts a number at each of the six places of three levels. */
static void compare_number(const char *number)
{
    for (int place = 0; place < 6; place++) {
        const char *numbers[6] = { "67123.10", "0.5", "67124.10", "12.25", "67125", "3" };
        char side[SIDE_BYTES];
        numbers[place] = number;
        snprintf(side, sizeof side, "[[\"%s\",\"%s\"],[\"%s\",\"%s\"],[\"%s\",\"%s\"]]", numbers[0],
                 numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
        compare_side(side);
    }
}

static void start(void)
{
    read_well = differing = 0;
    if (!readable)
        open_pages();
}

static void agree_for_digits_of_any_number(void)
{
    start();
    for (int whole = 0; whole <= DIGITS_MOST; whole++)
        for (int behind = -1; behind <= DIGITS_MOST; behind++)
            for (const char *digits = "12345678901234567890"; digits;
                 digits = *digits == '1' ? "00000000000000000009" : NULL) {
                char number[2 * DIGITS_MOST + 2];
                snprintf(number, sizeof number, "%.*s%s%.*s", whole, digits, behind < 0 ? "" : ".",
                         behind < 0 ? 0 : behind, "98765432109876543210");
                compare_number(number);
            }
    CU_ASSERT(read_well > 1000);
    ASSERT_NUMBER(differing, 0);
}

static void agree_for_numbers_of_other_forms(void)
{
    static const char *const numbers[] = {
        "",
        "-",
        "-1",
        "-0.5",
        "+1",
        "1e2",
        "1.5E-3",
        "1e",
        ".",
        "..",
        ".5",
        "5.",
        "1.2.3",
        "1..2",
        "0",
        "00",
        "0.0",
        "01.5",
        "0.00",
        "1 ",
        " 1",
        "1/2",
        "/",
        "1:2",
        "1;2",
        "x",
        "0x10",
        "1,5",
        "1_0",
        "\\u0031",
        "1\t",
        "1\"",
        "\"1",
        "1]",
        "[1",
        "\xc3",
        "1\x80",
        "NaN",
        "null",
        "1\",\"2",
        "9223372036854775807",
        "9223372036854775808",
        "922337203685.4775807",
        "0.0000000000000001",
        "999999999999999.9",
        "9999999999999999",
    };
    start();
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        compare_number(numbers[i]);
    CU_ASSERT(read_well > 50);
    ASSERT_NUMBER(differing, 0);
}

static const char *const sides[] = {
    "[[\"67123.10\",\"0.5\"],[\"67124.10\",\"12.25\"],[\"67125\",\"3\"]]",
    "[[\"41006.8\",\"0.60038921\",\"0\",\"1\"],[\"41006.3\",\"0.30178218\",\"0\",\"12\"]]",
    "[[\"5541.30000\",\"2.50700000\",\"1534614248.123456\"],[\"5541.8\",\"0.33\",\"1534614098.3\"]"
    "]",
    "[[\"5541.30000\",\"2.50700000\",\"1534614248.123456\",\"r\"],[\"5\",\"6\",\"7\",\"8\",\"9\"]]",
    "[[\"1\",\".5\",\"0\"],[\"5.\",\"1\",\"0\",\"2\"]]",
    "[[7403.89,0.002],[\"7403.90\",3906],[7404.1,\"5\"]]",
};

static void agree_when_one_byte_is_another(void)
{
    static const char others[] = "0159.\",[]{}:-+eE/ x\\\n\x01\x80\xff";
    start();
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        for (size_t at = 0; sides[i][at]; at++)
            for (const char *other = others; *other; other++) {
                char side[SIDE_BYTES];
                snprintf(side, sizeof side, "%s", sides[i]);
                side[at] = *other;
                compare_side(side);
            }
    CU_ASSERT(read_well > 100);
    ASSERT_NUMBER(differing, 0);
}

static void agree_when_a_byte_is_missing_or_too_many(void)
{
    start();
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        for (size_t at = 0; sides[i][at]; at++) {
            char side[SIDE_BYTES];
            snprintf(side, sizeof side, "%.*s%s", (int)at, sides[i], sides[i] + at + 1);
            compare_side(side);
            snprintf(side, sizeof side, "%.*s%s", (int)at + 1, sides[i], sides[i] + at);
            compare_side(side);
        }
    CU_ASSERT(read_well > 100);
    ASSERT_NUMBER(differing, 0);
}

/* Also where a page begins: some loads begin before a level. */
static void agree_wherever_the_text_ends_or_begins(void)
{
    start();
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        char text[SIDE_BYTES];
        size_t length = (size_t)snprintf(text, sizeof text, "[0,%s,\"%080d\"]", sides[i], 0);
        for (size_t end = 0; end <= length; end++)
            compare((struct cmb_text){ text, end });
        memcpy(readable, text, length);
        char *real_end = readable_end;
        readable_end = readable + length;
        compare((struct cmb_text){ text, length });
        readable_end = real_end;
    }
    ASSERT_NUMBER(differing, 0);
}

static void agree_however_many_levels_there_are(void)
{
    start();
    for (size_t count = 0; count <= LEVELS_MOST + 2; count++)
        for (size_t i = 0; i < 2; i++) {
            const char *level =
                i ? "[\"41006.8\",\"0.60038921\",\"0\",\"1\"]" : "[\"67123.1\",\"5\"]";
            char side[SIDE_BYTES];
            size_t length = (size_t)snprintf(side, sizeof side, "[");
            for (size_t j = 0; j < count; j++)
                length += (size_t)snprintf(side + length, sizeof side - length, "%s%s",
                                           j ? "," : "", level);
            snprintf(side + length, sizeof side - length, "]");
            compare_side(side);
        }
    CU_ASSERT(read_well > 20);
    ASSERT_NUMBER(differing, 0);
}

TEST_SUITE("json/level_ways", { "agree for digits of any number", agree_for_digits_of_any_number },
           { "agree for numbers of other forms", agree_for_numbers_of_other_forms },
           { "agree when one byte is another", agree_when_one_byte_is_another },
           { "agree when a byte is missing or too many", agree_when_a_byte_is_missing_or_too_many },
           { "agree wherever the text ends or begins", agree_wherever_the_text_ends_or_begins },
           { "agree however many levels there are", agree_however_many_levels_there_are })
