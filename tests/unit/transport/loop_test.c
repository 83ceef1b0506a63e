/* Does one thread hear of descriptors, timers and other threads, in order and exactly once? */
#include "transport/loop.h"

#include <cambist/status.h>

#include "support/test.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static struct cmb_clock turnable;
static struct cmb_loop *loop;

static void open_loop(void)
{
    cmb_clock_init_turnable(&turnable, 0);
    loop = cmb_loop_new(&turnable);
}

/* --- timers --- */

enum { TIMERS = 500 };
static struct cmb_timer timers[TIMERS];
static int due_order[TIMERS * 2], due_count;

static void note_due(struct cmb_timer *timer, void *user)
{
    (void)user;
    due_order[due_count++] = (int)(timer - timers);
}

static void start_many(void)
{
    due_count = 0;
    for (int i = 0; i < TIMERS; i++) {
        timers[i] = (struct cmb_timer){ .on_due = note_due };
        cmb_loop_start_timer(loop, &timers[i], (int64_t)(i * 7919 % TIMERS) * 1000000);
    }
}

static void calls_timers_in_the_order_of_their_time(void)
{
    open_loop();
    start_many();
    cmb_clock_turn(&turnable, (int64_t)TIMERS * 1000000);
    ASSERT_NUMBER(cmb_loop_run_once(loop, 0), TIMERS);
    for (int i = 1; i < due_count; i++)
        CU_ASSERT(timers[due_order[i - 1]].due_ns <= timers[due_order[i]].due_ns);
    CU_ASSERT(!cmb_timer_is_running(&timers[0]));
    cmb_loop_free(loop);
}

static void never_calls_a_stopped_timer(void)
{
    open_loop();
    start_many();
    for (int i = 0; i < TIMERS; i += 2) {
        cmb_loop_stop_timer(loop, &timers[i]);
        cmb_loop_stop_timer(loop, &timers[i]);
    }
    cmb_clock_turn(&turnable, (int64_t)TIMERS * 1000000);
    ASSERT_NUMBER(cmb_loop_run_once(loop, 0), TIMERS / 2);
    for (int i = 0; i < due_count; i++)
        CU_ASSERT(due_order[i] % 2 == 1);
    cmb_loop_free(loop);
}

static void stop_next(struct cmb_timer *timer, void *user)
{
    note_due(timer, user);
    cmb_loop_stop_timer(loop, timer + 1);
}

static void a_timer_may_stop_one_that_is_due_as_well(void)
{
    open_loop();
    due_count = 0;
    for (int i = 0; i < 4; i++) {
        timers[i] = (struct cmb_timer){ .on_due = i % 2 ? note_due : stop_next };
        cmb_loop_start_timer(loop, &timers[i], i);
    }
    cmb_clock_turn(&turnable, 10);
    ASSERT_NUMBER(cmb_loop_run_once(loop, 0), 2);
    ASSERT_NUMBER(due_order[0], 0);
    ASSERT_NUMBER(due_order[1], 2);
    ASSERT_NUMBER(cmb_loop_run_once(loop, 0), 0);
    cmb_loop_free(loop);
}

static void start_again(struct cmb_timer *timer, void *user)
{
    note_due(timer, user);
    cmb_loop_start_timer(loop, timer, 0);
}

static void a_timer_that_starts_itself_comes_in_the_next_turn(void)
{
    open_loop();
    due_count = 0;
    timers[0] = (struct cmb_timer){ .on_due = start_again };
    cmb_loop_start_timer(loop, &timers[0], 0);
    for (int turn = 1; turn <= 3; turn++) {
        ASSERT_NUMBER(cmb_loop_run_once(loop, 0), 1);
        ASSERT_NUMBER(due_count, turn);
    }
    cmb_loop_free(loop);
}

static void a_moved_timer_comes_once(void)
{
    open_loop();
    due_count = 0;
    timers[0] = (struct cmb_timer){ .on_due = note_due };
    cmb_loop_start_timer(loop, &timers[0], 5);
    cmb_loop_start_timer(loop, &timers[0], 10);
    cmb_clock_turn(&turnable, 5);
    ASSERT_NUMBER(cmb_loop_run_once(loop, 0), 0);
    cmb_clock_turn(&turnable, 5);
    ASSERT_NUMBER(cmb_loop_run_once(loop, 0), 1);
    cmb_loop_free(loop);
}

