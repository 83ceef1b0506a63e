/* Does a client that asks for as much as it may ever ask for too much?
 *
 * An hour of the clock at each exchange, with more questions at hand than the limits let go. */
#include "support/practice_world.h"

#include <stdlib.h>

enum { WORKERS_MOST = 8, WAITS_MOST = 200000, HOUR_S = 3600 };

static const int64_t millisecond_ns = 1000000;

/* Asks one question, and when it is answered the next. */
struct worker {
    uint32_t operation;
    const char *arguments;
    int64_t rest_ms; /* between an answer and the next question */
    struct cmb_run *run;
    struct cmb_timer timer;
    bool is_cancelling; /* takes turns: an order, its cancel */
    uint64_t count, signed_anew, bad_times, limited, failed;
    char text[128];
};

static struct practice_world world;
static struct worker workers[WORKERS_MOST];
static size_t worker_count;
static int64_t end_ns;
static int64_t waits_ns[WAITS_MOST]; /* of cancels, for their turn */
static size_t wait_count;

static void begin(struct worker *worker);

static void on_rest(struct cmb_timer *timer, void *user)
{
    (void)timer;
    begin(user);
}

static void note(struct worker *worker)
{
    const struct cmb_run *run = worker->run;
    worker->count++;
    worker->signed_anew += run->is_signed_anew;
    worker->bad_times += run->error.status == CAMBIST_BAD_TIME;
    worker->limited += run->error.status == CAMBIST_RATE_LIMITED;
    worker->failed += run->error.status && run->error.status != CAMBIST_RATE_LIMITED;
    if (run->call->operation == CAMBIST_OPERATION_cancel_order && wait_count < WAITS_MOST)
        waits_ns[wait_count++] = run->taken_ns ? run->taken_ns - run->lap.begun_ns : INT64_MAX;
}

static void on_done(struct cmb_run *run, void *user)
{
    struct worker *worker = user;
    note(worker);
    worker->is_cancelling = run->call->operation == CAMBIST_OPERATION_create_order &&
                            run->error.status == CAMBIST_OK;
    if (worker->is_cancelling)
        snprintf(worker->text, sizeof worker->text, "symbol=BTC/USDT;id=%s",
                 ((const struct cambist_order *)(const void *)run->call->rows)->id);
    int64_t rest_ms = worker->rest_ms;
    if (run->error.status && run->error.retry_after_ms > rest_ms)
        rest_ms = run->error.retry_after_ms;
    worker->timer.on_due = on_rest;
    worker->timer.user = worker;
    if (world.clock.turned_monotonic_ns < end_ns)
        cmb_loop_start_timer(world.loop, &worker->timer, rest_ms * millisecond_ns);
}

static void begin(struct worker *worker)
{
    cmb_run_init(worker->run, world.desk,
                 worker->is_cancelling ? CAMBIST_OPERATION_cancel_order : worker->operation);
    practice_world_set(&world, worker->run,
                       worker->is_cancelling ? worker->text : worker->arguments);
    cmb_run_start(worker->run, on_done, worker);
}

static void add(uint32_t operation, const char *arguments, int64_t rest_ms)
{
    struct worker *worker = &workers[worker_count++];
    *worker = (struct worker){ .operation = operation, .arguments = arguments, .rest_ms = rest_ms,
                               .run = cmb_run_new() };
    CU_ASSERT_FATAL(worker->run != NULL);
}

static void open_world(const char *plugin)
{
    static const struct cmb_practice_delays usual = { 2000, 30000, 0, 0 };
    practice_world_open_with(&world, plugin, (struct cmb_practice_network_settings){
                                                 .seed = 31, .delays = usual,
                                                 .house_rest_ms = 60000 });
    worker_count = wait_count = 0;
}

static void close_world(void)
{
    practice_world_close(&world);
    for (size_t i = 0; i < worker_count; i++)
        cmb_run_free(workers[i].run);
}

static void play(int64_t seconds)
{
    end_ns = world.clock.turned_monotonic_ns + seconds * 1000 * millisecond_ns;
    for (size_t i = 0; i < worker_count; i++)
        begin(&workers[i]);
    cmb_practice_network_run(world.network, end_ns + 600000 * millisecond_ns);
}

static int compare(const void *a, const void *b)
{
    int64_t first = *(const int64_t *)a, second = *(const int64_t *)b;
    return first < second ? -1 : first > second;
}

