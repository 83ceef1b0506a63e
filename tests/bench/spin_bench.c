/* What is a spinning loop worth: for frames that come one by one, and for what other threads post?
 *
 * A process on the first CPU sends a frame over TLS every 300 us, stamped with the moment before it is
 * written; both clients stand on the second CPU.  Rounds of 100 frames, sleeping and spinning, raw
 * and ours, in turn; of each round the median counts.  (Requests: see transport_bench.c.) */
#include "bench/forked_server.h"
#include "bench/raw_client.h"
#include "bench/transport_server.h"
#include "support/websocket_client.h"
#include "support/websocket_server.h"

#include <sys/eventfd.h>

enum { PAYLOAD = 250, FRAME = PAYLOAD + 4, BLOCK = 100, APART_NS = 300000 };
enum { RAW_SLEEPS, OURS_SLEEPS, RAW_SPINS, OURS_SPINS, CASES };

static uint16_t port;
static double latencies[BLOCK];
static int got;

static void note(int64_t stamp_ns)
{
    if (got < BLOCK)
        latencies[got] = (double)(bench_now_ns() - stamp_ns);
    got++;
}

static double median_us(void)
{
    return bench_percentile(latencies, BLOCK, 0.5) / 1000;
}

/* The CPU of whoever sends is idle in between: only what is measured may take time. */
static void pause_between(void)
{
    struct timespec apart = { .tv_nsec = APART_NS };
    nanosleep(&apart, NULL);
}

/* --- the server: a block for each message of the client --- */

static void pace(struct test_peer *peer, const char *text, void *user)
{
    static char frame[FRAME + 1];
    struct test_websocket *websocket = calloc(1, sizeof *websocket);
    struct cmb_frame asked;
    (void)user;
    if (!websocket)
        abort();
    memset(frame, 'z', FRAME);
    memcpy(frame, "\x81\x7e\0\xfa", 4);
    test_websocket_welcome(websocket, peer, text, "");
    while (test_websocket_next(websocket, &asked))
        for (int i = 0; i < BLOCK; i++) {
            pause_between();
            snprintf(frame + 4, 21, "%020lld", (long long)bench_now_ns());
            frame[24] = 'z';
            test_peer_write(peer, frame, FRAME);
        }
    test_websocket_end(websocket);
    free(websocket);
}

static void take_first_cpu(void)
{
    bench_pin(0);
}

/* --- the raw client --- */

static struct raw raw;

static void on_raw_frame(const char *at, ptrdiff_t length, void *user)
{
    (void)length;
    (void)user;
    note(strtoll(at, NULL, 10));
}

static double run_raw(int patience_ms)
{
    static const char go[] = "\x81\x82\0\0\0\0go";
    raw_patience_ms = patience_ms;
    got = 0;
    SSL_write(raw.tls, go, sizeof go - 1);
    while (got < BLOCK)
        raw_read_frames(raw_wait_readable(), on_raw_frame, NULL);
    return median_us();
}

/* --- ours --- */

static struct cmb_connector *connectors[2];
static struct cmb_loop *loops[2]; /* one that sleeps, one that spins */
static struct cmb_websocket *websockets[2];
static struct cmb_target *target;
static int opened;

static void on_open(struct cmb_websocket *websocket, void *user)
{
    (void)websocket;
    (void)user;
    opened++;
}

static void on_message(struct cmb_websocket *websocket, const struct cmb_websocket_message *message,
                       void *user)
{
    (void)websocket;
    (void)user;
    note(strtoll(message->payload.at, NULL, 10));
}

static void ours_open(int i, struct cmb_trust *trust)
{
    static const struct cmb_websocket_events events = { .on_open = on_open,
                                                        .on_message = on_message };
    loops[i] = cmb_loop_new(&cmb_clock_system);
    connectors[i] = cmb_connector_new(loops[i], trust, NULL);
    struct cmb_websocket_settings settings = { .loop = loops[i],
                                               .connector = connectors[i],
                                               .target = target,
                                               .fill_random = test_fill_random_,
                                               .events = &events };
    websockets[i] = cmb_websocket_open(&settings, NULL);
    while (opened <= i)
        cmb_loop_run_once(loops[i], 1000);
}

static double run_ours(int i)
{
    got = 0;
    cmb_websocket_send(websockets[i], CMB_TEXT("go"));
    while (got < BLOCK)
        cmb_loop_run_once(loops[i], -1);
    return median_us();
}

