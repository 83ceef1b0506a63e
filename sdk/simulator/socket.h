/* simulator/socket.h - the frames of one WebSocket, on the server's side.
 *
 * Blocking calls in the peer's thread; whoever does not take what is written is cut by the socket's
 * own time limit.
 */
#ifndef CMB_SIMULATOR_SOCKET_H
#define CMB_SIMULATOR_SOCKET_H

#include "simulator/quota.h"
#include "simulator/server.h"
#include "simulator/stream.h"
#include "transport/frame.h"

struct cmb_socket {
    struct cmb_peer *peer;
    struct cmb_frame_reader reader;
    struct cmb_buffer out;
    size_t at, length; /* of the bytes that were read and not used */
    bool is_cut; /* ends behind what was written */
    char bytes[16384];
};

void cmb_socket_init(struct cmb_socket *socket, struct cmb_peer *peer);
void cmb_socket_clear(struct cmb_socket *socket);

/* Whether the request asks for a WebSocket. */
bool cmb_socket_is_asked(const struct cmb_received *received);
/* Answers the handshake as the fault says; false: the connection is to end. */
bool cmb_socket_welcome(struct cmb_socket *socket, const struct cmb_received *received,
                        uint32_t fault);
/* Answers the handshake with a limit that was passed. */
void cmb_socket_refuse(struct cmb_socket *socket, const struct cmb_quota_word *word);
/* The next message or control frame: OK; AGAIN: none within `most_ms`; else the connection ended, or
 * the client broke the rules. */
int cmb_socket_read(struct cmb_socket *socket, int most_ms, struct cmb_frame *ret_frame);
/* Appends a frame as its fault says. */
void cmb_socket_add(struct cmb_socket *socket, const struct cmb_outgoing *outgoing);
/* Writes what was appended; false when it was not taken. */
bool cmb_socket_flush(struct cmb_socket *socket);

#endif
