/* Are limits and clocks of a practice exchange those of an exchange, also when they change? */
#include "support/practice_world.h"

static struct practice_world world;
static struct cmb_run *run;

static void open_world(const char *plugin)
{
    practice_world_open(&world, plugin, 21);
    run = cmb_run_new();
    CU_ASSERT_FATAL(run != NULL);
}

static void close_world(void)
{
    practice_world_close(&world);
    cmb_run_free(run);
}

static int ask(uint32_t operation, const char *arguments)
{
    return practice_world_ask(&world, run, operation, arguments);
}

static int place(const char *client_id)
{
    return practice_world_place(&world, run, client_id);
}

static void strike(const char *fault, uint32_t count)
{
    practice_world_strike(&world, fault, count);
}

static size_t orders(void)
{
    return cmb_ledger_order_count(world.exchange->practice);
}

static const struct cmb_ledger_request *last_request(void)
{
    return practice_world_last_request(&world);
}

/* ---- clocks ---- */

static int64_t server_time_ns(void)
{
    ASSERT_NUMBER(ask(CAMBIST_OPERATION_fetch_time, ""), CAMBIST_OK);
    return ((const struct cambist_clock *)(const void *)run->call->rows)->timestamp;
}

static int64_t ahead_s(void)
{
    int64_t ahead_ns = server_time_ns() - cmb_clock_wall_ns(&world.clock);
    return (ahead_ns + (ahead_ns < 0 ? -500000000 : 500000000)) / 1000000000;
}

static size_t refused(void)
{
    size_t count = 0;
    for (size_t i = 0; i < world.exchange->ledger->count; i++)
        count += world.exchange->ledger->requests[i].operation == CAMBIST_OPERATION_create_order &&
                 world.exchange->ledger->requests[i].http_status != 200;
    return count;
}

static void a_clock_is_wrong_and_judges_by_itself(void)
{
    static const struct { const char *fault; int64_t ahead_s; } clocks[] = {
        { "clock-ahead", 600 }, { "clock-behind", -600 }, { "clock-step", 3600 } };
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        open_world("binance");
        ASSERT_NUMBER(place("first"), CAMBIST_OK);
        strike(clocks[i].fault, 60);
        ASSERT_NUMBER(ahead_s(), clocks[i].ahead_s);
        ASSERT_NUMBER(refused(), 0);
        ASSERT_NUMBER(place("second"), CAMBIST_OK); /* the time was asked for, and it was signed anew */
        ASSERT_NUMBER(refused(), 1);
        ASSERT_NUMBER(orders(), 2);
        practice_world_play_ms(&world, 60000);
        ASSERT_NUMBER(ahead_s(), 0);
        ASSERT_NUMBER(place("third"), CAMBIST_OK);
        ASSERT_NUMBER(refused(), 2);
        ASSERT_NUMBER(orders(), 3);
        close_world();
    }
}

static void a_clock_drifts(void)
{
    open_world("binance");
    practice_world_add_fault(&world, "clock-drift");
    ASSERT_NUMBER(ahead_s(), 0);
    practice_world_play_ms(&world, 8000000);
    ASSERT_NUMBER(ahead_s(), 4);
    world.exchange->clock = (struct cmb_reception_clock){ .ahead_ns = -7000000000ll };
    cmb_practice_network_clear_faults(world.network);
    ASSERT_NUMBER(ahead_s(), -7);
    close_world();
}

/* ---- limits ---- */

static void answers_tell_how_long_to_keep_still(void)
{
    static const struct { const char *fault; int64_t least_ms, most_ms; } forms[] = {
        { "rate-limit", 1000, 1000 },      { "ban", 120000, 120000 },
        { "retry-date", 1000, 3000 },      { "retry-negative", 1000, 1000 },
        { "retry-garbage", 1000, 1000 },   { "retry-huge", 259200000, 259200000 },
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        open_world("binance");
        strike(forms[i].fault, 1);
        int status = ask(CAMBIST_OPERATION_fetch_time, "");
        CU_ASSERT(status == CAMBIST_RATE_LIMITED || status == CAMBIST_BANNED);
        bool is_right = run->error.retry_after_ms >= forms[i].least_ms &&
                        run->error.retry_after_ms <= forms[i].most_ms;
        if (!is_right)
            printf("\n    %s: %u", forms[i].fault, run->error.retry_after_ms);
        CU_ASSERT(is_right);
        close_world();
    }
}

static struct {
    uint32_t http_status[3]; /* answers: fine, 429, 418 */
    int64_t used, retry_s;
} told;

static int64_t header_number(const struct cmb_answer *answer, const char *name)
{
    struct cmb_text text =
        cmb_header_find(answer->headers, answer->header_count, cmb_text_of(name));
    int64_t number = text.length ? 0 : -1;
    for (size_t i = 0; i < text.length; i++)
        number = number * 10 + (text.at[i] - '0');
    return number;
}

static void on_raw(const struct cmb_answer *answer, void *user)
{
    (void)user;
    CU_ASSERT(answer->status == CAMBIST_OK);
    told.http_status[answer->http_status == 429 ? 1 : answer->http_status == 418 ? 2 : 0]++;
    told.used = header_number(answer, "X-MBX-USED-WEIGHT-1M");
    told.retry_s = header_number(answer, "Retry-After");
}

/* A client without a limiter of its own: one question after the other. */
static void ask_raw(int times)
{
    static const struct cmb_text get =
        CMB_TEXT("GET /api/v3/ticker/24hr HTTP/1.1\r\nHost: binance.practice\r\n\r\n");
    struct cmb_network *way = cmb_practice_network_way(world.network);
    struct cmb_request request = { .origin = way->open_origin(way, "https://binance.practice",
                                                              NULL),
                                   .slices = &get, .slice_count = 1, .on_answer = on_raw };
    for (int i = 0; i < times; i++)
        CU_ASSERT(way->send(way, &request, NULL) != NULL);
    practice_world_play_ms(&world, 1000);
}

