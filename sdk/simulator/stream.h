/* simulator/stream.h - what one client is told over a WebSocket, out of the stream tables backwards.
 *
 * A session is the protocol without its socket: messages go in, frames come out.  It is opened with
 * the path that was asked for, which says which dialects may be meant; what the client then says
 * must be what one of them would have said.  Ticks write what has changed since the last one.
 *
 * Everything here is called under the simulator's lock.
 */
#ifndef CMB_SIMULATOR_STREAM_H
#define CMB_SIMULATOR_STREAM_H

#include "book/book.h"
#include "simulator/exchange.h"
#include "simulator/faults.h"

enum {
    CMB_SESSION_DIALECTS = 16,
    CMB_SESSION_TOPICS = 512,  /* in one message */
    CMB_SESSION_ROWS = 4,      /* channels that one topic may mean together */
    CMB_SESSION_SUBSCRIPTIONS = 2048,
    CMB_SESSION_MESSAGES = 4096, /* that wait to be written */
    CMB_SESSION_LATE = 64,       /* that are told later than they should be */
    CMB_VIEW_LEVELS = 512,
    CMB_STREAM_NAME_BYTES = 256,
};

/* ---- message templates ---- */

/* What a message says beside what its template's names capture. */
struct cmb_said {
    int score;              /* how well it fits; only to be compared */
    struct cmb_text topics; /* what stands for {topics}, without the list's brackets; absent: nothing */
    struct cmb_text number; /* the client's number */
    bool is_number_text;    /* it stood in quotes */
    struct cmb_text token;
    struct cmb_text object; /* the innermost object that a derived value stood in */
};

/* template: whether `text` may have come of `message` for a channel.  Members may stand in any order
 * and others beside them.  `channel` (may be NULL) stands for {channel}. */
bool cmb_stream_match(struct cmb_capture *capture, const struct cmb_template *message,
                      const struct cmb_template *channel, struct cmb_text text,
                      struct cmb_said *ret);
/* The same for one of {topics}, as it stood in the list. */
bool cmb_stream_match_topic(struct cmb_capture *capture, const struct cmb_template *name,
                            struct cmb_text topic, int *ret_score);
/* The next of a list of JSON values with commas between; false behind the last. */
bool cmb_stream_next_topic(struct cmb_text *list, struct cmb_text *ret);

/* ---- sessions ---- */

/* What a client holds of a book that it was sent whole.  Prices at ten times their scale. */
struct cmb_view {
    size_t counts[2];
    struct cmb_engine_level levels[2][CMB_VIEW_LEVELS];
};
enum { CMB_VIEW_BIDS, CMB_VIEW_ASKS };

struct cmb_session_subscription {
    const struct cmb_channel *channel;
    int market;       /* of the engine; -1: all that the row's kinds have */
    uint32_t group;   /* those of one topic have one number */
    uint32_t limit;   /* levels; 0: not said */
    char timeframe[16];
    char name[CMB_STREAM_NAME_BYTES];         /* the topic as the client wrote it */
    char channel_text[CMB_STREAM_NAME_BYTES]; /* {channel} of its message */
    char market_name[48];                     /* as the client wrote it; "": none */
    bool has_begun;
    uint64_t sequence, restarts; /* of the engine's book, as last sent */
    int64_t count;               /* of a rule that counts messages */
    uint64_t trades[CMB_ENGINE_MARKETS], changes[CMB_ENGINE_MARKETS]; /* as last sent */
    int64_t told_ns;             /* when a ticker was */
    struct cmb_view *view;
    struct cmb_engine_level extra[2]; /* put there by a fault, taken back by the next update */
    bool has_extra[2];
};

/* A frame that waits to be written, and how. */
struct cmb_outgoing {
    char *text;
    size_t length;
    uint32_t fault; /* enum cmb_fault; of frames */
    bool is_ping;   /* a ping frame */
};

/* Data that a fault tells later. */
struct cmb_late_frame {
    struct json_object *json;
    int64_t due_ns;
};

struct cmb_session {
    struct cmb_practice *practice;
    struct cmb_faults *faults;
    uint32_t exchange;      /* number, for faults */
    uint32_t dialects[CMB_SESSION_DIALECTS]; /* that may be meant */
    uint32_t dialect_count;
    int64_t now_ns;         /* the simulator's clock */
    int64_t opened_ns, heard_ns, asked_ns, beat_ns, said_ns, pinged_ns;
    bool is_pong_due;
    uint32_t ping_number;   /* what the pong must repeat */
    bool is_logged_in;      /* or has shown a good token */
    bool lives_on_token;    /* that its path showed */
    bool is_dead;           /* has shown a token that is none: it is silent for ever */
    char token[72];         /* that it lives on; "": none */
    bool is_over;           /* to be cut */
    bool has_said_goodbye;
    uint32_t close_code;
    int64_t frame_count;    /* of this connection, where all are counted */
    uint64_t event_count;   /* of the engine's events, as last sent */
    uint32_t last_group;
    int64_t last_handle;
    struct cmb_session_subscription **subscriptions;
    uint32_t subscription_count;
    struct cmb_outgoing *outgoing;
    uint32_t outgoing_count;
    char *held;             /* a frame that is sent behind the next one */
    struct cmb_late_frame late[CMB_SESSION_LATE];
    uint32_t late_count;
    struct cmb_capture capture;
    struct cmb_received received;
    struct cambist_error error;
};

