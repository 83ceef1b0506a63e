/* Which request is struck by which fault? */
#include "simulator/faults.h"

#include "base/fail.h"
#include "base/schema.h"
#include "number/decimal.h"

static const struct {
    const char *name, *help;
    bool executes;
    uint32_t moment; /* enum cmb_fault_moment */
    uint32_t reach;  /* enum cmb_fault_reach, of requests */
} kinds[CMB_FAULT_COUNT] = {
    [CMB_FAULT_NONE] = { "", "", true, CMB_AT_REQUEST, CMB_HITS_ALL },
#define X(NAME, name, executes, reach, help)                                                       \
    [CMB_FAULT_##NAME] = { name, help, executes, CMB_AT_REQUEST, CMB_HITS_##reach },
    CMB_FAULT_LIST(X)
#undef X
#define X(NAME, name, moment, help)                                                                \
    [CMB_FAULT_##NAME] = { name, help, true, CMB_AT_##moment, CMB_HITS_ALL },
    CMB_RULE_FAULT_LIST(X)
    CMB_STREAM_FAULT_LIST(X)
#undef X
};

bool cmb_fault_lasts(uint32_t fault)
{
    return kinds[fault].moment == CMB_AT_CONNECTION || kinds[fault].moment == CMB_AT_ALL_TIMES;
}

/* Whether a request's fault can happen to that operation at all. */
static bool reaches(uint32_t fault, uint32_t operation)
{
    switch (kinds[fault].reach) {
    case CMB_HITS_WRITES: return operation && cmb_operation_of(operation)->class == CMB_WRITES;
    case CMB_HITS_CANCELS: return operation == CAMBIST_OPERATION_cancel_order;
    case CMB_HITS_EDITS: return operation == CAMBIST_OPERATION_edit_order;
    case CMB_HITS_LISTS:
        return operation == CAMBIST_OPERATION_create_orders ||
               operation == CAMBIST_OPERATION_cancel_orders;
    case CMB_HITS_HISTORY:
        return operation == CAMBIST_OPERATION_fetch_my_trades ||
               operation == CAMBIST_OPERATION_fetch_orders ||
               operation == CAMBIST_OPERATION_fetch_closed_orders ||
               operation == CAMBIST_OPERATION_fetch_open_orders;
    default: return true;
    }
}

const char *cmb_fault_help(uint32_t fault)
{
    return kinds[fault].help;
}

uint64_t cmb_fault_moves(uint32_t fault)
{
    return fault == CMB_FAULT_OLD_SNAPSHOT ? 3 : fault == CMB_FAULT_FAR_BEHIND ? UINT64_MAX : 0;
}

const char *cmb_fault_name(uint32_t fault)
{
    return kinds[fault].name;
}

bool cmb_fault_executes(uint32_t fault)
{
    return kinds[fault].executes;
}

bool cmb_fault_is_of_orders(uint32_t fault)
{
    return fault != CMB_FAULT_NONE && kinds[fault].moment != CMB_AT_BOOK &&
           kinds[fault].moment != CMB_AT_SNAPSHOT;
}

void cmb_faults_init(struct cmb_faults *faults, uint64_t seed)
{
    *faults = (struct cmb_faults){ 0 };
    cmb_random_init_seeded(&faults->random, seed ^ 0x666175u);
}

uint32_t cmb_fault_find(struct cmb_text name)
{
    for (uint32_t i = 1; i < CMB_FAULT_COUNT; i++)
        if (cmb_text_is(cmb_text_of(kinds[i].name), name))
            return i;
    return CMB_FAULT_NONE;
}

static int refuse_name(struct cmb_text name, struct cambist_error *error)
{
    return cmb_fail(error, CAMBIST_BAD_ARGUMENT,
                    "there is no fault \"%.*s\" (cambist simulate --faults lists what there is)",
                    (int)(name.length < 40 ? name.length : 40), name.at);
}

/* "1/10", "0.25", "1.0" */
static bool read_rate(struct cmb_text text, struct cmb_fault_rule *rule)
{
    struct cambist_decimal number;
    struct cmb_text above, below = cmb_text_cut(text, '/', &above);
    int64_t value;
    if (cmb_decimal_parse(below.at ? below : text, &number) != CMB_NUMBER_FINE)
        return false;
    if (below.at) {
        bool is_fine = cmb_text_is(above, CMB_TEXT("1")) &&
                       cmb_decimal_to_scaled(&number, 0, &value) == CMB_NUMBER_FINE && value > 0 &&
                       value < 1000000000;
        rule->every = is_fine ? (uint32_t)value : 0;
        return is_fine;
    }
    if (cmb_decimal_to_scaled(&number, 6, &value) != CMB_NUMBER_FINE || value < 1 ||
        value > 1000000)
        return false;
    rule->per_million = (uint32_t)value;
    return true;
}

/* An operation or a topic. */
static uint32_t find_what(struct cmb_text name)
{
    uint32_t topic = cmb_topic_find(name);
    return topic != CAMBIST_TOPIC_NONE ? topic : cmb_operation_find(name);
}

/* A rule that is spent makes room. */
static struct cmb_fault_rule *take_place(struct cmb_faults *faults)
{
    for (uint32_t i = 0; i < faults->count; i++)
        if (faults->rules[i].is_spent ||
            (faults->rules[i].ends_ns && faults->now_ns >= faults->rules[i].ends_ns))
            return &faults->rules[i];
    return faults->count == CMB_SIMULATOR_FAULTS_MOST ? NULL : &faults->rules[faults->count++];
}

static int add_rule(struct cmb_faults *faults, const struct cmb_fault_rule *rule,
                    struct cambist_error *error)
{
    struct cmb_fault_rule *place = take_place(faults);
    if (!place)
        return cmb_fail(error, CAMBIST_TOO_LARGE, "too many faults");
    *place = *rule;
    return CAMBIST_OK;
}

static int read_rule(const char *text, struct cmb_fault_rule *ret, struct cambist_error *error)
{
    struct cmb_text head, name, rate = cmb_text_cut(cmb_text_of(text), ':', &head);
    struct cmb_text operation = cmb_text_cut(head, '@', &name);
    struct cmb_fault_rule rule = { .fault = cmb_fault_find(name), .every = 1,
                                   .exchange = CMB_FAULTS_EVERYWHERE };
    if (!rule.fault)
        return refuse_name(name, error);
    if (operation.at && !(rule.operation = find_what(operation)))
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "there is no operation or topic \"%.40s\"",
                        operation.at);
    if (rule.operation && !reaches(rule.fault, rule.operation))
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "%s cannot happen to %.40s",
                        cmb_fault_name(rule.fault), operation.at);
    if (rate.at && !read_rate(rate, &rule))
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT,
                        "a rate is a probability (0.25) or every n-th request (1/4)");
    *ret = rule;
    return CAMBIST_OK;
}

