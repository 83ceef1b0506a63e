/* stream/way.h - what the files of the stream way share, in the order of the way:
 *
 *     connect.c    which connection carries it, and when may it be opened?
 *     login.c      who are we?
 *     subscribe.c  what do we ask for, and was it granted?
 *     tap.c        what of it may be recorded?
 *     frame.c      what is this frame?
 *     stencil.c    does it look like an earlier one?
 *     decode.c     which records does it hold?
 *     decode_book.c  what does it say about a book?
 *     levels.c     which levels?
 *     book.c       does the book stay true, and if not, what makes it so?
 *     deliver.c    who is told?
 *     measure.c    how long did that take?
 *     heal.c       what is late, dead, or soon to be cut?
 */
#ifndef CMB_STREAM_WAY_H
#define CMB_STREAM_WAY_H

#include <sys/queue.h>

#include "request/stencil.h"
#include "stream/stream.h"
#include "transport/websocket.h"

enum {
    CMB_PROBES_MOST = 64,
    CMB_SEEN_TRADES = 256,        /* ids that are remembered over a hand-over */
    CMB_ACKNOWLEDGE_MS = 10000,   /* a message of ours is answered within */
    CMB_ASK_TRIES = 3,
    CMB_LOGIN_MS = 10000,
    CMB_QUIET_MS = 30000,         /* where a dialect does not say it */
    CMB_SNAPSHOTS_AT_ONCE = 4,
};

/* One message of the exchange, and what was looked up in it so far. */
struct cmb_message {
    struct cmb_text text;
    int64_t received_ns;
    uint64_t known; /* a bit for each probe that was looked up */
    struct cmb_json_value values[CMB_PROBES_MOST];
};

/* ---- subscriptions ---- */

enum cmb_ask_state {
    CMB_ASK_NONE = 1, /* nothing was said about it on its line */
    CMB_ASK_SAID,     /* asked for, not acknowledged */
    CMB_ASK_GRANTED,
    CMB_ASK_REFUSED,
    CMB_ASK_LEAVING,  /* to be unsubscribed from */
};

struct cmb_listener {
    TAILQ_ENTRY(cmb_listener) link; /* of its subscription, or of the stream while it is unbound */
    struct cmb_stream *stream;
    struct cmb_subscription *subscription; /* NULL: the markets are not known yet, or it failed */
    uint32_t topic;
    struct cmb_arguments *arguments;      /* until it is bound */
    struct cmb_arena arena;               /* of the arguments and their texts */
    const struct cambist_market *market;  /* only of this one, where all come together */
    cmb_event_fn *on_event;
    void *user;
    uint64_t sequence;
    bool is_leaving; /* left during a delivery: freed behind it */
    bool is_new;     /* came later than the others, and was told nothing yet */
};
TAILQ_HEAD(cmb_listeners, cmb_listener);

/* A book, and how it is brought back. */
struct cmb_book_feed {
    struct cmb_book *book;
    unsigned price_scale, amount_scale; /* the book's */
    struct cmb_run *run; /* asks for the snapshot; NULL: never did */
    bool is_asking;
    unsigned attempt;
    int64_t next_ns; /* no attempt before */
    struct cmb_timer timer; /* of the next attempt */
};

/* The place of a subscription on a line. */
struct cmb_seat {
    TAILQ_ENTRY(cmb_seat) link; /* of the line */
    struct cmb_subscription *subscription;
    struct cmb_line *line; /* NULL: it has none */
    uint32_t ask;          /* enum cmb_ask_state */
    int64_t number;        /* of the message that asked */
    unsigned tries;
    int64_t granted_ns;    /* monotonic */
    bool is_alone;         /* a message with others was refused: it is asked for by itself */
    bool has_handle;
    int64_t handle;
};
TAILQ_HEAD(cmb_seats, cmb_seat);

