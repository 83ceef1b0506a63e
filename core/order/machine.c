/* What does a piece of news make of an order? */
#include "order/order.h"

static bool is_less(const struct cambist_decimal *a, const struct cambist_decimal *b)
{
    return cmb_decimal_compare(a, b) < 0; /* an absent one is less than all others */
}

static void raise(struct cambist_decimal *most, const struct cambist_decimal *value)
{
    if (is_less(most, value))
        *most = *value;
}

/* What it may be for, whichever of its amends were done. */
static struct cambist_decimal most_amount(const struct cmb_order *order)
{
    struct cambist_decimal most = order->amount;
    raise(&most, &order->new_amount);
    raise(&most, &order->doubted_amount);
    return most;
}

static bool is_all(const struct cambist_decimal *amount, const struct cambist_decimal *filled)
{
    return amount->is_set && !is_less(filled, amount);
}

static bool is_filled(const struct cmb_order *order)
{
    return is_all(&order->amount, &order->filled);
}

static bool has_traded(const struct cmb_order *order)
{
    return order->filled.is_set && !cmb_decimal_is_zero(&order->filled);
}

/* ---- what follows ---- */

bool cmb_order_is_over(const struct cmb_order *order)
{
    return order->life >= CAMBIST_LIFE_FILLED;
}

bool cmb_order_is_settled(const struct cmb_order *order)
{
    return cmb_order_is_over(order) &&
           (!has_traded(order) || !is_less(&order->counted, &order->filled));
}

struct cambist_decimal cmb_order_exposure(const struct cmb_order *order)
{
    struct cambist_decimal most = most_amount(order), left = { .is_set = 1 };
    if (cmb_order_is_over(order))
        return left;
    /* What cannot be subtracted counts as not filled. */
    return cmb_decimal_subtract(&most, &order->filled, &left) == CMB_NUMBER_FINE ? left : most;
}

/* ---- life ---- */

/* Where life may go from where.  What is over can only turn out to be filled after all; what seemed
 * never to have come into being, to be there after all. */
#define TO(NAME) (1u << CAMBIST_LIFE_##NAME)
#define EXISTS   (TO(WORKING) | TO(FILLED) | TO(CANCELED) | TO(EXPIRED))
static const uint32_t nexts[] = {
    [CAMBIST_LIFE_INTENT] = EXISTS | TO(SENT) | TO(UNKNOWN) | TO(REJECTED) | TO(NOT_SENT),
    [CAMBIST_LIFE_SENT] = EXISTS | TO(UNKNOWN) | TO(REJECTED) | TO(NOT_SENT),
    [CAMBIST_LIFE_UNKNOWN] = EXISTS | TO(REJECTED),
    [CAMBIST_LIFE_WORKING] = TO(FILLED) | TO(CANCELED) | TO(EXPIRED) | TO(REJECTED) | TO(UNKNOWN),
    [CAMBIST_LIFE_FILLED] = 0,
    [CAMBIST_LIFE_CANCELED] = TO(FILLED),
    [CAMBIST_LIFE_EXPIRED] = TO(FILLED),
    [CAMBIST_LIFE_REJECTED] = EXISTS,
    [CAMBIST_LIFE_NOT_SENT] = EXISTS,
};

static uint32_t end_pending(struct cmb_order *order)
{
    uint32_t was = order->pending;
    order->pending = CAMBIST_PENDING_NOTHING;
    return was ? CMB_CHANGED_PENDING : 0;
}

static uint32_t move(struct cmb_order *order, uint32_t life, uint32_t proof)
{
    bool was_over = cmb_order_is_over(order);
    if (!(nexts[order->life] & 1u << life))
        return 0;
    order->life = life;
    order->proof = proof;
    uint32_t changes = CMB_CHANGED_LIFE | (was_over ? CMB_CHANGED_LATE : 0);
    return cmb_order_is_over(order) ? changes | end_pending(order) : changes;
}

/* The quantity alone says that it is filled, unless an amend may have made it more. */
static uint32_t move_when_whole(struct cmb_order *order, uint32_t proof)
{
    struct cambist_decimal most = most_amount(order);
    return order->amount.is_set && !is_less(&order->filled, &most)
               ? move(order, CAMBIST_LIFE_FILLED, proof) : 0;
}

