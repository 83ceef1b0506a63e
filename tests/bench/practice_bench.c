/* What does an order cost over a network that is only played?
 *
 * The floor is reading the system's clock and asking epoll once, which each step of the network does.
 * Printed are nanoseconds of one core per turn. */
#include "bench/interleaved.h"
#include "support/test.h"

#include <sys/epoll.h>
#include <unistd.h>

/* There is no suite here that could fail. */
#undef CU_ASSERT
#undef CU_ASSERT_FATAL
#define CU_ASSERT(holds) CU_ASSERT_FATAL(holds)
#define CU_ASSERT_FATAL(holds) ((holds) ? (void)0 : abort())
#include "support/practice_world.h"

enum { ORDERS_IN_A_WORLD = 500 };

static struct practice_world world;
static struct cmb_run *run;
static const char *plugin;
static uint64_t seed;
static int epoll_fd;

static void on_event(const struct cmb_event *event, void *user)
{
    *(int *)user += event->record != NULL;
}

static void ask_epoll(size_t turns)
{
    struct epoll_event event;
    for (size_t i = 0; i < turns; i++)
        INTERLEAVED_KEEP(epoll_wait(epoll_fd, &event, 1, 0) +
                         cmb_clock_monotonic_ns(&cmb_clock_system));
}

static void open_worlds(size_t turns)
{
    for (size_t i = 0; i < turns; i++) {
        practice_world_open(&world, plugin, ++seed);
        practice_world_close(&world);
    }
}

static void place(size_t turns, bool is_heard, uint32_t house_rest_ms)
{
    static int heard;
    struct cmb_arguments arguments = { 0 };
    practice_world_open_with(&world, plugin, (struct cmb_practice_network_settings){
        .seed = ++seed, .house_rest_ms = house_rest_ms });
    if (is_heard)
        (void)cmb_stream_listen(world.stream, CAMBIST_TOPIC_watch_orders, &arguments, on_event,
                                &heard, NULL);
    for (size_t i = 0; i < turns; i++) {
        (void)practice_world_ask(&world, run, CAMBIST_OPERATION_create_order,
                                 "symbol=BTC/USDT;side=buy;type=limit;amount=0.0001;price=30000");
        practice_world_play_ms(&world, 100); /* within the limits */
    }
    practice_world_close(&world);
}

static void place_only(size_t turns)
{
    place(turns, false, 0);
}

static void place_and_hear(size_t turns)
{
    place(turns, true, 0);
}

static void place_and_hear_in_quiet_markets(size_t turns)
{
    place(turns, true, 5000);
}

static void measure(const char *name)
{
    char title[64];
    const struct interleaved_case cases[] = {
        { "epoll and clock", ask_epoll, 10000 },
        { "a world: plugin, exchange, engine with its past", open_worlds, 1 },
        { "an order, in a world of 500 (with its share of that)", place_only, ORDERS_IN_A_WORLD },
        { "the same, with a stream that tells of it", place_and_hear, ORDERS_IN_A_WORLD },
        { "the same, markets that move every 5 s", place_and_hear_in_quiet_markets,
          ORDERS_IN_A_WORLD },
    };
    plugin = name;
    snprintf(title, sizeof title, "%s", name);
    interleaved_run(title, cases, sizeof cases / sizeof *cases);
}

int main(int count, char **words)
{
    bench_begin(count, words);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    run = cmb_run_new();
    measure("binance");
    measure("kraken");
    cmb_run_free(run);
    close(epoll_fd);
    return bench_end(NULL, 0);
}
