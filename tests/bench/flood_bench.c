/* What does a flooded depth update cost on its whole way, beside a raw client, npm's ws, ccxt.pro?
 *
 * One server floods the same frames over loopback to all in turn: to a stream, which keeps a book
 * with them and tells a listener; to a raw client, which does the same by hand and checks nothing; to
 * ws and JSON.parse, which do nothing with what they have parsed; to ccxt.pro, which keeps a book.  The
 * server is a process of its own, on the other CPU.  Times are user and system CPU of the whole
 * receiving process per frame, warm: the first frames of each flood are left out, and node is one
 * process over all rounds. */
#include "bench/depth_texts.h"
#include "bench/hand_reader.h"
#include "bench/peer.h"
#include "bench/raw_client.h"
#include "book/side.h"
#include "stream/stream.h"
#include "support/allocations.h"
#include "support/websocket_server.h"

enum {
    FRAMES = 20000,
    QUICK_FRAMES = 1600,
    TEXT_MOST = 4096,
    ROUNDS = 9,
    CCXT_ROUNDS = 3, /* it takes seconds for each */
    PATIENCE_S = 30,
    SMALL_LEVELS = 4,
};

#define PLAIN  "a depth update of 36 levels, flooded over ws://"
#define TLS    "a depth update of 36 levels, flooded over wss://"
#define SMALL  "a depth update of 4 levels, flooded over wss://"
#define STREAM "a stream with its book"
#define NODE   "node: ws and JSON.parse"
#define CCXT   "node: ccxt.pro with its book"
#define RAW    "raw epoll + OpenSSL with its book"

static int frame_count, warm; /* warm: a quarter of them, which is not measured */

/* --- the server --- */

/* What a server sends, and where it listens. */
struct flood {
    const char *title;
    bool is_plain;
    int levels;
    uint16_t port;
    char *frames;
    size_t length, first_length;
};

static struct flood floods[] = { { PLAIN, true, DEPTH_LEVELS },
                                 { TLS, false, DEPTH_LEVELS },
                                 { SMALL, false, SMALL_LEVELS } };
enum { FLOODS = sizeof floods / sizeof *floods };
static char snapshot[1 << 16];
static size_t snapshot_length;
static int go[2]; /* the stream's book is live: the rest may come */

static void write_frames(struct flood *flood)
{
    flood->frames = malloc((size_t)frame_count * TEXT_MOST);
    bench_require(flood->frames != NULL, "no memory for frames");
    for (unsigned long i = 0; i < (unsigned long)frame_count; i++) {
        char *head = flood->frames + flood->length;
        size_t length = depth_write_binance(head + 4, TEXT_MOST - 4, 1001 + 10 * i, flood->levels);
        memcpy(head, (char[]){ (char)0x81, 126, (char)(length >> 8), (char)length }, 4);
        flood->length += 4 + length;
        if (i == 0)
            flood->first_length = flood->length;
    }
}

static void answer_snapshot(struct test_peer *peer)
{
    char head[100];
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", snapshot_length);
    test_peer_say(peer, head);
    test_peer_write(peer, snapshot, snapshot_length);
}

/* Ours says so; ccxt.pro cannot, and gets time for its snapshot. */
static bool wait_for_book(bool is_ours)
{
    struct timespec while_ccxt_asks = { 0, 300000000 };
    char byte;
    return is_ours ? read(go[0], &byte, 1) == 1 : nanosleep(&while_ccxt_asks, NULL) == 0;
}

/* A stream subscribes, and can take the flood when its book is live. */
static void flood_stream(struct test_websocket *websocket, const struct flood *flood, bool is_ours)
{
    struct cmb_frame frame;
    char answer[64];
    if (!test_websocket_next(websocket, &frame))
        return;
    const char *id = memmem(frame.payload.at, frame.payload.length, "\"id\":", 5);
    snprintf(answer, sizeof answer, "{\"result\":null,\"id\":%ld}",
             id ? strtol(id + 5, NULL, 10) : 1);
    if (!test_websocket_say_text(websocket, answer) ||
        !test_peer_write(websocket->peer, flood->frames, flood->first_length) ||
        !wait_for_book(is_ours))
        return;
    test_peer_write(websocket->peer, flood->frames + flood->first_length,
                    flood->length - flood->first_length);
}

