/* request/request_run.h - the way of a question, stage by stage, on the I/O thread.
 *
 * A desk is an exchange that is open for questions: its connections, limits and cached answers.  A
 * run is one question on its way over a desk.  Everything here belongs to the loop's thread.
 */
#ifndef CMB_REQUEST_REQUEST_RUN_H
#define CMB_REQUEST_REQUEST_RUN_H

#include "cache/cache.h"
#include "cache/flight.h"
#include "limit/backoff.h"
#include "limit/table.h"
#include "metrics/stages.h"
#include "request/call.h"
#include "transport/network.h"

/* The stages in the order of the way: X(NAME, name, "what it answers"). */
#define CMB_STAGE_LIST(X)                                                                          \
    X(PICK, pick, "which endpoint answers this?")                                                  \
    X(FILL, fill, "which path, query and body ask for it?")                                        \
    X(REUSE, reuse, "is an answer at hand, or under way?")                                         \
    X(ADMIT, admit, "may it go now?")                                                              \
    X(SIGN, sign, "what proves that it is ours?")                                                  \
    X(SEND, send, "what came back?")                                                               \
    X(JUDGE, judge, "is that an error, and what became of the request?")                           \
    X(MAP, map, "which records does it hold?")                                                     \
    X(ANSWER, answer, "in which order and number?")

enum cmb_stage {
#define X(NAME, name, help) CMB_STAGE_##NAME,
    CMB_STAGE_LIST(X)
#undef X
    CMB_STAGE_COUNT
};

enum { CMB_LIMITS_MOST = 64 };
/* Ceilings of memory: of a desk's answers and signed requests that are kept, of one answer's body. */
enum {
    CMB_ANSWERS_BYTES_MOST = 32 << 20,
    CMB_SIGNATURES_BYTES_MOST = 1 << 20,
    CMB_ANSWER_BODY_BYTES_MOST = 16 << 20,
};

struct cmb_office_bucket;

/* What desks share: the loop, the way out, and the limits of this address.  `table` and `proxy` are
 * set behind cmb_office_init; both outlive the office. */
struct cmb_office {
    struct cmb_loop *loop;
    struct cmb_network *network; /* NULL: nothing is asked or connected */
    struct cmb_backoff backoff;
    struct cmb_limit_table *table; /* of all processes; NULL: this one counts alone */
    const char *proxy;             /* that all requests go through; NULL: none */
    struct cmb_office_bucket *buckets; /* that are not in the table */
    uint32_t answer_timeout_ms; /* 0: the network's own */
    bool is_timed; /* the stages of ways are measured; set before desks are opened */
    int64_t timing_ns; /* a millisecond began in which `started` runs did, not all of them timed */
    uint32_t started;
};

struct cmb_run;

struct cmb_desk {
    struct cmb_office *office;
    struct cmb_exchange *exchange;
    struct cmb_origin *origins[CMB_SERVERS_MOST]; /* NULL until first used */
    struct cmb_bucket *buckets[CMB_LIMITS_MOST];  /* by row of limits */
    struct cmb_cache *answers;
    struct cmb_cache *signatures; /* whole signed requests, by what they ask */
    uint64_t signatures_made, signatures_reused;
    struct cmb_buffer key;        /* of a signature, while it is looked up */
    int64_t delay_ns;   /* longer than nearly all answers of late */
    int64_t slowest_ns; /* of late */
    int64_t aligned_ns; /* when the limits' windows were aligned */
    int64_t narrowed_ns; /* when a limit was found to be narrower than its rule; 0: none */
    struct cmb_run *time_waiting; /* for the exchange's time, first come first */
    struct cmb_run *time_run;     /* asks for it */
    bool needs_time;              /* something is signed with one, for an account that is there */
    bool is_asking_time;
    int64_t time_asked_ns, time_sent_ns;
    struct cambist_error time_error; /* why it could not be had last */
    struct cmb_flights *flights;
    struct cmb_run *waiting;   /* for the markets, first come first */
    struct cmb_run *loader;    /* of the markets; NULL: not under way */
    struct cambist_error load_error; /* why the last load failed */
    struct cmb_markets *loading;     /* what it has so far */
    uint32_t kinds_left;             /* CAMBIST_KIND_... still to be loaded */
    struct cmb_way_times times;
    struct cmb_histogram stages[CMB_STAGE_COUNT + 1]; /* of `times` */
};

