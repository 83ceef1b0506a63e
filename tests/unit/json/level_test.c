/* Does the fast way through a side of a book agree with the step-by-step way, byte for byte? */
#include "json/level.h"

#include "json/number.h"
#include "walk.h"

#include "support/test.h"

enum { LEVELS_MOST = 64 };

struct side {
    bool is_read;
    size_t count;
    struct cmb_scaled_level levels[LEVELS_MOST];
    struct cmb_scaled_digits digits[LEVELS_MOST];
};

/* The number that comes next, and the digits behind its point. */
static bool read_number(struct cmb_json_reader *reader, unsigned scale, int64_t *ret_value,
                        uint8_t *ret_decimals)
{
    struct cmb_json_reader look = *reader;
    struct cmb_json_value text;
    if (!cmb_json_read_scaled_slowly(reader, scale, ret_value) ||
        !cmb_json_read_value(&look, &text))
        return false;
    bool is_behind = false;
    *ret_decimals = 0;
    for (size_t i = 0; i < text.raw.length && (text.raw.at[i] | 0x20) != 'e'; i++) {
        *ret_decimals = (uint8_t)(*ret_decimals + is_behind);
        is_behind |= text.raw.at[i] == '.';
    }
    return true;
}

static bool read_stepwise(struct cmb_json_reader *reader, unsigned price_scale,
                          unsigned amount_scale, struct side *side)
{
    cmb_json_enter_array(reader);
    while (cmb_json_next_element(reader)) {
        if (side->count == LEVELS_MOST)
            return cmb_json_fail(reader, "too many");
        struct cmb_scaled_level *level = &side->levels[side->count];
        struct cmb_scaled_digits *digits = &side->digits[side->count++];
        bool is_level = cmb_json_enter_array(reader) && cmb_json_next_element(reader) &&
                        read_number(reader, price_scale, &level->price, &digits->price) &&
                        cmb_json_next_element(reader) &&
                        read_number(reader, amount_scale, &level->amount, &digits->amount) &&
                        cmb_json_leave_array(reader);
        if (!is_level)
            return cmb_json_fail(reader, "not a level");
    }
    return !reader->reason;
}

/* Reads {"before":"...","b":SIDE}, where the first member makes room for loads that begin early. */
static struct side read_text(struct cmb_text text, bool is_fast, unsigned price_scale,
                             unsigned amount_scale)
{
    struct cmb_json_reader reader;
    struct cmb_json_value key;
    struct side side = { 0 };
    cmb_json_init(&reader, text, 0);
    cmb_json_enter_object(&reader);
    while (cmb_json_next_member(&reader, &key)) {
        if (!cmb_json_is(&key, CMB_TEXT("b")))
            cmb_json_skip(&reader);
        else if (is_fast)
            cmb_json_read_levels(&reader, price_scale, amount_scale, side.levels, side.digits,
                                 LEVELS_MOST,                                 &side.count);
        else
            read_stepwise(&reader, price_scale, amount_scale, &side);
    }
    side.is_read = cmb_json_finish(&reader);
    return side;
}

static bool is_same(struct cmb_text text, unsigned price_scale, unsigned amount_scale)
{
    struct cmb_text copy = exact_copy(text);
    struct side fast = read_text(copy, true, price_scale, amount_scale);
    struct side slow = read_text(copy, false, price_scale, amount_scale);
    free((void *)(uintptr_t)copy.at);
    if (fast.is_read != slow.is_read)
        return false;
    return !fast.is_read ||
           (fast.count == slow.count &&
            memcmp(fast.levels, slow.levels, fast.count * sizeof fast.levels[0]) == 0 &&
            memcmp(fast.digits, slow.digits, fast.count * sizeof fast.digits[0]) == 0);
}

static bool is_same_side(const char *side)
{
    static const char long_tail[] = ",\"x\":\"012345678901234567890123456789\""
                                    ",\"y\":\"012345678901234567890123456789\"";
    const char *const behind[] = { "", " ", long_tail };
    bool is_same_always = true;
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
        for (size_t before = 0; before < 40; before += 39) {
            char text[2000];
            int length =
                snprintf(text, sizeof text, "{\"before\":\"%.*s\",\"b\":%s%s}", (int)before,
                         "0123456789012345678901234567890123456789", side, behind[i]);
            struct cmb_text whole = { text, (size_t)length };
            is_same_always &= is_same(whole, 8, 8) && is_same(whole, 2, 3) && is_same(whole, 0, 18);
        }
    if (!is_same_always)
        printf("\n    differs: %s", side);
    return is_same_always;
}

static void reads_levels(void)
{
    struct side side =
        read_text(CMB_TEXT("{\"e\":\"depthUpdate\",\"b\":[[\"7403.89\",\"0.002\"],"
                           "[\"7403.90\",\"3906\"],[7404.1,5],[\"0.5\",\"1\",\"x\",{}],"
                           " [ \"1.25\" , \"2\" ] ]}"),
                  true, 2, 3);
    static const struct cmb_scaled_level expected[] = {
        { 740389, 2 }, { 740390, 3906000 }, { 740410, 5000 }, { 50, 1000 }, { 125, 2000 },
    };
    CU_ASSERT(side.is_read);
    ASSERT_NUMBER(side.count, 5);
    CU_ASSERT(memcmp(side.levels, expected, sizeof expected) == 0);
}

