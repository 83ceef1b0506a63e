/* request/exchange_clock.h - what time is it at the exchange, and how sure are we?
 *
 * Each sample says: between the moments `sent` and `received` of our monotonic clock the exchange's
 * clock showed `stamp`.  So the exchange's time less ours lies in an interval, and so long as
 * neither clock goes wrong by more than CMB_CLOCK_DRIFT_PPM in all, the intervals of all samples,
 * each wider by what has drifted since, have it in common.  What they have in common is kept: a fast
 * answer makes it narrow, a slow one does no harm.  A sample that has nothing in common with it
 * shows that a clock was set; then it alone counts.  The offset that is given out lies in the middle
 * half of the interval, and moves no further than it must to stay there.
 *
 * The machine's wall clock is only looked at to see whether it was set or the machine slept: the
 * monotonic clock stands still in a sleep, and all that was known may then be wrong.
 *
 * One thread takes samples; any thread may read.  Zeroed, nothing is known.
 */
#ifndef CMB_REQUEST_EXCHANGE_CLOCK_H
#define CMB_REQUEST_EXCHANGE_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { CMB_CLOCK_DRIFT_PPM = 500 };

struct cmb_exchange_clock {
    /* of the thread that takes samples */
    int64_t low_ns, high_ns;  /* the offset was in between at `at_ns` */
    int64_t at_ns;
    uint64_t samples, steps;  /* steps: samples that had nothing in common with what was known */

    /* of all */
    _Atomic bool is_known, is_doubted;
    _Atomic int64_t offset_ns;     /* near the middle */
    _Atomic int64_t bound_then_ns; /* to the further end, less the drift until `at_ns` */
    _Atomic int64_t wall_ahead_ns; /* the wall clock less the monotonic one, at the last sample */
};

/* The exchange's time is now + offset, give or take the bound. */
struct cmb_exchange_time {
    bool is_known;
    bool is_doubted; /* something happened that only a new sample can explain */
    int64_t offset_ns, bound_ns;
};

/* The exchange's clock showed `stamp_ns` (since 1970) between two moments of the monotonic clock;
 * `wall_ns` is the wall clock's time at the second.  How fine the stamp is, is seen from its zeros:
 * a stamp of whole seconds stands for any moment of its second.  False, and nothing changes, for
 * what cannot be: an answer before its question, or a time outside 2000 to 2200. */
bool cmb_exchange_clock_take(struct cmb_exchange_clock *clock, int64_t sent_ns, int64_t received_ns,
                             int64_t stamp_ns, int64_t wall_ns);
/* What is known is doubted: the next sample alone counts. [any thread] */
void cmb_exchange_clock_doubt(struct cmb_exchange_clock *clock);
/* Doubts what is known when the wall clock has moved against the monotonic one since the last
 * sample; answers whether it is doubted. [any thread] */
bool cmb_exchange_clock_check(struct cmb_exchange_clock *clock, int64_t now_ns, int64_t wall_ns);

/* [any thread] */
struct cmb_exchange_time cmb_exchange_clock_read(const struct cmb_exchange_clock *clock,
                                                 int64_t now_ns);
/* Whether anything is known. [any thread] */
bool cmb_exchange_clock_is_known(const struct cmb_exchange_clock *clock);
/* Where something is known: the time to sign with. [any thread] */
int64_t cmb_exchange_clock_tell(const struct cmb_exchange_clock *clock, int64_t now_ns);
/* How long until so much may have drifted. */
int64_t cmb_exchange_clock_drift_time_ns(int64_t drift_ns);

#endif