static void open_limits(const char *fault)
{
    open_world("binance");
    practice_world_add_fault(&world, fault);
    memset(&told, 0, sizeof told);
}

static void limits_are_counted_and_told(void)
{
    open_limits("limits");
    ask_raw(1);
    ASSERT_NUMBER(told.used, 80);
    ask_raw(74);
    ASSERT_NUMBER(told.http_status[0], 75);
    ASSERT_NUMBER(last_request()->weight, 80);
    ask_raw(1); /* 6080 of 6000 */
    ASSERT_NUMBER(told.http_status[1], 1);
    CU_ASSERT(told.retry_s > 0 && told.retry_s <= 60);
    CU_ASSERT(last_request()->is_over_limit && !last_request()->is_executed);
    practice_world_play_ms(&world, 60000);
    ask_raw(1);
    ASSERT_NUMBER(told.used, 80); /* of the next minute */
    close_world();
}

static void who_goes_on_is_banned_and_longer_by_each_request(void)
{
    open_limits("limits");
    ask_raw(76);
    ASSERT_NUMBER(told.http_status[1], 1);
    ask_raw(4);
    CU_ASSERT(told.http_status[2] > 0);
    int64_t first_s = told.retry_s;
    CU_ASSERT(first_s > 60);
    ask_raw(1);
    CU_ASSERT(last_request()->is_in_ban);
    CU_ASSERT(told.retry_s > first_s);
    int64_t until_s = told.retry_s;
    memset(&told, 0, sizeof told);
    practice_world_play_ms(&world, until_s * 1000 + 1000);
    ask_raw(1);
    ASSERT_NUMBER(told.http_status[0], 1);
    CU_ASSERT(!last_request()->is_in_ban);
    close_world();
}

static void limits_change_while_it_runs(void)
{
    open_limits("limits");
    ask_raw(37);
    ASSERT_NUMBER(told.http_status[0], 37);
    practice_world_add_fault(&world, "limits-halved");
    ask_raw(2);
    ASSERT_NUMBER(told.http_status[1], 2);
    close_world();
}

/* The core knows of a hundred orders in ten seconds, the exchange takes fifty. */
static void orders_are_counted_too(void)
{
    size_t over = 0, asked = 0;
    open_world("binance");
    practice_world_add_fault(&world, "limits-halved");
    world.exchange->limits_percent = 100;
    for (int i = 0; i < 90; i++)
        (void)ask(CAMBIST_OPERATION_create_order, PRACTICE_WORLD_FAR_ORDER);
    for (size_t i = 0; i < world.exchange->ledger->count; i++) {
        const struct cmb_ledger_request *request = &world.exchange->ledger->requests[i];
        CU_ASSERT(!request->is_over_limit || request->http_status == 429);
        over += request->is_over_limit;
        asked += request->operation == CAMBIST_OPERATION_create_order;
    }
    CU_ASSERT(over > 0);
    ASSERT_NUMBER(orders() + over, asked);
    close_world();
}

/* The core's own limiter stays within what the exchange allows. */
static void the_core_keeps_the_limits(void)
{
    static const char *const plugins[] = { "binance", "okx", "kraken", "coinbase" };
    for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++) {
        size_t over = 0;
        open_world(plugins[i]);
        practice_world_add_fault(&world, "limits");
        for (int k = 0; k < 300; k++)
            (void)ask(CAMBIST_OPERATION_create_order, PRACTICE_WORLD_FAR_ORDER);
        for (size_t k = 0; k < world.exchange->ledger->count; k++)
            over += world.exchange->ledger->requests[k].is_over_limit;
        if (over)
            printf("\n    %s: %zu of %zu requests were too many", plugins[i], over,
                   world.exchange->ledger->count);
        ASSERT_NUMBER(over, 0);
        close_world();
    }
}

static void a_run_that_waits_to_try_again_may_be_forgotten(void)
{
    int64_t until_ns = INT64_MAX / 4;
    bool is_done = false;
    open_world("binance");
    strike("error", 1);
    cmb_run_init(run, world.desk, CAMBIST_OPERATION_fetch_time);
    cmb_run_start(run, practice_world_on_done, &is_done);
    while (!cmb_timer_is_running(&run->timer) && cmb_practice_network_step(world.network, until_ns))
        continue;
    CU_ASSERT(cmb_timer_is_running(&run->timer) && !is_done);
    cmb_run_forget(run, world.loop);
    run = cmb_run_new();
    practice_world_play_ms(&world, 60000);
    CU_ASSERT(!is_done);
    ASSERT_NUMBER(ask(CAMBIST_OPERATION_fetch_time, ""), CAMBIST_OK);
    close_world();
}

TEST_SUITE("simulator/network_limits",
           { "a clock is wrong and judges by itself", a_clock_is_wrong_and_judges_by_itself },
           { "a clock drifts", a_clock_drifts },
           { "answers tell how long to keep still", answers_tell_how_long_to_keep_still },
           { "limits are counted and told", limits_are_counted_and_told },
           { "who goes on is banned, and longer by each request",
             who_goes_on_is_banned_and_longer_by_each_request },
           { "limits change while it runs", limits_change_while_it_runs },
           { "orders are counted too", orders_are_counted_too },
           { "the core keeps the limits", the_core_keeps_the_limits },
           { "a run that waits to try again may be forgotten",
             a_run_that_waits_to_try_again_may_be_forgotten })