static void agrees_with_the_steps(void)
{
    static const char *const sides[] = {
        "[]",
        "[ ]",
        "[[]]",
        "[[\"1\"]]",
        "[[\"1\",\"2\"]]",
        "[[\"1\",\"2\"],]",
        "[[\"1\",\"2\"][\"1\",\"2\"]]",
        "[[\"1\",\"2\"],[\"3\",\"4\"]]",
        "[[\"1\",\"2\",\"3\"],[\"3\",\"4\"]]",
        "[[\"1\",\"2\",\"0\",\"3\"],[\"3\",\"4.50\",\"0\",\"12\"]]",
        "[[\"1\",\"2\",0,3],[\"3\",\"4\",10]]",
        "[[\"1\",\"2\",\"00\"],[\"3\",\"4\",\"\"]]",
        "[[\"1\",\"2\",00],[\"3\",\"4\"]]",
        "[[\"1\",\"2\",\"0],[\"3\",\"4\"]]",
        "[[\"1\",\"2\",0\"],[\"3\",\"4\"]]",
        "[[\"1\",\"2\",],[\"3\",\"4\"]]",
        "[[\"1\",\"2\",,3],[\"3\",\"4\"]]",
        "[[\"1\",\"2\",\"0\" ,3],[\"3\",\"4\"]]",
        "[[\"1\",\"2\",-1,0.5,null],[\"3\",\"4\"]]",
        "[[\"1\",\"2\",[3]],[\"3\",\"4\",{}]]",
        "[[\"1\",\"2\",\"0123456789012345678901234567890123456789012345678901234567890123456789\"]]",
        "[[\"67123.10000000\",\"0.00123000\",\"0123456789012345678901234567\"],[\"1\",\"2\"]]",
        "[[\"1\",\"2\"],\n[\"3\",\"4\"]]",
        "[[\"1\",\"2\"] ,[\"3\",\"4\"]]",
        "[[\"01\",\"2\"]]",
        "[[\"1\",\"02\"]]",
        "[[\"1.\",\"2\"]]",
        "[[\".1\",\"2\"]]",
        "[[\"\",\"2\"]]",
        "[[\"1\",\"\"]]",
        "[[\"-1\",\"2\"]]",
        "[[\"1\",\"-2.5\"]]",
        "[[\"1e2\",\"2\"]]",
        "[[\"1\",\"2e-1\"]]",
        "[[\"1.2.3\",\"2\"]]",
        "[[\"1.25\",\"0.0000\"],[\"0.00\",\"0\"]]",
        "[[\"12345678.12345678\",\"12345678.12345678\"]]",
        "[[\"123456789.12345678\",\"1\"]]",
        "[[\"1234567890123456\",\"1\"]]",
        "[[\"12345678901234567\",\"1\"]]",
        "[[\"0.1234567890123456\",\"1\"]]",
        "[[\"0.123456789012345\",\"1\"]]",
        "[[\"67123.10000000\",\"0.00123000\"],[\"67123.20000000\",\"12.00000000\"]]",
        "[[\"0.00001234\",\"123456789.00000000\"],[\"0.00001235\",\"1.00000000\"]]",
        "[[\"92233720368.54775807\",\"1\"],[\"92233720368.54775808\",\"1\"]]",
        "[[\"9223372036\",\"9.2\"],[\"9223372037\",\"9.3\"]]",
        "[[1.5,2],[3,4.25]]",
        "[[\"1.5\",2],[3,\"4.25\"]]",
        "[[\"1\",\"2\"},[\"3\",\"4\"]]",
        "[[\"1\",\"2\"],[\"3\",\"4\"]",
        "[[\"1\" \"2\"]]",
        "[[\"1,\"2\"]]",
        "[[\"1\\u0030\",\"2\"]]",
        "[{\"1\":\"2\"}]",
        "[null]",
        "[[null,null]]",
        "{}",
        "7",
    };
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        CU_ASSERT(is_same_side(sides[i]));
}