struct cmb_subscription {
    TAILQ_ENTRY(cmb_subscription) link; /* of the stream */
    struct cmb_subscription *next_same; /* in the stream's table */
    struct cmb_stream *stream;
    struct cmb_seat seats[2]; /* on the line that counts, and on the one that takes over */
    unsigned seat;            /* which of them counts */
    const struct cmb_channel *channel;
    const struct cambist_market *market; /* NULL: all come together */
    struct cmb_text timeframe;           /* our word; absent: has none */
    char *channel_text, *name_text;      /* what the exchange calls it */
    struct cmb_listeners listeners;
    bool is_dead;               /* freed as soon as nothing under way needs it */
    uint32_t state;             /* enum cambist_watch_state */
    int64_t data_ns;            /* monotonic, of the last data */
    unsigned silences;          /* times that it fell silent since then */
    struct cmb_timer silence;   /* of the acknowledgement, then of staleness */
    struct cmb_timer welcome;   /* tells the state to those who are new */
    struct cmb_book_feed *feed; /* NULL: no book */
    uint64_t *seen; /* CMB_SEEN_TRADES hashes of trades' ids, the oldest is replaced; else NULL */
    uint32_t seen_next;
};
TAILQ_HEAD(cmb_subscriptions, cmb_subscription);

/* ---- lines ---- */

enum cmb_line_state {
    CMB_LINE_RESTING = 1, /* waits for the next attempt */
    CMB_LINE_TOKEN,       /* open_stream is asked */
    CMB_LINE_CONNECTING,
    CMB_LINE_LOGIN,
    CMB_LINE_READY,
};

/* One connection of a dialect, and the next one in its place. */
struct cmb_line {
    TAILQ_ENTRY(cmb_line) link;
    struct cmb_stream *stream;
    const struct cmb_dialect *dialect;
    struct cmb_seats seats;
    uint32_t seat_count;
    uint32_t state;      /* enum cmb_line_state */
    uint64_t connection; /* number, new for each attempt */
    struct cmb_target *target;
    struct cmb_websocket *socket;
    struct cmb_run *token_run;
    bool is_asking; /* the token's run is under way */
    bool is_dead;   /* freed when that ends */
    char *token;
    char *url; /* what the token's answer said; NULL: the server's */
    char *path;
    unsigned attempt;
    int64_t last_number; /* of our messages */
    int64_t next_message_ns;
    bool has_sequence;
    int64_t sequence; /* of the connection, where all frames are counted */
    bool is_taking_over; /* its seats do not count yet */
    struct cmb_line *heir; /* takes this one's seats over */
    struct cmb_timer retry, pace, ping, keep;
    struct cmb_timer life; /* of the connection; with an heir, of the handing over */
};
TAILQ_HEAD(cmb_lines, cmb_line);

/* ---- the stream ---- */

/* Levels of one side, as they were read out of a frame. */
struct cmb_side_levels {
    struct cmb_scaled_level *levels;
    struct cmb_scaled_digits *digits;
    int64_t *sequences;
    size_t count, capacity;
    struct cmb_text raw; /* not read yet: the market was not known; absent: read */
};

enum { CMB_BIDS, CMB_ASKS, CMB_SIDES };
enum { CMB_SUBSCRIPTION_BUCKETS = 1024 };

struct cmb_tap;
struct cmb_frame_stencils;

/* How a frame was read, for a stencil to be cut out of it. */
struct cmb_frame_lesson {
    struct cmb_lesson read;
    const struct cmb_channel *channel; /* that read it */
    bool has_changed_book; /* by ... */
    struct cambist_book_update record;
    uint64_t told; /* a bit for each of its members that is given */
};

struct cmb_stream {
    struct cmb_desk *desk;
    struct cmb_network *network; /* NULL: it is only fed, or has stopped */
    struct cmb_loop *loop;
    struct cmb_call *call; /* renders messages, maps frames */
    struct cambist_error error;
    struct cmb_lines lines;
    struct cmb_subscriptions subscriptions;
    struct cmb_subscription *table[CMB_SUBSCRIPTION_BUCKETS]; /* by channel and market */
    struct cmb_listeners unbound;
    struct cmb_run *market_run; /* waits for the markets */
    bool is_waiting_for_markets;
    /* A lost connection is tried again soon, within the exchange's budget; one that the exchange
     * refused is left alone for longer. */
    struct cmb_backoff backoff, refused_backoff, snapshot_backoff;
    uint32_t snapshots_under_way;
    struct cmb_side_levels sides[CMB_SIDES];
    struct cmb_message frame;
    const struct cmb_channel *book_channel; /* whose levels are being read ... */
    struct cmb_subscription *book_owner;    /* ... and into whose book; NULL: not known yet */
    struct cmb_line *frame_line; /* that the present frame came over; NULL: it was fed */
    bool has_handle;             /* the present frame carries the number of a subscription */
    int64_t handle;
    struct cmb_frame_stencils *stencils; /* NULL: every frame is read by the tables */
    struct cmb_frame_lesson *lesson; /* notes how the present frame is read; NULL: nobody learns from it */
    struct cmb_tap *tap; /* NULL: nobody records */
    cmb_event_fn *observer;
    void *observer_user;
    struct cmb_stream_counts counts;
    struct cmb_way_times times;
    struct cmb_histogram stages[CMB_STREAM_STAGE_COUNT + 1]; /* of `times` */
    struct cmb_lap lap;     /* of the present frame ... */
    bool is_lap_timed;      /* ... where its stages are measured */
    bool is_whole_timed;    /* its whole is */
    int64_t timed_ns;       /* when the frame with data before it was received */
    uint64_t asked_before;  /* cmb_memory.asked when it began */
    cmb_frame_lap_fn *on_lap; /* NULL: nobody follows the laps */
    void *lap_user;
    uint64_t connections;
    struct cmb_timer pulse; /* once a second, for books to which nothing comes */
    unsigned delivering; /* depth: listeners that leave are freed behind it */
};

