/* cli/event.h - an event of a stream, as one line of JSON. */
#ifndef CMB_CLI_EVENT_H
#define CMB_CLI_EVENT_H

#include <cambist/cambist.h>

#include "json/writer.h"
#include "stream/stream.h"

/* Levels of a book that a line shows. */
enum { CMB_EVENT_LEVELS = 10 };

/* What a topic's events are called: "trade" of watch_trades. */
const char *cmb_event_name(uint32_t topic);

/* Writes the members of an event into an object that the caller has begun: "event" (ticker, trade,
 * book, ohlcv, order, fill, balance, position, status), then what the record says, ccxt's names.
 * `book` is what the book is behind the event; of other topics NULL. */
void cmb_event_write(const struct cambist_event *event, const struct cambist_book *book,
                     struct cmb_json_writer *writer);
/* The same for an event of a stream itself, during its delivery. */
void cmb_stream_event_write(const struct cmb_event *event, struct cmb_json_writer *writer);

#endif
