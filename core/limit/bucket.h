/* limit/bucket.h - may this request go now, and if not, when?
 *
 * A bucket models one limit of an exchange by the exchange's own rule.  All state is in atomics
 * and nothing is a pointer: no lock, no syscall, and a bucket may lie in memory that processes
 * share.  The caller gives the time: a cached monotonic clock, in ns.  A clock that steps back a
 * little (two threads, two caches) is taken for standing still.
 *
 * All arithmetic saturates: no quota, weight or time admits what should have waited.
 */
#ifndef CMB_LIMIT_BUCKET_H
#define CMB_LIMIT_BUCKET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cmb_bucket_model {
    CMB_BUCKET_FIXED = 1,   /* the count starts afresh at each full window of the calendar */
    CMB_BUCKET_ROLLING = 2, /* never more than the capacity in any span of a window's length; exact
                               to a fifteenth of the window, on the safe side */
    CMB_BUCKET_TOKENS = 3   /* refills steadily, capacity per window, and holds a capacity: a full
                               bucket lets two capacities go within a window */
};

/* Who asks: the reserve is kept for cancels. */
enum cmb_bucket_lane { CMB_LANE_NORMAL = 1, CMB_LANE_CANCEL = 2 };

/* "It will never go": heavier than the bucket. */
#define CMB_BUCKET_NEVER INT64_MAX

#define CMB_BUCKET_SLOTS 16

struct cmb_bucket_rule {
    uint32_t model;    /* enum cmb_bucket_model */
    uint32_t capacity; /* weight per window, 1 to 2^31 - 1 */
    uint32_t reserve;  /* of it only for cancels, below capacity */
    int64_t window_ns; /* 1 us to 10 years */
};

struct cmb_bucket {
    uint32_t model;
    uint32_t reserve;
    int64_t window_ns, slot_ns; /* slot_ns: ROLLING */
    _Atomic uint32_t capacity;
    _Atomic uint32_t is_wary;                 /* was closed once, or has a guard */
    _Atomic int64_t interval_ns;              /* TOKENS: between two units of refill */
    _Atomic int64_t offset_ns;                /* FIXED: exchange's time less ours */
    _Atomic int64_t guard_ns;                 /* how late what goes now may be counted */
    _Atomic int64_t closed_until_ns;          /* nothing goes before; 0: was never closed, or the
                                               * exchange has answered since */
    _Atomic int64_t probed_until_ns;          /* somebody tries whether it is open again */
    _Atomic int64_t full_at_ns;               /* TOKENS: when the bucket will be full again */
    _Atomic uint64_t slots[CMB_BUCKET_SLOTS]; /* number of window or slot << 32 | weight used */
    _Atomic uint64_t before; /* ROLLING: number of the newest slot << 32 | weight in those before */
    _Atomic int64_t newest_until_ns; /* ROLLING: when that slot ends; 0, or an earlier one's end */
};

/* False, with a bucket that admits nothing, for a rule that makes no sense. */
bool cmb_bucket_init(struct cmb_bucket *bucket, const struct cmb_bucket_rule *rule);
/* FIXED: full windows begin where `now + offset_ns` is a multiple of the window.  Give the
 * exchange's wall clock less the monotonic clock; it is 0 until then.  What the present window has
 * used stays charged.  Others do nothing. [any thread] */
void cmb_bucket_align(struct cmb_bucket *bucket, int64_t offset_ns, int64_t now_ns);
/* What goes now is counted by the exchange up to `guard_ns` later, by no fixed amount: the way
 * there, and how little the exchange's clock is known.  FIXED keeps still so long before a window
 * ends (at most a quarter of it; cancels need not), TOKENS fills itself so much less (but for what
 * is heavier).  ROLLING has its fifteenth.  0 until then. [any thread] */
void cmb_bucket_set_guard(struct cmb_bucket *bucket, int64_t guard_ns);

/* Charges `weight` and returns 0, or charges nothing and returns the ns to wait before asking
 * again (CMB_BUCKET_NEVER for what cannot go at all). [any thread] */
int64_t cmb_bucket_take(struct cmb_bucket *bucket, uint32_t weight, enum cmb_bucket_lane lane,
                        int64_t now_ns);
/* What take would return; charges nothing. [any thread] */
int64_t cmb_bucket_wait_ns(struct cmb_bucket *bucket, uint32_t weight, enum cmb_bucket_lane lane,
                           int64_t now_ns);
/* Takes back a charge made at `taken_ns`, for a request that never left: what of it has not been
 * refilled or forgotten by `now_ns`. [any thread] */
void cmb_bucket_give(struct cmb_bucket *bucket, uint32_t weight, int64_t taken_ns, int64_t now_ns);

struct cmb_bucket_charge {
    struct cmb_bucket *bucket;
    uint32_t weight; /* 0 is allowed: only asks whether the bucket is closed */
};

/* Charges all or none: 0, or the longest wait.  All are asked before the first is charged; one
 * that fails then (another thread was faster) has the others refunded. [any thread] */
int64_t cmb_bucket_take_all(const struct cmb_bucket_charge *charges, size_t count,
                            enum cmb_bucket_lane lane, int64_t now_ns);

/* Nothing goes before `until_ns`, whoever asks: 429, 418, Retry-After.  Never shortens.  Behind it
 * one request a second tries, until cmb_bucket_reopen. [any thread] */
void cmb_bucket_close_until(struct cmb_bucket *bucket, int64_t until_ns);
/* Whether nothing goes now: something admitted earlier that has not left must not leave. */
static inline bool cmb_bucket_is_closed(struct cmb_bucket *bucket, int64_t now_ns)
{
    return atomic_load_explicit(&bucket->closed_until_ns, memory_order_relaxed) > now_ns;
}
/* The exchange has answered something else than "too many": all may go again.  Opens nothing before
 * its time; costs a read where nothing was closed. [any thread] */
void cmb_bucket_reopen(struct cmb_bucket *bucket, int64_t now_ns);

/* The exchange's own word in an answer; what it did not say is -1. */
struct cmb_bucket_report {
    int64_t used, remaining, capacity;
    int64_t reset_in_ns; /* until the window begins afresh */
};

/* Corrects the model: a use above ours is taken over, one below is not (requests under way are not
 * in it yet).  A capacity replaces the rule's.  With nothing remaining and a reset the bucket is
 * closed until then; FIXED takes a reset for the end of its window. [any thread] */
void cmb_bucket_correct(struct cmb_bucket *bucket, const struct cmb_bucket_report *report,
                        int64_t now_ns);

/* The weight that is charged at the moment, for people and metrics. [any thread] */
uint32_t cmb_bucket_used(struct cmb_bucket *bucket, int64_t now_ns);

#endif
