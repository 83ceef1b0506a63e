/* How does an answer leave, and what goes wrong with it on purpose? */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "simulator/server.h"

enum { SLOW_MS = 500, DRIP_MS = 2, STALL_MS = 60000 };

static const char page[] = "<html><head><title>Bad Gateway</title></head><body>nginx</body></html>";

bool cmb_peer_write(struct cmb_peer *peer, const char *bytes, size_t length)
{
    while (length) {
        ssize_t sent = peer->ssl
                           ? SSL_write(peer->ssl, bytes, (int)length)
                           : send(peer->fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* Waits until the client has gone, at most so long. */
static void wait_gone(struct cmb_peer *peer, int most_ms)
{
    struct pollfd watched = { .fd = peer->fd, .events = POLLRDHUP };
    (void)poll(&watched, 1, most_ms);
}

static bool end_with_reset(struct cmb_peer *peer)
{
    struct linger now = { .l_onoff = 1, .l_linger = 0 };
    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    return false;
}

static void format_answer(struct cmb_buffer *text, uint32_t status, const char *type,
                          const char *headers, const char *body)
{
    cmb_buffer_addf(text, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n",
                    status, status < 300 ? "OK" : "Refused", type, strlen(body), headers);
    cmb_buffer_add(text, cmb_text_of(body));
}

static bool write_in_drops(struct cmb_peer *peer, struct cmb_text text)
{
    bool is_fine = true;
    for (size_t i = 0; i < text.length && is_fine; i++) {
        is_fine = cmb_peer_write(peer, text.at + i, 1);
        wait_gone(peer, DRIP_MS);
    }
    return is_fine;
}

static bool write_struck(struct cmb_peer *peer, uint32_t fault, struct cmb_text text)
{
    switch (fault) {
    case CMB_FAULT_DRIP: return write_in_drops(peer, text);
    case CMB_FAULT_TRUNCATE:
        (void)cmb_peer_write(peer, text.at, text.length - text.length / 4);
        return false;
    case CMB_FAULT_SLOW: wait_gone(peer, SLOW_MS); break;
    default: break;
    }
    return cmb_peer_write(peer, text.at, text.length);
}

bool cmb_peer_send(struct cmb_peer *peer, struct cmb_sending *sending)
{
    uint32_t status = sending->reply.http_status;
    const char *body = sending->reply.body ? sending->reply.body : "";
    bool is_page = false;
    switch (sending->fault) {
    case CMB_FAULT_CUT:
    case CMB_FAULT_EXECUTE_THEN_CUT: return false;
    case CMB_FAULT_RESET:
    case CMB_FAULT_EXECUTE_THEN_RESET: return end_with_reset(peer);
    case CMB_FAULT_STALL: wait_gone(peer, STALL_MS); return false;
    case CMB_FAULT_ERROR: status = 503; is_page = true; break;
    case CMB_FAULT_EXECUTE_THEN_ERROR: status = 502; is_page = true; break;
    case CMB_FAULT_GARBLE: status = 200; is_page = true; break;
    default: break;
    }
    struct cmb_buffer text;
    cmb_buffer_init(&text, 64 << 20);
    format_answer(&text, status ? status : 500, is_page ? "text/html" : "application/json",
                  sending->headers, is_page ? page : body);
    bool is_sent = cmb_buffer_is_whole(&text) &&
                   write_struck(peer, sending->fault, cmb_buffer_text(&text));
    cmb_buffer_clear(&text);
    return is_sent;
}