static void waits_no_longer_than_the_next_timer(void)
{
    loop = cmb_loop_new(&cmb_clock_system);
    due_count = 0;
    timers[0] = (struct cmb_timer){ .on_due = note_due };
    int64_t start_ns = cmb_loop_now_ns(loop);
    cmb_loop_start_timer(loop, &timers[0], 3000000);
    while (due_count == 0)
        cmb_loop_run_once(loop, -1);
    int64_t took_ns = cmb_loop_now_ns(loop) - start_ns;
    CU_ASSERT(took_ns >= 3000000 && took_ns < 1000000000);
    cmb_loop_free(loop);
}

/* --- descriptors --- */

static int ready_count;

static void note_ready(struct cmb_watch *watch, uint32_t events, void *user)
{
    (void)watch;
    (void)user;
    CU_ASSERT(events & EPOLLIN);
    ready_count++;
}

static void stop_other(struct cmb_watch *watch, uint32_t events, void *user)
{
    note_ready(watch, events, user);
    cmb_loop_stop_watch(loop, user);
}

static void a_watch_stopped_in_the_turn_is_not_called(void)
{
    open_loop();
    int a[2], b[2];
    CU_ASSERT(pipe2(a, O_CLOEXEC) == 0 && pipe2(b, O_CLOEXEC) == 0);
    struct cmb_watch first = { .on_ready = stop_other }, second = { .on_ready = stop_other };
    first.user = &second;
    second.user = &first;
    ASSERT_NUMBER(cmb_loop_start_watch(loop, &first, a[0], EPOLLIN), CAMBIST_OK);
    ASSERT_NUMBER(cmb_loop_start_watch(loop, &second, b[0], EPOLLIN), CAMBIST_OK);
    CU_ASSERT(write(a[1], "x", 1) == 1 && write(b[1], "x", 1) == 1);
    ready_count = 0;
    ASSERT_NUMBER(cmb_loop_run_once(loop, -1), 1);
    ASSERT_NUMBER(ready_count, 1);
    cmb_loop_stop_watch(loop, &first);
    cmb_loop_stop_watch(loop, &second);
    cmb_loop_free(loop);
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
}

static void refuses_what_cannot_be_watched(void)
{
    open_loop();
    struct cmb_watch watch = { .on_ready = note_ready };
    ASSERT_NUMBER(cmb_loop_start_watch(loop, &watch, -1, EPOLLIN), CAMBIST_BAD_ARGUMENT);
    ASSERT_NUMBER(watch.events, 0);
    cmb_loop_stop_watch(loop, &watch);
    cmb_loop_free(loop);
}

static void its_own_descriptor_tells_when_to_turn(void)
{
    loop = cmb_loop_new(&cmb_clock_system);
    due_count = 0;
    struct pollfd one = { .fd = cmb_loop_fd(loop), .events = POLLIN };
    ASSERT_NUMBER(poll(&one, 1, 0), 0);
    timers[0] = (struct cmb_timer){ .on_due = note_due };
    cmb_loop_start_timer(loop, &timers[0], 2000000);
    while (due_count == 0) {
        ASSERT_NUMBER(poll(&one, 1, 10000), 1);
        cmb_loop_run_once(loop, 0);
    }
    cmb_loop_run_once(loop, 0);
    ASSERT_NUMBER(poll(&one, 1, 0), 0);
    CU_ASSERT((fcntl(one.fd, F_GETFD) & FD_CLOEXEC) != 0);
    cmb_loop_free(loop);
}

/* --- posts --- */

enum { POSTS = 2000, POSTERS = 4 };
static struct cmb_post posts[POSTERS][POSTS];
static int run_count, last_run[POSTERS];

static void note_run(struct cmb_post *post, void *user)
{
    int poster = (int)((post - posts[0]) / POSTS);
    int number = (int)((post - posts[0]) % POSTS);
    CU_ASSERT(user == post);
    CU_ASSERT(number == last_run[poster] + 1); /* in the order of one thread's posting */
    last_run[poster] = number;
    run_count++;
}

static void *post_all(void *user)
{
    struct cmb_post *mine = user;
    for (int i = 0; i < POSTS; i++) {
        mine[i] = (struct cmb_post){ .on_run = note_run, .user = &mine[i] };
        cmb_loop_post(loop, &mine[i]);
    }
    return NULL;
}

