/* limit/model.h - what each model of a bucket must be able to do: private to core/limit. */
#ifndef CMB_LIMIT_MODEL_H
#define CMB_LIMIT_MODEL_H

#include "limit/bucket.h"

struct cmb_model {
    /* Times are between 0 and INT64_MAX / 4.
     *
     * Charges `weight` if no more than `room` is then used: 0, or the ns to wait.  `weight` is
     * between 1 and `room`, the bucket is not closed. */
    int64_t (*take)(struct cmb_bucket *bucket, uint32_t weight, uint32_t room, int64_t now_ns);
    int64_t (*wait_ns)(struct cmb_bucket *bucket, uint32_t weight, uint32_t room, int64_t now_ns);
    void (*give)(struct cmb_bucket *bucket, uint32_t weight, int64_t taken_ns, int64_t now_ns);
    /* Makes the use at least `used`. */
    void (*raise)(struct cmb_bucket *bucket, uint32_t used, int64_t now_ns);
    uint64_t (*used)(struct cmb_bucket *bucket, int64_t now_ns);
};

extern const struct cmb_model cmb_model_fixed, cmb_model_rolling, cmb_model_tokens;

/* A count of a window or slot: its number (the low 32 bits) and what is used of it. */
static inline uint64_t cmb_model_word(uint32_t number, uint32_t used)
{
    return (uint64_t)number << 32 | used;
}

static inline uint32_t cmb_model_number(uint64_t word)
{
    return (uint32_t)(word >> 32);
}

/* By how many windows `number` is ahead of the word's; numbers go round after 2^32. */
static inline int32_t cmb_model_ahead(uint32_t number, uint64_t word)
{
    return (int32_t)(number - cmb_model_number(word));
}

static inline int64_t cmb_model_add(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? INT64_MIN : INT64_MAX) : sum;
}

/* For two that are not negative. */
static inline int64_t cmb_model_multiply(int64_t a, int64_t b)
{
    int64_t product;
    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

#endif
