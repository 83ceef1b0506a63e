/* simulator/exchange.h - one practice exchange: a plugin's tables over an engine.
 *
 * The way of a request: question (which row, which arguments), proof (may it), serve (what does the
 * engine say: records), answer (records as the exchange writes them) or refusal (a failure as the
 * exchange writes it).  Everything here is called under the simulator's lock.
 */
#ifndef CMB_SIMULATOR_EXCHANGE_H
#define CMB_SIMULATOR_EXCHANGE_H

#include <json-c/json.h>

#include "simulator/engine.h"
#include "simulator/request.h"

enum { CMB_CREDENTIAL_TEXTS = 8 };

enum { CMB_TOKENS = 64 };

/* A made-up token of a private stream. */
struct cmb_token {
    char text[48];
    int64_t ends_ns; /* by the simulator's clock */
    bool is_told;    /* its streams say that it has ended */
};

/* What differs between exchanges, where no table says it. */
struct cmb_practice_rules {
    uint32_t client_ids; /* enum cmb_client_ids */
    int64_t query_lag_ns; /* what is asked about orders was true so long ago */
    bool hides_closed;    /* orders that are done cannot be found ... */
    bool hides_closed_by_client_id; /* ... or not by client id */
};

struct cmb_practice {
    const struct cmb_plugin *plugin;
    struct cmb_engine *engine;
    struct cmb_exchange *exchange; /* with made-up credentials; verifies, never signs */
    struct cmb_call *call;
    char *credentials[CMB_CREDENTIAL_TEXTS]; /* by row of the plugin's table */
    struct cmb_capture capture;    /* of the request in hand */
    struct cambist_error error;    /* why it is refused */
    struct cmb_token tokens[CMB_TOKENS]; /* ring */
    uint32_t token_count;
    struct cmb_random random;      /* of tokens */
    const char *stream_url;        /* NULL: not known yet */
    bool is_known;                 /* some row has its method and path */
    bool is_generous;              /* paths that no row has are answered with nothing */
    struct cmb_practice_rules rules; /* as a program sets them */
    struct cmb_practice_rules in_force; /* with what faults make of them, for the request in hand */
    int64_t ahead_ns;              /* the exchange's clock over the simulator's */
    uint32_t struck;               /* enum cmb_fault, of the request in hand */
    uint32_t token_fault;          /* the same, of the token that it may ask for */
    int64_t dead_man_ns[CMB_ENGINE_MARKETS]; /* the simulator's time at which the market's open orders
                                              * are cancelled, unless it is set again; 0: never */
    struct cmb_engine_order *pending; /* said to be cancelled, and still open; NULL: none */
};

/* What goes back to the client.  The body is the caller's to free. */
struct cmb_reply {
    uint32_t http_status;
    char *body;
};

/* Opens an exchange with an engine of its own.  `plugin`, `vault` and `clock` outlive it; close
 * accepts one that was only zeroed. */
int cmb_practice_open(struct cmb_practice *practice, const struct cmb_plugin *plugin,
                      struct cmb_vault *vault, uint64_t seed, const struct cmb_clock *clock,
                      struct cambist_error *error);
void cmb_practice_close(struct cmb_practice *practice);
/* Reads the request; answers its operation, CAMBIST_OPERATION_NONE when no row has it.  Changes
 * nothing. */
uint32_t cmb_practice_read(struct cmb_practice *practice, struct cmb_received *received);
/* Whether what was read may be done: it is signed, fresh, within its deadline.  A status; what is
 * wrong is in practice->error. */
int cmb_practice_prove(struct cmb_practice *practice);
/* Does what was read and proved; `status` is what proving answered. */
bool cmb_practice_finish(struct cmb_practice *practice, int status, struct cmb_reply *ret);
/* Both: does what was read, and says so.  False without memory. */
bool cmb_practice_run(struct cmb_practice *practice, struct cmb_reply *ret);

/* credentials: makes up what the plugin's table asks for, in the forms that its derived rows can
 * use.  False without memory. */
bool cmb_practice_make_credentials(struct cmb_practice *practice, uint64_t seed);
/* The one of that name, NULL where there is none. */
const char *cmb_practice_credential(const struct cmb_practice *practice, const char *name);

