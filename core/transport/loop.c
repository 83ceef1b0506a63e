/* What is ready, what is due, and what did other threads ask for? */
#include "transport/loop.h"

#include <cambist/status.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/memory.h"

enum { READY_MOST = 128 };

static const int64_t NEVER_NS = INT64_MAX;

struct cmb_loop {
    const struct cmb_clock *clock;
    int64_t now_ns;
    int epoll_fd, timer_fd;
    bool is_given; /* epoll_fd, to somebody who may sleep on it between turns */
    bool is_in_turn;
    bool is_spinning; /* never sleeps */
    atomic_bool is_awake; /* it looks for posts before it sleeps: whoever posts need not wake it */
    bool has_called_all; /* in this turn: whatever else is watched was not ready */
    uint64_t turn;
    int64_t armed_ns; /* when timer_fd becomes readable */
    struct cmb_timers timers;
    struct cmb_timer *due; /* taken off the heap in this turn, not called yet */
    struct cmb_watch wake, alarm;
    _Atomic(struct cmb_post *) posted; /* last one first */
    struct cmb_post *pending, **pending_end;
    int ready_at, ready_count, called;
    struct epoll_event ready[READY_MOST];
};

static int64_t refresh(struct cmb_loop *loop)
{
    return loop->now_ns = cmb_clock_monotonic_ns(loop->clock);
}

/* --- posts --- */

static struct cmb_post *reversed(struct cmb_post *post)
{
    struct cmb_post *list = NULL;
    while (post) {
        struct cmb_post *next = post->next;
        post->next = list;
        list = post;
        post = next;
    }
    return list;
}

static void collect_posts(struct cmb_loop *loop)
{
    struct cmb_post *list =
        reversed(atomic_exchange_explicit(&loop->posted, NULL, memory_order_acquire));
    *loop->pending_end = list;
    while (*loop->pending_end)
        loop->pending_end = &(*loop->pending_end)->next;
}

static struct cmb_post *take_post(struct cmb_loop *loop)
{
    struct cmb_post *post = loop->pending;
    loop->pending = post->next;
    if (!loop->pending)
        loop->pending_end = &loop->pending;
    atomic_store_explicit(&post->is_posted, false, memory_order_release);
    return post;
}

/* Runs what was posted up to now; a post that posts itself comes in the next turn. */
static void run_posts(struct cmb_loop *loop)
{
    collect_posts(loop);
    size_t left = 0;
    for (struct cmb_post *post = loop->pending; post; post = post->next)
        left++;
    for (; left && loop->pending; left--) {
        struct cmb_post *post = take_post(loop);
        loop->called++;
        post->on_run(post, post->user);
    }
}

/* The posts run when all that is ready was called.  What was written here is never read: the watch
 * is edge-triggered. */
static void on_wake(struct cmb_watch *watch, uint32_t events, void *user)
{
    (void)watch;
    (void)events;
    (void)user;
}