static void serve(struct test_peer *peer, const char *text, void *user)
{
    struct test_websocket *websocket = calloc(1, sizeof *websocket);
    const struct flood *flood = user;
    struct cmb_frame frame;
    if (!websocket)
        abort();
    if (!strcasestr(text, "Upgrade: websocket")) {
        answer_snapshot(peer);
        free(websocket);
        return;
    }
    test_websocket_welcome(websocket, peer, text, "");
    if (strncmp(text, "GET /node ", 10) == 0)
        test_peer_write(peer, flood->frames, flood->length);
    else
        flood_stream(websocket, flood, strncmp(text, "GET /stream/", 12) != 0);
    while (test_websocket_next(websocket, &frame))
        ;
    test_websocket_end(websocket);
    free(websocket);
}

/* A server for each flood. */
static pid_t start_servers(void)
{
    int ends[2];
    if (pipe(ends) != 0 || pipe(go) != 0)
        abort();
    test_certificates_ca_file(); /* made once, for both processes */
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        snapshot_length = depth_write_snapshot(snapshot, sizeof snapshot, 500, 1000);
        for (int i = 0; i < FLOODS; i++) {
            write_frames(&floods[i]);
            struct test_server_settings settings = { .on_request = serve, .user = &floods[i],
                                                     .is_plain = floods[i].is_plain };
            floods[i].port = test_server_start(&settings)->port;
        }
        if (write(ends[1], floods, sizeof floods) == sizeof floods)
            pause();
        _exit(0);
    }
    if (child < 0 || read(ends[0], floods, sizeof floods) != sizeof floods)
        abort();
    return child;
}

/* --- ours --- */

