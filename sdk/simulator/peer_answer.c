/* How does an answer reach the socket, and what becomes of the connection? */
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "simulator/server.h"

enum { STALL_MS = 60000, ANSWER_BYTES_MOST = 64 << 20 };

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

bool cmb_peer_wait_gone(struct cmb_peer *peer, int most_ms)
{
    struct pollfd watched = { .fd = peer->fd, .events = POLLRDHUP };
    return poll(&watched, 1, most_ms) > 0;
}

void cmb_peer_reset(struct cmb_peer *peer)
{
    struct linger now = { .l_onoff = 1, .l_linger = 0 };
    setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static bool write_in_drops(struct cmb_peer *peer, struct cmb_text text, uint32_t drip_ms)
{
    bool is_fine = true;
    for (size_t i = 0; i < text.length && is_fine; i++) {
        is_fine = cmb_peer_write(peer, text.at + i, 1);
        (void)cmb_peer_wait_gone(peer, (int)drip_ms);
    }
    return is_fine;
}

static bool write_text(struct cmb_peer *peer, const struct cmb_sending *sending,
                       struct cmb_text text)
{
    uint32_t wait_ms = cmb_sending_wait_ms(sending), drip_ms = cmb_sending_drip_ms(sending);
    if (wait_ms)
        (void)cmb_peer_wait_gone(peer, (int)wait_ms);
    return drip_ms ? write_in_drops(peer, text, drip_ms)
                   : cmb_peer_write(peer, text.at, text.length);
}

bool cmb_peer_send(struct cmb_peer *peer, const struct cmb_sending *sending)
{
    struct cmb_buffer text;
    cmb_buffer_init(&text, ANSWER_BYTES_MOST);
    enum cmb_ending ending = cmb_sending_write(sending, &text);
    bool is_sent = cmb_buffer_is_whole(&text) && write_text(peer, sending, cmb_buffer_text(&text));
    cmb_buffer_clear(&text);
    if (ending == CMB_ENDING_RESET)
        cmb_peer_reset(peer);
    else if (ending == CMB_ENDING_MUTE)
        (void)cmb_peer_wait_gone(peer, STALL_MS);
    return is_sent && ending == CMB_ENDING_KEPT;
}
