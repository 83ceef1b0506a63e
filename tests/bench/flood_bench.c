/* What does a flooded depth update cost on its whole way, beside npm's ws and JSON.parse?
 *
 * One server floods the same frames over loopback to both in turn: to a stream, which keeps a book
 * with them and tells a listener, and to node, which does nothing with what it has parsed.  The
 * server is a process of its own, on the other CPU.  Times are user and system CPU of the whole
 * receiving process per frame, warm: the first frames of each flood are left out, and node is one
 * process over all rounds. */
#include "bench/depth_texts.h"
#include "bench/peer.h"
#include "stream/stream.h"
#include "support/allocations.h"
#include "support/websocket_server.h"

enum {
    FRAMES = 20000,
    WARM = 5000, /* of them */
    TEXT_MOST = 4096,
    ROUNDS = 9,
    PATIENCE_S = 30,
};

#define PLAIN  "a depth update of 36 levels, flooded over ws://"
#define TLS    "a depth update of 36 levels, flooded over wss://"
#define STREAM "a stream with its book"
#define NODE   "node: ws and JSON.parse"

/* --- the server --- */

static char frames[(size_t)FRAMES * TEXT_MOST], snapshot[1 << 16];
static size_t frames_length, first_length, snapshot_length;
static int go[2]; /* the stream's book is live: the rest may come */

static void write_frames(void)
{
    for (unsigned long i = 0; i < FRAMES; i++) {
        char *head = frames + frames_length;
        size_t length = depth_write_binance(head + 4, TEXT_MOST - 4, 1001 + 10 * i, DEPTH_LEVELS);
        memcpy(head, (char[]){ (char)0x81, 126, (char)(length >> 8), (char)length }, 4);
        frames_length += 4 + length;
        if (i == 0)
            first_length = frames_length;
    }
    snapshot_length = depth_write_snapshot(snapshot, sizeof snapshot, 500, 1000);
}

static void answer_snapshot(struct test_peer *peer)
{
    char head[100];
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", snapshot_length);
    test_peer_say(peer, head);
    test_peer_write(peer, snapshot, snapshot_length);
}

/* A stream subscribes, and can take the flood when its book is live. */
static void flood_stream(struct test_websocket *websocket)
{
    struct cmb_frame frame;
    char byte;
    if (!test_websocket_next(websocket, &frame) ||
        !test_websocket_say_text(websocket, "{\"result\":null,\"id\":1}") ||
        !test_peer_write(websocket->peer, frames, first_length) || read(go[0], &byte, 1) != 1)
        return;
    test_peer_write(websocket->peer, frames + first_length, frames_length - first_length);
}

static void serve(struct test_peer *peer, const char *text, void *user)
{
    struct test_websocket *websocket = calloc(1, sizeof *websocket);
    struct cmb_frame frame;
    (void)user;
    if (!websocket)
        abort();
    if (!strcasestr(text, "Upgrade: websocket")) {
        answer_snapshot(peer);
        free(websocket);
        return;
    }
    test_websocket_welcome(websocket, peer, text, "");
    if (strncmp(text, "GET /node ", 10) == 0)
        test_peer_write(peer, frames, frames_length);
    else
        flood_stream(websocket);
    while (test_websocket_next(websocket, &frame))
        ;
    test_websocket_end(websocket);
    free(websocket);
}

/* Two servers, plain and over TLS; where they are is told in `ret_ports`. */
static pid_t start_servers(uint16_t ret_ports[2])
{
    int ends[2];
    if (pipe(ends) != 0 || pipe(go) != 0)
        abort();
    test_certificates_ca_file(); /* made once, for both processes */
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        write_frames();
        struct test_server_settings settings = { .on_request = serve };
        ret_ports[1] = test_server_start(&settings)->port;
        settings.is_plain = true;
        ret_ports[0] = test_server_start(&settings)->port;
        if (write(ends[1], ret_ports, 2 * sizeof *ret_ports) > 0)
            pause();
        _exit(0);
    }
    if (child < 0 || read(ends[0], ret_ports, 2 * sizeof *ret_ports) != 2 * sizeof *ret_ports)
        abort();
    return child;
}

/* --- ours --- */

struct ours {
    struct cmb_exchange *exchange;
    struct cmb_pool *pool;
    struct cmb_office office;
    struct cmb_desk *desk;
    size_t told;
    int64_t start_ns, end_ns;
    long allocations, of_others;
};

static struct cmb_loop *loop;
static struct cmb_random random_numbers;
static struct cmb_vault vault;
static struct cmb_plugin *plugin;

static void on_event(const struct cmb_event *event, void *user)
{
    struct ours *ours = user;
    if (event->state != CAMBIST_WATCH_LIVE || event->is_state)
        return;
    ours->told++;
    if (ours->told == 1 && write(go[1], "", 1) != 1)
        abort();
    if (ours->told == WARM) {
        ours->allocations = -atomic_load(&test_allocations_ours);
        ours->of_others = -atomic_load(&test_allocations_others);
        ours->start_ns = bench_process_cpu_ns();
    } else if (ours->told == FRAMES) {
        ours->end_ns = bench_process_cpu_ns();
        ours->allocations += atomic_load(&test_allocations_ours);
        ours->of_others += atomic_load(&test_allocations_others);
    }
}

