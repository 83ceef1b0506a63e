/* When will a bucket that refills steadily be full again?
 *
 * That moment is all its state (GCRA): it moves away by `weight` intervals with each request, and
 * a request may go while it is no more than `room` intervals away.
 */
#include "limit/model.h"

static int64_t cost_ns(const struct cmb_bucket *bucket, uint32_t weight)
{
    int64_t interval_ns = atomic_load_explicit(&bucket->interval_ns, memory_order_relaxed);
    return cmb_model_multiply(interval_ns, weight);
}

/* The moment after a request of `cost` ns. */
static int64_t later_by(int64_t full_at_ns, int64_t now_ns, int64_t cost)
{
    return cmb_model_add(full_at_ns > now_ns ? full_at_ns : now_ns, cost);
}

static int64_t excess_ns(int64_t full_at_ns, int64_t now_ns, int64_t room_ns)
{
    int64_t over_ns = full_at_ns - cmb_model_add(now_ns, room_ns);
    return over_ns > 0 ? over_ns : 0;
}

static int64_t wait_tokens(struct cmb_bucket *bucket, uint32_t weight, uint32_t room,
                           int64_t now_ns)
{
    int64_t later_ns = later_by(atomic_load(&bucket->full_at_ns), now_ns, cost_ns(bucket, weight));
    return excess_ns(later_ns, now_ns, cost_ns(bucket, room));
}

static int64_t take_tokens(struct cmb_bucket *bucket, uint32_t weight, uint32_t room,
                           int64_t now_ns)
{
    int64_t cost = cost_ns(bucket, weight), room_ns = cost_ns(bucket, room), later_ns;
    int64_t full_at_ns = atomic_load_explicit(&bucket->full_at_ns, memory_order_relaxed);
    do {
        later_ns = later_by(full_at_ns, now_ns, cost);
        int64_t wait_ns = excess_ns(later_ns, now_ns, room_ns);
        if (wait_ns > 0)
            return wait_ns;
    } while (!atomic_compare_exchange_weak(&bucket->full_at_ns, &full_at_ns, later_ns));
    return 0;
}

/* What has flowed in since the charge is not given back: it would make a full bucket more than
 * full. */
static void give_tokens(struct cmb_bucket *bucket, uint32_t weight, int64_t taken_ns,
                        int64_t now_ns)
{
    int64_t left_ns = cost_ns(bucket, weight) - (now_ns - taken_ns);
    if (left_ns > 0)
        atomic_fetch_sub(&bucket->full_at_ns, left_ns);
}

static void raise_tokens(struct cmb_bucket *bucket, uint32_t used, int64_t now_ns)
{
    int64_t full_at_ns = atomic_load(&bucket->full_at_ns);
    int64_t reported_ns = cmb_model_add(now_ns, cost_ns(bucket, used));
    while (full_at_ns < reported_ns &&
           !atomic_compare_exchange_weak(&bucket->full_at_ns, &full_at_ns, reported_ns))
        continue;
}

static uint64_t used_tokens(struct cmb_bucket *bucket, int64_t now_ns)
{
    int64_t interval_ns = cost_ns(bucket, 1);
    int64_t away_ns = excess_ns(atomic_load(&bucket->full_at_ns), now_ns, 0);
    return (uint64_t)(away_ns / interval_ns + (away_ns % interval_ns != 0));
}

const struct cmb_model cmb_model_tokens = { .take = take_tokens,
                                            .wait_ns = wait_tokens,
                                            .give = give_tokens,
                                            .raise = raise_tokens,
                                            .used = used_tokens };