/* ---- connect ---- */

/* Gives the subscription a seat on a line with room, or on a new one.  False without memory. */
bool cmb_line_seat(struct cmb_subscription *subscription);
struct cmb_line *cmb_line_new(struct cmb_stream *stream, const struct cmb_dialect *dialect);
void cmb_seat_take(struct cmb_seat *seat, struct cmb_line *line);
void cmb_seat_leave(struct cmb_seat *seat);
/* Begins to connect, as soon as the exchange's budget of connections allows. */
void cmb_line_open(struct cmb_line *line);
/* Closes the connection; its subscriptions wait for the next one. */
void cmb_line_break(struct cmb_line *line, int status, const char *reason);
void cmb_line_free(struct cmb_line *line);
/* The line is logged in: what waits is asked for. */
void cmb_line_ready(struct cmb_line *line);

/* Asks open_stream or keep_stream for the line. */
void cmb_line_ask_token(struct cmb_line *line, uint32_t operation, cmb_run_done_fn *on_done);
/* The answer is here; false: the line was freed meanwhile. */
bool cmb_line_end_asking(struct cmb_line *line);

/* ---- login ---- */

void cmb_line_login(struct cmb_line *line);

/* ---- subscribe ---- */

/* Says what is to be said next, one message after the other, at the dialect's pace. */
void cmb_line_say_next(struct cmb_line *line);
/* Begins a call for what is said over the line. */
void cmb_line_start_call(struct cmb_line *line);
/* Renders a message and sends it. */
int cmb_line_say(struct cmb_line *line, const struct cmb_template *message, struct cmb_text channel,
                 struct cmb_text topics, struct cmb_text number);
void cmb_acknowledge(struct cmb_line *line, const struct cmb_signal *signal,
                     struct cmb_message *frame);
void cmb_refuse_message(struct cmb_line *line, const struct cmb_signal *signal,
                        struct cmb_message *frame);
/* It was granted, by an acknowledgement or by its data. */
void cmb_grant(struct cmb_seat *seat);
/* What is granted on the seat that counts tells its state, and its book what it needs. */
void cmb_tell_granted(struct cmb_subscription *subscription);
/* Has it asked for anew on its line. */
void cmb_ask_again(struct cmb_subscription *subscription);
/* It was not answered in time. */
void cmb_ask_late(struct cmb_seat *seat);

/* ---- frame ---- */

void cmb_message_start(struct cmb_message *frame, struct cmb_text text, int64_t received_ns);
bool cmb_message_meets(const struct cmb_plugin *plugin, struct cmb_message *frame,
                     const struct cmb_frame_rule *rule);
/* The text at a path; absent where nothing stands there. */
struct cmb_text cmb_message_find(const struct cmb_message *frame, const char *path);
bool cmb_message_find_number(const struct cmb_message *frame, const char *path, int64_t *ret);
/* The text of a binary frame, as the dialect's function makes it. */
int cmb_message_unpack(struct cmb_line *line, struct cmb_text *text);
/* What a frame is told to be.  The statuses of cmb_stream_feed. */
int cmb_message_take(struct cmb_stream *stream, struct cmb_line *line, struct cmb_text text,
                   int64_t received_ns);

/* ---- tap: each does nothing where nobody records ---- */