struct ours {
    struct cmb_exchange *exchange;
    struct cmb_pool *pool;
    struct cmb_office office;
    struct cmb_desk *desk;
    int told;
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
    if (ours->told == warm) {
        ours->allocations = -atomic_load(&test_allocations_ours);
        ours->of_others = -atomic_load(&test_allocations_others);
        ours->start_ns = bench_process_cpu_ns();
    } else if (ours->told == frame_count) {
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
    while (ours->told < frame_count && bench_now_ns() < until_ns)
        cmb_loop_run_once(loop, 1);
    bench_require(ours->told >= frame_count, "frames did not come"); /* the snapshot may be told too */
    cmb_stream_stop(stream);
    cmb_stream_free(stream);
    return (double)(ours->end_ns - ours->start_ns) / (frame_count - warm);
}

/* --- raw --- */

static struct cmb_side sides[2];
static int raw_count;
static int64_t raw_start_ns, raw_end_ns;

static void put_levels(struct cmb_side *side, const struct depth_side *levels)
{
    for (size_t i = 0; i < levels->count; i++)
        cmb_side_put(side, levels->levels[i], (struct cmb_scaled_digits){ 0, 0 });
}

static void on_raw_frame(const char *at, ptrdiff_t length, void *user)
{
    static struct depth depth;
    (void)length, (void)user;
    hand_read_update(at, false, &depth);
    put_levels(&sides[0], &depth.bids);
    put_levels(&sides[1], &depth.asks);
    if (++raw_count == warm)
        raw_start_ns = bench_process_cpu_ns();
    else if (raw_count == frame_count)
        raw_end_ns = bench_process_cpu_ns();
}

static double run_raw(uint16_t port)
{
    struct raw raw;
    raw_count = 0;
    raw_open_websocket(&raw, port, "/node", "");
    raw_read_frames(&raw, on_raw_frame, NULL); /* what came with the answer */
    while (raw_count < frame_count)
        raw_read_frames(raw_wait_readable(), on_raw_frame, NULL);
    raw_close(&raw);
    return (double)(raw_end_ns - raw_start_ns) / (frame_count - warm);
}

/* --- node --- */

static struct peer node;

static void start_node(void)
{
    char *words[] = { "node", PEER_SCRIPT ".mjs", CCXT_FOLDER, WS_FOLDER,
                      (char *)(uintptr_t)test_certificates_ca_file(), NULL };
    if (peer_start(&node, words))
        return;
    bench_miss(NODE, node.reason);
    bench_miss(CCXT, node.reason);
    peer_stop(&node);
}

static void run_ws(const char *title, bool is_plain, uint16_t port)
{
    double us;
    if (!node.from || bench_missing_reason(NODE))
        return;
    if (peer_ask(&node, &us, 1, "flood %s://127.0.0.1:%u/node %d %d", is_plain ? "ws" : "wss", port,
                 warm, frame_count))
        bench_note(title, NODE, "CPU ns", us * 1e3);
    else
        bench_miss(NODE, node.reason);
}

static void run_ccxt(const char *title, uint16_t port)
{
    double us;
    if (!node.from || bench_missing_reason(CCXT))
        return;
    if (peer_ask(&node, &us, 1, "book-flood https://127.0.0.1:%u %d", port, frame_count))
        bench_note(title, CCXT, "CPU ns", us * 1e3);
    else
        bench_miss(CCXT, node.reason);
}

/* --- all --- */

static void run_flood(const struct flood *flood)
{
    const char *title = flood->title;
    struct ours ours = { 0 };
    open_ours(&ours, flood->is_plain, flood->port);
    for (int round = 0; bench_has_round(round, ROUNDS); round++) {
        bench_note(title, STREAM, "CPU ns", run_ours(&ours));
        run_ws(title, flood->is_plain, flood->port);
        if (!flood->is_plain) {
            bench_note(title, RAW, "CPU ns", run_raw(flood->port));
            if (round < CCXT_ROUNDS)
                run_ccxt(title, flood->port);
        }
        if (round > 0) /* the first one is not warm */
            bench_note(title, STREAM, "allocations",
                       (double)ours.allocations / (frame_count - warm));
    }
    bench_tell(title);
    cmb_pool_free(ours.pool);
    cmb_desk_free(ours.desk);
    cmb_office_clear(&ours.office);
    cmb_exchange_close(ours.exchange);
}

static const struct bench_goal goals[] = {
    { "frame from ws:// to updated book, beside ws", PLAIN, "CPU ns", STREAM, NODE,
      .at_least = 8 },
    { "frame from wss:// to updated book, beside ws", TLS, "CPU ns", STREAM, NODE,
      .at_least = 8 },
    { "frame from wss:// to updated book, CPU", TLS, "CPU ns", STREAM, RAW, .at_most = 1.3 },
    { "frame from wss:// to updated book, beside ccxt.pro", TLS, "CPU ns", STREAM, CCXT,
      .at_least = 20 },
    { "small frame from wss:// to updated book, CPU", SMALL, "CPU ns", STREAM, RAW,
      .at_most = 1.3 },
    { "small frame from wss:// to updated book, beside ws", SMALL, "CPU ns", STREAM, NODE,
      .at_least = 8 },
    { "small frame from wss:// to updated book, beside ccxt.pro", SMALL, "CPU ns", STREAM, CCXT,
      .at_least = 20 },
    { "our allocations per flooded frame", TLS, "allocations", STREAM, .at_most = 0 },
};

int main(int count, char **words)
{
    struct cambist_error error = { 0 };
    bench_begin(count, words);
    frame_count = bench_size(FRAMES, QUICK_FRAMES);
    warm = frame_count / 4;
    pid_t server = start_servers();
    start_node();
    raw_init(test_certificates_ca_file());
    cmb_side_init(&sides[0], false, CMB_BOOK_LEVELS_MOST, false);
    cmb_side_init(&sides[1], true, CMB_BOOK_LEVELS_MOST, false);
    cmb_random_init_seeded(&random_numbers, 1);
    loop = cmb_loop_new(&cmb_clock_system);
    bench_require(loop && cmb_vault_open(&vault, 1 << 16, NULL) == CAMBIST_OK, "no memory");
    if (cmb_plugin_open("binance", &(struct cmb_plugin_rules){ .search_path = PLUGINS }, &plugin,
                        &error) != CAMBIST_OK)
        bench_require(false, error.message);
    for (int i = 0; i < FLOODS; i++)
        run_flood(&floods[i]);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    return bench_end(goals, sizeof goals / sizeof *goals);
}