static void open_ours(struct ours *ours, bool is_plain, uint16_t port)
{
    struct cambist_error error = { 0 };
    char rest[64], stream[64];
    snprintf(rest, sizeof rest, "%s://127.0.0.1:%u", is_plain ? "http" : "https", port);
    snprintf(stream, sizeof stream, "%s://127.0.0.1:%u", is_plain ? "ws" : "wss", port);
    struct cmb_pair servers[] = { { CMB_TEXT("spot"), cmb_text_of(rest) },
                                  { CMB_TEXT("stream"), cmb_text_of(stream) } };
    struct cmb_exchange_settings settings = { .environment = CMB_ENVIRONMENT_SIMULATED,
                                              .clock = &cmb_clock_system,
                                              .random = &random_numbers, .servers = servers,
                                              .server_count = 2 };
    struct cmb_pool_settings trusting = { .trust = { .ca_file = test_certificates_ca_file(),
                                                     .is_ca_file_alone = true } };
    if (cmb_exchange_open(plugin, &vault, &settings, &ours->exchange, &error) != CAMBIST_OK)
        bench_require(false, error.message);
    struct cambist_market market = { .id = "BTCUSDT", .symbol = "BTC/USDT", .base = "BTC",
                                     .quote = "USDT", .kind = CAMBIST_KIND_SPOT };
    ours->exchange->markets = cmb_markets_new();
    cmb_markets_add(ours->exchange->markets, &market);
    ours->pool = cmb_pool_new(loop, &trusting, NULL);
    cmb_office_init(&ours->office, loop, cmb_pool_network(ours->pool));
    ours->desk = cmb_desk_new(&ours->office, ours->exchange);
}

/* One flood; CPU per frame. */
static double run_ours(struct ours *ours)
{
    struct cambist_error error = { 0 };
    struct cmb_arguments arguments = { 0 };
    struct cmb_stream *stream = cmb_stream_new(ours->desk);
    arguments.values[CAMBIST_ARGUMENT_symbol] = CMB_TEXT("BTC/USDT");
    ours->told = 0;
    bench_require(cmb_stream_listen(stream, CAMBIST_TOPIC_watch_order_book, &arguments, on_event, ours,
                              &error), error.message);
    int64_t until_ns = bench_now_ns() + PATIENCE_S * 1000000000ll;
    while (ours->told < FRAMES && bench_now_ns() < until_ns)
        cmb_loop_run_once(loop, 1);
    bench_require(ours->told >= FRAMES, "frames did not come"); /* the snapshot may be told too */
    cmb_stream_stop(stream);
    cmb_stream_free(stream);
    return (double)(ours->end_ns - ours->start_ns) / (FRAMES - WARM);
}

/* --- node --- */

static struct peer node;

static void start_node(void)
{
    char *words[] = { "node", PEER_SCRIPT ".mjs", CCXT_FOLDER, WS_FOLDER,
                      (char *)(uintptr_t)test_certificates_ca_file(), NULL };
    if (!peer_start(&node, words))
        bench_miss(NODE, node.reason);
}

static void run_node(const char *title, bool is_plain, uint16_t port)
{
    double us;
    if (!node.from)
        return;
    if (peer_ask(&node, &us, 1, "flood %s://127.0.0.1:%u/node %d %d", is_plain ? "ws" : "wss", port,
                 WARM, FRAMES)) {
        bench_note(title, NODE, "CPU ns", us * 1e3);
        return;
    }
    bench_miss(NODE, node.reason);
    peer_stop(&node);
}

/* --- both --- */

static void run_both(const char *title, bool is_plain, uint16_t port)
{
    struct ours ours = { 0 };
    open_ours(&ours, is_plain, port);
    for (int round = 0; bench_has_round(round, ROUNDS); round++) {
        bench_note(title, STREAM, "CPU ns", run_ours(&ours));
        run_node(title, is_plain, port);
        if (round > 0) /* the first one is not warm */
            bench_note(title, STREAM, "allocations",
                       (double)ours.allocations / (FRAMES - WARM));
    }
    bench_tell(title);
    cmb_pool_free(ours.pool);
    cmb_desk_free(ours.desk);
    cmb_office_clear(&ours.office);
    cmb_exchange_close(ours.exchange);
}

static const struct bench_goal goals[] = {
    { "frame from ws:// to updated book, beside node", PLAIN, "CPU ns", STREAM, NODE,
      .at_least = 8 },
    { "frame from wss:// to updated book, beside node", TLS, "CPU ns", STREAM, NODE,
      .at_least = 8 },
    { "our allocations per flooded frame", TLS, "allocations", STREAM, .at_most = 0 },
};

int main(int count, char **words)
{
    uint16_t ports[2];
    struct cambist_error error = { 0 };
    bench_begin(count, words);
    pid_t server = start_servers(ports);
    start_node();
    cmb_random_init_seeded(&random_numbers, 1);
    loop = cmb_loop_new(&cmb_clock_system);
    bench_require(loop && cmb_vault_open(&vault, 1 << 16, NULL) == CAMBIST_OK, "no memory");
    if (cmb_plugin_open("binance", &(struct cmb_plugin_rules){ .search_path = PLUGINS }, &plugin,
                        &error) != CAMBIST_OK)
        bench_require(false, error.message);
    run_both(PLAIN, true, ports[0]);
    run_both(TLS, false, ports[1]);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    return bench_end(goals, sizeof goals / sizeof *goals);
}