/* markets: the engine's markets under the names that this exchange gives them. */
struct cmb_markets *cmb_practice_name_markets(const struct cmb_plugin *plugin);

/* serve: runs the question in the capture; the records are the call's rows. */
int cmb_practice_serve(struct cmb_practice *practice, struct cmb_capture *capture,
                       struct cambist_error *error);

/* dead_man: when the first of its switches goes off, by the simulator's clock; INT64_MAX: none is
 * set. */
int64_t cmb_practice_dead_man_ns(const struct cmb_practice *practice);
/* Cancels what is open in the markets whose time has come. */
void cmb_practice_cancel_dead(struct cmb_practice *practice, int64_t now_ns);

/* answer: the call's rows as the exchange writes them; NULL without memory.  The caller puts it. */
struct json_object *cmb_practice_write(struct cmb_call *call);
/* The same without what says that all is well. */
struct json_object *cmb_practice_write_rows(struct cmb_call *call);
/* The value of a leaf for this record; NULL: the record does not say it. */
struct json_object *cmb_answer_value(const struct cmb_call *call, const struct cmb_leaf *leaf,
                                     const char *record);
/* The exchange's name of a symbol's market; NULL for no symbol. */
struct json_object *cmb_answer_market(const struct cmb_call *call, const char *symbol);
/* Whether markets are called by our symbols in the exchange's streams. */
bool cmb_practice_streams_symbols(const struct cmb_plugin *plugin);
/* Whether both leaves are read out of one place, whatever chooses it. */
bool cmb_answer_is_same_place(const struct cmb_leaf *a, const struct cmb_leaf *b);
/* The envelope of a good answer with nothing in it. */
struct json_object *cmb_practice_write_nothing(const struct cmb_plugin *plugin);
/* refusal: a failure as the exchange writes it, and its HTTP status. */
struct json_object *cmb_practice_write_refusal(const struct cmb_plugin *plugin, uint32_t operation,
                                               const struct cambist_error *error,
                                               uint32_t *ret_http_status);
/* The row of `faults` that says this status best; NULL when none does. */
const struct cambist_fault *cmb_practice_fault_of(const struct cmb_plugin *plugin,
                                                  uint32_t status);
/* The row by which this exchange says that nobody knows what became of a request, if there is one of
 * that status, else any; NULL: it has no such words. */
const struct cambist_fault *cmb_practice_fault_unknown(const struct cmb_plugin *plugin,
                                                       uint32_t status);

/* The JSON of a value text: true and false as themselves, everything else as a string. */
struct json_object *cmb_written_text(struct cmb_text text);
/* place: puts `value` at a path below *root, making what is missing.  False when something stands
 * there already or cannot stand there; `value` is then dropped.  `any` is the key that stands for
 * *. */
bool cmb_place(struct json_object **root, const struct cmb_path_step *steps, uint32_t count,
               const char *any, struct json_object *value);
/* The same for a path as text, without * in it. */
bool cmb_place_text(struct json_object **root, const char *path, struct json_object *value);

/* records: rows out of the engine's things; texts live in the call's arena. */
void cmb_record_order(struct cmb_call *call, const struct cmb_engine *engine,
                      const struct cmb_engine_order *order, struct cambist_order *ret);
void cmb_record_trade(struct cmb_call *call, const struct cmb_engine *engine,
                      const struct cmb_engine_trade *trade, bool is_own,
                      struct cambist_trade *ret);
void cmb_record_ticker(const struct cmb_engine *engine, int market, struct cambist_ticker *ret);
void cmb_record_book(struct cmb_call *call, const struct cmb_engine *engine, int market,
                     uint32_t depth, struct cambist_order_book *ret);
void cmb_record_balance(const struct cmb_engine *engine, int currency, struct cambist_balance *ret);
void cmb_record_position(const struct cmb_engine *engine, int market,
                         struct cambist_position *ret);
struct cambist_decimal cmb_record_number(int64_t value, unsigned scale);
struct cambist_decimal cmb_record_money(int64_t money);

#endif