static int64_t p99_ns(void)
{
    qsort(waits_ns, wait_count, sizeof *waits_ns, compare);
    return wait_count ? waits_ns[wait_count * 99 / 100] : 0;
}

/* What the exchange's own ledger says. */
static struct {
    size_t over, in_ban, done;
    uint64_t weight; /* of the first worker's questions */
} seen;

static void look(uint32_t operation)
{
    memset(&seen, 0, sizeof seen);
    for (size_t i = 0; i < world.exchange->ledger->count; i++) {
        const struct cmb_ledger_request *request = &world.exchange->ledger->requests[i];
        seen.over += request->is_over_limit;
        seen.in_ban += request->is_in_ban;
        seen.done += request->operation == operation;
        seen.weight += request->operation == operation ? request->weight : 0;
    }
}

static void judge(const char *plugin)
{
    uint64_t anew = 0, bad = 0, failed = 0;
    for (size_t i = 0; i < worker_count; i++) {
        anew += workers[i].signed_anew;
        bad += workers[i].bad_times;
        failed += workers[i].failed;
        if (workers[i].failed)
            printf("\n    %s: %s", plugin, workers[i].run->error.message);
    }
    ASSERT_NUMBER(seen.over, 0);
    ASSERT_NUMBER(seen.in_ban, 0);
    ASSERT_NUMBER(anew, 0);
    ASSERT_NUMBER(bad, 0);
    ASSERT_NUMBER(failed, 0);
}

/* Of what the exchange allows a tenth is kept for cancels; of what it bans for, a twentieth more is
 * not used, and of rolling windows a sixteenth. */
static void an_hour_of_all_that_is_allowed(void)
{
    static const struct {
        const char *plugin;
        uint32_t reads;
        const char *arguments;
        uint64_t allowed_an_hour;
        int64_t order_rest_ms;
    } loads[] = {
        { "binance", CAMBIST_OPERATION_fetch_tickers, "", 6000 * 60, 400 },
        { "okx", CAMBIST_OPERATION_fetch_ticker, "symbol=BTC/USDT", 20 * 1800, 400 },
        { "kraken", CAMBIST_OPERATION_fetch_ticker, "symbol=BTC/USDT", 3600, 10000 },
        { "coinbase", CAMBIST_OPERATION_fetch_ticker, "symbol=BTC/USDT", 10 * 3600, 400 },
    };
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
        open_world(loads[i].plugin);
        practice_world_add_fault(&world, "limits");
        practice_world_add_fault(&world, "clock-drift");
        for (int k = 0; k < 6; k++)
            add(loads[i].reads, loads[i].arguments, 0);
        add(CAMBIST_OPERATION_create_order, PRACTICE_WORLD_FAR_ORDER, loads[i].order_rest_ms);
        play(HOUR_S);
        look(loads[i].reads);
        judge(loads[i].plugin);
        CU_ASSERT(seen.weight * 100 >= loads[i].allowed_an_hour * 84);
        CU_ASSERT(wait_count >= 100 && p99_ns() < 50 * millisecond_ns);
        close_world();
    }
}

/* Requests that arrived between two moments, of the ledger's clock. */
static size_t arrived(int64_t from_ns, int64_t to_ns)
{
    size_t count = 0;
    for (size_t i = 0; i < world.exchange->ledger->count; i++) {
        int64_t at_ns = world.exchange->ledger->requests[i].time_ns;
        count += at_ns >= from_ns && at_ns < to_ns;
    }
    return count;
}

/* When the first one arrived from then on. */
static int64_t first_from(int64_t from_ns)
{
    for (size_t i = 0; i < world.exchange->ledger->count; i++)
        if (world.exchange->ledger->requests[i].time_ns >= from_ns)
            return world.exchange->ledger->requests[i].time_ns;
    return INT64_MAX;
}

static bool is_any_closed(void)
{
    bool is_closed = false;
    for (uint32_t i = 0; i < world.plugin->tables.limits.count; i++)
        is_closed |= cmb_bucket_is_closed(cmb_desk_bucket(world.desk, i),
                                          world.clock.turned_monotonic_ns);
    return is_closed;
}

