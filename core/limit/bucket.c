/* May this request go now, and if not, when? */
#include "limit/bucket.h"

#include <string.h>

#include "limit/model.h"

#define WINDOW_LEAST_NS ((int64_t)1000)
#define WINDOW_MOST_NS  ((int64_t)3650 * 86400 * 1000000000)
#define PROBE_NS        ((int64_t)1000000000)

static const struct cmb_model *const models[] = { [CMB_BUCKET_FIXED] = &cmb_model_fixed,
                                                  [CMB_BUCKET_ROLLING] = &cmb_model_rolling,
                                                  [CMB_BUCKET_TOKENS] = &cmb_model_tokens };

static bool check_rule(const struct cmb_bucket_rule *rule)
{
    return rule->model >= CMB_BUCKET_FIXED && rule->model <= CMB_BUCKET_TOKENS &&
           rule->capacity >= 1 && rule->capacity <= INT32_MAX && rule->reserve < rule->capacity &&
           rule->window_ns >= WINDOW_LEAST_NS && rule->window_ns <= WINDOW_MOST_NS;
}

/* Times outside 0 to 73 years stand at the edge, so that no sum of them overflows. */
static inline int64_t sane(int64_t time_ns)
{
    if (time_ns < 0)
        return 0;
    return time_ns < INT64_MAX / 4 ? time_ns : INT64_MAX / 4;
}

/* Rounded up: a little slower than allowed, never faster. */
static int64_t divide_up(int64_t whole, int64_t parts)
{
    return whole / parts + (whole % parts != 0);
}

static void set_capacity(struct cmb_bucket *bucket, uint32_t capacity)
{
    atomic_store(&bucket->capacity, capacity);
    atomic_store(&bucket->interval_ns, divide_up(bucket->window_ns, capacity));
}

bool cmb_bucket_init(struct cmb_bucket *bucket, const struct cmb_bucket_rule *rule)
{
    /* Zero is a bucket without capacity. */
    memset((void *)bucket, 0, sizeof *bucket);
    bucket->model = CMB_BUCKET_FIXED;
    bucket->window_ns = bucket->slot_ns = WINDOW_LEAST_NS;
    if (!check_rule(rule))
        return false;
    bucket->model = rule->model;
    bucket->reserve = rule->reserve;
    bucket->window_ns = rule->window_ns;
    bucket->slot_ns = divide_up(rule->window_ns, CMB_BUCKET_SLOTS - 1);
    set_capacity(bucket, rule->capacity);
    return true;
}

void cmb_bucket_align(struct cmb_bucket *bucket, int64_t offset_ns, int64_t now_ns)
{
    if (bucket->model != CMB_BUCKET_FIXED)
        return;
    uint64_t used = cmb_model_fixed.used(bucket, sane(now_ns));
    atomic_store(&bucket->offset_ns, offset_ns < 0 ? -sane(-(offset_ns + 1)) : sane(offset_ns));
    cmb_model_fixed.raise(bucket, (uint32_t)used, sane(now_ns));
}

void cmb_bucket_set_guard(struct cmb_bucket *bucket, int64_t guard_ns)
{
    int64_t most_ns = bucket->window_ns / 4;
    atomic_store(&bucket->guard_ns, guard_ns < most_ns ? sane(guard_ns) : most_ns);
    atomic_store(&bucket->is_wary, 1);
}

/* Of a bucket that refills, so much room is left empty that what comes early finds place. */
static uint32_t guarded_room(const struct cmb_bucket *bucket, uint32_t weight, uint32_t room,
                             int64_t guard_ns)
{
    int64_t interval_ns = atomic_load_explicit(&bucket->interval_ns, memory_order_relaxed);
    int64_t units = divide_up(guard_ns, interval_ns);
    return weight < room && units < room - weight ? room - (uint32_t)units
                                                  : weight < room ? weight : room;
}

/* How much a lane may fill.  A capacity that the exchange lowered leaves at least 1 to each. */
static inline uint32_t room_of(const struct cmb_bucket *bucket, enum cmb_bucket_lane lane)
{
    uint32_t capacity = atomic_load_explicit(&bucket->capacity, memory_order_relaxed);
    if (lane == CMB_LANE_CANCEL)
        return capacity;
    return bucket->reserve < capacity ? capacity - bucket->reserve : capacity != 0;
}