static void wake(struct cmb_loop *loop)
{
    uint64_t one = 1;
    while (write(loop->wake.fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

static bool is_asleep(struct cmb_loop *loop)
{
    atomic_thread_fence(memory_order_seq_cst);
    return !atomic_load_explicit(&loop->is_awake, memory_order_relaxed);
}

/* Answers whether it is the first since posts were collected. */
static bool push_post(struct cmb_loop *loop, struct cmb_post *post)
{
    if (atomic_exchange_explicit(&post->is_posted, true, memory_order_acq_rel))
        return false;
    struct cmb_post *head = atomic_load_explicit(&loop->posted, memory_order_relaxed);
    do
        post->next = head;
    while (!atomic_compare_exchange_weak_explicit(&loop->posted, &head, post, memory_order_release,
                                                  memory_order_relaxed));
    return !head;
}

void cmb_loop_post(struct cmb_loop *loop, struct cmb_post *post)
{
    if (push_post(loop, post) && is_asleep(loop))
        wake(loop);
}

void cmb_loop_post_here(struct cmb_loop *loop, struct cmb_post *post)
{
    push_post(loop, post);
}

bool cmb_loop_has_posts(const struct cmb_loop *loop)
{
    return loop->pending || atomic_load_explicit(&loop->posted, memory_order_relaxed);
}

void cmb_loop_unpost(struct cmb_loop *loop, struct cmb_post *post)
{
    if (!atomic_load_explicit(&post->is_posted, memory_order_acquire))
        return;
    collect_posts(loop);
    struct cmb_post **link = &loop->pending;
    while (*link && *link != post)
        link = &(*link)->next;
    if (*link)
        *link = post->next;
    if (loop->pending_end == &post->next)
        loop->pending_end = link;
    atomic_store_explicit(&post->is_posted, false, memory_order_release);
}

/* --- the alarm --- */

/* Most timers are stopped before they are due.  An alarm that rings too early only costs a turn, so it
 * is moved forward alone: mostly nothing has to be set before the loop sleeps, and no clock read. */
static void arm(struct cmb_loop *loop)
{
    const struct cmb_timer *first = loop->timers.first;
    if (!first || first->due_ns >= loop->armed_ns)
        return;
    int64_t wait_ns = first->due_ns - cmb_clock_monotonic_ns(loop->clock);
    if (wait_ns < 1)
        wait_ns = 1; /* 0 would disarm */
    struct itimerspec alarm = { .it_value = { .tv_sec = wait_ns / 1000000000,
                                              .tv_nsec = wait_ns % 1000000000 } };
    if (timerfd_settime(loop->timer_fd, 0, &alarm, NULL) == 0)
        loop->armed_ns = first->due_ns;
}

static void on_alarm(struct cmb_watch *watch, uint32_t events, void *user)
{
    (void)events;
    struct cmb_loop *loop = user;
    uint64_t count;
    if (read(watch->fd, &count, sizeof count) > 0)
        loop->armed_ns = NEVER_NS;
}

/* Whether it may sleep: from here on whoever posts wakes it, and nobody has posted before.  Either
 * side first says what it does and then looks at what the other says, so one of them sees it. */
static bool lie_down(struct cmb_loop *loop)
{
    if (loop->is_spinning || cmb_loop_has_posts(loop))
        return false;
    atomic_store_explicit(&loop->is_awake, false, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    if (cmb_loop_has_posts(loop))
        return false;
    arm(loop);
    return true;
}

/* What is between two turns: somebody may sleep on the descriptor. */
static void leave(struct cmb_loop *loop)
{
    if (loop->is_given && !loop->is_spinning && !lie_down(loop))
        wake(loop);
}

int cmb_loop_fd(struct cmb_loop *loop)
{
    loop->is_given = true;
    leave(loop);
    return loop->epoll_fd;
}

/* --- descriptors --- */

int cmb_loop_start_watch(struct cmb_loop *loop, struct cmb_watch *watch, int fd, uint32_t events)
{
    if (watch->events && watch->fd != fd)
        cmb_loop_stop_watch(loop, watch);
    if (watch->events == events)
        return CAMBIST_OK;
    struct epoll_event event = { .events = events, .data.ptr = watch };
    int what = watch->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(loop->epoll_fd, what, fd, &event) != 0)
        return errno == ENOMEM || errno == ENOSPC ? CAMBIST_NO_MEMORY : CAMBIST_BAD_ARGUMENT;
    watch->fd = fd;
    watch->events = events;
    return CAMBIST_OK;
}

void cmb_loop_stop_watch(struct cmb_loop *loop, struct cmb_watch *watch)
{
    if (!watch->events)
        return;
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    watch->events = 0;
    for (int i = loop->ready_at; i < loop->ready_count; i++)
        if (loop->ready[i].data.ptr == watch)
            loop->ready[i].data.ptr = NULL;
}

static void call_ready(struct cmb_loop *loop)
{
    while (loop->ready_at < loop->ready_count) {
        const struct epoll_event *event = &loop->ready[loop->ready_at++];
        struct cmb_watch *watch = event->data.ptr;
        if (!watch)
            continue;
        loop->called += watch != &loop->wake && watch != &loop->alarm;
        watch->on_ready(watch, event->events, watch->user);
    }
    loop->ready_at = loop->ready_count = 0;
}

/* --- timers --- */

void cmb_loop_start_timer_at(struct cmb_loop *loop, struct cmb_timer *timer, int64_t due_ns)
{
    cmb_loop_stop_timer(loop, timer);
    timer->due_ns = due_ns;
    cmb_timers_add(&loop->timers, timer);
    if (loop->is_given && !loop->is_in_turn)
        arm(loop);
}

void cmb_loop_start_timer(struct cmb_loop *loop, struct cmb_timer *timer, int64_t after_ns)
{
    cmb_loop_start_timer_at(loop, timer, cmb_loop_now_ns(loop) + (after_ns > 0 ? after_ns : 0));
}

void cmb_loop_stop_timer(struct cmb_loop *loop, struct cmb_timer *timer)
{
    if (cmb_timer_is_running(timer))
        cmb_timers_remove(&loop->timers, timer);
}

int64_t cmb_loop_next_due_ns(const struct cmb_loop *loop)
{
    return loop->timers.first ? loop->timers.first->due_ns : NEVER_NS;
}

/* Due timers are first taken off the heap: a timer that a callback starts for "at once" comes in
 * the next turn, so that no turn lasts for ever. */
static void take_due(struct cmb_loop *loop)
{
    struct cmb_timer **end = &loop->due;
    struct cmb_timer *timer;
    while ((timer = loop->timers.first) && timer->due_ns <= loop->now_ns) {
        cmb_timers_remove(&loop->timers, timer);
        *end = timer;
        timer->link = end;
        end = &timer->next;
    }
}

static void call_due(struct cmb_loop *loop)
{
    take_due(loop);
    struct cmb_timer *timer;
    while ((timer = loop->due)) {
        cmb_timers_remove(&loop->timers, timer);
        loop->called++;
        timer->on_due(timer, timer->user);
    }
}

/* --- turns --- */

static int take_ready(struct cmb_loop *loop, int timeout_ms)
{
    int sleep_ms = timeout_ms && lie_down(loop) ? timeout_ms : 0;
    int count = epoll_wait(loop->epoll_fd, loop->ready, READY_MOST, sleep_ms);
    atomic_store_explicit(&loop->is_awake, true, memory_order_relaxed);
    loop->ready_count = count > 0 ? count : 0;
    return count;
}

int cmb_loop_run_once(struct cmb_loop *loop, int timeout_ms)
{
    loop->called = 0;
    loop->is_in_turn = true;
    loop->turn++;
    int count = take_ready(loop, timeout_ms);
    refresh(loop);
    call_ready(loop);
    loop->has_called_all = count >= 0 && count < READY_MOST;
    if (cmb_loop_has_posts(loop))
        run_posts(loop);
    call_due(loop);
    loop->is_in_turn = loop->has_called_all = false;
    leave(loop);
    return loop->called;
}

void cmb_loop_spin(struct cmb_loop *loop)
{
    loop->is_spinning = true;
    atomic_store(&loop->is_awake, true);
}

int cmb_loop_run_due(struct cmb_loop *loop)
{
    loop->called = 0;
    loop->is_in_turn = true;
    loop->turn++;
    refresh(loop);
    call_due(loop);
    loop->is_in_turn = false;
    return loop->called;
}

int64_t cmb_loop_now_ns(struct cmb_loop *loop)
{
    return loop->is_in_turn ? loop->now_ns : refresh(loop);
}

bool cmb_loop_has_called_all(const struct cmb_loop *loop)
{
    return loop->has_called_all;
}

uint64_t cmb_loop_turn(const struct cmb_loop *loop)
{
    return loop->is_in_turn ? loop->turn : 0;
}

const struct cmb_clock *cmb_loop_clock(const struct cmb_loop *loop)
{
    return loop->clock;
}

struct cmb_loop *cmb_loop_new(const struct cmb_clock *clock)
{
    struct cmb_loop *loop = cmb_calloc(1, sizeof *loop);
    if (!loop)
        return NULL;
    loop->clock = clock;
    loop->armed_ns = NEVER_NS;
    loop->is_awake = true;
    loop->pending_end = &loop->pending;
    loop->wake = (struct cmb_watch){ .on_ready = on_wake, .user = loop, .fd = -1 };
    loop->alarm = (struct cmb_watch){ .on_ready = on_alarm, .user = loop };
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    int wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (loop->epoll_fd < 0 || wake_fd < 0 || loop->timer_fd < 0 ||
        cmb_loop_start_watch(loop, &loop->alarm, loop->timer_fd, EPOLLIN) != CAMBIST_OK ||
        cmb_loop_start_watch(loop, &loop->wake, wake_fd, EPOLLIN | EPOLLET) != CAMBIST_OK) {
        loop->wake.fd = wake_fd;
        cmb_loop_free(loop);
        return NULL;
    }
    refresh(loop);
    return loop;
}

void cmb_loop_free(struct cmb_loop *loop)
{
    if (!loop)
        return;
    if (loop->timer_fd >= 0)
        close(loop->timer_fd);
    if (loop->wake.fd >= 0)
        close(loop->wake.fd);
    if (loop->epoll_fd >= 0)
        close(loop->epoll_fd);
    free(loop);
}