static uint64_t next_bits(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void add_random_number(struct cmb_buffer *buffer, uint64_t *state)
{
    static const char digits[] = "0123456789";
    uint64_t whole = 1 + next_bits(state) % 9, behind = next_bits(state) % 9;
    cmb_buffer_add_char(buffer, '"');
    if (whole == 1)
        cmb_buffer_add_char(buffer, '0');
    for (uint64_t i = 0; whole > 1 && i < whole; i++)
        cmb_buffer_add_char(buffer, digits[(i == 0) + next_bits(state) % 9]);
    for (uint64_t i = 0; i < behind; i++) {
        if (i == 0)
            cmb_buffer_add_char(buffer, '.');
        cmb_buffer_add_char(buffer, digits[next_bits(state) % 10]);
    }
    cmb_buffer_add_char(buffer, '"');
}

static void agrees_for_random_sides(void)
{
    uint64_t state = 88172645463325252u;
    struct cmb_buffer buffer;
    int differing = 0;
    cmb_buffer_init(&buffer, 10000);
    for (int i = 0; i < 20000; i++) {
        cmb_buffer_reset(&buffer);
        cmb_buffer_add(&buffer, CMB_TEXT("{\"event\":\"depthUpdate\",\"b\":["));
        uint64_t count = next_bits(&state) % 6;
        for (uint64_t level = 0; level < count; level++) {
            cmb_buffer_add(&buffer, level ? CMB_TEXT(",[") : CMB_TEXT("["));
            add_random_number(&buffer, &state);
            cmb_buffer_add_char(&buffer, ',');
            add_random_number(&buffer, &state);
            if (next_bits(&state) % 2)
                cmb_buffer_add(&buffer, CMB_TEXT(",\"0\",13"));
            cmb_buffer_add_char(&buffer, ']');
        }
        cmb_buffer_add(&buffer, CMB_TEXT("]}"));
        if (i % 2 && buffer.length) /* half of them with one byte changed */
            buffer.at[next_bits(&state) % buffer.length] = "0.\",[]x-e 9"[next_bits(&state) % 11];
        differing += !is_same(cmb_buffer_text(&buffer), 8, 8);
    }
    cmb_buffer_clear(&buffer);
    ASSERT_NUMBER(differing, 0);
}

static void agrees_on_every_truncation(void)
{
    static const char text[] =
        "{\"event\":\"depthUpdate\",\"b\":[[\"67123.10\",\"0.5\"],[\"67123\",\"12\"],"
        "[\"67124.10000000\",\"0.00120000\"],[\"1\",\"2\",\"0\",\"31\"]],\"u\":12345}";
    for (size_t length = 0; length < sizeof text; length++)
        CU_ASSERT(is_same((struct cmb_text){ text, length }, 8, 8));
}

static void stops_where_the_room_ends(void)
{
    static const char text[] = "[\"0123456789012345\",[[\"1\",\"2\"],[\"3\",\"4\"],[\"5\",\"6\"]]]";
    for (size_t most = 0; most <= 4; most++) {
        struct cmb_scaled_level levels[5] = { [0 ... 4] = { 77, 77 } };
        struct cmb_scaled_digits digits[5] = { [0 ... 4] = { 77, 77 } };
        struct cmb_json_reader reader;
        size_t count = 77;
        cmb_json_init(&reader, cmb_text_of(text), 0);
        cmb_json_enter_array(&reader);
        cmb_json_next_element(&reader);
        cmb_json_skip(&reader);
        cmb_json_next_element(&reader);
        bool is_read = cmb_json_read_levels(&reader, 0, 0, levels, digits, most, &count);
        CU_ASSERT(is_read == (most >= 3));
        ASSERT_NUMBER(count, most >= 3 ? 3 : 77);
        ASSERT_NUMBER(levels[most].price, 77);
        ASSERT_NUMBER(digits[most].price, 77);
    }
}

/* Loads may begin before a level, but not before the input. */
static void reads_a_side_at_the_very_start(void)
{
    struct cmb_text copy = exact_copy(CMB_TEXT("[[\"67123.10\",\"0.5\"],[\"67123\",\"12\"]]"));
    struct cmb_scaled_level levels[2] = { 0 };
    struct cmb_scaled_digits digits[2];
    struct cmb_json_reader reader;
    size_t count = 0;
    cmb_json_init(&reader, copy, 0);
    CU_ASSERT(cmb_json_read_levels(&reader, 2, 1, levels, digits, 2, &count) && cmb_json_finish(&reader));
    ASSERT_NUMBER(count, 2);
    ASSERT_NUMBER(levels[0].price, 6712310);
    ASSERT_NUMBER(levels[1].amount, 120);
    free((void *)(uintptr_t)copy.at);
}

static void keeps_the_depth_ceiling(void)
{
    struct cmb_scaled_level levels[2];
    struct cmb_scaled_digits digits[2];
    struct cmb_json_reader reader;
    size_t count;
    cmb_json_init(&reader, CMB_TEXT("                    [[\"1\",\"2\"],[\"3\",\"4\"]]"), 1);
    CU_ASSERT(!cmb_json_read_levels(&reader, 0, 0, levels, digits, 2, &count));
    ASSERT_TEXT(reader.reason, "nested too deep");
}

TEST_SUITE("json/level", { "reads levels, bare, quoted, and longer ones", reads_levels },
           { "agrees with the single steps", agrees_with_the_steps },
           { "agrees for 20,000 random sides, good and bad", agrees_for_random_sides },
           { "agrees on every truncation", agrees_on_every_truncation },
           { "stops where the room ends", stops_where_the_room_ends },
           { "reads a side at the very start", reads_a_side_at_the_very_start },
           { "keeps the depth ceiling", keeps_the_depth_ceiling })