/* Near the end of a window nobody knows in which one a request will be counted. */
static int64_t guard_wait_ns(const struct cmb_bucket *bucket, enum cmb_bucket_lane lane,
                             int64_t guard_ns, int64_t now_ns)
{
    if (guard_ns == 0 || bucket->model != CMB_BUCKET_FIXED || lane == CMB_LANE_CANCEL)
        return 0;
    int64_t at_ns = cmb_model_add(now_ns, atomic_load(&bucket->offset_ns));
    int64_t left_ns = bucket->window_ns - (at_ns < 0 ? 0 : at_ns % bucket->window_ns);
    return left_ns <= guard_ns ? left_ns : 0;
}

/* Until the exchange's word is over, and whoever tries whether it is has had his time. */
static int64_t closed_wait_ns(const struct cmb_bucket *bucket, int64_t now_ns)
{
    int64_t until_ns = atomic_load_explicit(&bucket->closed_until_ns, memory_order_relaxed);
    if (until_ns && until_ns <= now_ns)
        until_ns = atomic_load(&bucket->probed_until_ns);
    return until_ns > now_ns ? until_ns - now_ns : 0;
}

/* Behind a ban one tries at a time; whoever dies with it leaves it to the next a second later. */
static bool begin_probe(struct cmb_bucket *bucket, int64_t now_ns)
{
    int64_t until_ns = atomic_load(&bucket->probed_until_ns);
    return until_ns <= now_ns &&
           atomic_compare_exchange_strong(&bucket->probed_until_ns, &until_ns, now_ns + PROBE_NS);
}

static int64_t take_probing(struct cmb_bucket *bucket, uint32_t weight, uint32_t room,
                            int64_t now_ns)
{
    if (!begin_probe(bucket, now_ns))
        return PROBE_NS;
    int64_t wait_ns = models[bucket->model]->take(bucket, weight, room, now_ns);
    if (wait_ns)
        atomic_store(&bucket->probed_until_ns, 0);
    return wait_ns;
}

/* A bucket that was closed once or has a guard; `takes`, or only asks. */
static __attribute__((noinline)) int64_t go_warily(struct cmb_bucket *bucket, uint32_t weight,
                                                   enum cmb_bucket_lane lane, int64_t now_ns,
                                                   bool takes)
{
    uint32_t room = room_of(bucket, lane);
    int64_t guard_ns = atomic_load_explicit(&bucket->guard_ns, memory_order_relaxed);
    if (guard_ns && bucket->model == CMB_BUCKET_TOKENS)
        room = guarded_room(bucket, weight, room, guard_ns);
    if (weight > room)
        return CMB_BUCKET_NEVER;
    int64_t wait_ns = closed_wait_ns(bucket, now_ns);
    if (wait_ns == 0 && weight)
        wait_ns = guard_wait_ns(bucket, lane, guard_ns, now_ns);
    if (wait_ns || weight == 0)
        return wait_ns;
    if (!takes)
        return models[bucket->model]->wait_ns(bucket, weight, room, now_ns);
    return atomic_load_explicit(&bucket->closed_until_ns, memory_order_relaxed)
               ? take_probing(bucket, weight, room, now_ns)
               : models[bucket->model]->take(bucket, weight, room, now_ns);
}

int64_t cmb_bucket_take(struct cmb_bucket *bucket, uint32_t weight, enum cmb_bucket_lane lane,
                        int64_t now_ns)
{
    now_ns = sane(now_ns);
    if (atomic_load_explicit(&bucket->is_wary, memory_order_acquire))
        return go_warily(bucket, weight, lane, now_ns, /* takes= */ true);
    uint32_t room = room_of(bucket, lane);
    if (weight > room)
        return CMB_BUCKET_NEVER;
    return weight ? models[bucket->model]->take(bucket, weight, room, now_ns) : 0;
}

int64_t cmb_bucket_wait_ns(struct cmb_bucket *bucket, uint32_t weight, enum cmb_bucket_lane lane,
                           int64_t now_ns)
{
    now_ns = sane(now_ns);
    if (atomic_load_explicit(&bucket->is_wary, memory_order_acquire))
        return go_warily(bucket, weight, lane, now_ns, /* takes= */ false);
    uint32_t room = room_of(bucket, lane);
    if (weight > room)
        return CMB_BUCKET_NEVER;
    return weight ? models[bucket->model]->wait_ns(bucket, weight, room, now_ns) : 0;
}

