/* Is a side always in order, whatever comes, and does it keep what it must? */
#include "book/side.h"
#include "support/test.h"

#include <stdlib.h>

#define PRICES 300

static const struct cmb_scaled_digits none = { 0, 0 };
static uint64_t state;

static uint64_t next_random(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
}

static enum cmb_side_effect put(struct cmb_side *side, int64_t price, int64_t amount)
{
    return cmb_side_put(side, (struct cmb_scaled_level){ price, amount }, none);
}

/* Compares with amounts by price, of which 0 means none. */
static bool equals(const struct cmb_side *side, const int64_t *amounts, bool is_ask)
{
    static struct cmb_scaled_level levels[PRICES];
    size_t count = cmb_side_copy(side, PRICES, levels), at = 0;
    for (int i = 0; i < PRICES; i++) {
        int price = is_ask ? i : PRICES - 1 - i;
        if (!amounts[price])
            continue;
        if (at == count || levels[at].price != price || levels[at].amount != amounts[price])
            return false;
        at++;
    }
    return at == count;
}

static void equals_a_plain_table(void)
{
    for (int is_ask = 0; is_ask < 2; is_ask++) {
        static int64_t amounts[PRICES];
        struct cmb_side side;
        memset(amounts, 0, sizeof amounts);
        state = 7;
        cmb_side_init(&side, is_ask, PRICES, true);
        bool is_equal = true;
        for (int i = 0; i < 20000; i++) {
            int64_t price = (int64_t)(next_random() % PRICES);
            int64_t amount = next_random() % 3 ? (int64_t)(next_random() % 1000 + 1) : 0;
            enum cmb_side_effect effect = put(&side, price, amount);
            is_equal &= effect == (amount || amounts[price] ? CMB_SIDE_CHANGED : CMB_SIDE_UNKNOWN);
            amounts[price] = amount;
            is_equal &= equals(&side, amounts, is_ask);
        }
        CU_ASSERT(is_equal);
        cmb_side_clear(&side);
    }
}

/* What a side is compared with: amounts by price, and the digits beside them. */
struct table {
    int64_t amounts[PRICES];
    uint8_t digits[PRICES];
    size_t count;
};

static void put_in_table(struct table *table, int64_t price, int64_t amount, uint8_t digits)
{
    table->count += (size_t)(amount != 0) - (table->amounts[price] != 0);
    table->amounts[price] = amount;
    table->digits[price] = digits;
}

/* Up to sixteen changes about a price that wanders, mostly the best first. */
static void put_message(struct cmb_side *side, struct table *table, bool is_ask, int64_t about)
{
    struct cmb_scaled_level levels[16];
    struct cmb_scaled_digits digits[16];
    size_t count = next_random() % 17;
    bool is_mixed = next_random() % 4 == 0;
    int64_t price = is_ask ? 0 : PRICES - 1;
    uint32_t unknown = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t step = (int64_t)(next_random() % 12);
        price = is_mixed ? about + step : price + (is_ask ? step : -step);
        price = price < 0 || price >= PRICES ? about : price;
        levels[i] =
            (struct cmb_scaled_level){ price,
                                       next_random() % 2 ? (int64_t)(next_random() % 1000) : 0 };
        digits[i] = (struct cmb_scaled_digits){ (uint8_t)next_random(), 0 };
        unknown += !levels[i].amount && !table->amounts[price];
        put_in_table(table, price, levels[i].amount, digits[i].price);
    }
    struct cmb_side_result result = cmb_side_put_all(side, levels, digits, count, none);
    ASSERT_NUMBER(result.last, CMB_SIDE_CHANGED);
    ASSERT_NUMBER(result.unknown, unknown);
}

static void truncate_table(struct table *table, bool is_ask, size_t depth)
{
    for (int64_t i = 0; table->count > depth; i++)
        put_in_table(table, is_ask ? PRICES - 1 - i : i, 0, 0);
}

