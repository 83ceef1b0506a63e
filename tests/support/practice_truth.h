/* support/practice_truth.h - the states that a practice exchange's book has had, and whether a
 * book of the core's is one of them.
 *
 * A state is known by its number and its time; the number begins anew when the exchange's does.
 * Prices at ten times their scale, so that there is room between two ticks. */
#ifndef TEST_SUPPORT_PRACTICE_TRUTH_H
#define TEST_SUPPORT_PRACTICE_TRUTH_H

#include "book/book.h"
#include "simulator/stream.h"

enum { TRUTH_STATES = 4096, TRUTH_LEVELS = 128, TRUTH_SIDES = 2, TRUTH_FINER = 10 };

struct truth_state {
    int64_t number, time_ns;
    bool has_extra; /* a level is there that only this update told of */
    size_t counts[TRUTH_SIDES];
    struct cmb_engine_level levels[TRUTH_SIDES][TRUTH_LEVELS];
};

struct truth {
    const struct cmb_engine_rules *rules;
    uint64_t count;
    struct truth_state states[TRUTH_STATES]; /* ring; the newest at (count - 1) % TRUTH_STATES */
};

static inline const struct truth_state *truth_newest(const struct truth *truth)
{
    return truth->count ? &truth->states[(truth->count - 1) % TRUTH_STATES] : NULL;
}

static inline void truth_insert(struct truth_state *state, int side, struct cmb_engine_level level)
{
    struct cmb_engine_level *levels = state->levels[side];
    size_t at = 0, *count = &state->counts[side];
    while (at < *count && (side == CMB_VIEW_BIDS ? levels[at].price > level.price
                                                 : levels[at].price < level.price))
        at++;
    if (*count == TRUTH_LEVELS)
        --*count;
    if (at < *count && levels[at].price == level.price) {
        levels[at] = level; /* a bid as high as another */
        return;
    }
    memmove(&levels[at + 1], &levels[at], (*count - at) * sizeof *levels);
    levels[at] = level;
    ++*count;
}

/* The book as it is now; `subscription` (may be NULL): with what a fault put there. */
static inline void truth_remember(struct truth *truth, const struct cmb_engine_market *market,
                                  int64_t time_ns,
                                  const struct cmb_session_subscription *subscription)
{
    struct truth_state *state = &truth->states[truth->count++ % TRUTH_STATES];
    state->number = (int64_t)market->sequence;
    state->time_ns = time_ns;
    state->has_extra = false;
    truth->rules = market->rules;
    for (int side = 0; side < TRUTH_SIDES; side++) {
        const struct cmb_engine_side *orders =
            side == CMB_VIEW_BIDS ? &market->bids : &market->asks;
        state->counts[side] = cmb_change_levels(orders, TRUTH_LEVELS - 1, state->levels[side]);
        for (size_t i = 0; i < state->counts[side]; i++)
            state->levels[side][i].price *= TRUTH_FINER;
        if (!subscription || !subscription->has_extra[side])
            continue;
        truth_insert(state, side, subscription->extra[side]);
        state->has_extra = true;
    }
}

static inline bool truth_had_extra(const struct truth *truth, int64_t number)
{
    for (uint64_t i = truth->count; i-- > 0 && i + TRUTH_STATES >= truth->count;)
        if (truth->states[i % TRUTH_STATES].number == number &&
            truth->states[i % TRUTH_STATES].has_extra)
            return true;
    return false;
}

/* ---- comparing ---- */

static inline bool truth_equals_side(const struct truth *truth, const struct truth_state *state,
                                     int side, uint32_t depth, const struct cmb_book_view *view)
{
    const struct cmb_scaled_level *levels = side == CMB_VIEW_BIDS ? view->bids : view->asks;
    size_t count = side == CMB_VIEW_BIDS ? view->bid_count : view->ask_count;
    size_t wanted = depth && depth < state->counts[side] ? depth : state->counts[side];
    unsigned price_scale = truth->rules->price_scale + 1;
    unsigned amount_scale = truth->rules->amount_scale;
    unsigned price = view->price_scale > price_scale ? view->price_scale : price_scale;
    unsigned amount = view->amount_scale > amount_scale ? view->amount_scale : amount_scale;
    bool is_equal = count == wanted;
    for (size_t i = 0; i < wanted && is_equal; i++)
        is_equal = levels[i].price * cmb_powers_of_ten[price - view->price_scale] ==
                       state->levels[side][i].price * cmb_powers_of_ten[price - price_scale] &&
                   levels[i].amount * cmb_powers_of_ten[amount - view->amount_scale] ==
                       state->levels[side][i].amount * cmb_powers_of_ten[amount - amount_scale];
    return is_equal;
}

/* Whether all levels down to `depth` (0: all) are those of a state with the view's number, where
 * the exchange tells one, and its time, where the exchange tells that. */
static inline bool truth_has(const struct truth *truth, uint32_t depth,
                             const struct cmb_book_view *view)
{
    for (uint64_t i = truth->count; i-- > 0 && i + TRUTH_STATES >= truth->count;) {
        const struct truth_state *state = &truth->states[i % TRUTH_STATES];
        if ((!view->sequence || state->number == view->sequence) &&
            (!view->timestamp_ns || state->time_ns == view->timestamp_ns) &&
            (view->sequence || view->timestamp_ns) &&
            truth_equals_side(truth, state, CMB_VIEW_BIDS, depth, view) &&
            truth_equals_side(truth, state, CMB_VIEW_ASKS, depth, view))
            return true;
    }
    return false;
}

#endif
