/* cli/event.h - an event of a stream, as one line of JSON. */
#ifndef CMB_CLI_EVENT_H
#define CMB_CLI_EVENT_H

#include "json/writer.h"
#include "stream/stream.h"

/* Levels of a book that a line shows. */
enum { CMB_EVENT_LEVELS = 10 };

/* Writes the members of an event into an object that the caller has begun: "event" (ticker, trade,
 * book, ohlcv, order, fill, balance, position, status), then what the record says, ccxt's names. */
void cmb_event_write(const struct cmb_event *event, struct cmb_json_writer *writer);

#endif
