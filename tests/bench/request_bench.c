/* What does a request cost on its whole way, beside raw epoll and OpenSSL, libcurl, Python, ccxt?
 *
 * Everybody asks one server for the same order: ours through the public interface, picked, rendered,
 * limited, signed, sent, judged, mapped to a record.  The raw client and libcurl send a text that
 * was signed beforehand and read no more of the answer than its length.  The server is a process on
 * the first CPU, everybody else is on the second. */
#include "bench/host_client.h"
#include "bench/peer.h"
#include "bench/raw_client.h"

#include <curl/curl.h>

enum { BLOCK = 400, ROUNDS = 21, CROWD_MOST = 50 };

static const char request_text[] =
    "GET /api/v3/order?symbol=BTCUSDT&orderId=12345678&timestamp=1700000000000&recvWindow=10000"
    "&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71 HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\nX-MBX-APIKEY: " HOST_KEY "\r\n"
    "Accept-Encoding: gzip\r\nUser-Agent: cambist\r\n\r\n";

#define RAW       "raw epoll + OpenSSL"
#define OURS      "cambist"
#define EASY      "libcurl easy"
#define MULTI     "libcurl multi"
#define PYTHON    "python http.client"
#define CCXT      "node ccxt"
#define ALONE     "signed request, one in flight"
#define SPINNING  "signed request, one in flight, spinning"

static struct bench_server server;
static struct host_client alone;
static struct peer node, python;
static int block;

/* ---- raw ---- */

static struct raw kept, crowd[CROWD_MOST];

static void raw_once(void)
{
    raw_send(&kept, request_text, sizeof request_text - 1);
    raw_wait(&kept);
}

static void raw_crowd(int at_once)
{
    struct epoll_event ready[CROWD_MOST];
    int sent = 0, whole = 0;
    for (; sent < at_once; sent++)
        raw_send(&crowd[sent], request_text, sizeof request_text - 1);
    while (whole < block) {
        int count = epoll_wait(raw_epoll, ready, CROWD_MOST, -1);
        for (int i = 0; i < count; i++) {
            if (!raw_receive(ready[i].data.ptr))
                continue;
            whole++;
            if (sent < block) {
                raw_send(ready[i].data.ptr, request_text, sizeof request_text - 1);
                sent++;
            }
        }
    }
}

/* ---- ours ---- */

static const struct cambist_arguments order = { .symbol = "BTC/USDT", .id = "12345678" };
static int asked, answered;

static void check_answer(struct cambist_answer *answer, const struct cambist_error *error)
{
    if (error->status != CAMBIST_OK || !cambist_answer_order(answer, 0))
        bench_fail(*error->message ? error->message : "an answer is no order");
    cambist_answer_free(answer);
}

static void ours_once(void)
{
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    (void)cambist_fetch_order(alone.exchanges[0], &order, &answer, &error);
    check_answer(answer, &error);
}

static void on_one(struct cambist_answer *answer, const struct cambist_error *error, void *user)
{
    check_answer(answer, error);
    *(bool *)user = true;
}

static void ours_spinning(void)
{
    bool is_here = false;
    if (cambist_start(alone.exchanges[0], CAMBIST_OPERATION_fetch_order, &order, on_one, &is_here,
                      NULL) != CAMBIST_OK)
        bench_fail("a question was not taken");
    while (!is_here)
        cambist_dispatch(alone.host);
}

static void ask(struct host_client *client);

static void on_answer(struct cambist_answer *answer, const struct cambist_error *error, void *user)
{
    check_answer(answer, error);
    answered++;
    if (asked < block)
        ask(user);
}

/* The next question, to the next exchange; no two are the same, or they would share one answer. */
static void ask(struct host_client *client)
{
    char id[24];
    snprintf(id, sizeof id, "%d", ++asked);
    struct cambist_arguments arguments = { .symbol = "BTC/USDT", .id = id };
    if (cambist_start(client->exchanges[(size_t)asked % client->count],
                      CAMBIST_OPERATION_fetch_order, &arguments, on_answer, client,
                      NULL) != CAMBIST_OK)
        bench_fail("a question was not taken");
}

static void ours_crowd(struct host_client *client, int at_once)
{
    asked = answered = 0;
    for (int i = 0; i < at_once; i++)
        ask(client);
    while (answered < block)
        cmb_loop_run_once(client->host->loop, -1);
}

