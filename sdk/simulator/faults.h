/* simulator/faults.h - what goes wrong on purpose, and when?
 *
 * A strike is decided for each request before it is executed, and in streams for each handshake,
 * answer and frame before it is written.  Some faults are no strikes but rules that hold while they
 * are on: another clock, other rules for client ids, queries that lag.  Names are for people:
 *     execute-then-cut@create_order:1/10
 *     gap@watch_order_book:1/50
 *     clock-ahead
 */
#ifndef CMB_SIMULATOR_FAULTS_H
#define CMB_SIMULATOR_FAULTS_H

#include "crypto/random.h"
#include "simulator/simulator.h"

/* Which requests a fault can strike at all. */
enum cmb_fault_reach {
    CMB_HITS_ALL = 0,
    CMB_HITS_WRITES,  /* whatever changes something */
    CMB_HITS_CANCELS, /* of one order */
    CMB_HITS_EDITS,
    CMB_HITS_LISTS,   /* several orders in one request */
    CMB_HITS_HISTORY, /* lists of trades and orders */
};

/* X(NAME, "name", executes, REACH, "what happens") */
#define CMB_FAULT_LIST(X)                                                                          \
    X(EXECUTE_THEN_CUT, "execute-then-cut", true, ALL,                                             \
      "done, then the connection ends without a byte")                                             \
    X(EXECUTE_THEN_RESET, "execute-then-reset", true, ALL, "done, then the connection is reset")   \
    X(CUT, "cut", false, ALL, "not done, the connection ends without a byte")                      \
    X(RESET, "reset", false, ALL, "not done, the connection is reset")                             \
    X(EXECUTE_THEN_ERROR, "execute-then-error", true, ALL, "done, answered with 502 and HTML")     \
    X(ERROR, "error", false, ALL, "not done, answered with 503 and HTML")                          \
    X(RATE_LIMIT, "rate-limit", false, ALL, "not done, answered with 429 and Retry-After")         \
    X(BAN, "ban", false, ALL, "not done, answered with 418 and Retry-After")                       \
    X(SLOW, "slow", true, ALL, "done, the first byte comes after half a second")                   \
    X(STALL, "stall", true, ALL, "done, and never answered")                                       \
    X(DRIP, "drip", true, ALL, "done, answered byte by byte")                                      \
    X(TRUNCATE, "truncate", true, ALL, "done, the answer ends in its middle")                      \
    X(GARBLE, "garble", true, ALL, "done, answered with 200 and HTML")                             \
    X(CUT_STATUS, "cut-status", true, ALL, "done, the connection ends in the status line")         \
    X(RESET_STATUS, "reset-status", true, ALL, "done, it is reset in the status line")             \
    X(CUT_HEADERS, "cut-headers", true, ALL, "done, the connection ends in the headers")           \
    X(RESET_HEADERS, "reset-headers", true, ALL, "done, it is reset in the headers")               \
    X(RESET_BODY, "reset-body", true, ALL, "done, the connection is reset in the body")            \
    X(STALL_BODY, "stall-body", true, ALL, "done, the end of the answer never comes")              \
    X(SHORT_LENGTH, "short-length", true, ALL, "done, the answer is longer than it says")          \
    X(LONG_LENGTH, "long-length", true, ALL, "done, the answer is shorter than it says")           \
    X(BAD_CHUNKS, "bad-chunks", true, ALL, "done, the answer's chunks have no lengths")            \
    X(CUT_GZIP, "cut-gzip", true, ALL, "done, the packed answer ends in its middle")               \
    X(HUGE_HEADERS, "huge-headers", true, ALL, "done, answered with 100 KB of headers")            \
    X(EMPTY, "empty", true, ALL, "done, answered with 200 and nothing")                            \
    X(INTERIM, "interim", true, ALL, "done, answered behind two interim answers")                  \
    X(REDIRECT, "redirect", false, ALL, "not done, sent to another host with 307")                 \
    X(FORBID, "forbid", false, ALL, "not done, answered with 403 and HTML")                        \
    X(RETRY_DATE, "retry-date", false, ALL, "not done, 429, Retry-After is a date")                \
    X(RETRY_NEGATIVE, "retry-negative", false, ALL, "not done, 429, Retry-After is negative")      \
    X(RETRY_HUGE, "retry-huge", false, ALL, "not done, 429, Retry-After is thirty years")          \
    X(RETRY_GARBAGE, "retry-garbage", false, ALL, "not done, 429, Retry-After is no time")         \
    X(EXECUTE_THEN_LIMIT, "execute-then-limit", true, WRITES, "done, answered with 429")           \
    X(UNKNOWN, "unknown", false, WRITES, "not done, answered: nobody knows whether")               \
    X(EXECUTE_THEN_UNKNOWN, "execute-then-unknown", true, WRITES,                                  \
      "done, answered: nobody knows whether")                                                      \
    X(LATE, "late", true, WRITES, "waits at the exchange; done late if in time, then answered")    \
    X(LATE_CUT, "late-cut", true, WRITES, "the connection ends; done late if in time")             \
    X(EXTERNAL, "external", true, ALL, "the account's owner places an order elsewhere before")     \
    X(HISTORY_TWICE, "history-twice", true, HISTORY, "each row of the list comes twice")           \
    X(FILL_BEFORE_CANCEL, "fill-before-cancel", true, CANCELS,                                     \
      "the order is filled just before, the cancel is refused")                                    \
    X(FILL_THEN_CANCEL, "fill-then-cancel", true, CANCELS,                                         \
      "half of the order is filled just before, the rest is cancelled")                            \
    X(CANCEL_THEN_REFUSE, "cancel-then-refuse", true, CANCELS,                                     \
      "cancelled, answered as if it could not be")                                                 \
    X(CANCEL_LATE, "cancel-late", true, CANCELS,                                                   \
      "answered as cancelled, and open for a second more")                                         \
    X(CANCEL_VAIN, "cancel-vain", true, CANCELS, "answered as cancelled, and filled a second later") \
    X(MIXED_LIST, "mixed-list", true, LISTS, "every second order of the list is refused")          \
    X(CUT_LIST, "cut-list", true, LISTS, "half of the list is done, then the connection ends")     \
    X(EDIT_HALF, "edit-half", true, EDITS, "cancelled, not placed anew, and so answered")          \
    X(EDIT_HALF_CUT, "edit-half-cut", true, EDITS,                                                 \
      "cancelled, not placed anew, then the connection ends")