uint32_t cmb_order_leave(struct cmb_order *order, int64_t deadline_ns)
{
    uint32_t changes = deadline_ns > order->deadline_ns ? CMB_CHANGED_DEADLINE : 0;
    if (changes)
        order->deadline_ns = deadline_ns;
    return changes | move(order, CAMBIST_LIFE_SENT, CAMBIST_PROOF_NONE);
}

uint32_t cmb_order_end(struct cmb_order *order, enum cmb_order_ending ending)
{
    if (order->life > CAMBIST_LIFE_SENT) /* the account's stream was faster */
        return ending == CMB_ENDED_REFUSED ? CMB_CHANGED_ASK : 0;
    switch (ending) {
    case CMB_ENDED_UNSENT:
        return move(order, CAMBIST_LIFE_NOT_SENT, CAMBIST_PROOF_NEVER_LEFT);
    case CMB_ENDED_REFUSED: return move(order, CAMBIST_LIFE_REJECTED, CAMBIST_PROOF_ANSWER);
    case CMB_ENDED_TAKEN: return move(order, CAMBIST_LIFE_WORKING, CAMBIST_PROOF_ANSWER);
    default: return move(order, CAMBIST_LIFE_UNKNOWN, CAMBIST_PROOF_NONE) | CMB_CHANGED_ASK;
    }
}

uint32_t cmb_order_miss(struct cmb_order *order, uint32_t proof)
{
    bool was_there = order->id[0] || has_traded(order);
    if (cmb_order_is_over(order))
        return 0;
    return move(order, was_there ? CAMBIST_LIFE_CANCELED : CAMBIST_LIFE_REJECTED, proof);
}

/* ---- reports ---- */

static uint32_t take_id(struct cmb_order *order, const char *id)
{
    if (order->id[0] || !id || !id[0] || strlen(id) >= sizeof order->id)
        return 0;
    strncpy(order->id, id, sizeof order->id - 1);
    return CMB_CHANGED_ID;
}

static uint32_t raise_filled(struct cmb_order *order, const struct cambist_decimal *filled)
{
    if (!is_less(&order->filled, filled))
        return 0;
    bool is_first_nothing = !order->filled.is_set && cmb_decimal_is_zero(filled);
    order->filled = *filled;
    return is_first_nothing ? 0 : CMB_CHANGED_FILLED;
}

/* "Closed" is an end with whatever was traded; without that figure it is none yet. */
static uint32_t report_closed(struct cmb_order *order, const struct cambist_order *report,
                              uint32_t proof)
{
    if (!order->amount.is_set || is_filled(order) || is_all(&report->amount, &report->filled))
        return move(order, CAMBIST_LIFE_FILLED, proof);
    if (report->filled.is_set)
        return move(order, CAMBIST_LIFE_CANCELED, proof);
    return move(order, CAMBIST_LIFE_WORKING, proof) | CMB_CHANGED_ASK;
}

/* An end without the figure of what was traded leaves a question. */
static uint32_t report_end(struct cmb_order *order, const struct cambist_order *report,
                           uint32_t life, uint32_t proof)
{
    uint32_t changes = move(order, life, proof);
    bool is_open_question = changes && !report->filled.is_set && life != CAMBIST_LIFE_REJECTED;
    return is_open_question ? changes | CMB_CHANGED_ASK : changes;
}

static uint32_t report_state(struct cmb_order *order, const struct cambist_order *report,
                             uint32_t proof)
{
    switch (report->state) {
    case CAMBIST_STATE_CLOSED: return report_closed(order, report, proof);
    case CAMBIST_STATE_CANCELED: return report_end(order, report, CAMBIST_LIFE_CANCELED, proof);
    case CAMBIST_STATE_EXPIRED: return report_end(order, report, CAMBIST_LIFE_EXPIRED, proof);
    case CAMBIST_STATE_REJECTED:
        return report_end(order, report,
                          has_traded(order) ? CAMBIST_LIFE_CANCELED : CAMBIST_LIFE_REJECTED, proof);
    case CAMBIST_WORD_UNKNOWN:
        return move(order, CAMBIST_LIFE_UNKNOWN, proof) | CMB_CHANGED_ASK;
    default: return move(order, CAMBIST_LIFE_WORKING, proof);
    }
}

/* ---- terms ---- */

