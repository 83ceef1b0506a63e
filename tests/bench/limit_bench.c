/* What does asking a limiter cost, over one atomic exchange and over reading the clock? */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/interleaved.h"
#include "limit/table.h"

#define SECOND_NS ((int64_t)1000000000)

static struct cmb_bucket fixed, rolling, tokens, tokens_full, minute;
static struct cmb_bucket guarded, *shared_tokens, *shared_fixed; /* guarded: as desks have them */
static _Atomic int64_t bare_full_at_ns;
static _Atomic int64_t cached_ns;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static double mutex_tokens = 1e9;
static int64_t mutex_at_ns;

/* GCRA and nothing else, its numbers known to the compiler. */
static void bare_gcra(size_t turns)
{
    int64_t now_ns = atomic_load(&cached_ns);
    for (size_t i = 0; i < turns; i++, now_ns += 1000) {
        int64_t full_at_ns = atomic_load_explicit(&bare_full_at_ns, memory_order_relaxed), later;
        do {
            later = (full_at_ns > now_ns ? full_at_ns : now_ns) + 100;
            if (later - now_ns > 100000)
                break;
        } while (!atomic_compare_exchange_weak(&bare_full_at_ns, &full_at_ns, later));
    }
}

static void take_from(struct cmb_bucket *bucket, size_t turns)
{
    int64_t now_ns = atomic_load(&cached_ns);
    for (size_t i = 0; i < turns; i++, now_ns += 1000)
        INTERLEAVED_KEEP(cmb_bucket_take(bucket, 1, CMB_LANE_NORMAL, now_ns));
    atomic_store(&cached_ns, now_ns);
}

static void take_tokens(size_t turns)
{
    take_from(&tokens, turns);
}

static void take_fixed(size_t turns)
{
    take_from(&fixed, turns);
}

static void take_rolling(size_t turns)
{
    take_from(&rolling, turns);
}

static void take_guarded(size_t turns)
{
    take_from(&guarded, turns);
}

static void take_shared_tokens(size_t turns)
{
    take_from(shared_tokens, turns);
}

static void take_shared_fixed(size_t turns)
{
    take_from(shared_fixed, turns);
}

static void take_refused(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        INTERLEAVED_KEEP(cmb_bucket_take(&tokens_full, 1, CMB_LANE_NORMAL, 0));
}

static void take_two(size_t turns)
{
    struct cmb_bucket_charge charges[] = { { &minute, 1 }, { &tokens, 1 } };
    int64_t now_ns = atomic_load(&cached_ns);
    for (size_t i = 0; i < turns; i++, now_ns += 1000)
        INTERLEAVED_KEEP(cmb_bucket_take_all(charges, 2, CMB_LANE_NORMAL, now_ns));
    atomic_store(&cached_ns, now_ns);
}

static void read_cached(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        INTERLEAVED_KEEP(atomic_load_explicit(&cached_ns, memory_order_relaxed));
}

static void read_clock(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        INTERLEAVED_KEEP(cmb_clock_monotonic_ns(&cmb_clock_system));
}

static void take_mutex(size_t turns)
{
    for (size_t i = 0; i < turns; i++) {
        pthread_mutex_lock(&lock);
        int64_t now_ns = cmb_clock_monotonic_ns(&cmb_clock_system);
        mutex_tokens += (double)(now_ns - mutex_at_ns) * 1e-3;
        mutex_at_ns = now_ns;
        mutex_tokens = mutex_tokens > 1e9 ? 1e9 : mutex_tokens;
        mutex_tokens -= mutex_tokens >= 1 ? 1 : 0;
        pthread_mutex_unlock(&lock);
    }
}

static void make(struct cmb_bucket *bucket, uint32_t model, uint32_t capacity, int64_t window_ns)
{
    struct cmb_bucket_rule rule = { .model = model, .capacity = capacity, .window_ns = window_ns };
    if (!cmb_bucket_init(bucket, &rule))
        abort();
}

/* In a table of this process's own. */
static struct cmb_bucket *share(struct cmb_limit_table *table, uint32_t model)
{
    struct cmb_bucket_rule rule = { .model = model, .capacity = 1000000000,
                                    .window_ns = SECOND_NS };
    struct cmb_bucket *bucket =
        cmb_limit_table_bucket(table, (struct cmb_limit_name){ 1, model }, &rule);
    if (!bucket)
        abort();
    return bucket;
}