/* When it is decided whether a fault of streams strikes. */
enum cmb_fault_moment {
    CMB_AT_REQUEST = 0,
    CMB_AT_ACCEPT,     /* a connection, before a byte of a request is read */
    CMB_AT_ALL_TIMES,  /* a rule of the exchange that holds while it is on, whatever its rate */
    CMB_AT_HANDSHAKE,
    CMB_AT_CONNECTION, /* lasts while it is on, whatever its rate */
    CMB_AT_TOKEN,      /* a token of a private stream, when it is given */
    CMB_AT_SUBSCRIPTION, /* a topic that would be granted */
    CMB_AT_ANSWER,     /* an acknowledgement */
    CMB_AT_DATA,       /* a frame of a topic, made but not written */
    CMB_AT_FILL,       /* a frame of the account that tells a fill */
    CMB_AT_FIRST_FILL, /* an order of the account that traded as it came */
    CMB_AT_BOOK,       /* an update of a book, before it is made */
    CMB_AT_SNAPSHOT,   /* a whole book, asked for or sent */
};

/* Rules of an exchange, and what happens before a request.  X(NAME, "name", MOMENT, "...") */
#define CMB_RULE_FAULT_LIST(X)                                                                     \
    X(NOT_CONNECTED, "not-connected", ACCEPT, "the connection ends before a request is read")      \
    X(IDS_AMONG_OPEN, "ids-among-open", ALL_TIMES, "a client id is unique among open orders")      \
    X(IDS_ANY, "ids-any", ALL_TIMES, "client ids may repeat; queries find the first")              \
    X(IDS_LAST_WINS, "ids-last-wins", ALL_TIMES, "client ids may repeat; queries find the last")   \
    X(QUERIES_LAG, "queries-lag", ALL_TIMES, "queries about orders tell of two seconds ago")       \
    X(CLOSED_BY_ID_ONLY, "closed-by-id-only", ALL_TIMES,                                           \
      "orders that are done cannot be found by client id")                                         \
    X(CLOSED_NOT_FOUND, "closed-not-found", ALL_TIMES, "orders that are done cannot be found")     \
    X(LIMITS, "limits", ALL_TIMES, "the tables' limits are kept: 429, and a ban if it goes on")    \
    X(LIMITS_HALVED, "limits-halved", ALL_TIMES, "the same with half of what the tables say")      \
    X(CLOCK_AHEAD, "clock-ahead", ALL_TIMES, "the exchange's clock is ten minutes ahead")          \
    X(CLOCK_BEHIND, "clock-behind", ALL_TIMES, "the exchange's clock is ten minutes behind")       \
    X(CLOCK_DRIFT, "clock-drift", ALL_TIMES, "the exchange's clock gains 500 ppm")                 \
    X(CLOCK_STEP, "clock-step", ALL_TIMES, "the exchange's clock steps by an hour")

