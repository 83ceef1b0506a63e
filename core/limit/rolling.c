/* How much went within the last window, wherever it began?
 *
 * The window is cut into 15 slots; counted are the one that is being filled and the 15 before it.
 * A taker first adds to its slot and then looks at the sum, so that of two who race for the last
 * unit at least one sees the other: both may be turned away, never both admitted.
 */
#include "limit/model.h"

enum { SLOTS = CMB_BUCKET_SLOTS };

static uint32_t number_of(const struct cmb_bucket *bucket, int64_t now_ns)
{
    return (uint32_t)(now_ns / bucket->slot_ns);
}

/* Whether a slot counts when `number` is being filled; a newer one does: a clock is behind. */
static bool counts(uint64_t word, uint32_t number)
{
    int32_t ahead = cmb_model_ahead(number, word);
    return ahead < SLOTS && ahead > -SLOTS;
}

static uint64_t sum_slots(const struct cmb_bucket *bucket, uint32_t number)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SLOTS; i++) {
        uint64_t word = atomic_load(&bucket->slots[i]);
        sum += counts(word, number) ? (uint32_t)word : 0;
    }
    return sum;
}

/* Adds to the slot that is being filled, which is emptied first when it is an old one.  False when
 * the sum would not fit. */
static bool add_to_slot(struct cmb_bucket *bucket, uint32_t number, uint32_t weight)
{
    _Atomic uint64_t *slot = &bucket->slots[number % SLOTS];
    uint64_t word = atomic_load_explicit(slot, memory_order_relaxed), more;
    do {
        more = cmb_model_number(word) == number ? word : cmb_model_word(number, 0);
        if ((uint32_t)more > UINT32_MAX - weight)
            return false;
        more += weight;
    } while (!atomic_compare_exchange_weak(slot, &word, more));
    return true;
}

static void take_from_slot(struct cmb_bucket *bucket, uint32_t number, uint32_t weight)
{
    _Atomic uint64_t *slot = &bucket->slots[number % SLOTS];
    uint64_t word = atomic_load(slot), less;
    do {
        if (cmb_model_number(word) != number)
            return;
        less = word - ((uint32_t)word < weight ? (uint32_t)word : weight);
    } while (!atomic_compare_exchange_weak(slot, &word, less));
}

/* Slots that have to go out of sight before `room` has place again for `weight`; 0: none. */
static uint32_t slots_to_wait(const struct cmb_bucket *bucket, uint32_t number, uint32_t weight,
                              uint32_t room)
{
    for (uint32_t later = 0; later < SLOTS; later++)
        if (sum_slots(bucket, number + later) + weight <= room)
            return later;
    return SLOTS;
}

static int64_t wait_rolling(struct cmb_bucket *bucket, uint32_t weight, uint32_t room,
                            int64_t now_ns)
{
    uint32_t later = slots_to_wait(bucket, number_of(bucket, now_ns), weight, room);
    if (later == 0)
        return 0;
    return cmb_model_multiply(later, bucket->slot_ns) - now_ns % bucket->slot_ns;
}

static int64_t take_rolling(struct cmb_bucket *bucket, uint32_t weight, uint32_t room,
                            int64_t now_ns)
{
    uint32_t number = number_of(bucket, now_ns);
    if (add_to_slot(bucket, number, weight)) {
        if (sum_slots(bucket, number) <= room)
            return 0;
        take_from_slot(bucket, number, weight);
    }
    int64_t wait_ns = wait_rolling(bucket, weight, room, now_ns);
    return wait_ns > 0 ? wait_ns : 1; /* lost a race: ask again */
}

static void give_rolling(struct cmb_bucket *bucket, uint32_t weight, int64_t taken_ns,
                         int64_t now_ns)
{
    (void)now_ns;
    take_from_slot(bucket, number_of(bucket, taken_ns), weight);
}

static void raise_rolling(struct cmb_bucket *bucket, uint32_t used, int64_t now_ns)
{
    uint32_t number = number_of(bucket, now_ns);
    uint64_t sum = sum_slots(bucket, number);
    if (sum < used)
        add_to_slot(bucket, number, used - (uint32_t)sum);
}

static uint64_t used_rolling(struct cmb_bucket *bucket, int64_t now_ns)
{
    return sum_slots(bucket, number_of(bucket, now_ns));
}

const struct cmb_model cmb_model_rolling = { .take = take_rolling,
                                             .wait_ns = wait_rolling,
                                             .give = give_rolling,
                                             .raise = raise_rolling,
                                             .used = used_rolling };
