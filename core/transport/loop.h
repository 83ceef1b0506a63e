/* transport/loop.h - one thread waits for everything: sockets, timers, and other threads.
 *
 * A loop over epoll.  Watches, timers and posts live in the structs of their owners, so that a
 * turn allocates nothing.  The clock is read once per turn, after the wait.  It sleeps without a
 * limit, and an alarm (timerfd) wakes it for timers: that is set forward alone, so that a timer which
 * is started and stopped costs nothing in the kernel.  No signal is touched, and every descriptor is
 * closed on exec.
 *
 * All functions belong to the loop's thread, except cmb_loop_post.  Callbacks may start and stop
 * any watch, timer or post, their own included; they may not run or free the loop.
 *
 * Order within a turn: descriptors, then posts, then timers.
 */
#ifndef CMB_TRANSPORT_LOOP_H
#define CMB_TRANSPORT_LOOP_H

#include "base/clock.h"
#include "transport/timer.h"

#include <stdatomic.h>
#include <sys/epoll.h>

struct cmb_loop;
struct cmb_watch;
struct cmb_post;

/* `events` are EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR as epoll reports them. */
typedef void (*cmb_watch_fn)(struct cmb_watch *watch, uint32_t events, void *user);
typedef void (*cmb_post_fn)(struct cmb_post *post, void *user);

/* Interest in a descriptor; level-triggered.  The owner sets on_ready and user, zeroes the rest. */
struct cmb_watch {
    cmb_watch_fn on_ready;
    void *user;
    int fd;          /* the loop's, while it watches */
    uint32_t events; /* 0: not watched */
};

/* Work for the loop's thread, from any thread.  The owner sets on_run and user, zeroes the rest. */
struct cmb_post {
    cmb_post_fn on_run;
    void *user;
    struct cmb_post *next; /* the loop's */
    atomic_bool is_posted; /* the loop's */
};

/* Opens a loop.  `clock` outlives it; with a turnable clock the timers follow its hands.  NULL
 * without memory or descriptors.  Freeing accepts NULL, closes the loop's own descriptors, and
 * calls nobody: what was still watched, timed or posted is forgotten. */
struct cmb_loop *cmb_loop_new(const struct cmb_clock *clock);
void cmb_loop_free(struct cmb_loop *loop);

/* From now on no turn waits, and what is posted wakes nobody: the loop is run by a thread that does
 * nothing else.  To be called before other threads know the loop; there is no way back. */
void cmb_loop_spin(struct cmb_loop *loop);

/* Runs one turn: waits until something is ready, a timer is due or `timeout_ms` passed (0: does
 * not wait; -1: no limit), calls back, and answers how many callbacks ran. */
int cmb_loop_run_once(struct cmb_loop *loop, int timeout_ms);

/* Runs the timers that are due and nothing else: a turn without a system call, for whoever turns the
 * clock of a loop that watches no descriptors.  Answers how many ran. */
int cmb_loop_run_due(struct cmb_loop *loop);

/* A descriptor that becomes readable when cmb_loop_run_once(loop, 0) has something to do, timers
 * included; for programs with a loop of their own, which dispatch without blocking.  The loop's:
 * poll it, nothing else. */
int cmb_loop_fd(struct cmb_loop *loop);

/* The monotonic hand as this turn read it, without a system call; outside a turn, read anew. */
int64_t cmb_loop_now_ns(struct cmb_loop *loop);
/* The number of this turn, from 1 on; 0 outside a turn. */
uint64_t cmb_loop_turn(const struct cmb_loop *loop);
/* Whether all sockets were called that epoll found ready in this turn: those that were watched before
 * it and were not called have nothing to say.  So it is for posts and timers. */
bool cmb_loop_has_called_all(const struct cmb_loop *loop);
/* The loop's clock. */
const struct cmb_clock *cmb_loop_clock(const struct cmb_loop *loop);

/* Watches `fd` for `events` (not 0), or changes what is watched.  CAMBIST_OK, NO_MEMORY, or
 * BAD_ARGUMENT for a descriptor that cannot be watched.  The descriptor stays the caller's, who
 * stops the watch before closing it. */
int cmb_loop_start_watch(struct cmb_loop *loop, struct cmb_watch *watch, int fd, uint32_t events);
/* Twice is fine.  No callback comes after this, even if the descriptor was ready in this turn. */
void cmb_loop_stop_watch(struct cmb_loop *loop, struct cmb_watch *watch);

/* Starts the timer, or moves it: due `after_ns` from now (at once, in the next turn, for <= 0). */
void cmb_loop_start_timer(struct cmb_loop *loop, struct cmb_timer *timer, int64_t after_ns);
/* As above, due at a monotonic time. */
void cmb_loop_start_timer_at(struct cmb_loop *loop, struct cmb_timer *timer, int64_t due_ns);
/* Twice is fine. */
void cmb_loop_stop_timer(struct cmb_loop *loop, struct cmb_timer *timer);
/* When the next timer is due, monotonic; INT64_MAX: none runs.  For whoever turns the clock. */
int64_t cmb_loop_next_due_ns(const struct cmb_loop *loop);

/* Has on_run called on the loop's thread, soon, and wakes the loop if it sleeps.  A post that is
 * already posted runs once.  The post may be freed or posted again from its own on_run on; what the
 * posting thread wrote before is seen there.  [any thread] */
void cmb_loop_post(struct cmb_loop *loop, struct cmb_post *post);
/* The same without waking anybody: from the thread that runs the next turn itself, which does not
 * wait then. */
void cmb_loop_post_here(struct cmb_loop *loop, struct cmb_post *post);
/* Whether something was posted that has not run. */
bool cmb_loop_has_posts(const struct cmb_loop *loop);
/* Forgets a post that has not run; no other thread may be posting it.  Twice is fine. */
void cmb_loop_unpost(struct cmb_loop *loop, struct cmb_post *post);

#endif