/* Everything that can be asked of a side. */
static bool equals_table(const struct cmb_side *side, const struct table *table, bool is_ask)
{
    bool is_equal = equals(side, table->amounts, is_ask) && cmb_side_count(side) == table->count;
    size_t seen = 0;
    for (size_t at = cmb_side_end(side); cmb_side_next(side, &at) && is_equal; seen++) {
        struct cmb_scaled_level level = cmb_side_level(side, at);
        is_equal &= level.amount == table->amounts[level.price] &&
                    cmb_side_digits(side, at).price == table->digits[level.price] &&
                    cmb_side_find(side, level.price) == level.amount &&
                    cmb_side_count_to(side, level.price) == seen + 1 &&
                    (seen || cmb_side_best(side).price == level.price);
    }
    return is_equal && seen == table->count;
}

static void equals_a_plain_table_after_whole_messages(void)
{
    for (int is_ask = 0; is_ask < 2; is_ask++) {
        struct table table = { .count = 0 };
        struct cmb_side side;
        bool is_equal = true;
        state = 11;
        cmb_side_init(&side, is_ask, 150, true);
        for (int i = 0; i < 6000 && is_equal; i++) {
            int64_t about = i / 3 % (PRICES - 12);
            put_message(&side, &table, is_ask, about);
            if (next_random() % 64 == 0)
                cmb_side_close_up(&side);
            size_t before = table.count;
            truncate_table(&table, is_ask, 150);
            is_equal &= cmb_side_truncate(&side) == before - table.count;
            is_equal &= equals_table(&side, &table, is_ask);
        }
        CU_ASSERT(is_equal);
        cmb_side_clear(&side);
    }
}

/* A price that was removed need not fit into fewer decimals. */
static void rescales_only_what_is_there(void)
{
    struct cmb_side side;
    struct cmb_scaled_level levels[4];
    cmb_side_init(&side, false, 10, false);
    put(&side, 300, 10);
    put(&side, 205, 20);
    put(&side, 100, 30);
    ASSERT_NUMBER(cmb_side_check_rescale(&side, -1, -1), CMB_NUMBER_INEXACT);
    put(&side, 205, 0);
    ASSERT_NUMBER(cmb_side_check_rescale(&side, -1, -1), CMB_NUMBER_FINE);
    cmb_side_rescale(&side, -1, -1);
    ASSERT_NUMBER(put(&side, 20, 5), CMB_SIDE_CHANGED);
    ASSERT_NUMBER(cmb_side_copy(&side, 4, levels), 3);
    ASSERT_NUMBER(levels[0].price, 30);
    ASSERT_NUMBER(levels[1].amount, 5);
    ASSERT_NUMBER(levels[2].price, 10);
    cmb_side_clear(&side);
}

static void keeps_few_places_empty(void)
{
    struct cmb_side side;
    cmb_side_init(&side, true, 2000, false);
    for (int64_t i = 0; i < 1000; i++)
        put(&side, i, 1);
    size_t widest = 0;
    for (int64_t i = 1; i < 999; i++) {
        put(&side, i, 0);
        size_t places = cmb_side_end(&side) - atomic_load(&side.start);
        widest = places > 2 * side.count && places - 2 * side.count > widest
                     ? places - 2 * side.count
                     : widest;
    }
    CU_ASSERT(widest <= 64);
    ASSERT_NUMBER(cmb_side_count(&side), 2);
    ASSERT_NUMBER(put(&side, 999, 0), CMB_SIDE_CHANGED);
    ASSERT_NUMBER(put(&side, 0, 0), CMB_SIDE_CHANGED);
    ASSERT_NUMBER(put(&side, 500, 0), CMB_SIDE_UNKNOWN);
    ASSERT_NUMBER(cmb_side_count(&side), 0);
    ASSERT_NUMBER(cmb_side_end(&side) - atomic_load(&side.start), 0);
    cmb_side_clear(&side);
}

