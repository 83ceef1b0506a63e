/* simulator/seat.h - the place of an exchange in a simulator, as its streams see it.
 */
#ifndef CMB_SIMULATOR_SEAT_H
#define CMB_SIMULATOR_SEAT_H

#include "simulator/reception.h"
#include "simulator/server.h"
#include "simulator/stream.h"

struct cmb_seat;

/* Of everything that sessions read and change. */
void cmb_seat_lock(struct cmb_seat *seat);
void cmb_seat_unlock(struct cmb_seat *seat);
int64_t cmb_seat_now_ns(const struct cmb_seat *seat);
/* Under the lock: the exchange's time goes on; whether one more stream may be opened. */
void cmb_seat_turn(struct cmb_seat *seat);
struct cmb_quota_word cmb_seat_connect(struct cmb_seat *seat, const struct cmb_session *session);
/* Under the lock; false when no stream is at that path. */
bool cmb_seat_open_session(struct cmb_seat *seat, struct cmb_session *session,
                           struct cmb_text target);

/* stream_peer: serves a WebSocket until either side has enough; false: there is none at that path,
 * and nothing was written.  `early` came in one piece with the request. */
bool cmb_seat_serve_stream(void *seat, struct cmb_peer *peer, struct cmb_received *received,
                           struct cmb_text target, struct cmb_text early);

#endif