int cmb_faults_add(struct cmb_faults *faults, const char *text, struct cambist_error *error)
{
    struct cmb_fault_rule rule;
    int status = read_rule(text, &rule, error);
    return status == CAMBIST_OK ? add_rule(faults, &rule, error) : status;
}

int cmb_faults_strike(struct cmb_faults *faults, uint32_t exchange, const char *text,
                      uint32_t count, int64_t now_ns, struct cambist_error *error)
{
    struct cmb_fault_rule rule;
    int status = read_rule(text, &rule, error);
    if (status != CAMBIST_OK)
        return status;
    rule.exchange = exchange;
    if (cmb_fault_lasts(rule.fault))
        rule.ends_ns = now_ns + count * (int64_t)1000000000;
    else
        rule.left = count;
    return add_rule(faults, &rule, error);
}

static bool strikes(struct cmb_faults *faults, struct cmb_fault_rule *rule)
{
    bool is_struck = rule->per_million
                         ? cmb_random_number(&faults->random) % 1000000 < rule->per_million
                         : ++rule->seen % rule->every == 0;
    if (is_struck && rule->left && --rule->left == 0)
        rule->is_spent = true;
    faults->struck[rule->fault] += is_struck;
    return is_struck;
}

static bool fits(const struct cmb_fault_rule *rule, uint32_t exchange,
                 enum cmb_fault_moment moment, uint32_t operation)
{
    return !rule->is_spent && kinds[rule->fault].moment == moment &&
           (!rule->operation || rule->operation == operation) && reaches(rule->fault, operation) &&
           (rule->exchange == CMB_FAULTS_EVERYWHERE || rule->exchange == exchange);
}

uint32_t cmb_faults_draw_stream(struct cmb_faults *faults, uint32_t exchange,
                                enum cmb_fault_moment moment, uint32_t topic)
{
    for (uint32_t i = 0; i < faults->count; i++) {
        struct cmb_fault_rule *rule = &faults->rules[i];
        if (fits(rule, exchange, moment, topic) && strikes(faults, rule))
            return rule->fault;
    }
    return CMB_FAULT_NONE;
}

uint32_t cmb_faults_draw(struct cmb_faults *faults, uint32_t exchange, uint32_t operation)
{
    return cmb_faults_draw_stream(faults, exchange, CMB_AT_REQUEST, operation);
}

bool cmb_faults_is_on(const struct cmb_faults *faults, uint32_t exchange, uint32_t fault,
                      uint32_t topic)
{
    for (uint32_t i = 0; i < faults->count; i++)
        if (faults->rules[i].fault == fault &&
            (!faults->rules[i].ends_ns || faults->now_ns < faults->rules[i].ends_ns) &&
            fits(&faults->rules[i], exchange, kinds[fault].moment, topic))
            return true;
    return false;
}
