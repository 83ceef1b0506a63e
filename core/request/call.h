/* request/call.h - one question on its way through the stages.
 *
 * A call is made for an exchange, walks through the stages in the order of request_run.c, and is
 * reused for the next question: in steady state its arena and buffers allocate nothing.  One thread
 * at a time.
 */
#ifndef CMB_REQUEST_CALL_H
#define CMB_REQUEST_CALL_H

#include "base/fail.h"
#include "crypto/encode.h"
#include "json/reader.h"
#include "json/writer.h"
#include "number/time.h"
#include "request/exchange.h"
#include "request/plan.h"

/* The arena of a call: records and texts of its answer. */
enum { CMB_CALL_BYTES_MOST = 64 << 20 };
enum { CMB_EXTRAS_MOST = 32, CMB_PAIRS_MOST = 256, CMB_SYMBOLS_MOST = 512, CMB_ITEMS_MOST = 64 };

/* What is asked.  Texts belong to the caller until the call has ended: behind a wait it is filled
 * anew. */
struct cmb_arguments {
    struct cmb_text values[CAMBIST_ARGUMENT_COUNT]; /* absent: not given; vocabularies: our word */
    struct cmb_extra {
        struct cmb_text name, value; /* for the exchange as it is */
        uint32_t json_form;
    } extras[CMB_EXTRAS_MOST];
    uint32_t extra_count;
    const struct cmb_arguments *items; /* the orders of create_orders, cancel_orders */
    uint32_t item_count;
};

/* What stands in records of messages where a secret stood. */
#define CMB_HIDDEN CMB_TEXT("REDACTED")

/* A parameter as it was rendered, before any encoding. */
struct cmb_rendered {
    struct cmb_text name, value;
    uint32_t json_form;
    int item; /* number of the item of a list body that it belongs to; -1: none */
    struct cmb_text head; /* the name as it stands in a query, ready; absent: not known */
    bool is_plain;        /* the value is known to need no percent-encoding */
};

enum { CMB_TIME_FORMS = 6, CMB_DERIVED_NAMES_MOST = 16, CMB_HIDDEN_MOST = 16 };

struct cmb_call {
    struct cambist_call slot; /* what functions of the plugin see; first */
    struct cmb_exchange *exchange;
    const struct cmb_endpoint *endpoint;
    uint32_t operation, kind; /* kind: CAMBIST_KIND_... that is meant */
    struct cmb_arguments arguments;
    const struct cmb_arguments *item; /* the order whose parameters are being rendered */
    const struct cambist_market *market; /* of `symbol`; NULL: none was named */
    const struct cambist_market **markets; /* of `symbols` */
    uint32_t market_count;
    struct cmb_arena arena;
    struct cambist_error *error; /* the caller's */

    /* the request, as it is being written */
    int64_t time_ns; /* the exchange's clock that every time in it means; 0: not yet asked for */
    struct cmb_text time_texts[CMB_TIME_FORMS]; /* of time_ns, as far as asked for */
    struct cmb_time_day day;                    /* that was written last, in whichever request */
    struct cmb_text path, nonce, uuid, random; /* fresh ones: absent until asked for */
    struct cmb_rendered pairs[CMB_PAIRS_MOST];  /* of query or body, in order; none by a plan */
    uint32_t pair_count;
    struct cmb_buffer query, body, headers;     /* headers: "Name: value\r\n" ... */
    uint32_t filled_pairs;                      /* what fill wrote; signing starts behind it */
    size_t filled_query, filled_body;
    struct cmb_text derived[CMB_DERIVED_NAMES_MOST];
    const char *content_type;
    struct {
        struct cmb_text channel, topics, number, token;
    } spoken; /* of a stream's message */
    bool hides;         /* render writes CMB_HIDDEN for credentials, tokens and what is derived */
    struct cmb_text hidden[CMB_HIDDEN_MOST]; /* what was hidden so */
    uint32_t hidden_count;
    const struct cmb_plan *plan; /* that this request is written by; NULL: the normal way */
    struct cmb_plan plans[CMB_PLANS];
    uint32_t plans_noted, plan_misses;

    /* the answer */
    uint32_t http_status;
    struct cmb_text answer_body;
    struct cmb_json_value *found; /* by leaf, where the answer fits a stencil; NULL: it fits none */
    struct cmb_lesson *lesson; /* notes how it is read; NULL: nobody learns */
    const struct cmb_record_schema *schema;
    char *rows; /* records, schema->size bytes each */
    uint32_t row_count, row_capacity;
    struct cmb_text unknown_word; /* the first word that the tables did not know */
};

/* A call without an exchange; NULL without memory. */
struct cmb_call *cmb_call_new(void);
/* Accepts NULL. */
void cmb_call_free(struct cmb_call *call);
/* Empties the call for a new question; memory stays. */
void cmb_call_start(struct cmb_call *call, struct cmb_exchange *exchange, uint32_t operation,
                    struct cambist_error *error);

/* Sets an argument by name or JSON name from text that must live until the call has ended.  A
 * name that is no argument is kept for the exchange as it is.  Checks what can be checked:
 * decimals, whole numbers, words; control characters are refused everywhere. */
int cmb_arguments_set(struct cmb_arguments *arguments, struct cmb_text name, struct cmb_text value,
                      uint32_t json_form, struct cambist_error *error);