typedef void cmb_run_done_fn(struct cmb_run *run, void *user);
/* The request is signed and its first byte is about to leave; anything but CAMBIST_OK keeps it back. */
typedef int cmb_run_leave_fn(struct cmb_run *run, void *user);

struct cmb_run {
    struct cmb_desk *desk;
    struct cmb_call *call;
    struct cambist_error error;
    cmb_run_done_fn *on_done;
    cmb_run_leave_fn *on_leave; /* NULL: nobody wants to know; set it behind cmb_run_init */
    void *user;
    enum cmb_stage stage;
    enum cmb_stage end; /* the run is over when it reaches this; all stages: CMB_STAGE_COUNT */
    unsigned attempt;
    bool may_skip_markets, is_from_cache;
    bool is_urgent;           /* goes like a cancel, and never with somebody else's answer */
    bool has_waited_for_time; /* the exchange's time was asked for on its behalf */
    bool is_signed_anew;      /* its time or nonce was refused once */
    bool is_stale;            /* it has waited since it was filled */
    bool is_turned_back;      /* after it was admitted a limit was closed, or the time was lost */
    bool is_timed;
    struct cmb_lap lap;                      /* over all attempts; waits between them belong to none */
    int64_t taken_ns;                        /* when the limits were charged */
    struct cmb_timer timer;
    struct cmb_flight *flight;
    struct cmb_flight_waiter waiter;
    bool leads;                              /* others wait for this answer */
    struct cmb_buffer key;                   /* of the answer in the cache */
    struct cmb_buffer body;                  /* the answer, kept for the stages behind send */
    struct cmb_run *next;                    /* in the list it waits in */
};

/* Prepares an office; loop and network (NULL: for what is only fed) outlive it. */
void cmb_office_init(struct cmb_office *office, struct cmb_loop *loop,
                     struct cmb_network *network);
/* All desks were closed before. */
void cmb_office_clear(struct cmb_office *office);

/* Opens a desk; `exchange` outlives it.  NULL without memory. */
struct cmb_desk *cmb_desk_new(struct cmb_office *office, struct cmb_exchange *exchange);
/* No run is under way any more.  Accepts NULL. */
void cmb_desk_free(struct cmb_desk *desk);
/* Opens connections ahead to every server that requests go to, and asks for the exchange's time where
 * requests will be signed with it. */
void cmb_desk_warm(struct cmb_desk *desk, uint32_t count);
/* The bucket of a row of limits. */
static inline struct cmb_bucket *cmb_desk_bucket(const struct cmb_desk *desk, uint32_t limit)
{
    return desk->buckets[limit];
}

/* A run with a call of its own; NULL without memory.  Free accepts NULL. */
struct cmb_run *cmb_run_new(void);
void cmb_run_free(struct cmb_run *run);
/* Frees a run that may wait for its turn or to try again: nobody is told.  It is not with the network. */
void cmb_run_forget(struct cmb_run *run, struct cmb_loop *loop);

/* Large memory that the last question took is released; what small ones need stays.  Its answer is
 * gone. */
void cmb_run_trim(struct cmb_run *run);

/* Prepares the run for a question; arguments are then set in run->call->arguments. */
void cmb_run_init(struct cmb_run *run, struct cmb_desk *desk, uint32_t operation);
/* Walks the run through its stages.  on_done is called exactly once, maybe from inside, with the
 * rows in run->call or the reason in run->error. */
