/* What does a flooded frame cost over TLS, above epoll, OpenSSL and a walk over lengths by hand?
 *
 * The server is a process on the other CPU and writes as fast as it can.  Times are CPU of the
 * client's thread per frame, from the handshake on, rounds of both clients in turn.  The raw client
 * checks nothing: not the certificate, not UTF-8, not whether anything is silent. */
#include "bench/forked_server.h"
#include "bench/interleaved.h"
#include "support/websocket_client.h"
#include "support/websocket_server.h"

#include <fcntl.h>
#include <sys/wait.h>

enum { PAYLOAD = 250, FRAME = PAYLOAD + 4, FRAMES = 4000, FLOODS = 25, RAW_BYTES = 16 * 1024 };

static uint16_t port;

/* --- the server --- */

static char frames[FRAME * FRAMES];

static void flood(struct test_peer *peer, const char *text, void *user)
{
    struct test_websocket *websocket = calloc(1, sizeof *websocket);
    struct cmb_frame frame;
    (void)user;
    if (!websocket)
        abort();
    test_websocket_welcome(websocket, peer, text, "");
    for (int i = 0; i < FLOODS; i++)
        if (!test_peer_write(peer, frames, sizeof frames))
            break;
    test_websocket_say_close(websocket, CMB_CLOSE_NORMAL, "");
    while (test_websocket_next(websocket, &frame))
        ;
    test_websocket_end(websocket);
    free(websocket);
}

static void fill_frames(void)
{
    for (size_t i = 0; i < sizeof frames; i += FRAME) {
        memset(frames + i, 'z', FRAME);
        memcpy(frames + i, "\x81\x7e\0\xfa", 4);
    }
}

/* --- the raw client --- */

static SSL *raw_open(SSL_CTX *context, int fd)
{
    static const char request[] = "GET / HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
                                  "\r\n\r\n";
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    SSL *tls = SSL_new(context);
    if (!tls || connect(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        SSL_set_fd(tls, fd) != 1 || SSL_connect(tls) != 1 ||
        SSL_write(tls, request, sizeof request - 1) <= 0)
        abort();
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return tls;
}

/* Counts the whole frames; answers how many bytes they had.  *is_over: a close came. */
static size_t raw_walk(const char *at, size_t length, size_t *count, bool *is_over)
{
    size_t i = 0;
    while (length - i >= 4 && !(*is_over = (unsigned char)at[i] == 0x88)) {
        size_t size = (size_t)(unsigned char)at[i + 2] << 8 | (unsigned char)at[i + 3];
        if (length - i < 4 + size)
            break;
        INTERLEAVED_KEEP(at + i + 4);
        i += 4 + size;
        *count += 1;
    }
    return i;
}

static double run_raw(void)
{
    static char bytes[2 * RAW_BYTES];
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    int fd = socket(AF_INET, SOCK_STREAM, 0), epoll = epoll_create1(0), got;
    SSL_CTX_set_read_ahead(context, 1);
    SSL *tls = raw_open(context, fd);
    struct epoll_event event = { .events = EPOLLIN };
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    size_t have = 0, count = 0;
    bool is_open = false, is_over = false;
    int64_t start_ns = bench_thread_cpu_ns();
    while (!is_over && epoll_wait(epoll, &event, 1, 1000) >= 0)
        while (!is_over && (got = SSL_read(tls, bytes + have, RAW_BYTES)) > 0) {
            have += (size_t)got;
            char *end = is_open ? NULL : memmem(bytes, have, "\r\n\r\n", 4);
            size_t used = end ? (size_t)(end + 4 - bytes) : 0;
            is_open = is_open || end;
            if (is_open)
                used += raw_walk(bytes + used, have - used, &count, &is_over);
            have -= used;
            memmove(bytes, bytes + used, have);
        }
    double took_ns = (double)(bench_thread_cpu_ns() - start_ns) / (double)count;
    SSL_free(tls);
    SSL_CTX_free(context);
    close(fd);
    close(epoll);
    return took_ns;
}

/* --- ours --- */

static struct cmb_loop *loop;
static struct cmb_connector *connector;
static struct cmb_target *target;
static int64_t opened_ns;
static size_t messages;
static bool is_over;

static void on_open(struct cmb_websocket *websocket, void *user)
{
    (void)websocket;
    (void)user;
    opened_ns = bench_thread_cpu_ns();
}

static void on_message(struct cmb_websocket *websocket, const struct cmb_websocket_message *message,
                       void *user)
{
    (void)websocket;
    (void)user;
    INTERLEAVED_KEEP(message->payload.at);
    messages++;
}

static void on_close(struct cmb_websocket *websocket, const struct cmb_websocket_end *end,
                     void *user)
{
    (void)websocket;
    (void)user;
    is_over = true;
    if (end->status != CAMBIST_OK)
        abort();
}

static double run_ours(void)
{
    static const struct cmb_websocket_events events = { .on_open = on_open,
                                                        .on_message = on_message,
                                                        .on_close = on_close };
    struct cmb_websocket_settings settings = { .loop = loop,
                                               .connector = connector,
                                               .target = target,
                                               .fill_random = test_fill_random_,
                                               .events = &events };
    messages = 0;
    is_over = false;
    struct cmb_websocket *websocket = cmb_websocket_open(&settings, NULL);
    while (!is_over)
        cmb_loop_run_once(loop, 1000);
    double took_ns = (double)(bench_thread_cpu_ns() - opened_ns) / (double)messages;
    cmb_websocket_close(websocket);
    return took_ns;
}

#define TITLE "a frame of 250 bytes, flooded over TLS"
#define RAW   "raw epoll and OpenSSL"
#define OURS  "a websocket, texts checked"

static const struct bench_goal goals[] = {
    { "WebSocket frame flooded over TLS, delivered", TITLE, "CPU ns", OURS, RAW, .at_most = 1.3 },
};

int main(int count, char **words)
{
    bench_begin(count, words);
    pid_t child = bench_fork_server(fill_frames, flood, &port);
    char url[64];
    snprintf(url, sizeof url, "wss://127.0.0.1:%u", port);
    struct cmb_trust *trust =
        cmb_trust_new(&(struct cmb_trust_settings){ .ca_file = test_certificates_ca_file(),
                                                    .is_ca_file_alone = true },
                      NULL);
    loop = cmb_loop_new(&cmb_clock_system);
    connector = cmb_connector_new(loop, trust, NULL);
    target = cmb_target_new(url, NULL);
    for (int round = 0; bench_has_round(round, INTERLEAVED_ROUNDS); round++) {
        bench_note(TITLE, RAW, "CPU ns", run_raw());
        bench_note(TITLE, OURS, "CPU ns", run_ours());
    }
    bench_tell(TITLE);
    cmb_target_free(target);
    cmb_connector_free(connector);
    cmb_trust_free(trust);
    cmb_loop_free(loop);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return bench_end(goals, sizeof goals / sizeof *goals);
}