/* path: the dialects that a path with its query may mean; false: none. */
bool cmb_session_find_dialects(struct cmb_session *session, struct cmb_text target);

/* session: false when no stream is there, or without memory. */
bool cmb_session_open(struct cmb_session *session, struct cmb_practice *practice,
                      struct cmb_faults *faults, uint32_t exchange, struct cmb_text target,
                      int64_t now_ns);
void cmb_session_close(struct cmb_session *session);
/* Writes what is new.  `now_ns` by the simulator's clock. */
void cmb_session_tick(struct cmb_session *session, int64_t now_ns);
/* A pong came; one that does not repeat the ping is none. */
void cmb_session_take_pong(struct cmb_session *session, struct cmb_text payload);
/* Forgets what waited to be written. */
void cmb_session_drain(struct cmb_session *session);
/* Queues a frame; the JSON is put. */
void cmb_session_say(struct cmb_session *session, struct json_object *json);
void cmb_session_say_text(struct cmb_session *session, const char *text);
/* The same for data of a topic, which faults may strike. */
void cmb_session_say_data(struct cmb_session *session, uint32_t topic, struct json_object *json);
/* Queues it `after_ns` later, behind whatever comes until then; the JSON is put. */
void cmb_session_say_later(struct cmb_session *session, struct json_object *json, int64_t after_ns);
/* The dialect that is spoken, as far as it is known. */
const struct cmb_dialect *cmb_session_dialect(const struct cmb_session *session);
/* Begins a call for a channel's row. */
struct cmb_call *cmb_session_start_call(struct cmb_session *session,
                                        const struct cmb_channel *channel);

/* message: what does the client want?  Does it. */
void cmb_session_take(struct cmb_session *session, struct cmb_text text);
/* Takes what comes unasked in a dialect. */
void cmb_session_take_unasked(struct cmb_session *session, const struct cmb_dialect *dialect);

/* topic: the channels that a topic of a message means. */
struct cmb_meant {
    const struct cmb_channel *channels[CMB_SESSION_ROWS];
    uint32_t count;
    int score, market;
    uint32_t limit;
    struct cmb_text timeframe, market_name, bad_market;
};
bool cmb_session_find_meant(struct cmb_session *session, const struct cmb_dialect *dialect,
                            const struct cmb_template *message, struct cmb_text text,
                            struct cmb_text topic, struct cmb_meant *ret);

/* signal: answers as the exchange writes them. */
struct cmb_stream_answer {
    const struct cmb_said *said;
    struct cmb_text message; /* the client's */
    struct cmb_text topic, channel, market; /* of what it speaks; absent: of the whole */
    const struct cambist_error *error;      /* of a refusal */
    bool is_leaving;                        /* it answers an unsubscribing */
};
/* Writes the row of that meaning that fits best.  False when the tables have none. */
bool cmb_session_answer(struct cmb_session *session, uint32_t means,
                        const struct cmb_stream_answer *answer);
/* The notice that has `word` in it ("pong", "heartbeat"); false when there is none. */
bool cmb_session_notice(struct cmb_session *session, const char *word,
                        const struct cmb_stream_answer *answer);

/* write: the call's rows as a frame of the channel that a subscription is to; `topic` as the client
 * wrote it. */
struct json_object *cmb_stream_write(struct cmb_call *call, const struct cmb_channel *channel,
                                     const char *topic);
/* Whether one frame may be both; and b's members into a. */
bool cmb_stream_may_merge(const struct cmb_plugin *plugin, const struct cmb_channel *a,
                          const struct cmb_channel *b);
void cmb_stream_merge(struct json_object *a, struct json_object *b);
/* Adds to a frame what its channel's terms ask for. */
void cmb_stream_mark(const struct cmb_plugin *plugin, const struct cmb_frame_rule *rule,
                     struct json_object **root);

/* publish: what is new of a public subscription. */
void cmb_session_publish(struct cmb_session *session,
                         struct cmb_session_subscription *subscription);
/* book: the same of a book. */
void cmb_session_publish_book(struct cmb_session *session,
                              struct cmb_session_subscription *subscription, int market);
/* private: the same of the account. */
void cmb_session_publish_private(struct cmb_session *session);
/* Whether a channel's row speaks of a market of the engine. */
bool cmb_stream_has_market(const struct cmb_practice *practice, const struct cmb_channel *channel,
                           int market);

/* token: gives a made-up token, renews all, tells whether one is alive. */
const char *cmb_practice_new_token(struct cmb_practice *practice, int64_t now_ns);
void cmb_practice_renew_tokens(struct cmb_practice *practice, int64_t now_ns);
bool cmb_practice_is_token(const struct cmb_practice *practice, struct cmb_text token,
                           int64_t now_ns);
/* Whether the streams that live on it say that it has ended. */
bool cmb_practice_tells_end(const struct cmb_practice *practice, struct cmb_text token);

#endif
