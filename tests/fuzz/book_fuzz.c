/* Which updates, in which order, make a book lose its order or show what it must not? */
#include "book/book.h"

#include <stdlib.h>

#define LEVELS_MOST 64
#define READ_MOST   128

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct input {
    const uint8_t *at, *end;
};

static void require(bool is_so)
{
    if (!is_so)
        abort();
}

static uint8_t take(struct input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

/* Mostly small, now and then one of the extremes. */
static int64_t take_number(struct input *input)
{
    static const int64_t extremes[] = {
        INT64_MAX, INT64_MIN, INT64_MAX - 1, -1, INT64_MAX / 10, 0
    };
    uint8_t byte = take(input);
    return byte >= 250 ? extremes[byte - 250] : byte;
}

static struct cambist_book_rule take_rule(struct input *input)
{
    uint8_t flags = take(input);
    return (struct cambist_book_rule){
        .kind = (uint32_t)take(input) % (CAMBIST_BOOK_UNCHAINED + 2),
        .scope = flags & 1,
        .snapshot_limit = flags & 2 ? 1 + (uint32_t)take(input) % 40 : 0,
        .depth = flags & 4 ? 1 + (uint32_t)take(input) % 20 : 0,
        .checksum_order = (uint32_t)take(input) % (CAMBIST_BID_ASK_BY_TURNS + 2),
        .checksum_depth = (uint32_t)take(input) % 30,
        .checksum_digits = (uint32_t)take(input) % 16,
        .restarts_at = flags & 8 ? 1 : 0,
        .checksum_mark = flags & 16 ? ":" : NULL,
    };
}

struct arrays {
    struct cmb_scaled_level levels[LEVELS_MOST];
    struct cmb_scaled_digits digits[LEVELS_MOST];
    int64_t numbers[LEVELS_MOST];
};

static size_t take_levels(struct input *input, struct arrays *to)
{
    size_t count = (size_t)take(input) % LEVELS_MOST;
    for (size_t i = 0; i < count && input->at < input->end; i++) {
        to->levels[i] = (struct cmb_scaled_level){ take_number(input), take_number(input) };
        to->digits[i] =
            (struct cmb_scaled_digits){ (uint8_t)(to->levels[i].price * 7), take(input) };
        to->numbers[i] = take_number(input);
    }
    return input->at < input->end ? count : 0;
}

static void check_side(const struct cmb_scaled_level *levels, size_t count, bool is_ask,
                       const struct cambist_book_rule *rule)
{
    require(!rule->depth || count <= rule->depth);
    for (size_t i = 0; i < count; i++) {
        require(levels[i].amount > 0);
        if (i)
            require(is_ask ? levels[i].price > levels[i - 1].price
                           : levels[i].price < levels[i - 1].price);
    }
}

static void check(const struct cmb_book *book, const struct cambist_book_rule *rule)
{
    struct cmb_scaled_level bids[READ_MOST], asks[READ_MOST];
    struct cmb_book_view view = { .bids = bids, .asks = asks };
    struct cmb_book_best best;
    bool is_live = cmb_book_read(book, READ_MOST, 0, &view);
    require(is_live == (cmb_book_state(book) == CMB_BOOK_LIVE));
    require(is_live || (!view.bid_count && !view.ask_count));
    require(cmb_book_best(book, &best) == is_live);
    require(cmb_book_need(book) == CMB_BOOK_NEEDS_NOTHING || !is_live);
    if (!is_live)
        return;
    check_side(bids, view.bid_count, false, rule);
    check_side(asks, view.ask_count, true, rule);
    require(best.bid.amount == (view.bid_count ? bids[0].amount : 0));
    bool is_crossed = view.bid_count && view.ask_count && bids[0].price >= asks[0].price;
    require(view.is_crossed == is_crossed);
}

static void apply(struct cmb_book *book, struct input *input, uint8_t flags)
{
    static struct arrays bids, asks;
    struct cmb_book_update update = {
        .is_snapshot = flags & 1,
        .has_first = !(flags & 2),
        .has_sequence = !(flags & 4),
        .has_previous = !(flags & 8),
        .has_checksum = take(input) > 250,
        .first = take_number(input),
        .sequence = take_number(input),
        .previous = take_number(input),
        .timestamp_ns = take_number(input),
        .received_ns = take(input),
    };
    update.bid_count = take_levels(input, &bids);
    update.ask_count = take_levels(input, &asks);
    update.bids = bids.levels;
    update.asks = asks.levels;
    update.bid_digits = flags & 16 ? bids.digits : NULL;
    update.ask_digits = flags & 16 ? asks.digits : NULL;
    update.bid_sequences = flags & 32 ? bids.numbers : NULL;
    update.ask_sequences = flags & 32 ? asks.numbers : NULL;
    enum cmb_book_outcome outcome = cmb_book_apply(book, &update);
    bool is_live = cmb_book_state(book) == CMB_BOOK_LIVE;
    if (outcome == CMB_BOOK_APPLIED || outcome == CMB_BOOK_CONFIRMED)
        require(is_live);
    if (outcome == CMB_BOOK_HELD || outcome == CMB_BOOK_BROKEN)
        require(!is_live);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = { bytes, bytes + size };
    struct cambist_book_rule rule = take_rule(&input);
    struct cmb_book *book = cmb_book_new(&rule, take(&input) % 20, take(&input) % 20);
    if (!book)
        return 0;
    cmb_book_set_crossed_most(book, take(&input));
    while (input.at < input.end) {
        uint8_t flags = take(&input);
        if (flags < 224)
            apply(book, &input, flags & 63);
        else if (flags < 230)
            cmb_book_break(book, (enum cmb_book_reason)take(&input));
        else if (flags < 238)
            cmb_book_mark_stale(book);
        else if (flags < 244)
            cmb_book_pass_time(book, take(&input));
        else
            cmb_book_rescale(book, take(&input) % 20, take(&input) % 20);
        check(book, &rule);
    }
    cmb_book_free(book);
    return 0;
}
