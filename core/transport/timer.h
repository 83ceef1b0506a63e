/* transport/timer.h - what is due next?
 *
 * A heap of timers that live in their owners' structs: starting and stopping allocate nothing and
 * cannot fail.  Nearly all timers here are deadlines that never pass, so starting is one
 * comparison and stopping one that is not the next costs little more (a pairing heap).
 * One thread: the loop's.  Applications of the loop use cmb_loop_start_timer instead.
 */
#ifndef CMB_TRANSPORT_TIMER_H
#define CMB_TRANSPORT_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cmb_timer;

/* Called once, on the loop's thread, when the time has come; the timer is stopped by then and may
 * be started again. */
typedef void (*cmb_timer_fn)(struct cmb_timer *timer, void *user);

struct cmb_timer {
    cmb_timer_fn on_due; /* set by the owner before the first start */
    void *user;
    int64_t due_ns; /* monotonic, while it runs */
    /* The heap's own: zero for a timer that never ran. */
    struct cmb_timer *child, *next, **link;
};

/* Zeroed is empty; nothing has to be released. */
struct cmb_timers {
    struct cmb_timer *first; /* the next one due; NULL: none */
};

static inline bool cmb_timer_is_running(const struct cmb_timer *timer)
{
    return timer->link != NULL;
}

/* Adds a timer that is not running; `due_ns` is set by the caller. */
void cmb_timers_add(struct cmb_timers *timers, struct cmb_timer *timer);
/* Removes a running timer. */
void cmb_timers_remove(struct cmb_timers *timers, struct cmb_timer *timer);

#endif
