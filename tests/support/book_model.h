/* support/book_model.h - an exchange whose book is known to the tester at every number.
 *
 * A true book changes at random, one numbered state after the other.  Messages are cut out of it in
 * the form of any kind of rule; a message keeps its levels in ticks of 0.01 and amounts of 0.001.
 */
#ifndef TEST_SUPPORT_BOOK_MODEL_H
#define TEST_SUPPORT_BOOK_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "book/book.h"

#define MODEL_TICKS        160
#define MODEL_STATES       8192 /* so many are remembered */
#define MODEL_CHANGES_MOST 8    /* of one state */
#define MODEL_LEVELS_MOST  256  /* of one side of a message */
#define MODEL_PRICE_SCALE  2
#define MODEL_AMOUNT_SCALE 3

enum { MODEL_BID, MODEL_ASK, MODEL_SIDES };

struct model_level {
    int tick;
    int64_t amount, number; /* number: of the state that made it */
};

struct model_message {
    bool is_snapshot, has_checksum;
    int64_t first, previous, number, timestamp_ns;
    uint32_t checksum;
    size_t counts[MODEL_SIDES];
    struct model_level levels[MODEL_SIDES][MODEL_LEVELS_MOST];
};

struct model_state {
    int64_t number;
    int64_t amounts[MODEL_SIDES][MODEL_TICKS]; /* by tick; 0: none */
    int changed[MODEL_CHANGES_MOST][2];        /* side, tick */
    size_t changed_count;
};

struct model {
    const struct cambist_book_rule *rule;
    uint64_t random;
    int64_t at;                /* states made */
    int64_t epoch_first;       /* the state at which counting began anew */
    int64_t sent, sent_number; /* state and number of the last message */
    int64_t crossing_until;
    int crossing_tick, middle;
    bool is_timed;
    uint64_t epochs;
    struct model_state states[MODEL_STATES];
};

static inline uint64_t model_random(struct model *model, uint64_t below)
{
    model->random = model->random * 6364136223846793005u + 1442695040888963407u;
    return (model->random >> 33) % below;
}

static inline struct model_state *model_state(struct model *model, int64_t at)
{
    return &model->states[at % MODEL_STATES];
}

/* Sets an amount in the newest state, and notes that it changed. */
static inline void model_set(struct model *model, int side, int tick, int64_t amount)
{
    struct model_state *state = model_state(model, model->at);
    if (state->amounts[side][tick] == amount || state->changed_count == MODEL_CHANGES_MOST)
        return;
    state->amounts[side][tick] = amount;
    state->changed[state->changed_count][0] = side;
    state->changed[state->changed_count++][1] = tick;
}

static inline void model_move_middle(struct model *model)
{
    int step = (int)model_random(model, 3) - 1;
    if (model->middle + step < 70 || model->middle + step > 90)
        return;
    model->middle += step;
    model_set(model, MODEL_BID, model->middle, 0);
    if (model->middle != model->crossing_tick)
        model_set(model, MODEL_ASK, model->middle, 0);
}

/* For a while an ask stands among the bids. */
static inline void model_cross(struct model *model)
{
    if (model->crossing_tick && model->at >= model->crossing_until) {
        model_set(model, MODEL_ASK, model->crossing_tick, 0);
        model->crossing_tick = 0;
    } else if (!model->crossing_tick && model_random(model, 3000) == 0) {
        model->crossing_tick = model->middle - 3;
        model->crossing_until = model->at + 20;
        model_set(model, MODEL_ASK, model->crossing_tick, 1000);
    }
}

/* Makes the next state; `number` is its number. */
static inline void model_step(struct model *model, int64_t number)
{
    const struct model_state *before = model_state(model, model->at++);
    struct model_state *state = model_state(model, model->at);
    *state = *before;
    state->changed_count = 0;
    state->number = number;
    model_cross(model);
    if (model_random(model, 10) == 0)
        model_move_middle(model);
    for (uint64_t i = 1 + model_random(model, 3); i > 0; i--) {
        int side = (int)model_random(model, 2), away = 1 + (int)model_random(model, 50);
        int tick = side == MODEL_BID ? model->middle - away : model->middle + away;
        int64_t amount = model_random(model, 10) < 7 ? (int64_t)model_random(model, 5000) + 1 : 0;
        if (tick != model->crossing_tick)
            model_set(model, side, tick, amount);
    }
}

/* The place'th best tick of a side, or -1. */
static inline int model_next_best(const struct model_state *state, int side, int tick)
{
    int step = side == MODEL_BID ? -1 : 1;
    for (tick += step; tick >= 0 && tick < MODEL_TICKS; tick += step)
        if (state->amounts[side][tick])
            return tick;
    return -1;
}

static inline int model_before_best(int side)
{
    return side == MODEL_BID ? MODEL_TICKS : -1;
}

/* How many decimals the exchange writes: some amounts carry a zero too many. */
static inline struct cmb_scaled_digits model_digits(int tick, int64_t amount)
{
    uint8_t digits = amount % 10 || tick % 2 ? 3 : 2;
    return (struct cmb_scaled_digits){ MODEL_PRICE_SCALE, digits };
}

/* -- the exchange's own checksum, written without the code under test -- */

