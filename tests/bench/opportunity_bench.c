/* How long does it take from a readable socket to a program that is told of an opportunity?
 *
 * Twenty exchanges send depth updates over TLS, and one of them is dearer than the others.  Timed is
 * from the moment that the host's descriptor says that there is something to read to the first
 * opportunity that is told: read, decrypted, unframed, decoded, put into the book, and all routes
 * looked at that the update can change.  All send at once, so that more than the one that matters may
 * be read before it.  A program that sleeps between updates finds its caches cold; one that spins
 * does not. */
#include "bench/host_client.h"

#include <cambist/arbitrage.h>

#include <poll.h>

enum { ROUNDS = 15, UPDATES = 300, QUICK_UPDATES = 20, PATIENCE_S = 20 };

#define TITLE "readable to opportunity told, over TLS"
#define TWO   "2 exchanges, spinning"
#define ALL   "20 exchanges, spinning"
#define SLEPT "20 exchanges, asleep between updates"

static struct bench_server server;
static int64_t readable_ns; /* 0: told already */
static double times_us[UPDATES];
static int told, wanted;

static void on_event(const struct cambist_arbitrage_event *event, void *user)
{
    (void)user;
    if (!event->opportunity || event->tiding == CAMBIST_ARBITRAGE_GONE || !readable_ns ||
        told == wanted)
        return;
    times_us[told++] = (double)(bench_now_ns() - readable_ns) / 1e3;
    readable_ns = 0;
}

static void wait_for_updates(struct cambist *host, bool is_spinning)
{
    struct pollfd waiting = { .fd = cambist_fd(host), .events = POLLIN };
    int64_t until_ns = bench_now_ns() + PATIENCE_S * 1000000000ll;
    for (told = 0; told < wanted && bench_now_ns() < until_ns;) {
        while (poll(&waiting, 1, is_spinning ? 0 : 1000) == 0 && bench_now_ns() < until_ns)
            ;
        readable_ns = bench_now_ns();
        cambist_dispatch(host);
    }
    readable_ns = 0;
    bench_require(told == wanted, "no opportunities were told");
}

static void bench_exchanges(const char *name, size_t count, bool is_spinning)
{
    struct host_client client;
    const char *symbol = "BTC/USDT";
    struct cambist_arbitrage *arbitrage;
    struct cambist_error error = { 0 };
    struct cambist_arbitrage_settings settings = { .size = sizeof settings, .symbols = &symbol,
                                                   .symbol_count = 1, .taker_fee = "0.001" };
    host_open_with(&client, &server, count, /* has_account= */ false);
    if (cambist_arbitrage_open(client.host, &settings, on_event, NULL, &arbitrage, &error) !=
        CAMBIST_OK)
        bench_fail(error.message);
    wait_for_updates(client.host, is_spinning); /* books become live, and everything is warm */
    for (int round = 0; bench_has_round(round, ROUNDS); round++) {
        wait_for_updates(client.host, is_spinning);
        bench_note(TITLE, name, "p50 us", bench_percentile(times_us, (size_t)wanted, 0.5));
        bench_note(TITLE, name, "p99 us", bench_percentile(times_us, (size_t)wanted, 0.99));
    }
    cambist_arbitrage_close(arbitrage);
    host_close(&client);
}

static const struct bench_goal goals[] = {
    { "readable socket to opportunity told, 2 exchanges", TITLE, "p50 us", TWO, .at_most = 10 },
    { "readable socket to opportunity told, 20 exchanges", TITLE, "p50 us", ALL, .at_most = 10 },
    { "readable socket to opportunity told, 20 exchanges, asleep", TITLE, "p50 us", SLEPT,
      .at_most = 10 },
};

int main(int count, char **words)
{
    bench_begin(count, words);
    wanted = bench_size(UPDATES, QUICK_UPDATES);
    bench_server_start(&server);
    bench_pin(1);
    bench_exchanges(TWO, 2, true);
    bench_exchanges(ALL, 20, true);
    bench_exchanges(SLEPT, 20, false);
    bench_tell(TITLE);
    bench_server_stop(&server);
    return bench_end(goals, sizeof goals / sizeof *goals);
}
