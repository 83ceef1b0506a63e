/* simulator/faults.h - what goes wrong on purpose, and when?
 *
 * A strike is decided for each request before it is executed, and in streams for each handshake,
 * answer and frame before it is written.  Names are for people:
 *     execute-then-cut@create_order:1/10
 *     gap@watch_order_book:1/50
 */
#ifndef CMB_SIMULATOR_FAULTS_H
#define CMB_SIMULATOR_FAULTS_H

#include "crypto/random.h"
#include "simulator/simulator.h"

/* X(NAME, "name", executes, "what happens") */
#define CMB_FAULT_LIST(X)                                                                          \
    X(EXECUTE_THEN_CUT, "execute-then-cut", true, "done, then the connection ends without a byte") \
    X(EXECUTE_THEN_RESET, "execute-then-reset", true, "done, then the connection is reset")        \
    X(CUT, "cut", false, "not done, the connection ends without a byte")                           \
    X(RESET, "reset", false, "not done, the connection is reset")                                  \
    X(EXECUTE_THEN_ERROR, "execute-then-error", true, "done, answered with 502 and HTML")          \
    X(ERROR, "error", false, "not done, answered with 503 and HTML")                               \
    X(RATE_LIMIT, "rate-limit", false, "not done, answered with 429 and Retry-After")              \
    X(BAN, "ban", false, "not done, answered with 418 and Retry-After")                            \
    X(SLOW, "slow", true, "done, the first byte comes after half a second")                        \
    X(STALL, "stall", true, "done, and never answered")                                            \
    X(DRIP, "drip", true, "done, answered byte by byte")                                           \
    X(TRUNCATE, "truncate", true, "done, the answer ends in its middle")                           \
    X(GARBLE, "garble", true, "done, answered with 200 and HTML")

/* When it is decided whether a fault of streams strikes. */
enum cmb_fault_moment {
    CMB_AT_REQUEST = 0,
    CMB_AT_HANDSHAKE,
    CMB_AT_CONNECTION, /* lasts while it is on, whatever its rate */
    CMB_AT_SUBSCRIPTION, /* a topic that would be granted */
    CMB_AT_ANSWER,     /* an acknowledgement */
    CMB_AT_DATA,       /* a frame of a topic, made but not written */
    CMB_AT_BOOK,       /* an update of a book, before it is made */
    CMB_AT_SNAPSHOT,   /* a whole book, asked for or sent */
};

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
    X(STRICT_PING, "strict-ping", CONNECTION, "pings each half second, cut when a pong is late")   \
    X(SHORT_LIFE, "short-life", CONNECTION, "goodbye after 2 s, cut after 3 s")                    \
    X(SLOW_CONSUMER, "slow-consumer", CONNECTION, "cut as soon as frames are not taken at once")   \
    X(MUTE, "mute", CONNECTION, "no data, while pings are answered")                               \
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
#define X(NAME, name, executes, help) CMB_FAULT_##NAME,
    CMB_FAULT_LIST(X)
#undef X
#define X(NAME, name, moment, help) CMB_FAULT_##NAME,
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
    int64_t now_ns; /* the simulator's clock, as last seen by a stream */
    struct cmb_random random;
};

void cmb_faults_init(struct cmb_faults *faults, uint64_t seed);
/* Reads NAME[@OPERATION][:RATE]; BAD_ARGUMENT names what there is. */
int cmb_faults_add(struct cmb_faults *faults, const char *text, struct cambist_error *error);
/* Which fault strikes this request (enum cmb_fault). */
uint32_t cmb_faults_draw(struct cmb_faults *faults, uint32_t exchange, uint32_t operation);

/* The same for what is about to happen in a stream of the exchange; `topic` NONE: no topic's. */
uint32_t cmb_faults_draw_stream(struct cmb_faults *faults, uint32_t exchange,
                                enum cmb_fault_moment moment, uint32_t topic);
/* Whether a fault of connections is on. */
bool cmb_faults_is_on(const struct cmb_faults *faults, uint32_t exchange, uint32_t fault,
                      uint32_t topic);
/* Adds one that strikes so often, or of connections lasts so many seconds, and no more. */
int cmb_faults_strike(struct cmb_faults *faults, uint32_t exchange, const char *text,
                      uint32_t count, int64_t now_ns, struct cambist_error *error);

/* How many moves of the house a snapshot is too old. */
uint64_t cmb_fault_moves(uint32_t fault);

const char *cmb_fault_name(uint32_t fault);
/* What happens. */
const char *cmb_fault_help(uint32_t fault);
bool cmb_fault_executes(uint32_t fault);

#endif
