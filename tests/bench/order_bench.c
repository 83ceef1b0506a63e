/* How long does an order take from submit to acknowledgement, with its journal, beside a raw round
 * trip to the same practice exchange?
 *
 * Each order is to be filled at once or not at all, far from the market: it is taken, ends, and
 * leaves nothing behind.  The raw client signs by hand and looks for nothing but the answer's end;
 * ours writes the order down before its first byte leaves.  The practice exchange is a process of
 * its own, on the first CPU. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/hmac.h>

#include <cambist/cambist.h>

#include "bench/raw_client.h"
#include "host/host.h"
#include "simulator/simulator.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { BLOCK = 300, ROUNDS = 21 };

#define TITLE     "order submitted to acknowledged, a practice exchange"
#define RAW       "raw epoll + OpenSSL"
#define JOURNAL   "cambist, journal in process mode"
#define FORGETFUL "cambist, no journal"

/* ---- the practice exchange ---- */

struct exchange {
    pid_t process;
    int leash; /* it ends when this is closed */
    char url[64], ca[128], key[128], secret[128];
};

static void serve(struct exchange *exchange, int ready, int leash)
{
    struct cmb_plugin *plugin;
    struct cambist_error error = { 0 };
    struct cmb_plugin_rules rules = { .search_path = PRACTICE_PLUGINS };
    struct cmb_simulator *simulator =
        cmb_simulator_new(&(struct cmb_simulator_settings){ .seed = 7 }, &error);
    if (!simulator || cmb_plugin_open("practice", &rules, &plugin, &error) != CAMBIST_OK ||
        cmb_simulator_add(simulator, plugin, 0, &error) != CAMBIST_OK ||
        cmb_simulator_start(simulator, &error) != CAMBIST_OK)
        bench_fail(error.message);
    bench_copy(exchange->url, sizeof exchange->url, cmb_simulator_url(simulator, "practice"));
    bench_copy(exchange->ca, sizeof exchange->ca, cmb_simulator_ca(simulator));
    bench_copy(exchange->key, sizeof exchange->key,
               cmb_simulator_credential(simulator, "practice", "key"));
    bench_copy(exchange->secret, sizeof exchange->secret,
               cmb_simulator_credential(simulator, "practice", "secret"));
    if (write(ready, exchange, sizeof *exchange) == sizeof *exchange)
        (void)!read(leash, exchange->url, 1);
    cmb_simulator_free(simulator);
    _exit(0);
}

static void start_exchange(struct exchange *exchange)
{
    int ready[2], leash[2];
    bench_require(pipe(ready) == 0 && pipe(leash) == 0, "no pipe");
    pid_t process = fork();
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(leash[1]);
        bench_pin(0);
        serve(exchange, ready[1], leash[0]);
    }
    close(ready[1]);
    close(leash[0]);
    bench_require(read(ready[0], exchange, sizeof *exchange) == sizeof *exchange,
                  "the practice exchange did not start");
    close(ready[0]);
    exchange->process = process;
    exchange->leash = leash[1];
}

static void stop_exchange(struct exchange *exchange)
{
    close(exchange->leash);
    waitpid(exchange->process, NULL, 0);
}

/* ---- raw ---- */

static struct exchange exchange;
static struct raw raw;