static void loads_levels_in_any_order(void)
{
    static const struct cmb_scaled_level orders[][4] = {
        { { 9, 1 }, { 8, 2 }, { 7, 0 }, { 5, 4 } },
        { { 5, 4 }, { 7, 0 }, { 8, 2 }, { 9, 1 } },
        { { 8, 2 }, { 5, 4 }, { 9, 1 }, { 7, 0 } },
    };
    for (int is_ask = 0; is_ask < 2; is_ask++)
        for (size_t i = 0; i < 3; i++) {
            struct cmb_side side;
            struct cmb_scaled_level levels[4];
            cmb_side_init(&side, is_ask, 10, false);
            put(&side, 1, 1);
            ASSERT_NUMBER(cmb_side_load(&side, orders[i], NULL, 4, none), CMB_SIDE_CHANGED);
            ASSERT_NUMBER(cmb_side_copy(&side, 4, levels), 3);
            ASSERT_NUMBER(levels[0].price, is_ask ? 5 : 9);
            ASSERT_NUMBER(levels[1].price, 8);
            ASSERT_NUMBER(levels[2].amount, is_ask ? 1 : 4);
            cmb_side_clear(&side);
        }
}

static void refuses_a_large_snapshot_in_no_order(void)
{
    struct cmb_side side;
    size_t count = CMB_SIDE_UNSORTED_MOST + 1;
    struct cmb_scaled_level *levels = calloc(count, sizeof *levels);
    for (size_t i = 0; i < count; i++)
        levels[i] = (struct cmb_scaled_level){ (int64_t)(i ^ 1), 1 };
    cmb_side_init(&side, false, count, false);
    ASSERT_NUMBER(cmb_side_load(&side, levels, NULL, count, none), CMB_SIDE_GARBLED);
    ASSERT_NUMBER(cmb_side_load(&side, levels, NULL, count - 1, none), CMB_SIDE_CHANGED);
    ASSERT_NUMBER(cmb_side_count(&side), count - 1);
    free(levels);
    cmb_side_clear(&side);
}

static void drops_the_deepest_beyond_its_depth(void)
{
    struct cmb_side side;
    struct cmb_scaled_level levels[4];
    cmb_side_init(&side, true, 3, false);
    put(&side, 10, 1);
    put(&side, 12, 1);
    put(&side, 11, 1);
    ASSERT_NUMBER(cmb_side_truncate(&side), 0);
    put(&side, 13, 1);
    put(&side, 9, 1);
    ASSERT_NUMBER(cmb_side_truncate(&side), 2);
    ASSERT_NUMBER(cmb_side_copy(&side, 4, levels), 3);
    ASSERT_NUMBER(levels[0].price, 9);
    ASSERT_NUMBER(levels[2].price, 11);
    put(&side, 10, 0);
    ASSERT_NUMBER(put(&side, 12, 5), CMB_SIDE_CHANGED);
    cmb_side_clear(&side);
}

static void lets_nothing_in_beyond_its_cut(void)
{
    struct cmb_side side;
    cmb_side_init(&side, false, 100, false);
    put(&side, 10, 1);
    put(&side, 8, 1);
    cmb_side_cut(&side);
    ASSERT_NUMBER(put(&side, 7, 1), CMB_SIDE_DROPPED);
    ASSERT_NUMBER(put(&side, 7, 0), CMB_SIDE_UNKNOWN);
    ASSERT_NUMBER(put(&side, 8, 2), CMB_SIDE_CHANGED);
    ASSERT_NUMBER(put(&side, 9, 2), CMB_SIDE_CHANGED);
    ASSERT_NUMBER(cmb_side_count(&side), 3);
    cmb_side_clear(&side);
}

