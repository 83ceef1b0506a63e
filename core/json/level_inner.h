/* json/level_inner.h - what the ways through the levels of a side share: private to core/json.
 *
 * Each way reads levels of the common form, ["price","amount"] or with more quoted digits behind,
 * and the commas between them, as long as they last.  It may stop earlier; at the first level that
 * is written otherwise, or whose numbers do not fit, it has to: the reader takes that one step by
 * step.
 */
#ifndef CMB_JSON_LEVEL_INNER_H
#define CMB_JSON_LEVEL_INNER_H

#include "number/scaled.h"

struct cmb_level_run {
    const char *at;          /* the level that comes next; afterwards behind the last one read */
    const char *start, *end; /* of the input */
    unsigned price_scale, amount_scale; /* at most CMB_SCALED_SCALE_MOST */
    size_t most;
    struct cmb_scaled_level *levels;  /* with room for `most` */
    struct cmb_scaled_digits *digits; /* likewise */
};

/* Reads as many levels as it can, maybe none, and returns how many. */
size_t cmb_level_run_plain(struct cmb_level_run *run);
size_t cmb_level_run_sse2(struct cmb_level_run *run);
size_t cmb_level_run_avx512(struct cmb_level_run *run);

/* Stores a number that has `behind` digits behind its point.  False: it does not fit. */
static inline bool cmb_level_scale_up(int64_t value, size_t behind, size_t scale,
                                      int64_t *ret_value)
{
    return behind <= scale &&
           !__builtin_mul_overflow(value, cmb_powers_of_ten[scale - behind], ret_value);
}

/* -- for ways that take one level after the other -- */

enum {
    CMB_LEVEL_DIGITS_MOST = 16,  /* of one number, without the point */
    CMB_LEVEL_BEFORE_BYTES = 16, /* that may be read before a level */
    CMB_LEVEL_BEHIND_BYTES = 64, /* and from its start on */
};

/* Passes what stands at `at`, behind the amount of the level that begins at `start`: its quote,
 * further elements that are quoted digits and points, the bracket.  NULL: it is something else. */
static inline const char *cmb_level_pass_rest(const char *at, const char *start)
{
    const char *last = start + CMB_LEVEL_BEHIND_BYTES - 4; /* looks ahead included */
    if (*at++ != '"')
        return NULL;
    while (__builtin_expect(*at == ',', 0)) {
        if (at[1] != '"')
            return NULL;
        at += 2;
        while (at < last && (unsigned char)(*at - '.') <= '9' - '.') /* any text would be good */
            at++;
        if (at >= last || *at++ != '"')
            return NULL;
    }
    return *at == ']' ? at + 1 : NULL;
}

/* Digits, maybe with a point between them. */
struct cmb_level_number {
    const char *at;
    size_t length;
    size_t count;  /* of digits, without the point */
    size_t behind; /* digits behind the point */
    size_t still;  /* bytes that stay where they are when the point is taken out */
};

/* Finds the number at `at`; `others` has a bit for each byte from there on that is no digit, and at
 * least two.  False: it is not written as RFC 8259 writes them, or too long.  The point is guessed
 * by the branch predictor: waiting for it would cost more than the conversion. */
static inline bool cmb_level_find_number(const char *at, uint64_t others,
                                         struct cmb_level_number *ret)
{
    size_t whole = (size_t)__builtin_ctzll(others);
    *ret = (struct cmb_level_number){ at, whole, whole, 0, CMB_LEVEL_DIGITS_MOST };
    if (__builtin_expect(at[whole] == '.', 1)) { /* a guess ahead of the load, not a selection */
        ret->length = (size_t)__builtin_ctzll(others & (others - 1));
        ret->behind = ret->still = ret->length - whole - 1;
        ret->count = ret->length - 1;
        if (ret->behind == 0)
            return false;
    }
    /* No digit at all is no digit from 1 to 9 either. */
    return ((unsigned char)(*at - '1') < 9 || whole == 1) && ret->count <= CMB_LEVEL_DIGITS_MOST;
}

/* A bit for each byte from `at` on that is no digit. */
typedef uint64_t (*cmb_level_find_others_fn)(const char *at);

/* Gets the values of two numbers without their points.  False: one is too long for it. */
typedef bool (*cmb_level_convert_fn)(const struct cmb_level_number *price,
                                     const struct cmb_level_number *amount, int64_t *ret_values);

/* Reads the level ["price","amount"] at `at`, more may follow, into the place `index`; `others` has
 * a bit for each byte from the price on that is no digit.  Returns its end; NULL: it is something
 * else. */
__attribute__((always_inline)) static inline const char *
cmb_level_read(const char *at, const struct cmb_level_run *run, size_t index, uint64_t others,
               cmb_level_convert_fn convert)
{
    struct cmb_level_number price, amount;
    struct cmb_scaled_level *level = &run->levels[index];
    int64_t values[2];
    if (memcmp(at, "[\"", 2) != 0 || !cmb_level_find_number(at + 2, others, &price))
        return NULL;
    const char *price_end = price.at + price.length;
    if (memcmp(price_end, "\",\"", 3) != 0 ||
        !cmb_level_find_number(price_end + 3, others >> (price.length + 3), &amount))
        return NULL;
    if (!convert(&price, &amount, values) ||
        !cmb_level_scale_up(values[0], price.behind, run->price_scale, &level->price) ||
        !cmb_level_scale_up(values[1], amount.behind, run->amount_scale, &level->amount))
        return NULL;
    run->digits[index] =
        (struct cmb_scaled_digits){ (uint8_t)price.behind, (uint8_t)amount.behind };
    return cmb_level_pass_rest(amount.at + amount.length, at);
}

/* Reads levels that begin before `stop`. */
__attribute__((always_inline)) static inline size_t
cmb_level_read_to(struct cmb_level_run *run, const char *stop, cmb_level_find_others_fn find_others,
                  cmb_level_convert_fn convert)
{
    const struct cmb_level_run local = *run; /* in registers */
    const char *next = local.at;
    size_t count = 0;
    while (count < local.most && next < stop) {
        const char *end = cmb_level_read(next, &local, count, find_others(next + 2), convert);
        if (!end)
            break;
        count++;
        run->at = end;
        if (*end != ',')
            break;
        next = end + 1;
    }
    return count;
}

/* Reads levels by `read_to`, which is the above with the one way in it; those at the end of the
 * input, behind which nothing may be read, on a copy. */
static inline size_t cmb_level_read_all(struct cmb_level_run *run,
                                        size_t (*read_to)(struct cmb_level_run *, const char *))
{
    size_t left = (size_t)(run->end - run->at);
    if (run->at - run->start <= CMB_LEVEL_BEFORE_BYTES)
        return 0;
    if (left > CMB_LEVEL_BEHIND_BYTES)
        return read_to(run, run->end - CMB_LEVEL_BEHIND_BYTES);
    char copy[CMB_LEVEL_BEFORE_BYTES + 2 * CMB_LEVEL_BEHIND_BYTES] = { 0 };
    char *start = copy + CMB_LEVEL_BEFORE_BYTES;
    struct cmb_level_run last = *run;
    memcpy(start, run->at, left);
    last.at = start;
    size_t count = read_to(&last, start + left);
    run->at += last.at - start;
    return count;
}

#endif
