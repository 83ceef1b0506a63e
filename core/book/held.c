/* How do updates wait for the snapshot? */
#include "book/held.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define ROWS_LEAST   16
#define LEVELS_LEAST 256

static bool grow(void **array, size_t count, size_t size)
{
    void *grown = cmb_reallocarray(*array, count, size);
    if (grown)
        *array = grown;
    return grown != NULL;
}

static bool make_row(struct cmb_held *held)
{
    if (held->count < held->capacity)
        return true;
    size_t capacity = held->capacity ? held->capacity * 2 : ROWS_LEAST;
    if (!grow((void **)&held->rows, capacity, sizeof *held->rows))
        return false;
    held->capacity = capacity;
    return true;
}

static bool make_levels(struct cmb_held *held, size_t count)
{
    size_t capacity = held->level_capacity ? held->level_capacity : LEVELS_LEAST;
    while (capacity < held->level_count + count)
        capacity *= 2;
    if (capacity == held->level_capacity)
        return true;
    if (!grow((void **)&held->levels, capacity, sizeof *held->levels) ||
        (held->has_digits && !grow((void **)&held->digits, capacity, sizeof *held->digits)) ||
        (held->has_sequences && !grow((void **)&held->sequences, capacity, sizeof(int64_t))))
        return false;
    held->level_capacity = capacity;
    return true;
}

static void copy(void *to, size_t at, const void *from, size_t count, size_t size)
{
    if (to && from && count)
        memcpy((char *)to + at * size, from, count * size);
}

static void copy_arrays(struct cmb_held *held, size_t at, const struct cmb_book_update *update)
{
    size_t bids = update->bid_count, asks = update->ask_count, behind = at + bids;
    copy(held->levels, at, update->bids, bids, sizeof *held->levels);
    copy(held->levels, behind, update->asks, asks, sizeof *held->levels);
    copy(held->digits, at, update->bid_digits, bids, sizeof *held->digits);
    copy(held->digits, behind, update->ask_digits, asks, sizeof *held->digits);
    copy(held->sequences, at, update->bid_sequences, bids, sizeof(int64_t));
    copy(held->sequences, behind, update->ask_sequences, asks, sizeof(int64_t));
}

enum cmb_held_result cmb_held_add(struct cmb_held *held, const struct cmb_book_update *update)
{
    size_t room = CMB_BOOK_HELD_LEVELS_MOST - held->level_count;
    if (held->count == CMB_BOOK_HELD_MOST || update->bid_count > room ||
        update->ask_count > room - update->bid_count)
        return CMB_HELD_FULL;
    size_t count = update->bid_count + update->ask_count;
    if (!make_row(held) || !make_levels(held, count))
        return CMB_HELD_NO_MEMORY;
    copy_arrays(held, held->level_count, update);
    held->rows[held->count++] = (struct cmb_held_row){ *update, held->level_count };
    held->level_count += count;
    return CMB_HELD_KEPT;
}

struct cmb_book_update cmb_held_get(const struct cmb_held *held, size_t place)
{
    const struct cmb_held_row *row = &held->rows[place];
    struct cmb_book_update update = row->update;
    size_t bids = row->at, asks = row->at + update.bid_count;
    update.bids = held->levels + bids;
    update.asks = held->levels + asks;
    /* Pointers of the feeder's that are gone tell only whether there was something. */
    update.bid_digits = held->digits && update.bid_digits ? held->digits + bids : NULL;
    update.ask_digits = held->digits && update.ask_digits ? held->digits + asks : NULL;
    update.bid_sequences = held->sequences && update.bid_sequences ? held->sequences + bids : NULL;
    update.ask_sequences = held->sequences && update.ask_sequences ? held->sequences + asks : NULL;
    return update;
}

static void shift(void *array, size_t by, size_t count, size_t size)
{
    if (array && count)
        memmove(array, (char *)array + by * size, count * size);
}

void cmb_held_drop(struct cmb_held *held, size_t count)
{
    if (!count)
        return;
    size_t rest = held->count - count;
    size_t by = rest ? held->rows[count].at : held->level_count, levels = held->level_count - by;
    shift(held->rows, count, rest, sizeof *held->rows);
    shift(held->levels, by, levels, sizeof *held->levels);
    shift(held->digits, by, levels, sizeof *held->digits);
    shift(held->sequences, by, levels, sizeof(int64_t));
    held->count = rest;
    held->level_count = levels;
    for (size_t i = 0; i < rest; i++)
        held->rows[i].at -= by;
}

void cmb_held_clear(struct cmb_held *held)
{
    free(held->rows);
    free(held->levels);
    free(held->digits);
    free(held->sequences);
    *held =
        (struct cmb_held){ .has_digits = held->has_digits, .has_sequences = held->has_sequences };
}