static void counts_what_many_levels_did_not_change(void)
{
    static const struct cmb_scaled_level levels[] = {
        { 12, 1 }, { 11, 0 }, { 7, 1 }, { 6, 1 }, { 7, 0 }, { 10, 4 }, { 9, -1 }, { 13, 1 },
    };
    struct cmb_side side;
    cmb_side_init(&side, false, 100, false);
    put(&side, 10, 1);
    put(&side, 8, 1);
    cmb_side_cut(&side);
    struct cmb_side_result result = cmb_side_put_all(&side, levels, NULL, 6, none);
    ASSERT_NUMBER(result.last, CMB_SIDE_CHANGED);
    ASSERT_NUMBER(result.unknown, 2);
    ASSERT_NUMBER(result.dropped, 2);
    ASSERT_NUMBER(cmb_side_find(&side, 10), 4);
    result = cmb_side_put_all(&side, levels, NULL, 8, none);
    ASSERT_NUMBER(result.last, CMB_SIDE_GARBLED);
    ASSERT_NUMBER(cmb_side_find(&side, 13), 0);
    ASSERT_NUMBER(cmb_side_count(&side), 3);
    cmb_side_clear(&side);
}

static void cuts_where_it_dropped(void)
{
    struct cmb_side side;
    cmb_side_init(&side, false, 2, false);
    side.may_cut = true;
    put(&side, 10, 1);
    put(&side, 8, 1);
    put(&side, 9, 1);
    ASSERT_NUMBER(cmb_side_truncate(&side), 1);
    ASSERT_NUMBER(put(&side, 10, 0), CMB_SIDE_CHANGED);
    ASSERT_NUMBER(put(&side, 8, 3), CMB_SIDE_DROPPED);
    ASSERT_NUMBER(cmb_side_count(&side), 1);
    cmb_side_clear(&side);
}

static void keeps_the_digits_beside_the_levels(void)
{
    struct cmb_side side;
    cmb_side_init(&side, false, 1000, true);
    for (uint8_t i = 0; i < 200; i++) {
        uint8_t price = (uint8_t)(i * 7 % 200);
        cmb_side_put(&side, (struct cmb_scaled_level){ price, 1 },
                     (struct cmb_scaled_digits){ price, 0 });
    }
    bool is_beside = cmb_side_count(&side) == 200;
    for (size_t at = cmb_side_end(&side); cmb_side_next(&side, &at);)
        is_beside &= cmb_side_digits(&side, at).price == cmb_side_level(&side, at).price;
    CU_ASSERT(is_beside);
    cmb_side_clear(&side);
}

static void knows_prices_to_both_ends_of_an_int64(void)
{
    struct cmb_side side;
    struct cmb_scaled_level levels[4];
    cmb_side_init(&side, true, 10, false);
    put(&side, INT64_MAX, 1);
    put(&side, 0, INT64_MAX);
    put(&side, INT64_MIN, 3);
    put(&side, -1, 4);
    ASSERT_NUMBER(put(&side, 1, -1), CMB_SIDE_GARBLED);
    ASSERT_NUMBER(cmb_side_copy(&side, 4, levels), 4);
    ASSERT_NUMBER(levels[0].price, INT64_MIN);
    ASSERT_NUMBER(levels[1].price, -1);
    ASSERT_NUMBER(levels[2].amount, INT64_MAX);
    ASSERT_NUMBER(levels[3].price, INT64_MAX);
    cmb_side_clear(&side);
}

TEST_SUITE("book/side", { "equals a plain table after any change", equals_a_plain_table },
           { "equals a plain table after whole messages",
             equals_a_plain_table_after_whole_messages },
           { "rescales only what is there", rescales_only_what_is_there },
           { "keeps few places empty", keeps_few_places_empty },
           { "loads levels in any order", loads_levels_in_any_order },
           { "refuses a large snapshot in no order", refuses_a_large_snapshot_in_no_order },
           { "drops the deepest beyond its depth", drops_the_deepest_beyond_its_depth },
           { "lets nothing in beyond its cut", lets_nothing_in_beyond_its_cut },
           { "counts what many levels did not change", counts_what_many_levels_did_not_change },
           { "cuts where it dropped", cuts_where_it_dropped },
           { "keeps the digits beside the levels", keeps_the_digits_beside_the_levels },
           { "knows prices to both ends of an int64", knows_prices_to_both_ends_of_an_int64 })
