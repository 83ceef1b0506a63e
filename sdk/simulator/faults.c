/* Which request is struck by which fault? */
#include "simulator/faults.h"

#include "base/fail.h"
#include "base/schema.h"
#include "number/decimal.h"

static const struct {
    const char *name;
    bool executes;
} kinds[CMB_FAULT_COUNT] = {
    [CMB_FAULT_NONE] = { "", true },
#define X(NAME, name, executes, help) [CMB_FAULT_##NAME] = { name, executes },
    CMB_FAULT_LIST(X)
#undef X
};

const char *cmb_fault_name(uint32_t fault)
{
    return kinds[fault].name;
}

bool cmb_fault_executes(uint32_t fault)
{
    return kinds[fault].executes;
}

void cmb_faults_init(struct cmb_faults *faults, uint64_t seed)
{
    *faults = (struct cmb_faults){ 0 };
    cmb_random_init_seeded(&faults->random, seed ^ 0x666175u);
}

static uint32_t find_fault(struct cmb_text name)
{
    for (uint32_t i = 1; i < CMB_FAULT_COUNT; i++)
        if (cmb_text_is(cmb_text_of(kinds[i].name), name))
            return i;
    return CMB_FAULT_NONE;
}

static int refuse_name(struct cmb_text name, struct cambist_error *error)
{
    struct cmb_buffer list;
    cmb_buffer_init(&list, 1024);
    for (uint32_t i = 1; i < CMB_FAULT_COUNT; i++)
        cmb_buffer_addf(&list, "%s%s", i > 1 ? ", " : "", kinds[i].name);
    int status = cmb_fail(error, CAMBIST_BAD_ARGUMENT, "there is no fault \"%.*s\" (there are %s)",
                          (int)(name.length < 40 ? name.length : 40), name.at,
                          cmb_buffer_string(&list));
    cmb_buffer_clear(&list);
    return status;
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

int cmb_faults_add(struct cmb_faults *faults, const char *text, struct cambist_error *error)
{
    struct cmb_text head, name, rate = cmb_text_cut(cmb_text_of(text), ':', &head);
    struct cmb_text operation = cmb_text_cut(head, '@', &name);
    struct cmb_fault_rule rule = { .fault = find_fault(name), .every = 1 };
    if (!rule.fault)
        return refuse_name(name, error);
    rule.operation = operation.at ? cmb_operation_find(operation) : CAMBIST_OPERATION_NONE;
    if (operation.at && !rule.operation)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "there is no operation \"%.40s\"",
                        operation.at);
    if (rate.at && !read_rate(rate, &rule))
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT,
                        "a rate is a probability (0.25) or every n-th request (1/4)");
    if (faults->count == CMB_SIMULATOR_FAULTS_MOST)
        return cmb_fail(error, CAMBIST_TOO_LARGE, "too many faults");
    faults->rules[faults->count++] = rule;
    return CAMBIST_OK;
}

static bool strikes(struct cmb_faults *faults, struct cmb_fault_rule *rule)
{
    if (rule->per_million)
        return cmb_random_number(&faults->random) % 1000000 < rule->per_million;
    return ++rule->seen % rule->every == 0;
}

uint32_t cmb_faults_draw(struct cmb_faults *faults, uint32_t operation)
{
    for (uint32_t i = 0; i < faults->count; i++) {
        struct cmb_fault_rule *rule = &faults->rules[i];
        if ((!rule->operation || rule->operation == operation) && strikes(faults, rule))
            return rule->fault;
    }
    return CMB_FAULT_NONE;
}