static bool is_as_asked(const struct cambist_decimal *asked, const struct cambist_decimal *is)
{
    return !asked->is_set || cmb_decimal_compare(asked, is) == 0;
}

static uint32_t take_terms(struct cmb_order *order)
{
    if (order->new_amount.is_set)
        order->amount = order->new_amount;
    if (order->new_price.is_set)
        order->price = order->new_price;
    order->new_amount = order->new_price = (struct cambist_decimal){ 0 };
    return CMB_CHANGED_TERMS;
}

static bool is_amended(const struct cmb_order *order)
{
    return order->new_amount.is_set || order->new_price.is_set;
}

/* An older report may tell less than is so: only a greater amount is believed. */
static uint32_t report_doubted(struct cmb_order *order, const struct cambist_order *report)
{
    if (!is_less(&order->amount, &report->amount) ||
        cmb_decimal_compare(&order->doubted_amount, &report->amount) != 0)
        return 0;
    order->amount = order->doubted_amount;
    return CMB_CHANGED_TERMS;
}

/* The terms of an amend that may have been done, told by the exchange, prove that it was. */
static uint32_t report_terms(struct cmb_order *order, const struct cambist_order *report)
{
    if (!order->amount.is_set)
        order->amount = report->amount;
    uint32_t doubted = report_doubted(order, report);
    if (!is_amended(order) || !is_as_asked(&order->new_amount, &report->amount) ||
        !is_as_asked(&order->new_price, &report->price))
        return doubted;
    uint32_t changes = take_terms(order);
    return order->pending == CAMBIST_PENDING_AMEND ? changes | end_pending(order) : changes;
}

uint32_t cmb_order_report(struct cmb_order *order, const struct cambist_order *report,
                          uint32_t proof)
{
    uint32_t filled = raise_filled(order, &report->filled);
    uint32_t changes = take_id(order, report->id) | report_terms(order, report) | filled;
    if (report->last_update_timestamp > order->told_ns)
        order->told_ns = report->last_update_timestamp;
    uint32_t whole = move_when_whole(order, proof);
    changes |= whole ? whole : report_state(order, report, proof);
    bool may_be_more = filled && is_filled(order) && !cmb_order_is_over(order);
    return may_be_more ? changes | CMB_CHANGED_ASK : changes;
}

/* ---- what is under way ---- */

uint32_t cmb_order_begin_cancel(struct cmb_order *order)
{
    order->pending = CAMBIST_PENDING_CANCEL;
    order->pending_ending = 0;
    return CMB_CHANGED_PENDING;
}

uint32_t cmb_order_begin_amend(struct cmb_order *order, const struct cambist_decimal *amount,
                               const struct cambist_decimal *price)
{
    order->pending = CAMBIST_PENDING_AMEND;
    order->pending_ending = 0;
    raise(&order->doubted_amount, &order->new_amount); /* of one that a cancel overtook */
    order->new_amount = *amount;
    order->new_price = *price;
    return CMB_CHANGED_PENDING;
}

static uint32_t finish_amend(struct cmb_order *order, enum cmb_order_ending ending)
{
    bool is_taken = ending == CMB_ENDED_TAKEN && is_amended(order);
    if (is_taken)
        return take_terms(order) | move_when_whole(order, CAMBIST_PROOF_ANSWER);
    if (ending != CMB_ENDED_LOST)
        order->new_amount = order->new_price = (struct cambist_decimal){ 0 };
    return move_when_whole(order, CAMBIST_PROOF_TRADE);
}

uint32_t cmb_order_finish(struct cmb_order *order, uint32_t pending, enum cmb_order_ending ending)
{
    uint32_t changes = pending == CAMBIST_PENDING_AMEND ? finish_amend(order, ending) : 0;
    bool is_open = ending == CMB_ENDED_LOST ||
                   (ending == CMB_ENDED_TAKEN && pending == CAMBIST_PENDING_CANCEL);
    if (ending == CMB_ENDED_REFUSED || is_open)
        changes |= cmb_order_is_over(order) ? 0 : CMB_CHANGED_ASK;
    if (order->pending != pending) /* overtaken, or over */
        return changes;
    order->pending_ending = ending;
    return is_open ? changes | CMB_CHANGED_PENDING : changes | end_pending(order);
}
