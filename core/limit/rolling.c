/* How much went within the last window, wherever it began?
 *
 * The window is cut into 15 slots; counted are the one that is being filled and the 15 before it.
 * A taker first adds to its slot and then looks at the sum, so that of two who race for the last
 * unit at least one sees the other: both may be turned away, never both admitted.
 *
 * Nothing is added any more to slots before the newest, so that what they hold is summed once, and
 * kept beside the newest slot's number.  Whoever begins a slot first makes that sum unknown; only
 * what was added before is then in the old slots, because a taker looks at the number again behind
 * its adding, and takes back what came too late.
 */
#include "limit/model.h"

/* So many slots may a clock be behind, or a thread that was held up; further back is another time. */
enum { SLOTS = CMB_BUCKET_SLOTS, BEHIND_MOST = 1 << 20 };

#define UNKNOWN UINT32_MAX /* the sum of the slots before */
#define MOVED   UINT64_MAX /* another slot is the newest now */

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

/* What the slots before `number` hold. */
static uint64_t sum_before(const struct cmb_bucket *bucket, uint32_t number)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SLOTS; i++) {
        uint64_t word = atomic_load(&bucket->slots[i]);
        bool is_before = counts(word, number) && cmb_model_number(word) != number;
        sum += is_before ? (uint32_t)word : 0;
    }
    return sum;
}

static bool is_behind(uint32_t number, uint64_t word)
{
    int32_t ahead = cmb_model_ahead(number, word);
    return ahead < 0 && ahead > -BEHIND_MOST;
}

/* Begins the slot of that moment, unless that one was begun, or a later one: the number of the
 * newest. */
static uint32_t begin_slot(struct cmb_bucket *bucket, int64_t now_ns)
{
    uint32_t number = number_of(bucket, now_ns);
    uint64_t before = atomic_load(&bucket->before);
    do {
        if (before && is_behind(number, before))
            return cmb_model_number(before);
        if (before && cmb_model_number(before) == number)
            break;
    } while (!atomic_compare_exchange_weak(&bucket->before, &before,
                                           cmb_model_word(number, UNKNOWN)));
    atomic_store_explicit(&bucket->newest_until_ns,
                          now_ns - now_ns % bucket->slot_ns + bucket->slot_ns,
                          memory_order_relaxed);
    return number;
}

/* The number of the slot to be filled.  Mostly it is the newest, which is seen without a division;
 * what is seen of two slots at once is MOVED behind the adding. */
static inline uint32_t find_slot(struct cmb_bucket *bucket, int64_t now_ns)
{
    int64_t left_ns =
        atomic_load_explicit(&bucket->newest_until_ns, memory_order_relaxed) - now_ns;
    if (left_ns > 0 && left_ns <= bucket->slot_ns)
        return cmb_model_number(atomic_load_explicit(&bucket->before, memory_order_relaxed));
    return begin_slot(bucket, now_ns);
}

/* The same sum, from where it is kept; MOVED if `number` is not the newest slot any more. */
static uint64_t read_before(struct cmb_bucket *bucket, uint32_t number)
{
    uint64_t before = atomic_load(&bucket->before);
    if (cmb_model_number(before) != number)
        return MOVED;
    if ((uint32_t)before != UNKNOWN)
        return (uint32_t)before;
    uint64_t sum = sum_before(bucket, number);
    if (sum < UNKNOWN &&
        !atomic_compare_exchange_strong(&bucket->before, &before,
                                        cmb_model_word(number, (uint32_t)sum)) &&
        cmb_model_number(before) != number)
        return MOVED;
    return sum;
}

/* Something was taken out of a slot before the newest. */
static void forget_before(struct cmb_bucket *bucket, uint32_t number)
{
    uint64_t before = atomic_load(&bucket->before);
    while (cmb_model_number(before) != number && (uint32_t)before != UNKNOWN &&
           !atomic_compare_exchange_weak(&bucket->before, &before, before | UNKNOWN))
        ;
}

/* Adds to the slot that is being filled, which is emptied first when it is an old one.  What is in it
 * then; 0: it would not fit; MOVED: its place is a later slot's. */
static uint64_t add_to_slot(struct cmb_bucket *bucket, uint32_t number, uint32_t weight)
{
    _Atomic uint64_t *slot = &bucket->slots[number % SLOTS];
    uint64_t word = atomic_load_explicit(slot, memory_order_relaxed), more;
    do {
        if (is_behind(number, word))
            return MOVED;
        more = cmb_model_number(word) == number ? word : cmb_model_word(number, 0);
        if ((uint32_t)more > UINT32_MAX - weight)
            return 0;
        more += weight;
    } while (!atomic_compare_exchange_weak(slot, &word, more));
    return (uint32_t)more;
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

/* Whether it was added; MOVED: the slot is not the newest any more, and it was taken back. */
static uint64_t try_slot(struct cmb_bucket *bucket, uint32_t number, uint32_t weight,
                         uint32_t room)
{
    uint64_t here = add_to_slot(bucket, number, weight);
    if (here == 0 || here == MOVED)
        return here;
    uint64_t before = read_before(bucket, number);
    if (before != MOVED && before + here <= room)
        return true;
    take_from_slot(bucket, number, weight);
    return before == MOVED ? MOVED : false;
}

static int64_t take_rolling(struct cmb_bucket *bucket, uint32_t weight, uint32_t room,
                            int64_t now_ns)
{
    uint64_t is_taken;
    do
        is_taken = try_slot(bucket, find_slot(bucket, now_ns), weight, room);
    while (is_taken == MOVED);
    if (is_taken)
        return 0;
    int64_t wait_ns = wait_rolling(bucket, weight, room, now_ns);
    return wait_ns > 0 ? wait_ns : 1; /* lost a race: ask again */
}

static void give_rolling(struct cmb_bucket *bucket, uint32_t weight, int64_t taken_ns,
                         int64_t now_ns)
{
    (void)now_ns;
    uint32_t number = number_of(bucket, taken_ns);
    take_from_slot(bucket, number, weight);
    forget_before(bucket, number);
}

static void raise_rolling(struct cmb_bucket *bucket, uint32_t used, int64_t now_ns)
{
    uint64_t sum, here;
    do {
        uint32_t number = find_slot(bucket, now_ns);
        sum = sum_slots(bucket, number);
        here = sum < used ? add_to_slot(bucket, number, used - (uint32_t)sum) : sum;
    } while (here == MOVED);
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