static void hear_of_other_threads(bool is_spinning)
{
    loop = cmb_loop_new(&cmb_clock_system);
    if (is_spinning)
        cmb_loop_spin(loop);
    pthread_t threads[POSTERS];
    run_count = 0;
    for (int i = 0; i < POSTERS; i++) {
        last_run[i] = -1;
        CU_ASSERT(pthread_create(&threads[i], NULL, post_all, posts[i]) == 0);
    }
    while (run_count < POSTS * POSTERS)
        cmb_loop_run_once(loop, 10000);
    for (int i = 0; i < POSTERS; i++)
        pthread_join(threads[i], NULL);
    ASSERT_NUMBER(cmb_loop_run_once(loop, 0), 0);
    cmb_loop_free(loop);
}

static void runs_what_other_threads_post(void)
{
    hear_of_other_threads(/* is_spinning= */ false);
}

static int simple_runs, ready_count;

static void count_ready(struct cmb_watch *watch, uint32_t events, void *user)
{
    (void)watch;
    (void)events;
    (void)user;
    ready_count++;
}

static void count_run(struct cmb_post *post, void *user)
{
    simple_runs++;
    if (user)
        cmb_loop_post(loop, post);
}

static void a_post_runs_once_and_may_be_taken_back(void)
{
    open_loop();
    simple_runs = 0;
    struct cmb_post a = { .on_run = count_run }, b = a, c = a;
    cmb_loop_post(loop, &a);
    cmb_loop_post(loop, &a);
    cmb_loop_post(loop, &b);
    cmb_loop_unpost(loop, &b);
    cmb_loop_unpost(loop, &b);
    cmb_loop_post(loop, &c);
    ASSERT_NUMBER(cmb_loop_run_once(loop, 0), 2);
    cmb_loop_post(loop, &b);
    ASSERT_NUMBER(cmb_loop_run_once(loop, 0), 1);
    ASSERT_NUMBER(simple_runs, 3);
    struct cmb_post forever = { .on_run = count_run, .user = &forever };
    cmb_loop_post(loop, &forever);
    ASSERT_NUMBER(cmb_loop_run_once(loop, 0), 1);
    ASSERT_NUMBER(cmb_loop_run_once(loop, 0), 1);
    cmb_loop_unpost(loop, &forever);
    ASSERT_NUMBER(cmb_loop_run_once(loop, 0), 0);
    cmb_loop_free(loop);
}

static void what_is_posted_here_wakes_nobody_and_runs_in_the_next_turn(void)
{
    open_loop();
    struct pollfd one = { .fd = cmb_loop_fd(loop), .events = POLLIN };
    struct cmb_post first = { .on_run = count_run }, second = first;
    simple_runs = 0;
    cmb_loop_post_here(loop, &first);
    cmb_loop_post_here(loop, &second);
    ASSERT_NUMBER(poll(&one, 1, 0), 0); /* no descriptor was written to */
    ASSERT_NUMBER(cmb_loop_run_once(loop, -1), 2);
    ASSERT_NUMBER(simple_runs, 2);
    cmb_loop_post(loop, &first);
    ASSERT_NUMBER(poll(&one, 1, 0), 1);
    cmb_loop_free(loop);
}

/* Thread and loop answer each other, mostly when the other has just gone to sleep or is about to. */
enum { TOSSES = 100000 };
static atomic_int tossed;

static void note_toss(struct cmb_post *post, void *user)
{
    (void)post;
    (void)user;
    atomic_fetch_add(&tossed, 1);
}

static void *toss(void *user)
{
    struct cmb_post *post = user;
    for (int i = 0; i < TOSSES; i++) {
        for (int pause = i % 64; pause; pause--)
            __asm__ volatile("" ::: "memory");
        cmb_loop_post(loop, post);
        while (atomic_load(&tossed) <= i)
            continue;
    }
    return NULL;
}