static void sign(const char *text, char hex[static 65])
{
    unsigned char digest[32];
    HMAC(EVP_sha256(), exchange.secret, (int)strlen(exchange.secret), (const unsigned char *)text,
         strlen(text), digest, NULL);
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static void raw_once(void)
{
    static char body[256], signed_text[512], request[1024], signature[65];
    static unsigned number;
    long long now_ms = bench_clock_ns(CLOCK_REALTIME) / 1000000;
    snprintf(body, sizeof body,
             "{\"market\":\"BTC/USDT\",\"side\":\"buy\",\"type\":\"limit\",\"amount\":\"0.0004\","
             "\"price\":\"30000\",\"validity\":\"IOC\",\"tag\":\"raw%u\"}", ++number);
    snprintf(signed_text, sizeof signed_text, "%lldPOST/order%s", now_ms, body);
    sign(signed_text, signature);
    int length = snprintf(request, sizeof request,
                          "POST /order HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Key: %s\r\n"
                          "X-Time: %lld\r\nX-Signature: %s\r\nX-Deadline: %lld\r\n"
                          "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                          exchange.key, now_ms, signature, now_ms + 5000, strlen(body), body);
    raw_send(&raw, request, (size_t)length);
    raw_wait(&raw);
    bench_require(strncmp(raw.bytes, "HTTP/1.1 200", 12) == 0, "a raw order was refused");
}

/* ---- ours ---- */

struct client {
    struct cambist *host;
    struct cambist_exchange *exchange;
};

static struct client with_journal, without;
static char folder[] = "/tmp/cambist-bench-XXXXXX", keys[80];

static void open_client(struct client *client, const char *journal)
{
    char config[1024];
    struct cambist_error error = { 0 };
    snprintf(config, sizeof config,
             "[host]\nplugin_path = %s\nshared_limits = false\n%s%s\ndurability = process\n"
             "[exchange practice]\nenvironment = simulated\nrest = %s\nca_file = %s\n"
             "credentials = file:%s\nkinds = spot\n",
             PRACTICE_PLUGINS, journal ? "journal = " : "", journal ? journal : "", exchange.url,
             exchange.ca, keys);
    if (cambist_open_text(config, "bench", CAMBIST_NO_THREAD, &client->host, &error) != CAMBIST_OK)
        bench_fail(error.message);
    client->exchange = cambist_exchange_at(client->host, 0);
}

static void place(struct client *client)
{
    static const struct cambist_arguments arguments = {
        .symbol = "BTC/USDT", .side = CAMBIST_SIDE_BUY, .type = CAMBIST_TYPE_LIMIT,
        .amount = "0.0004", .price = "30000", .time_in_force = CAMBIST_TIME_IN_FORCE_IOC
    };
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    if (cambist_create_order(client->exchange, &arguments, &answer, &error) != CAMBIST_OK)
        bench_fail(error.message);
    cambist_answer_free(answer);
}

static void place_with_journal(void)
{
    place(&with_journal);
}

static void place_without(void)
{
    place(&without);
}

/* ---- all ---- */

static void open_all(void)
{
    const char *port;
    start_exchange(&exchange);
    bench_pin(1);
    bench_require(mkdtemp(folder) != NULL, "no folder for the journal");
    snprintf(keys, sizeof keys, "%s/keys", folder);
    int file = open(keys, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    dprintf(file, "key = %s\nsecret = %s\n", exchange.key, exchange.secret);
    close(file);
    char journal[80];
    snprintf(journal, sizeof journal, "%s/journal", folder);
    bench_require(mkdir(journal, 0700) == 0, "no folder for the journal");
    raw_init(exchange.ca);
    port = strrchr(exchange.url, ':') + 1;
    raw_open(&raw, (uint16_t)strtoul(port, NULL, 10), false);
    open_client(&with_journal, journal);
    open_client(&without, NULL);
}

static void close_all(void)
{
    char command[128];
    cambist_close(with_journal.host);
    cambist_close(without.host);
    raw_close(&raw);
    raw_clear();
    stop_exchange(&exchange);
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    bench_require(system(command) == 0, "the journal's folder is still there");
}

static const struct bench_goal goals[] = {
    { "order submitted to acknowledged, journal in process mode, p50", TITLE, "p50 us", JOURNAL,
      RAW, .at_most = 1.3 },
};

int main(int count, char **words)
{
    static void (*const cases[])(void) = { raw_once, place_with_journal, place_without };
    static const char *const names[] = { RAW, JOURNAL, FORGETFUL };
    bench_begin(count, words);
    signal(SIGPIPE, SIG_IGN); /* for the raw client */
    open_all();
    for (int i = 0; i < 60; i++)
        cases[i % 3]();
    for (int round = 0; bench_has_round(round, ROUNDS); round++)
        for (int i = 0; i < 3; i++)
            bench_run_block(TITLE, names[i], cases[i], bench_size(BLOCK, 30));
    bench_tell(TITLE);
    close_all();
    return bench_end(goals, sizeof goals / sizeof *goals);
}