static inline uint32_t model_sum_up(const char *text)
{
    uint32_t sum = 0xffffffff;
    for (; *text; text++) {
        sum ^= (unsigned char)*text;
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return ~sum;
}

/* asks, then bids, without points and zeros in front */
static inline uint32_t model_checksum(const struct model_state *state, uint32_t depth)
{
    static char text[4096];
    size_t length = 0;
    for (int side = MODEL_ASK; side >= MODEL_BID; side--) {
        int tick = model_before_best(side);
        for (uint32_t i = 0; i < depth; i++) {
            tick = model_next_best(state, side, tick);
            if (tick < 0)
                break;
            int64_t amount = state->amounts[side][tick];
            if (model_digits(tick, amount).amount == 2)
                amount /= 10;
            length += (size_t)snprintf(text + length, sizeof text - length, "%d%lld", tick,
                                       (long long)amount);
        }
    }
    text[length] = '\0';
    return model_sum_up(text);
}

/* -- messages -- */

static inline void model_add(struct model_message *message, int side, int tick, int64_t amount,
                             int64_t number)
{
    if (message->counts[side] < MODEL_LEVELS_MOST)
        message->levels[side][message->counts[side]++] =
            (struct model_level){ tick, amount, number };
}

/* The whole book at state `at`, up to `depth` levels (0: all). */
static inline void model_write_snapshot(struct model *model, int64_t at, uint32_t depth,
                                        struct model_message *message)
{
    const struct model_state *state = model_state(model, at);
    memset(message, 0, offsetof(struct model_message, levels));
    message->is_snapshot = true;
    message->number = state->number;
    message->previous = -1;
    message->timestamp_ns = model->is_timed ? at : 0;
    for (int side = 0; side < MODEL_SIDES; side++) {
        int tick = model_next_best(state, side, model_before_best(side));
        for (uint32_t i = 0; tick >= 0 && (!depth || i < depth); i++) {
            model_add(message, side, tick, state->amounts[side][tick], state->number);
            tick = model_next_best(state, side, tick);
        }
    }
    message->has_checksum = model->rule->checksum_order != CAMBIST_NO_CHECKSUM;
    if (message->has_checksum)
        message->checksum = model_checksum(state, model->rule->checksum_depth);
}

/* Every change with its own number. */
static inline void model_write_changes(struct model *model, struct model_message *message)
{
    for (int64_t at = model->sent + 1; at <= model->at; at++) {
        const struct model_state *state = model_state(model, at);
        for (size_t i = 0; i < state->changed_count; i++) {
            int side = state->changed[i][0], tick = state->changed[i][1];
            model_add(message, side, tick, state->amounts[side][tick], state->number);
        }
    }
}

/* Whether a level is among the best `depth`, 0: always when it is there. */
static inline bool model_is_seen(const struct model_state *state, int side, int tick,
                                 uint32_t depth)
{
    if (!state->amounts[side][tick])
        return false;
    int best = model_before_best(side);
    for (uint32_t i = 0; !depth || i < depth; i++) {
        best = model_next_best(state, side, best);
        if (best == tick || best < 0)
            return best == tick;
    }
    return false;
}

/* Every level that changed since the last message, as it is now, also where it is as it was. */
static inline void model_write_changed(struct model *model, struct model_message *message)
{
    static bool is_written[MODEL_SIDES][MODEL_TICKS];
    const struct model_state *now = model_state(model, model->at);
    memset(is_written, 0, sizeof is_written);
    for (int64_t at = model->sent + 1; at <= model->at; at++) {
        const struct model_state *state = model_state(model, at);
        for (size_t i = 0; i < state->changed_count; i++) {
            int side = state->changed[i][0], tick = state->changed[i][1];
            if (!is_written[side][tick])
                model_add(message, side, tick, now->amounts[side][tick], now->number);
            is_written[side][tick] = true;
        }
    }
}

/* What differs between two states in the depth that the exchange keeps; what only fell out of it is
 * not told. */
static inline void model_write_difference(struct model *model, struct model_message *message)
{
    const struct model_state *before = model_state(model, model->sent);
    const struct model_state *now = model_state(model, model->at);
    uint32_t depth = model->rule->depth;
    for (int side = 0; side < MODEL_SIDES; side++)
        for (int tick = 0; tick < MODEL_TICKS; tick++) {
            int64_t was = before->amounts[side][tick], is = now->amounts[side][tick];
            bool was_seen = model_is_seen(before, side, tick, depth);
            bool is_seen = model_is_seen(now, side, tick, depth);
            if ((is_seen && (!was_seen || was != is)) || (was_seen && !is))
                model_add(message, side, tick, is, now->number);
        }
}

/* The update from the last one to the newest state. */
static inline void model_write_update(struct model *model, struct model_message *message)
{
    const struct model_state *now = model_state(model, model->at);
    memset(message, 0, offsetof(struct model_message, levels));
    message->first = model->sent_number + 1;
    message->previous = model->sent_number;
    message->number = now->number;
    message->timestamp_ns = model->is_timed ? model->at : 0;
    if (model->rule->kind == CAMBIST_BOOK_CHANGES)
        model_write_changes(model, message);
    else if (!model->rule->depth)
        model_write_changed(model, message);
    else
        model_write_difference(model, message);
    message->has_checksum = model->rule->checksum_order != CAMBIST_NO_CHECKSUM;
    if (message->has_checksum)
        message->checksum = model_checksum(now, model->rule->checksum_depth);
    model->sent = model->at;
    model->sent_number = now->number;
}

#endif