void cmb_run_start(struct cmb_run *run, cmb_run_done_fn *on_done, void *user);

/* "pick 0.4 us, fill 0.3 us, ..." */
void cmb_run_trace(const struct cmb_run *run, struct cmb_buffer *ret);
/* The stages as rows. */
extern const struct cmb_way cmb_request_way;

/* The run leaves a part of a stage now. */
void cmb_run_leave_stage(struct cmb_run *run, enum cmb_stage stage);

/* ---- for the files of the way ---- */

/* set_clock: OK when the time to sign with is good enough, AGAIN when the run waits for it. */
int cmb_time_wait(struct cmb_run *run);
/* Before signing: BAD_TIME where the exchange's time is not known well enough, AGAIN where it is not
 * known any more and the run has to wait for it. */
int cmb_time_check(struct cmb_run *run);
/* Whether the request whose time or nonce was refused may go once more; it is then made ready. */
bool cmb_time_sign_anew(struct cmb_run *run, int status);
/* Asks for the exchange's time, unless that is under way or cannot be done. */
void cmb_time_ask(struct cmb_desk *desk);
/* The same where what is known is not good enough. */
void cmb_time_keep(struct cmb_desk *desk);
/* limits: finds or makes the buckets of a desk; false without memory. */
bool cmb_limits_open(struct cmb_desk *desk);
/* The exchange's rule, and how far from it the host stays. */
struct cmb_bucket_rule cmb_limits_rule(const struct cambist_limit *row);
/* Has the calendar's windows begin as the exchange's clock says, as far as it is known. */
void cmb_limits_align(struct cmb_desk *desk);
/* Takes to heart how long an answer was under way; a request is counted no later than it. */
void cmb_limits_learn_delay(struct cmb_desk *desk, int64_t delay_ns);

/* The run goes on behind a wait: with its present stage, or behind it with what came. */
void cmb_run_resume(struct cmb_run *run);
void cmb_run_continue(struct cmb_run *run, int status);

/* reuse: OK: nobody has it, go on; AGAIN: wait; DONE in *ret_is_at_hand: the body is there. */
int cmb_reuse(struct cmb_run *run, bool *ret_is_at_hand);
/* Writes what makes two questions the same: endpoint, path, parameters.  False when it is too long. */
bool cmb_reuse_write_key(const struct cmb_call *call, struct cmb_buffer *key);
/* Appends the signed request that an equal question may send once more; false when there is none. */
bool cmb_sign_reuse_find(struct cmb_run *run, struct cmb_buffer *request);
/* Keeps a signed request where its row says that it may be sent again. */
void cmb_sign_reuse_keep(struct cmb_run *run, const struct cmb_buffer *request);
/* Whoever waited for this answer gets it, or the failure. */
void cmb_reuse_land(struct cmb_run *run, int status);
/* admit: OK, or AGAIN when the run waits for its turn. */
int cmb_admit(struct cmb_run *run);
/* Whether a limit of it was closed since it was admitted. */
bool cmb_admit_is_closed(struct cmb_run *run);
/* What an answer says about limits: used, remaining, Retry-After, bans. */
void cmb_admit_learn(struct cmb_run *run, const struct cmb_answer *answer);
/* Takes back what was charged for a request that never left. */
void cmb_admit_refund(struct cmb_run *run);
/* send: AGAIN; the run continues when the answer or the failure is here.  Signs on the way. */
int cmb_send(struct cmb_run *run);
/* markets: OK when they are here, AGAIN when the run waits for them. */
int cmb_markets_wait(struct cmb_run *run);
/* The kinds (CAMBIST_KIND_..., or-ed) that are loaded one after the other before the first question
 * that needs markets; 0: one answer holds all.  A kind that only fetch_markets speaks of is asked
 * for by name alone, one whose server has no URL in this environment cannot be asked for, and one that
 * the configuration does not want is not loaded. */
uint32_t cmb_markets_kinds(const struct cmb_exchange *exchange);

#endif