/* X(NAME, "name", MOMENT, "what happens") */
#define CMB_STREAM_FAULT_LIST(X)                                                                   \
    X(NO_UPGRADE, "no-upgrade", HANDSHAKE, "the handshake is answered with 200")                   \
    X(REFUSE_UPGRADE, "refuse-upgrade", HANDSHAKE, "the handshake is answered with 503")           \
    X(WRONG_ACCEPT, "wrong-accept", HANDSHAKE, "the handshake proves another key")                 \
    X(STALL_UPGRADE, "stall-upgrade", HANDSHAKE, "the handshake is never answered")                \
    X(GLUED_FRAME, "glued-frame", HANDSHAKE, "the first frame comes in one segment with the 101")  \
    X(FRAGMENTS, "fragments", DATA, "the message comes in three frames")                           \
    X(CONTROL_BETWEEN, "control-between", DATA, "in three frames, with pings between them")        \
    X(MASKED, "masked-frame", DATA, "the frame is masked, as only a client's may be")              \
    X(RESERVED_BITS, "reserved-bits", DATA, "the frame has bits that nobody agreed on")            \
    X(BAD_OPCODE, "bad-opcode", DATA, "the frame has a kind that does not exist")                  \
    X(OVERSIZE, "oversize", DATA, "the frame claims to be 2^40 bytes long")                        \
    X(BAD_TEXT, "bad-text", DATA, "the text is not UTF-8")                                         \
    X(GAP, "gap", DATA, "the frame is left out")                                                   \
    X(DUPLICATE, "duplicate", DATA, "the frame comes twice")                                       \
    X(REORDER, "reorder", DATA, "the frame comes behind the next one")                             \
    X(CUT_STREAM, "cut-stream", DATA, "the connection ends in the middle of the frame")            \
    X(FILL_FIRST, "fill-first", FIRST_FILL, "the fill of an order that trades at once is told first")                           \
    X(FILL_TWICE, "fill-twice", FILL, "a fill is told at once and two seconds later")              \
    X(FILL_LATE, "fill-late", FILL, "a fill is told two seconds later, behind all else")           \
    X(DEAD_KEY, "dead-key", TOKEN, "the token is none: connecting with it succeeds, all is silent") \
    X(KEY_DIES, "key-dies", TOKEN, "the token ends after two seconds, all is silent from then on") \
    X(KEY_EXPIRES, "key-expires", TOKEN, "the token ends after two seconds, and that is said")     \
    X(STRICT_PING, "strict-ping", CONNECTION, "pings each half second, cut when a pong is late")   \
    X(SHORT_LIFE, "short-life", CONNECTION, "goodbye after 2 s, cut after 3 s")                    \
    X(SLOW_CONSUMER, "slow-consumer", CONNECTION, "cut as soon as frames are not taken at once")   \
    X(MUTE, "mute", CONNECTION, "no data, while pings are answered")                               \
    X(HALF_OPEN, "half-open", CONNECTION, "nothing is read and nothing sent, the connection stays") \
    X(LOST_ANSWER, "lost-answer", ANSWER, "an acknowledgement is left out")                        \
    X(DOUBLE_ANSWER, "double-answer", ANSWER, "an acknowledgement comes twice")                    \
    X(WRONG_ANSWER, "wrong-answer", ANSWER, "an acknowledgement has another number")               \
    X(REFUSE_TOPIC, "refuse-topic", SUBSCRIPTION, "a subscription is refused")                     \
    X(CROSSED, "crossed", BOOK, "a bid above the best ask, until the next update")                 \
    X(ZERO_UNKNOWN, "zero-unknown", BOOK, "a level is removed that never was")                     \
    X(WRONG_CHECKSUM, "wrong-checksum", BOOK, "the checksum is another")                           \
    X(FINER_TICK, "finer-tick", BOOK, "a price between two ticks, until the next update")          \
    X(SEQUENCE_RESET, "sequence-reset", BOOK, "the exchange counts from the beginning")            \
    X(OLD_SNAPSHOT, "old-snapshot", SNAPSHOT, "a snapshot of half a second ago")                   \
    X(FAR_BEHIND, "far-behind", SNAPSHOT, "a snapshot of the oldest book that is remembered")

