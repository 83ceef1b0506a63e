/* request/plan.h - the query or body of one shape of question, as literals and values.
 *
 * Which rows of an endpoint apply depends on a few things only: what conditions ask about, and
 * whether optional arguments are there.  A plan holds these looks and what came of them; where they
 * give the same again, the same rows apply, and their text is the plan's literals with the values
 * of now between them.
 */
#ifndef CMB_REQUEST_PLAN_H
#define CMB_REQUEST_PLAN_H

#include "plugin/plugin.h"

enum {
    CMB_PLANS = 4,
    CMB_PLAN_WORDS_MOST = 12,
    CMB_PLAN_PIECES_MOST = 40,
    CMB_PLAN_TEXT_MOST = 1024,
    CMB_PLAN_WORD_MOST = 24,
    CMB_PLAN_STEP_BYTES = 32, /* literals are copied in steps: there is room behind each */
};

struct cmb_call;

/* What an argument said that must say the same again. */
struct cmb_plan_word {
    uint32_t argument;
    uint32_t length;
    char at[CMB_PLAN_WORD_MOST];
};

/* Where a value comes from. */
enum cmb_plan_source {
    CMB_PLAN_NOWHERE = 0, /* there is only a literal */
    CMB_PLAN_ARGUMENT,    /* `index` */
    CMB_PLAN_NAME,        /* `name`, `index` as in a step, without words and filters */
    CMB_PLAN_CREDENTIAL,  /* `index` */
    CMB_PLAN_TIME,        /* `index` is the form */
    CMB_PLAN_DERIVED,     /* by the row `index` of `name` */
    CMB_PLAN_TEMPLATE,
};

/* A literal and the value behind it. */
struct cmb_plan_piece {
    uint32_t place;         /* CAMBIST_QUERY, _FORM, _JSON or _HEADER */
    uint32_t start, length; /* of the literal, in the plan's text */
    uint32_t source;        /* enum cmb_plan_source */
    uint32_t name, index;
    bool is_plain; /* the value is known to stand there as it is */
    const struct cmb_template *template;
};

enum cmb_plan_part { CMB_PLAN_OWN, CMB_PLAN_STAMPS, CMB_PLAN_HEADERS, CMB_PLAN_PARTS };

struct cmb_plan {
    uint64_t exchange; /* its number; 0: the slot is free */
    const struct cmb_endpoint *endpoint;
    uint32_t kind;          /* of the market */
    uint64_t given, missing; /* bits of the arguments that must be there again, or not */
    uint32_t word_count, piece_count, text_length;
    uint32_t ends[CMB_PLAN_PARTS]; /* the piece behind each part's last */
    bool is_open; /* while it is made: the last piece takes more literals */
    struct cmb_plan_word words[CMB_PLAN_WORDS_MOST];
    struct cmb_plan_piece pieces[CMB_PLAN_PIECES_MOST];
    char text[CMB_PLAN_TEXT_MOST + CMB_PLAN_STEP_BYTES];
};

/* Writes the endpoint's own parameters by a plan and keeps it in call->plan for the stamps.  False
 * when no plan fits or a value is missing: then nothing was written. */
bool cmb_plan_fill(struct cmb_call *call);
/* Writes the stamps of query and body, or the headers, by call->plan; false as above.  Not for the
 * endpoint's own. */
bool cmb_plan_stamp(struct cmb_call *call, enum cmb_plan_part part);
/* Notes down a plan for the question that was just filled the normal way, where one can be made. */
void cmb_plan_note(struct cmb_call *call);

#endif