/* Of eight that go at once, one is refused: those that are under way arrive, and then nothing. */
static void keeps_still_until_it_is_over_and_then_one_tries(void)
{
    static const struct { const char *plugin, *fault; int64_t still_ms; } bans[] = {
        { "okx", "rate-limit", 1000 }, { "binance", "ban", 120000 } };
    for (size_t i = 0; i < 2; i++) {
        open_world(bans[i].plugin);
        for (int k = 0; k < WORKERS_MOST; k++)
            add(CAMBIST_OPERATION_fetch_ticker, "symbol=BTC/USDT", 300);
        end_ns = world.clock.turned_monotonic_ns + 200000 * millisecond_ns;
        for (size_t k = 0; k < worker_count; k++)
            begin(&workers[k]);
        practice_world_play_ms(&world, 10000);
        practice_world_strike(&world, bans[i].fault, 1);
        while (!is_any_closed())
            CU_ASSERT_FATAL(cmb_practice_network_step(world.network, end_ns));
        int64_t now_ns = cmb_clock_wall_ns(&world.clock);
        practice_world_play_ms(&world, bans[i].still_ms + 20000);
        int64_t over_ns = now_ns + bans[i].still_ms * millisecond_ns;
        ASSERT_NUMBER(arrived(now_ns + 30 * millisecond_ns, over_ns), 0); /* those under way */
        int64_t first_ns = first_from(over_ns);
        CU_ASSERT(first_ns < over_ns + 1000 * millisecond_ns);
        ASSERT_NUMBER(arrived(first_ns, first_ns + 3 * millisecond_ns), 1); /* its answer opens */
        CU_ASSERT(arrived(first_ns, first_ns + 10000 * millisecond_ns) > WORKERS_MOST);
        close_world();
    }
}

/* Half of what the tables say, from one moment on: what is refused are those under way. */
static void a_limit_that_becomes_narrower_is_learned_within_a_window(void)
{
    open_world("binance");
    practice_world_add_fault(&world, "limits");
    for (int k = 0; k < 2; k++)
        add(CAMBIST_OPERATION_fetch_tickers, "", 50);
    end_ns = world.clock.turned_monotonic_ns + 1800000 * millisecond_ns;
    for (size_t k = 0; k < worker_count; k++)
        begin(&workers[k]);
    practice_world_play_ms(&world, 300000);
    practice_world_add_fault(&world, "limits-halved");
    practice_world_play_ms(&world, 130000);
    look(CAMBIST_OPERATION_fetch_tickers);
    size_t over = seen.over;
    CU_ASSERT(over >= 1 && over <= 2);
    practice_world_play_ms(&world, 1800000);
    look(CAMBIST_OPERATION_fetch_tickers);
    ASSERT_NUMBER(seen.over, over);
    ASSERT_NUMBER(seen.in_ban, 0);
    close_world();
}

/* What is refused without a reason narrows the limits again and again: the heaviest can still go. */
static void refusals_out_of_the_blue_leave_room_for_heavy_requests(void)
{
    open_world("binance");
    practice_world_add_fault(&world, "limits");
    practice_world_add_fault(&world, "rate-limit:0.1");
    for (int k = 0; k < 2; k++)
        add(CAMBIST_OPERATION_fetch_tickers, "", 50);
    end_ns = world.clock.turned_monotonic_ns + 3600000 * millisecond_ns;
    for (size_t k = 0; k < worker_count; k++)
        begin(&workers[k]);
    practice_world_play_ms(&world, 3000000);
    uint32_t narrowed = 0;
    for (uint32_t i = 0; i < world.plugin->tables.limits.count; i++) {
        const struct cambist_limit *row = CMB_ROW(world.plugin->tables.limits, i);
        uint32_t rule = cmb_limits_rule(row).capacity;
        uint32_t capacity = atomic_load(&world.desk->buckets[i]->capacity);
        CU_ASSERT(capacity >= rule / 4);
        narrowed += capacity < rule / 2;
    }
    ASSERT_NUMBER(narrowed, 1);
    uint64_t count = workers[0].count;
    practice_world_play_ms(&world, 300000);
    CU_ASSERT(workers[0].count > count);
    close_world();
}

TEST_SUITE("simulator/network_load",
           { "an hour of all that is allowed", an_hour_of_all_that_is_allowed },
           { "keeps still until it is over, and then one tries",
             keeps_still_until_it_is_over_and_then_one_tries },
           { "a limit that becomes narrower is learned within a window",
             a_limit_that_becomes_narrower_is_learned_within_a_window },
           { "refusals out of the blue leave room for heavy requests",
             refusals_out_of_the_blue_leave_room_for_heavy_requests })
