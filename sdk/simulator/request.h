/* simulator/request.h - a request as it was received, and what the tables make of it.
 *
 * A capture is a cmb_call that is filled backwards: instead of arguments becoming text, received
 * text becomes arguments, path, query, body, times and nonce.  What the core computes out of a call
 * (conditions, derived values, signatures) is then computed by the very same code.
 * One thread at a time; texts live as long as the received request and the call.
 */
#ifndef CMB_SIMULATOR_REQUEST_H
#define CMB_SIMULATOR_REQUEST_H

#include "request/call.h"

enum { CMB_RECEIVED_HEADERS = 64, CMB_RECEIVED_PAIRS = 128 };

struct cmb_received_pair {
    struct cmb_text name, value;
    struct cmb_text raw; /* of query and form: name=value as it stood there */
};

struct cmb_received {
    struct cmb_text method, path, query, body, host;
    struct cmb_received_pair headers[CMB_RECEIVED_HEADERS], query_pairs[CMB_RECEIVED_PAIRS],
        form_pairs[CMB_RECEIVED_PAIRS];
    uint32_t header_count, query_count, form_count;
    bool is_json; /* the body begins like JSON */
    struct cmb_arena arena; /* of decoded values */
    int64_t time_ns;        /* of arrival */
};

/* Cuts target and body into pairs.  `received` has method, host, body, headers and an arena;
 * target is path and ?query. */
void cmb_received_cut(struct cmb_received *received, struct cmb_text target);
/* The value of a parameter at that place (CAMBIST_QUERY, _FORM, _JSON, _HEADER); absent when it was
 * not sent.  Values of JSON strings come without quotes, others as they stand there. */
struct cmb_text cmb_received_find(struct cmb_received *received, uint32_t place,
                                  struct cmb_text name);
/* All values of that name in the query, with commas; absent when it was not sent. */
struct cmb_text cmb_received_join(struct cmb_received *received, struct cmb_text name);
/* The same in a JSON text: dots in the name nest. */
struct cmb_text cmb_received_member(struct cmb_arena *arena, struct cmb_text json,
                                    struct cmb_text name);

struct cmb_capture {
    struct cmb_call *call;
    struct cmb_received *received;
    struct cmb_arguments *target; /* where arguments go: of the call, or of an item */
    struct cmb_text derived[CMB_DERIVED_NAMES_MOST]; /* as received; absent: not sent */
    struct cmb_text bad_market; /* a name that no market has */
    struct cmb_text base, quote; /* unified, where parts of a market's name are captured */
    struct cmb_text signed_object; /* see cmb_proof_check_message */
    bool is_stranger;           /* a credential that is not the one given out */
    bool is_proved;             /* it was, when it arrived: its nonce is no new one */
    int64_t deadline_ns;        /* behind which nothing is done, as the request says; 0: none */
};

/* inverse: reads `text` as something that the template gave.  False where it cannot have. */
bool cmb_inverse_match(struct cmb_capture *capture, const struct cmb_template *template,
                       struct cmb_text text);
/* The same for a row of which a condition must have held, before and behind; what the condition says
 * of the arguments is then known too.  A match that fails leaves nothing behind. */
bool cmb_inverse_try(struct cmb_capture *capture, const struct cmb_template *template,
                     const struct cmb_condition *when, struct cmb_text text);
/* The same for JSON objects, in which members may stand in any order and others beside them. */
bool cmb_inverse_match_json(struct cmb_capture *capture, const struct cmb_template *template,
                            struct cmb_text json);
/* Of several rows that may have given a text the surest is taken: first constants, which nothing
 * else gives, then rows in their order, and last those that only apply when something was given of
 * which nothing is known. */
enum cmb_inverse_pass { CMB_INVERSE_CONSTANTS, CMB_INVERSE_SURE, CMB_INVERSE_OTHERS,
                        CMB_INVERSE_PASSES };
bool cmb_inverse_is_in_pass(const struct cmb_capture *capture,
                            const struct cmb_template *template,
                            const struct cmb_condition *when, enum cmb_inverse_pass pass);
/* Whether the template gives one text only. */
bool cmb_inverse_is_constant(const struct cmb_template *template);
/* Sets what the terms of a condition that held say of the arguments. */
void cmb_inverse_imply(struct cmb_capture *capture, const struct cmb_condition *when);
/* Whether the condition may have held, for what is known of the arguments. */
bool cmb_inverse_may_hold(const struct cmb_capture *capture, const struct cmb_condition *when);

/* question: the endpoint row that was asked, its arguments in the capture's call.  False when no
 * row has this method and path. */
bool cmb_question_read(struct cmb_capture *capture, struct cmb_exchange *exchange,
                       struct cmb_received *received, struct cambist_error *error);

/* proof: whether the request carries what its access demands.  DENIED, BAD_TIME. */
int cmb_proof_check(struct cmb_capture *capture, struct cambist_error *error);
/* The same for a message of a stream, whose values the capture has: all that `message` asks for.
 * `object` is the JSON object that the signature stood in: where the signed text is written as a
 * query, it may be one of all its members by name. */
int cmb_proof_check_message(struct cmb_capture *capture, const struct cmb_template *message,
                            struct cmb_text object, struct cambist_error *error);

#endif