/* Accepts NULL. */
void cmb_tap_free(struct cmb_tap *tap);
/* The line's connection is being opened, with the path of the call that rendered it. */
void cmb_tap_opened(struct cmb_line *line);
/* `message` was sent, as stream->call has rendered it. */
void cmb_tap_sent(struct cmb_line *line, const struct cmb_template *message);
void cmb_tap_received(struct cmb_line *line, struct cmb_text text, bool is_text);
/* The run has an answer. */
void cmb_tap_answered(struct cmb_stream *stream, const struct cmb_run *run);

/* The channel behind `last` (NULL: the first) that can come over this line (NULL: fed). */
const struct cmb_channel *cmb_channel_next_spoken(const struct cmb_stream *stream,
                                                  const struct cmb_line *line,
                                                  const struct cmb_channel *last);

/* ---- stencil ---- */

/* NULL without memory. */
struct cmb_frame_stencils *cmb_frame_stencils_new(void);
/* Accepts NULL. */
void cmb_frame_stencils_free(struct cmb_frame_stencils *stencils);
/* The subscription is freed. */
void cmb_frame_stencils_forget(struct cmb_frame_stencils *stencils, const struct cmb_subscription *owner);
/* Tells what a frame holds that fits one of them.  False: it fits none, and nothing was told. */
bool cmb_frame_stencils_take(struct cmb_stream *stream, const struct cmb_line *line,
                       struct cmb_text text);
/* A frame that fits none is being read: where it is to be learnt from, that is noted in
 * stream->lesson.  Not each is, because there may be no two that look alike. */
void cmb_frame_stencils_start_lesson(struct cmb_stream *stream, const struct cmb_channel *channel);
/* Cuts one out of the frame of the lesson, which came as `text`, if its form can have one. */
void cmb_frame_stencils_learn(struct cmb_stream *stream, const struct cmb_line *line,
                        struct cmb_text text);

/* ---- decode ---- */

/* Begins the call that reads the frame by the channel's row. `name`: what it says of the market;
 * absent: nothing. */
void cmb_decode_start(struct cmb_stream *stream, const struct cmb_channel *channel,
                      struct cmb_text name);
/* Reads the frame's records and tells them; with what a stencil has found by leaf, and the market's
 * name behind that, where `found` is not NULL. */
int cmb_decode_records(struct cmb_stream *stream, const struct cmb_channel *channel,
                       struct cmb_json_value *found);
/* Empties stream->sides for the next book. */
void cmb_decode_start_book(struct cmb_stream *stream);
/* Applies the record and what stands in stream->sides; `told` has a bit for each member given. */
void cmb_decode_end_book(struct cmb_subscription *owner, uint64_t told,
                         const struct cambist_book_update *record);

/* Reads the frame by the channel's row and tells what it holds. */
int cmb_decode(struct cmb_stream *stream, const struct cmb_channel *channel);
/* The same for books. */
int cmb_decode_book(struct cmb_stream *stream, const struct cmb_channel *channel);
/* The subscription whose number the frame carries, where the dialect numbers them; NULL: none. */
struct cmb_subscription *cmb_subscription_numbered(const struct cmb_stream *stream);
/* The market of a name out of a frame; NULL: there is none.  What a fed stream does not know it
 * takes as it is. */
const struct cambist_market *cmb_market_named(struct cmb_stream *stream, uint32_t kinds,
                                              struct cmb_text name);
/* Finds the subscription; a stream that is fed makes it: the recording says what was watched. */
struct cmb_subscription *cmb_subscription_find_or_make(struct cmb_stream *stream,
                                                       const struct cmb_channel *channel,
                                                       const struct cambist_market *market,
                                                       struct cmb_text timeframe);
/* Reads one side's levels, or both sides' where they stand in one list, into stream->sides at the
 * book's scales, which grow with what the exchange writes.  False: the reader has failed. */
bool cmb_read_levels(struct cmb_stream *stream, const struct cmb_channel *channel,
                     struct cmb_book_feed *feed, int side, struct cmb_json_reader *reader);
/* Room for `count` levels. */
bool cmb_side_reserve(struct cmb_side_levels *side, size_t count);

/* ---- book ---- */

struct cmb_book_feed *cmb_book_feed_new(struct cmb_subscription *subscription);
void cmb_book_feed_free(struct cmb_book_feed *feed);
/* Applies what stands in stream->sides, with the numbers of `update`, and tells what came of it. */
void cmb_book_take(struct cmb_subscription *subscription, struct cmb_book_update *update);
/* The same with a record, in which a number that is not told is 0.  TOO_LARGE: nothing was applied. */
int cmb_book_take_record(struct cmb_subscription *subscription,
                         const struct cambist_book_update *record, struct cambist_error *error);
