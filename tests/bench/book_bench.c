/* What does a level cost, read and written?
 *
 * The changes are made from a seed after the shape of recorded ones: how deep the book is, how many
 * of the changes set, add, remove, or remove what is not there, and how far from the best level
 * they fall.  Those of one update come the best first, as all recorded ones do.  A sequence ends
 * where it began, so that it can be run again and again.  The floor
 * knows the ticks beforehand: an array with a place for every price.
 */
#include "bench/interleaved.h"
#include "book/book.h"
#include "book/checksum.h"
#include "book/side.h"

#include <string.h>
#include <zlib.h>

#define TICKS      4096
#define TOP        4000 /* no bid is higher */
#define CHANGES    8192
#define OPS_MOST   (CHANGES + TICKS)
#define PER_UPDATE 8
#define LEVEL      "level of a checked update of eight"

/* Places are counted from the best level: so many percent of the changes fall before each. */
#define SHARES 9
static const int shares[SHARES] = { 0, 10, 25, 50, 75, 90, 95, 99, 100 };

/* Adds and others in percent; the rest of 100 sets levels that are there. */
struct shape {
    const char *name;
    int depth, adds, removes, unknown;
    int places[SHARES];
};

static const struct shape shapes[] = {
    { "mostly set, as binance futures", 860, 1, 1, 1, { 0, 1, 4, 9, 22, 50, 69, 231, 800 } },
    { "added, set and removed, as okx", 400, 32, 32, 14, { 0, 1, 3, 11, 47, 395, 399, 399, 400 } },
    { "added, set and removed, as kraken", 840, 37, 38, 0, { 0, 0, 1, 3, 9, 15, 22, 54, 400 } },
};

static uint64_t state = 1;
static int64_t start[TICKS], now[TICKS], ladder[TICKS];
static int ladder_best;
static struct cmb_scaled_level ops[OPS_MOST];
static size_t op_count;
static struct cmb_side side;
static struct cmb_book *book;
static int64_t number;

static double draw(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) / 9007199254740992.0;
}

static int draw_place(const struct shape *shape)
{
    double share = draw() * 100;
    int at = 1;
    while (share > shares[at])
        at++;
    double part = (share - shares[at - 1]) / (shares[at] - shares[at - 1]);
    return shape->places[at - 1] + (int)(part * (shape->places[at] - shape->places[at - 1] + 1));
}

/* The tick nearest to a likely place that holds a level, or none. */
static int choose(const struct shape *shape, bool is_there)
{
    int tick = TOP, place = draw_place(shape);
    while (tick > 1 && (place -= now[tick] != 0) >= 0)
        tick--;
    for (int away = 0; away < TICKS; away++)
        for (int way = -1; way <= 1; way += 2) {
            int at = tick + way * away;
            if (at > 0 && at <= TOP && (now[at] != 0) == is_there)
                return at;
        }
    return 1;
}

static void add_op(int tick, int64_t amount)
{
    now[tick] = amount;
    ops[op_count++] = (struct cmb_scaled_level){ tick, amount };
}

/* By insertion: changes of one level stay in their order. */
static void sort_update(struct cmb_scaled_level *levels, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct cmb_scaled_level level = levels[i];
        size_t to = i;
        for (; to > 0 && levels[to - 1].price < level.price; to--)
            levels[to] = levels[to - 1];
        levels[to] = level;
    }
}

static void make_ops(const struct shape *shape)
{
    memset(start, 0, sizeof start);
    for (int there = 0; there < shape->depth;) {
        int tick = TOP - (int)(draw() * shape->depth * 2);
        there += !start[tick];
        start[tick] = 1 + (int64_t)(draw() * 1000000);
    }
    memcpy(now, start, sizeof now);
    op_count = 0;
    while (op_count < CHANGES) {
        double dice = draw() * 100;
        if (dice < shape->adds)
            add_op(choose(shape, false), 1 + (int64_t)(draw() * 1000000));
        else if (dice < shape->adds + shape->removes)
            add_op(choose(shape, true), 0);
        else if (dice < shape->adds + shape->removes + shape->unknown)
            add_op(choose(shape, false), 0);
        else
            add_op(choose(shape, true), 1 + (int64_t)(draw() * 1000000));
    }
    for (int tick = 0; tick < TICKS; tick++)
        if (now[tick] != start[tick])
            add_op(tick, start[tick]);
    for (size_t at = 0; at < op_count; at += PER_UPDATE)
        sort_update(ops + at, op_count - at < PER_UPDATE ? op_count - at : PER_UPDATE);
}

static void put_ladder(size_t turns)
{
    for (size_t i = 0, at = 0; i < turns; i++) {
        const struct cmb_scaled_level *op = &ops[at];
        at = at + 1 == op_count ? 0 : at + 1;
        int tick = (int)op->price;
        ladder[tick] = op->amount;
        if (op->amount && tick > ladder_best)
            ladder_best = tick;
        while (!ladder[ladder_best] && ladder_best)
            ladder_best--;
    }
    INTERLEAVED_KEEP(ladder_best);
}

static void put_side(size_t turns)
{
    struct cmb_scaled_digits none = { 0, 0 };
    for (size_t i = 0, at = 0; i < turns; i++) {
        cmb_side_put(&side, ops[at], none);
        at = at + 1 == op_count ? 0 : at + 1;
    }
}

/* Whole messages of eight levels, checked and shown to readers. */
static void apply_updates(size_t turns)
{
    for (size_t done = 0, at = 0; done < turns; done += PER_UPDATE) {
        size_t count = op_count - at < PER_UPDATE ? op_count - at : PER_UPDATE;
        struct cmb_book_update update = {
            .has_sequence = true, .sequence = ++number, .bids = ops + at, .bid_count = count
        };
        cmb_book_apply(book, &update);
        at = at + count == op_count ? 0 : at + count;
    }
}

