/* How much of the calendar's present window is used? */
#include "limit/model.h"

/* A clock may be this many windows behind the newest that was seen; further back is another time,
 * and so is a number that went round. */
enum { BEHIND_MOST = 4 };

static int64_t exchange_ns(const struct cmb_bucket *bucket, int64_t now_ns)
{
    int64_t offset_ns = atomic_load_explicit(&bucket->offset_ns, memory_order_relaxed);
    int64_t at_ns = cmb_model_add(now_ns, offset_ns);
    return at_ns < 0 ? 0 : at_ns;
}

/* The word as it holds for window `number`: itself, or an empty one when its window is over. */
static uint64_t freshen(uint64_t word, uint32_t number)
{
    int32_t ahead = cmb_model_ahead(number, word);
    return ahead > 0 || ahead < -BEHIND_MOST ? cmb_model_word(number, 0) : word;
}

/* Until the word's window is over. */
static int64_t left_ns(const struct cmb_bucket *bucket, uint64_t word, int64_t at_ns)
{
    int64_t window = at_ns / bucket->window_ns;
    int64_t behind = -(int64_t)cmb_model_ahead((uint32_t)window, word);
    return cmb_model_multiply(window + behind + 1, bucket->window_ns) - at_ns;
}

static int64_t wait_fixed(struct cmb_bucket *bucket, uint32_t weight, uint32_t room, int64_t now_ns)
{
    int64_t at_ns = exchange_ns(bucket, now_ns);
    uint32_t number = (uint32_t)(at_ns / bucket->window_ns);
    uint64_t word = freshen(atomic_load(&bucket->slots[0]), number);
    return (uint64_t)(uint32_t)word + weight <= room ? 0 : left_ns(bucket, word, at_ns);
}

static int64_t take_fixed(struct cmb_bucket *bucket, uint32_t weight, uint32_t room, int64_t now_ns)
{
    int64_t at_ns = exchange_ns(bucket, now_ns);
    uint32_t number = (uint32_t)(at_ns / bucket->window_ns);
    uint64_t word = atomic_load_explicit(&bucket->slots[0], memory_order_relaxed), fresh;
    do {
        fresh = freshen(word, number);
        if ((uint64_t)(uint32_t)fresh + weight > room)
            return left_ns(bucket, fresh, at_ns);
    } while (!atomic_compare_exchange_weak(&bucket->slots[0], &word, fresh + weight));
    return 0;
}

static void give_fixed(struct cmb_bucket *bucket, uint32_t weight, int64_t taken_ns, int64_t now_ns)
{
    (void)now_ns;
    uint32_t number = (uint32_t)(exchange_ns(bucket, taken_ns) / bucket->window_ns);
    uint64_t word = atomic_load(&bucket->slots[0]), less;
    do {
        if (cmb_model_number(word) != number)
            return;
        less = word - ((uint32_t)word < weight ? (uint32_t)word : weight);
    } while (!atomic_compare_exchange_weak(&bucket->slots[0], &word, less));
}

static void raise_fixed(struct cmb_bucket *bucket, uint32_t used, int64_t now_ns)
{
    uint32_t number = (uint32_t)(exchange_ns(bucket, now_ns) / bucket->window_ns);
    uint64_t word = atomic_load(&bucket->slots[0]), fresh;
    do {
        fresh = freshen(word, number);
        if ((uint32_t)fresh < used)
            fresh = cmb_model_word(cmb_model_number(fresh), used);
    } while (!atomic_compare_exchange_weak(&bucket->slots[0], &word, fresh));
}

static uint64_t used_fixed(struct cmb_bucket *bucket, int64_t now_ns)
{
    uint32_t number = (uint32_t)(exchange_ns(bucket, now_ns) / bucket->window_ns);
    return (uint32_t)freshen(atomic_load(&bucket->slots[0]), number);
}

const struct cmb_model cmb_model_fixed = { .take = take_fixed,
                                           .wait_ns = wait_fixed,
                                           .give = give_fixed,
                                           .raise = raise_fixed,
                                           .used = used_fixed };