/* ---- libcurl ---- */

static CURL *easy[CROWD_MOST];
static CURLM *multi;

static size_t take_bytes(char *bytes, size_t size, size_t count, void *user)
{
    (void)bytes;
    *(size_t *)user += size * count;
    return size * count;
}

static CURL *new_easy(void)
{
    static size_t taken;
    static struct curl_slist *headers;
    char url[512];
    CURL *handle = curl_easy_init();
    const char *query = strchr(request_text, '?');
    snprintf(url, sizeof url, "%s/api/v3/order%.*s", server.url, (int)strcspn(query, " "), query);
    if (!headers)
        headers = curl_slist_append(NULL, "X-MBX-APIKEY: " HOST_KEY);
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_CAINFO, test_certificates_ca_file());
    curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &taken);
    return handle;
}

static void easy_once(void)
{
    if (curl_easy_perform(easy[0]) != CURLE_OK)
        bench_fail("libcurl easy failed");
}

static void multi_crowd(int at_once)
{
    int sent = 0, whole = 0, running, left;
    for (; sent < at_once; sent++)
        curl_multi_add_handle(multi, easy[sent]);
    while (whole < block) {
        curl_multi_poll(multi, NULL, 0, 1000, NULL);
        curl_multi_perform(multi, &running);
        for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
            CURL *handle = message->easy_handle;
            if (message->msg != CURLMSG_DONE)
                continue;
            bench_require(message->data.result == CURLE_OK, "libcurl multi failed");
            whole++;
            curl_multi_remove_handle(multi, handle);
            if (sent < block) {
                curl_multi_add_handle(multi, handle);
                sent++;
            }
        }
    }
}

/* ---- one in flight ---- */

static void note_pair(const char *title, const char *name, const char *first, const double *pair)
{
    bench_note(title, name, first, pair[0]);
    bench_note(title, name, "CPU us", pair[1]);
}

static void run_peers(void)
{
    double pair[2];
    if (python.from && peer_ask(&python, pair, 2, "serial %u %d", server.port, block / 2))
        note_pair(ALONE, PYTHON, "p50 us", pair);
    if (node.from && peer_ask(&node, pair, 2, "serial %s %d", server.url, block / 2))
        note_pair(ALONE, CCXT, "p50 us", pair);
}

static void bench_alone(void)
{
    raw_open(&kept, server.port, false);
    for (int i = 0; i < 100; i++) {
        raw_once();
        ours_once();
        easy_once();
    }
    for (int round = 0; bench_has_round(round, ROUNDS); round++) {
        bench_run_block(ALONE, RAW, raw_once, block);
        bench_run_block(ALONE, OURS, ours_once, block);
        bench_run_block(ALONE, EASY, easy_once, block);
        run_peers();
        raw_patience_ms = 0;
        bench_run_block(SPINNING, RAW, raw_once, block);
        bench_run_block(SPINNING, OURS, ours_spinning, block);
        raw_patience_ms = -1;
    }
    bench_tell(ALONE);
    bench_tell(SPINNING);
    raw_close(&kept);
}

/* ---- many in flight, over one exchange and over more ---- */

static struct host_client four, twenty;

#define CROWD "signed requests, 50 in flight"
#define TEN   "signed requests, 10 in flight"
#define FOUR  "cambist, over 4 exchanges"
#define MANY  "cambist, over 20 exchanges"

static void note_crowd(const char *title, const char *name, int64_t start_ns, int64_t cpu_ns)
{
    bench_note(title, name, "us", (double)(bench_now_ns() - start_ns) / 1e3 / block);
    bench_note(title, name, "CPU us", (double)(bench_thread_cpu_ns() - cpu_ns) / 1e3 / block);
}

static void run_ours(const char *title, const char *name, struct host_client *client, int at_once)
{
    int64_t start_ns = bench_now_ns(), cpu_ns = bench_thread_cpu_ns();
    ours_crowd(client, at_once);
    note_crowd(title, name, start_ns, cpu_ns);
}