static void no_post_is_slept_over(void)
{
    struct cmb_post post = { .on_run = note_toss };
    pthread_t thread;
    loop = cmb_loop_new(&cmb_clock_system);
    atomic_store(&tossed, 0);
    CU_ASSERT_FATAL(pthread_create(&thread, NULL, toss, &post) == 0);
    for (int64_t before_ns; atomic_load(&tossed) < TOSSES;) {
        before_ns = cmb_loop_now_ns(loop);
        cmb_loop_run_once(loop, 10000);
        CU_ASSERT_FATAL(cmb_loop_now_ns(loop) - before_ns < 9000000000); /* it was woken */
    }
    pthread_join(thread, NULL);
    cmb_loop_free(loop);
}

/* What a program that polls the descriptor posts behind a turn, or in its last moment, makes it
 * readable. */
static void post_late(struct cmb_timer *timer, void *user)
{
    (void)timer;
    cmb_loop_post(loop, user);
}

static void whoever_polls_is_told_of_a_post(void)
{
    open_loop();
    struct pollfd one = { .fd = cmb_loop_fd(loop), .events = POLLIN };
    struct cmb_post post = { .on_run = count_run };
    struct cmb_timer late = { .on_due = post_late, .user = &post };
    simple_runs = 0;
    cmb_loop_run_once(loop, 0);
    cmb_loop_post(loop, &post);
    ASSERT_NUMBER(poll(&one, 1, 0), 1);
    cmb_loop_run_once(loop, 0);
    ASSERT_NUMBER(poll(&one, 1, 0), 0);
    cmb_loop_start_timer(loop, &late, 0);
    cmb_loop_run_once(loop, 0);
    ASSERT_NUMBER(simple_runs, 1); /* timers come last */
    ASSERT_NUMBER(poll(&one, 1, 0), 1);
    cmb_loop_run_once(loop, 0);
    ASSERT_NUMBER(simple_runs, 2);
    cmb_loop_free(loop);
}

/* --- spinning --- */

static void a_spinning_loop_never_waits_and_hears_other_threads(void)
{
    open_loop();
    cmb_loop_spin(loop);
    timers[0] = (struct cmb_timer){ .on_due = note_due };
    cmb_loop_start_timer(loop, &timers[0], 1000000000);
    ASSERT_NUMBER(cmb_loop_run_once(loop, -1), 0); /* with a clock that stands still */
    cmb_loop_free(loop);
    hear_of_other_threads(/* is_spinning= */ true);
}

static void nobody_wakes_a_spinning_loop(void)
{
    open_loop();
    struct pollfd one = { .fd = cmb_loop_fd(loop), .events = POLLIN };
    struct cmb_post post = { .on_run = count_run };
    simple_runs = 0;
    cmb_loop_spin(loop);
    cmb_loop_post(loop, &post);
    ASSERT_NUMBER(poll(&one, 1, 0), 0); /* no descriptor was written to */
    ASSERT_NUMBER(cmb_loop_run_once(loop, -1), 1);
    ASSERT_NUMBER(simple_runs, 1);
    cmb_loop_free(loop);
}