#define FRAMES        "a frame of 250 bytes over TLS, from its writing to us"
#define POSTED        "from another thread to ours"
#define RAW_SLEEPING  "raw epoll and OpenSSL, sleeping"
#define OURS_SLEEPING "a websocket on a loop that sleeps"
#define RAW_SPINNING  "raw epoll and OpenSSL, spinning"
#define OURS_SPINNING "a websocket on a loop that spins"

static void bench_frames(void)
{
    raw_init(test_certificates_ca_file());
    raw_open_websocket(&raw, port, "/", "");
    for (int round = 0; bench_has_round(round, BENCH_ROUNDS_MOST); round++) {
        bench_note(FRAMES, RAW_SLEEPING, "p50 us", run_raw(-1));
        bench_note(FRAMES, OURS_SLEEPING, "p50 us", run_ours(0));
        bench_note(FRAMES, RAW_SPINNING, "p50 us", run_raw(0));
        bench_note(FRAMES, OURS_SPINNING, "p50 us", run_ours(1));
    }
    bench_tell(FRAMES);
}

/* --- from another thread --- */

static struct cmb_post posts[BLOCK];
static int64_t stamps[BLOCK];
static atomic_int raw_posted;
static int wake_fd, mode;

static void on_post(struct cmb_post *post, void *user)
{
    (void)user;
    note(stamps[post - posts]);
}

static void raw_post(void)
{
    uint64_t one = 1;
    atomic_fetch_add(&raw_posted, 1);
    if (mode == RAW_SLEEPS && write(wake_fd, &one, sizeof one) < 0)
        abort();
}

static void *post_all(void *user)
{
    (void)user;
    for (int i = 0; i < BLOCK; i++) {
        pause_between();
        stamps[i] = bench_now_ns();
        posts[i] = (struct cmb_post){ .on_run = on_post };
        if (mode == RAW_SLEEPS || mode == RAW_SPINS)
            raw_post();
        else
            cmb_loop_post(loops[mode == OURS_SPINS], &posts[i]);
    }
    return NULL;
}

static void raw_hear(void)
{
    uint64_t count;
    if (mode == RAW_SLEEPS && read(wake_fd, &count, sizeof count) < 0)
        abort();
    while (got < atomic_load(&raw_posted))
        note(stamps[got]);
}

static double run_posts(int as)
{
    pthread_t poster;
    pthread_attr_t there;
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    pthread_attr_init(&there);
    pthread_attr_setaffinity_np(&there, sizeof first, &first); /* it could not leave our CPU itself */
    mode = as;
    got = 0;
    atomic_store(&raw_posted, 0);
    pthread_create(&poster, &there, post_all, NULL);
    while (got < BLOCK) {
        if (mode == RAW_SLEEPS || mode == RAW_SPINS)
            raw_hear();
        else
            cmb_loop_run_once(loops[mode == OURS_SPINS], -1);
    }
    pthread_join(poster, NULL);
    pthread_attr_destroy(&there);
    return median_us();
}

static void bench_posts(void)
{
    static const char *const names[CASES] = {
        "raw eventfd, the reader sleeps in read", "a post to a loop that sleeps",
        "raw atomic, the reader spins on it", "a post to a loop that spins",
    };
    wake_fd = eventfd(0, EFD_CLOEXEC);
    for (int round = 0; bench_has_round(round, BENCH_ROUNDS_MOST); round++)
        for (int as = 0; as < CASES; as++)
            bench_note(POSTED, names[as], "p50 us", run_posts(as));
    bench_tell(POSTED);
}

static const struct bench_goal goals[] = {
    { "paced WebSocket frame, p50", FRAMES, "p50 us", OURS_SLEEPING, RAW_SLEEPING,
      .at_most = 1.15 },
    { "paced WebSocket frame, spinning, p50", FRAMES, "p50 us", OURS_SPINNING, RAW_SPINNING,
      .at_most = 1.15 },
};

int main(int count, char **words)
{
    char url[64];
    bench_begin(count, words);
    signal(SIGPIPE, SIG_IGN);
    pid_t child = bench_fork_server(take_first_cpu, pace, &port);
    bench_pin(1);
    snprintf(url, sizeof url, "wss://127.0.0.1:%u", port);
    struct cmb_trust_settings trusted = { .ca_file = test_certificates_ca_file(),
                                          .is_ca_file_alone = true };
    struct cmb_trust *trust = cmb_trust_new(&trusted, NULL);
    target = cmb_target_new(url, NULL);
    ours_open(0, trust);
    ours_open(1, trust);
    cmb_loop_spin(loops[1]);
    bench_frames();
    bench_posts();
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return bench_end(goals, sizeof goals / sizeof *goals);
}