enum cmb_fault {
    CMB_FAULT_NONE = 0,
#define X(NAME, name, executes, reach, help) CMB_FAULT_##NAME,
    CMB_FAULT_LIST(X)
#undef X
#define X(NAME, name, moment, help) CMB_FAULT_##NAME,
    CMB_RULE_FAULT_LIST(X)
    CMB_STREAM_FAULT_LIST(X)
#undef X
    CMB_FAULT_COUNT
};

enum { CMB_FAULTS_EVERYWHERE = UINT32_MAX };

struct cmb_fault_rule {
    uint32_t fault;      /* enum cmb_fault */
    uint32_t operation;  /* enum cambist_operation or cambist_topic; NONE: all */
    uint32_t per_million; /* probability; 0: every n-th */
    uint32_t every;
    uint32_t seen;       /* requests that it could have struck */
    uint32_t exchange;   /* number; CMB_FAULTS_EVERYWHERE */
    uint32_t left;       /* strikes that are left; 0: any number */
    int64_t ends_ns;     /* of those that last; 0: never */
    bool is_spent;
};

struct cmb_faults {
    struct cmb_fault_rule rules[CMB_SIMULATOR_FAULTS_MOST];
    uint32_t count;
    int64_t now_ns; /* the simulator's clock, as last seen */
    uint64_t struck[CMB_FAULT_COUNT]; /* how often each has struck */
    struct cmb_random random;
};

void cmb_faults_init(struct cmb_faults *faults, uint64_t seed);
/* Reads NAME[@OPERATION][:RATE]; BAD_ARGUMENT: there is no such fault, or not for that. */
int cmb_faults_add(struct cmb_faults *faults, const char *text, struct cambist_error *error);
/* Which fault strikes this request (enum cmb_fault). */
uint32_t cmb_faults_draw(struct cmb_faults *faults, uint32_t exchange, uint32_t operation);

/* The same for what is about to happen in a stream of the exchange; `topic` NONE: no topic's. */
uint32_t cmb_faults_draw_stream(struct cmb_faults *faults, uint32_t exchange,
                                enum cmb_fault_moment moment, uint32_t topic);
/* Whether a fault that lasts is on; `topic` of a stream, else NONE. */
bool cmb_faults_is_on(const struct cmb_faults *faults, uint32_t exchange, uint32_t fault,
                      uint32_t topic);
/* Adds one that strikes so often, or lasts so many seconds, and no more. */
int cmb_faults_strike(struct cmb_faults *faults, uint32_t exchange, const char *text,
                      uint32_t count, int64_t now_ns, struct cambist_error *error);

/* How many moves of the house a snapshot is too old. */
uint64_t cmb_fault_moves(uint32_t fault);

/* The fault of that name, NONE when there is none; and the name. */
uint32_t cmb_fault_find(struct cmb_text name);
const char *cmb_fault_name(uint32_t fault);
/* What happens. */
const char *cmb_fault_help(uint32_t fault);
bool cmb_fault_executes(uint32_t fault);
/* Whether it is a rule or a state that lasts, and nothing that strikes. */
bool cmb_fault_lasts(uint32_t fault);
/* Whether it can strike an order's way: requests, the exchange's rules, the account's streams; not
 * books and other public data. */
bool cmb_fault_is_of_orders(uint32_t fault);

#endif