/* The moment that every time in the request means: the exchange's when it is first asked for. */
static inline int64_t cmb_call_time(struct cmb_call *call)
{
    if (!call->time_ns)
        call->time_ns = cmb_exchange_now_ns(call->exchange);
    return call->time_ns;
}

/* Takes a new time and nonce, and forgets what was derived from the old ones. */
void cmb_call_refresh(struct cmb_call *call);

static inline struct cmb_text cmb_call_argument(const struct cmb_call *call, uint32_t argument)
{
    const struct cmb_text *item = call->item ? &call->item->values[argument] : NULL;
    return item && item->at ? *item : call->arguments.values[argument];
}

/* ---- stages: each returns a status, the reason is in call->error ---- */

/* pick: which endpoint answers this?  Resolves symbols to markets on the way. */
int cmb_pick(struct cmb_call *call);
/* Finds the market of the symbol that is asked about now: the call's or its item's. */
int cmb_pick_market(struct cmb_call *call);
/* Picks instead the endpoint of the call's operation that stands at this method and URL; leaves
 * the pick as it is when there is none.  For recorded answers. */
void cmb_pick_by_url(struct cmb_call *call, struct cmb_text method, struct cmb_text url);
/* fill: which path, query and body ask for it?  `now` as of this moment; signs nothing. */
int cmb_fill(struct cmb_call *call);
/* sign: which headers and parameters prove that the request is ours?  Behind admit, because
 * waiting would age a time or nonce.  May be called again: it then signs anew. */
int cmb_sign_call(struct cmb_call *call);
/* judge: is this answer an error, and what became of the request?  Fills error and outcome. */
int cmb_judge(struct cmb_call *call, uint32_t http_status, struct cmb_text body);
/* The one order that was asked about was refused, inside an answer that is none. */
int cmb_judge_order(struct cmb_call *call, const struct cambist_order *order);
/* map: which records does the answer hold?  Learns how the next one of its form may be read. */
int cmb_map_answer(struct cmb_call *call);
/* The same for a text that is no answer: nobody learns but who has set call->lesson. */
int cmb_map(struct cmb_call *call);

/* ---- what stages share ---- */

/* Whether the condition holds for this call. */
bool cmb_condition_holds(const struct cmb_call *call, const struct cmb_condition *condition);
/* The text of a template, in the call's arena.  *ret_missing names the argument, {market} ... that
 * was not given: the status is then BAD_ARGUMENT and no reason is written. */
int cmb_render(struct cmb_call *call, const struct cmb_template *template, struct cmb_text *ret,
               struct cmb_text *ret_missing);
/* What a name stands for now, before filters; absent when it was not given. */
struct cmb_text cmb_value_of(struct cmb_call *call, uint32_t name, uint32_t index);
/* Renders a parameter and adds it where it belongs; leaves it out where its condition or a missing
 * optional argument says so.  Parameters of a JSON body are collected, cmb_compose writes them. */
int cmb_add_parameter(struct cmb_call *call, const struct cmb_parameter *parameter);
int cmb_add_pair(struct cmb_call *call, uint32_t place, const struct cmb_rendered *pair);
/* Writes a value behind its head ("&name="), percent-encoded unless it is known to need none; false
 * when there is no room. */
static inline bool cmb_write_value(struct cmb_buffer *text, struct cmb_text head,
                                   struct cmb_text value, bool is_plain)
{
    char *to = cmb_buffer_reserve(text, head.length + value.length);
    if (!to)
        return false;
    memcpy(to, head.at, head.length);
    text->length += head.length;
    if (!is_plain && cmb_encode_url_needed(value)) {
        cmb_encode_url(text, value);
        return cmb_buffer_is_whole(text);
    }
    memcpy(to + head.length, value.at, value.length);
    text->length += value.length;
    return true;
}
/* Writes a value into a JSON body: as it is, or as a string. */
static inline void cmb_write_json(struct cmb_json_writer *writer, struct cmb_text value,
                                  uint32_t json_form)
{
    if (json_form == CAMBIST_LITERAL)
        cmb_json_write_raw(writer, value);
    else
        cmb_json_write_string(writer, value);
}
/* Writes the JSON body out of the collected pairs.  `ret_spans`, NULL or CMB_PAIRS_MOST of them, tell
 * where each pair's value stands, quotes included. */
struct cmb_span {
    size_t start, end;
};
int cmb_compose(struct cmb_call *call, struct cmb_buffer *body, struct cmb_span *ret_spans);
/* Writes only the list of orders, into memory of the call. */
int cmb_compose_items(struct cmb_call *call, struct cmb_text *ret);
/* The value of a derived name, computed when it is first asked for. */
int cmb_derive(struct cmb_call *call, uint32_t name, struct cmb_text *ret);
/* The same where it is known which of the name's rows applies; absent unless *ret_status is OK.  The
 * text is the result, since a copy of what was just written in two halves has to wait for both. */
struct cmb_text cmb_derive_by(struct cmb_call *call, uint32_t name, uint32_t row, int *ret_status);

/* What became of a request whose answer cannot be read: nothing, where it changes nothing; else
 * nobody knows.  Sets the outcome and answers `status`. */
int cmb_unreadable(struct cmb_call *call, int status);
/* The record that the caller fills next; NULL when there are too many. */
void *cmb_call_add_row(struct cmb_call *call);
/* Fills in what follows from what the exchange said: remaining = amount - filled ... */
void cmb_complete(struct cmb_call *call, void *record);
/* The functions that a plugin's slots are lent. */
extern const struct cambist_host cmb_host_functions;

#endif
