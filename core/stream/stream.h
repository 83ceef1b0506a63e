/* stream/stream.h - what an exchange tells by itself, for as long as somebody listens.
 *
 * A stream is everything that one account watches at one exchange: its connections, what is
 * subscribed to over them, and the books that come of it.  Whoever wants to know listens; listeners
 * of the same thing share one subscription.
 *
 *     stream = cmb_stream_new(desk);
 *     listener = cmb_stream_listen(stream, CAMBIST_TOPIC_watch_trades, &arguments, on_event, user,
 *                                  &error);
 *     cmb_stream_leave(listener);
 *
 * Connecting, pacing, healing and resyncing are the stream's own business; what a listener sees of
 * them are events that tell a state.  Data that is not LIVE is never told as if it were.
 *
 * Everything belongs to the loop's thread, callbacks come from it, and may listen and leave.
 * Books are read from any thread (book/book.h), as long as their listener listens.
 */
#ifndef CMB_STREAM_STREAM_H
#define CMB_STREAM_STREAM_H

#include <cambist/cambist.h>

#include "book/book.h"
#include "request/request_run.h"

struct cmb_stream;
struct cmb_listener;
struct cmb_subscription;

/* "live"; of an enum cambist_watch_state. */
const char *cmb_watch_state_name(uint32_t state);

/* Something happened.  Valid during the call; copy what has to last. */
struct cmb_event {
    uint32_t topic;          /* enum cambist_topic */
    uint32_t state;          /* enum cambist_watch_state, behind the event */
    const struct cambist_market *market; /* NULL: of all, or of the account */
    const void *record;      /* of the topic's schema; NULL: a state, or a change of the book */
    const struct cmb_record_schema *schema;
    struct cmb_book *book;   /* NULL: the topic is no book */
    bool is_state;           /* the state has changed, and nothing else */
    int64_t timestamp_ns;    /* the exchange's clock; 0: not told */
    int64_t received_ns;     /* monotonic */
    uint64_t sequence;       /* counts the events of a listener, from 1 */
    uint64_t connection;     /* number of the connection; 0: none */
    const struct cambist_error *error; /* why the state is as it is; NULL: it was no failure */
};
typedef void cmb_event_fn(const struct cmb_event *event, void *user);

/* What passes over the wire, for records of it.  No secret is in it: credentials, tokens and
 * whatever was derived of them stand as REDACTED, in what is sent and in what comes back. */
enum cmb_wire {
    CMB_WIRE_OPENED = 1, /* a connection; no text */
    CMB_WIRE_SENT,
    CMB_WIRE_RECEIVED,
    CMB_WIRE_ANSWER, /* a book that was asked for: the body of the answer, and the URL asked */
};
struct cmb_wire_note {
    uint32_t kind;         /* enum cmb_wire */
    uint64_t connection;   /* number; 0: none */
    struct cmb_text url, text;
    bool is_binary;        /* `text` is no text */
};
struct cmb_stream_tap {
    void (*on_note)(const struct cmb_wire_note *note, void *user);
    void *user;
};

/* The stages of a frame in the order of the way: X(NAME, name, "what it answers").  Each frame with
 * data is measured as a whole, from the moment in which its socket was found readable (of those that
 * came in one read the first and every 16th); the stages of every 16th one, because reading the clock
 * five times costs more than most stages do. */
#define CMB_STREAM_STAGE_LIST(X)                                                                   \
    X(RECEIVE, receive, "which whole frames has the network brought?")                             \
    X(DECODE, decode, "which records does it hold?")                                               \
    X(BOOK, book, "does the book stay true?")                                                      \
    X(DELIVER, deliver, "who is told?")

enum cmb_stream_stage {
#define X(NAME, name, help) CMB_STREAM_##NAME,
    CMB_STREAM_STAGE_LIST(X)
#undef X
    CMB_STREAM_STAGE_COUNT
};
enum { CMB_STREAM_TIMED_EACH = 16 };
extern const struct cmb_way cmb_stream_way;

/* A frame with data has been told.  `lap` lives during the call. */
typedef void cmb_frame_lap_fn(const struct cmb_lap *lap, void *user);

struct cmb_stream_counts {
    uint64_t frames, bytes, events;
    uint64_t stencilled; /* frames that looked like an earlier one, and were read as it was */
    uint64_t notices;  /* frames that are no data, and known to be */
    uint64_t unknown;  /* frames that no row of the tables knows */
    uint64_t unreadable; /* frames whose row could not read them */
    uint64_t connections, losses, handovers;
    uint64_t resyncs;  /* snapshots asked for, and books subscribed to anew */
    uint64_t staleness;
    uint64_t gaps;     /* numbers that were missing on a connection */
};

/* `desk` outlives the stream; where its office has no network the stream is only fed.
 * NULL without memory.  Freeing accepts NULL; it ends every subscription and calls nobody. */
struct cmb_stream *cmb_stream_new(struct cmb_desk *desk);
void cmb_stream_free(struct cmb_stream *stream);
/* Closes all connections for good; what is under way with the network may still end.  To be
 * called before the network goes.  Accepts NULL. */
void cmb_stream_stop(struct cmb_stream *stream);

/* Begins to listen.  Arguments: symbol, timeframe, limit ..., copied.  NULL with the reason:
 * NOT_SUPPORTED, BAD_SYMBOL, BAD_ARGUMENT, NO_MEMORY.  While the markets are not known, what is
 * wrong with a symbol comes as an event of state FAILED. */
struct cmb_listener *cmb_stream_listen(struct cmb_stream *stream, uint32_t topic,
                                       const struct cmb_arguments *arguments,
                                       cmb_event_fn *on_event, void *user,
                                       struct cambist_error *error);
/* Listens no more; no event follows.  Accepts NULL. */
void cmb_stream_leave(struct cmb_listener *listener);
/* The book that it listens to; NULL: it is none, or not subscribed to yet.  It stays the same as
 * long as its listener listens. */
struct cmb_book *cmb_listener_book(const struct cmb_listener *listener);

/* `tap` outlives the stream; NULL: none.  To be set before anything is listened to. */
void cmb_stream_set_tap(struct cmb_stream *stream, const struct cmb_stream_tap *tap);
const struct cmb_stream_counts *cmb_stream_counts(const struct cmb_stream *stream);
/* How long the frames' stages took. [any thread] */
const struct cmb_way_times *cmb_stream_times(const struct cmb_stream *stream);
/* Has all stages of every frame measured, and told behind its events. */
void cmb_stream_follow_laps(struct cmb_stream *stream, cmb_frame_lap_fn *on_lap, void *user);

/* ---- feeding, for recordings: nothing is connected, everything that the tables know is told ---- */

/* Who is told every event of a stream that is fed. */
void cmb_stream_observe(struct cmb_stream *stream, cmb_event_fn *on_event, void *user);
/* A frame.  CAMBIST_OK: it was data; AGAIN: a notice; GARBLED and others: `error` says why;
 * NOT_SUPPORTED: no row knows it. */
int cmb_stream_feed(struct cmb_stream *stream, struct cmb_text frame, int64_t received_ns,
                    struct cambist_error *error);
/* The body of a request's answer that held a book, by the URL that was asked.  NOT_SUPPORTED where
 * no book of the stream wants it. */
int cmb_stream_feed_snapshot(struct cmb_stream *stream, struct cmb_text url, struct cmb_text body,
                             int64_t received_ns, struct cambist_error *error);

#endif