static void load_start(void)
{
    static struct cmb_scaled_level levels[TICKS];
    struct cmb_scaled_digits none = { 0, 0 };
    size_t count = 0;
    for (int tick = TICKS - 1; tick > 0; tick--)
        if (start[tick])
            levels[count++] = (struct cmb_scaled_level){ tick, start[tick] };
    memcpy(ladder, start, sizeof ladder);
    ladder_best = (int)levels[0].price;
    cmb_side_load(&side, levels, NULL, count, none);
    struct cmb_scaled_level asks[32];
    for (int i = 0; i < 32; i++)
        asks[i] = (struct cmb_scaled_level){ TICKS + i, 1000 + i };
    struct cmb_book_update snapshot = { .is_snapshot = true,
                                        .has_sequence = true,
                                        .sequence = number,
                                        .bids = levels,
                                        .bid_count = count,
                                        .asks = asks,
                                        .ask_count = 32 };
    cmb_book_apply(book, &snapshot);
}

static void bench_shape(const struct shape *shape)
{
    static const struct interleaved_case cases[] = {
        { "place in an array by tick", put_ladder, 1 << 17 },
        { "level put into a side", put_side, 1 << 17 },
        { LEVEL, apply_updates, 1 << 17 },
    };
    make_ops(shape);
    load_start();
    put_ladder(op_count);
    put_side(op_count);
    if (memcmp(ladder, start, sizeof ladder) || cmb_side_count(&side) != (size_t)shape->depth)
        bench_fail("the sequence does not end where it began");
    interleaved_run(shape->name, cases, sizeof cases / sizeof cases[0]);
}

/* -- reading -- */

static struct cmb_scaled_level bids[32], asks[32], copied[32];

static void copy_plain(size_t turns)
{
    for (size_t i = 0; i < turns; i++) {
        memcpy(copied, bids, 10 * sizeof *bids);
        memcpy(copied + 10, asks, 10 * sizeof *asks);
        INTERLEAVED_KEEP(copied);
    }
}

static void read_ten(size_t turns)
{
    struct cmb_book_view view = { .bids = bids, .asks = asks };
    for (size_t i = 0; i < turns; i++)
        cmb_book_read(book, 10, 0, &view);
}

static void read_best(size_t turns)
{
    struct cmb_book_best best;
    for (size_t i = 0; i < turns; i++) {
        cmb_book_best(book, &best);
        INTERLEAVED_KEEP(&best);
    }
}

/* -- checksums -- */

static struct cmb_side sum_bids, sum_asks;
static char sum_text[2048];
static size_t sum_length;

static void sum_text_only(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        INTERLEAVED_KEEP(crc32(0, (const Bytef *)sum_text, (uInt)sum_length));
}

static void sum_ten(size_t turns)
{
    static const struct cambist_book_rule kraken = { .checksum_order = CAMBIST_ASKS_THEN_BIDS,
                                                     .checksum_depth = 10,
                                                     .checksum_digits = CAMBIST_DIGITS_BARE };
    for (size_t i = 0; i < turns; i++)
        INTERLEAVED_KEEP(
            cmb_checksum(&kraken, &sum_bids, &sum_asks, (struct cmb_scaled_digits){ 1, 8 }));
}

static void bench_checksum(void)
{
    static const struct interleaved_case cases[] = {
        { "CRC-32 of the finished text", sum_text_only, 1 << 12 },
        { "checksum of ten levels a side, bare digits", sum_ten, 1 << 12 },
    };
    struct cmb_scaled_digits digits = { 1, 8 };
    cmb_side_init(&sum_bids, false, 100, true);
    cmb_side_init(&sum_asks, true, 100, true);
    for (int i = 0; i < 10; i++) {
        struct cmb_scaled_level bid = { 671231 - i, 12345678 + i }, ask = { 671232 + i, 98765432 };
        cmb_side_put(&sum_bids, bid, digits);
        cmb_side_put(&sum_asks, ask, digits);
        sum_length += (size_t)snprintf(sum_text + sum_length, sizeof sum_text - sum_length,
                                       "%d%d%d%d", 671231 - i, 12345678 + i, 671232 + i, 98765432);
    }
    interleaved_run("checksum", cases, 2);
}

static const struct bench_goal goals[] = {
    { "level into a book, changes as recorded of binance futures", "mostly set, as binance futures",
      "ns", LEVEL, .at_most = 30 },
    { "level into a book, changes as recorded of okx", "added, set and removed, as okx", "ns", LEVEL,
      .at_most = 30 },
    { "level into a book, changes as recorded of kraken", "added, set and removed, as kraken", "ns",
      LEVEL, .at_most = 30 },
};

int main(int count, char **words)
{
    static const struct cambist_book_rule rule = { .kind = CAMBIST_BOOK_COUNTED };
    static const struct interleaved_case reads[] = {
        { "20 levels copied from plain memory", copy_plain, 1 << 16 },
        { "ten levels a side read", read_ten, 1 << 16 },
        { "best of both sides read", read_best, 1 << 16 },
    };
    bench_begin(count, words);
    cmb_side_init(&side, /* is_ask= */ false, CMB_BOOK_LEVELS_MOST, false);
    book = cmb_book_new(&rule, 0, 0);
    if (!book)
        return 1;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        bench_shape(&shapes[i]);
    interleaved_run("reading", reads, 3);
    bench_checksum();
    cmb_side_clear(&side);
    cmb_side_clear(&sum_bids);
    cmb_side_clear(&sum_asks);
    cmb_book_free(book);
    return bench_end(goals, sizeof goals / sizeof *goals);
}