static void run_crowd(const char *title, int at_once)
{
    double pair[2];
    int64_t start_ns = bench_now_ns(), cpu_ns = bench_thread_cpu_ns();
    raw_crowd(at_once);
    note_crowd(title, RAW, start_ns, cpu_ns);
    run_ours(title, OURS, &alone, at_once);
    run_ours(title, FOUR, &four, at_once);
    run_ours(title, MANY, &twenty, at_once);
    start_ns = bench_now_ns(), cpu_ns = bench_thread_cpu_ns();
    multi_crowd(at_once);
    note_crowd(title, MULTI, start_ns, cpu_ns);
    if (node.from && peer_ask(&node, pair, 2, "crowd %s %d %d", server.url, block, at_once))
        note_pair(title, CCXT, "us", pair);
}

static void bench_crowds(void)
{
    host_open(&four, &server, 4);
    host_open(&twenty, &server, 20);
    for (int i = 0; i < CROWD_MOST; i++)
        raw_open(&crowd[i], server.port, false);
    ours_crowd(&four, CROWD_MOST); /* opens connections */
    ours_crowd(&twenty, CROWD_MOST);
    ours_crowd(&alone, CROWD_MOST);
    multi_crowd(CROWD_MOST);
    for (int round = 0; bench_has_round(round, ROUNDS); round++) {
        run_crowd(TEN, 10);
        run_crowd(CROWD, CROWD_MOST);
    }
    bench_tell(TEN);
    bench_tell(CROWD);
    for (int i = 0; i < CROWD_MOST; i++)
        raw_close(&crowd[i]);
    host_close(&four);
    host_close(&twenty);
}

/* ---- all ---- */

static void open_all(void)
{
    char *to_node[] = { "node", PEER_SCRIPT ".mjs", CCXT_FOLDER, WS_FOLDER,
                        (char *)(uintptr_t)test_certificates_ca_file(), NULL };
    char *to_python[] = { "python3", PEER_SCRIPT ".py",
                          (char *)(uintptr_t)test_certificates_ca_file(), NULL };
    double pair[2];
    bench_server_start(&server);
    bench_pin(1);
    raw_init(test_certificates_ca_file());
    host_open(&alone, &server, 1);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 2L * CROWD_MOST); /* none is closed meanwhile */
    for (int i = 0; i < CROWD_MOST; i++)
        easy[i] = new_easy();
    if (!peer_start(&python, to_python))
        bench_miss(PYTHON, python.reason);
    if (!peer_start(&node, to_node) || !peer_ask(&node, pair, 2, "serial %s 20", server.url)) {
        bench_miss(CCXT, node.reason);
        peer_stop(&node);
    }
}

static void close_all(void)
{
    peer_stop(&node);
    peer_stop(&python);
    for (int i = 0; i < CROWD_MOST; i++)
        curl_easy_cleanup(easy[i]);
    curl_multi_cleanup(multi);
    host_close(&alone);
    raw_clear();
    bench_server_stop(&server);
}

static const struct bench_goal goals[] = {
    { "request, one in flight, p50", ALONE, "p50 us", OURS, RAW, .at_most = 1.12 },
    { "request, one in flight, spinning, p50", SPINNING, "p50 us", OURS, RAW, .at_most = 1.2 },
    { "request, CPU, beside raw", ALONE, "CPU us", OURS, RAW, .at_most = 1.25 },
    { "request, CPU, beside libcurl easy", ALONE, "CPU us", OURS, EASY, .at_most = 0.65 },
    { "request, CPU, beside ccxt", ALONE, "CPU us", OURS, CCXT, .at_most = 0.2 },
    { "50 in flight, requests per second", CROWD, "us", OURS, RAW, .at_least = 0.85 },
    { "50 in flight, requests per second of CPU", CROWD, "CPU us", OURS, RAW, .at_least = 0.85 },
    { "50 in flight, beside libcurl multi", CROWD, "us", OURS, MULTI, .at_least = 2 },
    { "50 in flight, beside ccxt", CROWD, "us", OURS, CCXT, .at_least = 10 },
    { "20 exchanges at once, CPU per request", CROWD, "CPU us", MANY, OURS, .at_most = 1.0 },
};

int main(int count, char **words)
{
    bench_begin(count, words);
    signal(SIGPIPE, SIG_IGN); /* for the raw client */
    block = bench_size(BLOCK, 60);
    open_all();
    bench_alone();
    bench_crowds();
    close_all();
    return bench_end(goals, sizeof goals / sizeof *goals);
}