void cmb_bucket_give(struct cmb_bucket *bucket, uint32_t weight, int64_t taken_ns, int64_t now_ns)
{
    if (weight)
        models[bucket->model]->give(bucket, weight, sane(taken_ns), sane(now_ns));
}

static int64_t longest_wait_ns(const struct cmb_bucket_charge *charges, size_t count,
                               enum cmb_bucket_lane lane, int64_t now_ns)
{
    int64_t longest_ns = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t wait_ns = cmb_bucket_wait_ns(charges[i].bucket, charges[i].weight, lane, now_ns);
        longest_ns = wait_ns > longest_ns ? wait_ns : longest_ns;
    }
    return longest_ns;
}

int64_t cmb_bucket_take_all(const struct cmb_bucket_charge *charges, size_t count,
                            enum cmb_bucket_lane lane, int64_t now_ns)
{
    int64_t wait_ns = count > 1 ? longest_wait_ns(charges, count, lane, now_ns) : 0;
    for (size_t i = 0; i < count && wait_ns == 0; i++) {
        wait_ns = cmb_bucket_take(charges[i].bucket, charges[i].weight, lane, now_ns);
        if (wait_ns == 0)
            continue;
        while (i-- > 0)
            cmb_bucket_give(charges[i].bucket, charges[i].weight, now_ns, now_ns);
        break;
    }
    return wait_ns;
}

void cmb_bucket_close_until(struct cmb_bucket *bucket, int64_t until_ns)
{
    int64_t now_until_ns = atomic_load(&bucket->closed_until_ns);
    while (now_until_ns < until_ns &&
           !atomic_compare_exchange_weak(&bucket->closed_until_ns, &now_until_ns, until_ns))
        continue;
    atomic_store(&bucket->is_wary, 1);
}

void cmb_bucket_reopen(struct cmb_bucket *bucket, int64_t now_ns)
{
    int64_t until_ns = atomic_load_explicit(&bucket->closed_until_ns, memory_order_relaxed);
    if (until_ns && until_ns <= now_ns)
        atomic_compare_exchange_strong(&bucket->closed_until_ns, &until_ns, 0);
}

/* Moves the calendar so that the window ends in `reset_in_ns`; by the shorter way, because an
 * answer's delay makes every reset a little late. */
static void align_to_reset(struct cmb_bucket *bucket, int64_t reset_in_ns, int64_t now_ns)
{
    int64_t offset_ns = atomic_load(&bucket->offset_ns);
    int64_t late_ns = (now_ns + offset_ns + reset_in_ns) % bucket->window_ns;
    if (late_ns > bucket->window_ns / 2)
        late_ns -= bucket->window_ns;
    int64_t aligned_ns = offset_ns - late_ns;
    if (now_ns + aligned_ns < 0) /* before the calendar began: no real exchange, only a test's */
        aligned_ns += bucket->window_ns;
    cmb_bucket_align(bucket, aligned_ns, now_ns);
}

void cmb_bucket_correct(struct cmb_bucket *bucket, const struct cmb_bucket_report *report,
                        int64_t now_ns)
{
    if (report->capacity >= 1 && report->capacity <= INT32_MAX)
        set_capacity(bucket, (uint32_t)report->capacity);
    now_ns = sane(now_ns);
    if (report->reset_in_ns >= 0 && report->reset_in_ns <= bucket->window_ns)
        align_to_reset(bucket, report->reset_in_ns, now_ns);
    int64_t used = report->used, capacity = atomic_load(&bucket->capacity);
    if (report->remaining >= 0 && report->remaining <= capacity &&
        capacity - report->remaining > used)
        used = capacity - report->remaining;
    if (used > 0)
        models[bucket->model]->raise(bucket, (uint32_t)(used < INT32_MAX ? used : INT32_MAX),
                                     now_ns);
    if (report->remaining == 0 && report->reset_in_ns > 0)
        cmb_bucket_close_until(bucket, cmb_model_add(now_ns, report->reset_in_ns));
}

uint32_t cmb_bucket_used(struct cmb_bucket *bucket, int64_t now_ns)
{
    uint64_t used = models[bucket->model]->used(bucket, sane(now_ns));
    return used < UINT32_MAX ? (uint32_t)used : UINT32_MAX;
}