struct pair {
    void (*run)(size_t turns);
    size_t turns;
};

static void *run_pair(void *argument)
{
    const struct pair *pair = argument;
    pair->run(pair->turns);
    return NULL;
}

static void run_two(void (*run)(size_t turns), size_t turns)
{
    struct pair pair = { run, turns };
    pthread_t other;
    if (pthread_create(&other, NULL, run_pair, &pair) != 0)
        abort();
    run(turns);
    pthread_join(other, NULL);
}

static void two_tokens(size_t turns)
{
    run_two(take_tokens, turns);
}

static void two_bare(size_t turns)
{
    run_two(bare_gcra, turns);
}

static void two_mutex(size_t turns)
{
    run_two(take_mutex, turns);
}

static const struct bench_goal goals[] = {
    { "limiter: token bucket, clock given", "one thread", "ns", "token bucket",
      "bare atomic GCRA, clock given", .at_most = 2.0 },
    { "limiter: fixed window, clock given", "one thread", "ns", "fixed window",
      "bare atomic GCRA, clock given", .at_most = 2.0 },
    { "limiter: rolling window, clock given", "one thread", "ns", "rolling window",
      "bare atomic GCRA, clock given", .at_most = 2.0 },
    { "limiter: token bucket, contended by two threads", "two threads, per turn of both", "ns",
      "token bucket", "bare atomic GCRA", .at_most = 2.0 },
};

int main(int count, char **words)
{
    static const struct interleaved_case alone[] = {
        { "bare atomic GCRA, clock given", bare_gcra, 100000 },
        { "token bucket", take_tokens, 100000 },
        { "fixed window", take_fixed, 100000 },
        { "rolling window", take_rolling, 100000 },
        { "fixed window, kept still at its end", take_guarded, 100000 },
        { "token bucket in shared memory", take_shared_tokens, 100000 },
        { "fixed window in shared memory, kept still", take_shared_fixed, 100000 },
        { "token bucket, refused", take_refused, 100000 },
        { "two buckets, all or none", take_two, 100000 },
        { "reading a cached clock", read_cached, 100000 },
        { "reading CLOCK_MONOTONIC", read_clock, 20000 },
        { "token bucket with mutex and CLOCK_MONOTONIC", take_mutex, 20000 },
    };
    static const struct interleaved_case together[] = {
        { "bare atomic GCRA", two_bare, 100000 },
        { "token bucket", two_tokens, 100000 },
        { "token bucket with mutex and CLOCK_MONOTONIC", two_mutex, 100000 },
    };
    bench_begin(count, words);
    make(&tokens, CMB_BUCKET_TOKENS, 1000000000, SECOND_NS);
    make(&fixed, CMB_BUCKET_FIXED, 1000000000, SECOND_NS);
    make(&minute, CMB_BUCKET_FIXED, 1000000000, 60 * SECOND_NS);
    make(&rolling, CMB_BUCKET_ROLLING, 1000000000, SECOND_NS);
    make(&tokens_full, CMB_BUCKET_TOKENS, 1, 60 * SECOND_NS);
    cmb_bucket_take(&tokens_full, 1, CMB_LANE_NORMAL, 0);
    make(&guarded, CMB_BUCKET_FIXED, 1000000000, SECOND_NS);
    cmb_bucket_set_guard(&guarded, 100000000);
    char path[64];
    struct cmb_limit_table *table;
    snprintf(path, sizeof path, "/dev/shm/cambist-bench-%d", (int)getpid());
    if (cmb_limit_table_open(path, 0, &table, NULL) != CAMBIST_OK)
        abort();
    shared_tokens = share(table, CMB_BUCKET_TOKENS);
    shared_fixed = share(table, CMB_BUCKET_FIXED);
    cmb_bucket_set_guard(shared_fixed, 100000000);
    interleaved_run("one thread", alone, sizeof alone / sizeof *alone);
    interleaved_run("two threads, per turn of both", together, sizeof together / sizeof *together);
    cmb_limit_table_close(table);
    unlink(path);
    return bench_end(goals, sizeof goals / sizeof *goals);
}
