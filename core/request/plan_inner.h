/* request/plan_inner.h - what the files of a plan share.  Functions that answer with a bool say whether
 * a plan is still possible. */
#ifndef CMB_REQUEST_PLAN_INNER_H
#define CMB_REQUEST_PLAN_INNER_H

#include "request/call.h"
#include "request/plan.h"

/* Neither names that only the exchange knows nor a list of orders: no plan is kept for these. */
static inline bool cmb_plan_has_arguments_only(const struct cmb_call *call)
{
    return !call->arguments.extra_count && !call->arguments.item_count;
}

/* Adds looks for all that the condition asks about. */
bool cmb_plan_look_at(const struct cmb_call *call, struct cmb_plan *plan,
                      const struct cmb_condition *condition);
/* The template that gives the parameter's value, and whether that is always the same where the looks
 * are. */
bool cmb_plan_find_value(const struct cmb_call *call, struct cmb_plan *plan,
                         const struct cmb_parameter *parameter, const struct cmb_template **ret,
                         bool *ret_is_constant);
/* Literals run together until a value follows, unless they stand apart. */
bool cmb_plan_add_literal(struct cmb_plan *plan, uint32_t place, struct cmb_text text,
                          bool is_apart);
/* The last literal gets a value behind it that is fetched anew each time; of a JSON string both
 * quotes are in the literals. */
void cmb_plan_end_literal(const struct cmb_call *call, struct cmb_plan *plan,
                          const struct cmb_parameter *parameter,
                          const struct cmb_template *template);
/* The JSON body with the endpoint's own parameters, up to its last bracket. */
bool cmb_plan_add_body(struct cmb_call *call, struct cmb_plan *plan);

#endif