/* A post that is always there again, and a descriptor that is always ready. */
static void each_turn_of_a_spinning_loop_serves_all(void)
{
    int ends[2];
    open_loop();
    CU_ASSERT_FATAL(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
    struct cmb_watch watch = { .on_ready = count_ready };
    struct cmb_post forever = { .on_run = count_run, .user = &forever };
    timers[0] = (struct cmb_timer){ .on_due = note_due };
    due_count = ready_count = simple_runs = 0;
    cmb_loop_spin(loop);
    cmb_loop_start_watch(loop, &watch, ends[0], EPOLLIN);
    cmb_loop_post(loop, &forever);
    cmb_loop_start_timer(loop, &timers[0], 3000000);
    for (int turn = 1; turn <= 3; turn++) {
        cmb_clock_turn(&turnable, 1000000);
        cmb_loop_run_once(loop, -1);
        ASSERT_NUMBER(simple_runs, turn);
        ASSERT_NUMBER(ready_count, turn);
        ASSERT_NUMBER(due_count, turn / 3);
    }
    cmb_loop_unpost(loop, &forever);
    cmb_loop_stop_watch(loop, &watch);
    cmb_loop_free(loop);
    close(ends[0]);
    close(ends[1]);
}

/* --- the end of a turn --- */

static bool had_called_all[2]; /* when a socket was ready, when the post ran */

static void note_post(struct cmb_post *post, void *user)
{
    (void)post;
    (void)user;
    had_called_all[1] = cmb_loop_has_called_all(loop);
}

static void post_from_callback(struct cmb_watch *watch, uint32_t events, void *user)
{
    (void)watch;
    (void)events;
    had_called_all[0] = cmb_loop_has_called_all(loop);
    cmb_loop_post(loop, user);
}

static void a_post_of_a_callback_runs_in_the_same_turn_when_all_were_called(void)
{
    struct cmb_post post = { .on_run = note_post };
    struct cmb_watch watch = { .on_ready = post_from_callback, .user = &post };
    int ends[2];
    CU_ASSERT_FATAL(pipe(ends) == 0 && write(ends[1], "x", 1) == 1);
    open_loop();
    had_called_all[0] = true, had_called_all[1] = false;
    CU_ASSERT(cmb_loop_start_watch(loop, &watch, ends[0], EPOLLIN) == CAMBIST_OK);
    cmb_loop_run_once(loop, 0);
    CU_ASSERT(!had_called_all[0] && had_called_all[1]);
    CU_ASSERT(!cmb_loop_has_posts(loop) && !cmb_loop_has_called_all(loop));
    cmb_loop_stop_watch(loop, &watch);
    cmb_loop_free(loop);
    close(ends[0]);
    close(ends[1]);
}

/* --- who turns the clock --- */

static void whoever_turns_the_clock_is_told_what_comes_next(void)
{
    struct cmb_post post = { .on_run = count_run };
    open_loop();
    ASSERT_NUMBER(cmb_loop_next_due_ns(loop), INT64_MAX);
    start_many();
    for (int64_t i = 0; i < TIMERS; i++) {
        ASSERT_NUMBER(cmb_loop_next_due_ns(loop), i * 1000000);
        cmb_clock_turn(&turnable, i * 1000000 - turnable.turned_monotonic_ns);
        ASSERT_NUMBER(cmb_loop_run_due(loop), 1);
    }
    ASSERT_NUMBER(due_count, TIMERS);
    ASSERT_NUMBER(cmb_loop_next_due_ns(loop), INT64_MAX);
    CU_ASSERT(!cmb_loop_has_posts(loop));
    cmb_loop_post(loop, &post);
    CU_ASSERT(cmb_loop_has_posts(loop));
    ASSERT_NUMBER(cmb_loop_run_due(loop), 0); /* posts are for another turn */
    cmb_loop_unpost(loop, &post);
    CU_ASSERT(!cmb_loop_has_posts(loop));
    cmb_loop_free(loop);
}

TEST_SUITE("transport/loop",
           { "calls timers in the order of their time", calls_timers_in_the_order_of_their_time },
           { "never calls a stopped timer", never_calls_a_stopped_timer },
           { "a timer may stop one that is due as well", a_timer_may_stop_one_that_is_due_as_well },
           { "a timer that starts itself comes in the next turn",
             a_timer_that_starts_itself_comes_in_the_next_turn },
           { "a moved timer comes once", a_moved_timer_comes_once },
           { "waits no longer than the next timer", waits_no_longer_than_the_next_timer },
           { "a watch stopped in the turn is not called",
             a_watch_stopped_in_the_turn_is_not_called },
           { "refuses what cannot be watched", refuses_what_cannot_be_watched },
           { "its own descriptor tells when to turn", its_own_descriptor_tells_when_to_turn },
           { "runs what other threads post", runs_what_other_threads_post },
           { "a post runs once and may be taken back", a_post_runs_once_and_may_be_taken_back },
           { "what is posted here wakes nobody and runs in the next turn",
             what_is_posted_here_wakes_nobody_and_runs_in_the_next_turn },
           { "no post is slept over", no_post_is_slept_over },
           { "whoever polls is told of a post", whoever_polls_is_told_of_a_post },
           { "a spinning loop never waits, and hears other threads",
             a_spinning_loop_never_waits_and_hears_other_threads },
           { "nobody wakes a spinning loop", nobody_wakes_a_spinning_loop },
           { "each turn of a spinning loop serves all", each_turn_of_a_spinning_loop_serves_all },
           { "a post of a callback runs in the same turn, when all were called",
             a_post_of_a_callback_runs_in_the_same_turn_when_all_were_called },
           { "whoever turns the clock is told what comes next",
             whoever_turns_the_clock_is_told_what_comes_next })
