/* stream/queue.h - events that wait for a reader in another thread.
 *
 * The I/O thread adds, the reader takes; a lock is held only while one event is copied.  Events are
 * kept with everything they point to, in memory that is used again.  What happens when the reader is
 * too slow is the queue's policy (enum cambist_delivery); events of the account are never lost.
 */
#ifndef CMB_STREAM_QUEUE_H
#define CMB_STREAM_QUEUE_H

#include "stream/stream.h"

struct cmb_queue;

/* The most that may wait where nothing may be dropped, whatever the capacity. */
#define CMB_QUEUE_EVENTS_MOST 1000000

/* `delivery` is an enum cambist_delivery; `capacity` 0 means 1024.  NULL without memory or
 * descriptors. */
struct cmb_queue *cmb_queue_new(uint32_t delivery, uint32_t capacity);
/* Accepts NULL. */
void cmb_queue_free(struct cmb_queue *queue);

/* Copies the event.  False: the queue has broken off, and its last event says so. [I/O thread] */
bool cmb_queue_add(struct cmb_queue *queue, const struct cambist_event *event);
/* Takes the oldest event; *ret lives until the next take.  CAMBIST_OK or AGAIN.  [one reader] */
int cmb_queue_take(struct cmb_queue *queue, int timeout_ms, const struct cambist_event **ret);
/* Readable while events wait. */
int cmb_queue_fd(const struct cmb_queue *queue);

#endif