/* Applies an asked-for snapshot. */
int cmb_book_take_snapshot(struct cmb_subscription *subscription,
                           const struct cambist_order_book *snapshot, int64_t received_ns,
                           struct cambist_error *error);
void cmb_book_lost(struct cmb_subscription *subscription, enum cmb_book_reason reason);
/* Looks after the books once a second: one that stays crossed is put together anew. */
void cmb_book_start_pulse(struct cmb_stream *stream);
/* Does what the book needs in order to become live. */
void cmb_book_heal(struct cmb_subscription *subscription);

/* ---- deliver ---- */

/* The subscription of a channel to a market (NULL: of all) and a timeframe (absent: any). */
struct cmb_subscription *cmb_subscription_find(const struct cmb_stream *stream,
                                               const struct cmb_channel *channel,
                                               const struct cambist_market *market,
                                               struct cmb_text timeframe);
/* NULL without memory. */
struct cmb_subscription *cmb_subscription_new(struct cmb_stream *stream,
                                              const struct cmb_channel *channel,
                                              const struct cambist_market *market,
                                              struct cmb_text timeframe);
void cmb_subscription_free(struct cmb_subscription *subscription);
/* Nobody listens any more: it is unsubscribed from. */
void cmb_subscription_leave(struct cmb_subscription *subscription);
/* Tells a record. */
void cmb_deliver_record(struct cmb_subscription *subscription, const void *record);
/* Tells that the book has changed. */
void cmb_deliver_book(struct cmb_subscription *subscription, int64_t timestamp_ns);
/* Sets the state, and tells it where it is another.  `error` NULL: for no bad reason. */
void cmb_deliver_state(struct cmb_subscription *subscription, uint32_t state,
                       const struct cambist_error *error);

/* In a turn of its own, has the listener told how the subscription stands. */
void cmb_listener_welcome(struct cmb_listener *listener);
/* Takes it out of the list that it stands in. */
void cmb_listener_free(struct cmb_listener *listener);

/* ---- heal ---- */

/* Data has come: it is not stale. */
void cmb_note_data(struct cmb_subscription *subscription, int64_t received_ns);
/* Starts the clock that tells when the subscription is late. */
void cmb_watch_for_silence(struct cmb_subscription *subscription);
void cmb_line_init_clocks(struct cmb_line *line);
/* Starts the clocks of a line that is open. */
void cmb_line_start_clocks(struct cmb_line *line);
void cmb_line_stop_clocks(struct cmb_line *line);
/* Opens the line that takes over before this one is cut. */
void cmb_line_hand_over(struct cmb_line *line);
/* The other seat of the subscription counts from now on, and this one is left. */
void cmb_seat_inherit(struct cmb_seat *old);
/* Data came over `line`: whether the subscription takes it.  The first data on the line that takes
 * over makes its seat the one that counts, unless `is_ahead`: something before it is missing. */
bool cmb_line_counts(struct cmb_subscription *subscription, struct cmb_line *line, bool is_ahead);

static inline struct cmb_seat *cmb_seat_of(struct cmb_subscription *subscription)
{
    return &subscription->seats[subscription->seat];
}

static inline struct cmb_seat *cmb_seat_other(struct cmb_seat *seat)
{
    return &seat->subscription->seats[seat == seat->subscription->seats];
}

/* The turn's time. */
static inline int64_t cmb_stream_now_ns(const struct cmb_stream *stream)
{
    return cmb_loop_now_ns(stream->loop);
}

/* ---- measure ---- */

/* The time, read anew. */
static inline int64_t cmb_stream_clock_ns(const struct cmb_stream *stream)
{
    return cmb_clock_monotonic_ns(cmb_loop_clock(stream->loop));
}

/* The present frame begins. */
void cmb_frame_begin_lap(struct cmb_stream *stream);
/* It has been told; only those with data are counted. */
void cmb_frame_end_lap(struct cmb_stream *stream, bool is_data);

/* A stage of the present frame ends here. */
static inline void cmb_frame_leave_stage(struct cmb_stream *stream, enum cmb_stream_stage stage)
{
    if (stream->is_lap_timed)
        cmb_lap_leave(&stream->lap, stage, cmb_stream_clock_ns(stream));
}

#endif
