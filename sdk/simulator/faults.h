/* simulator/faults.h - what goes wrong on purpose, and when?
 *
 * A strike is decided for each request before it is executed.  Names are for people:
 *     execute-then-cut@create_order:1/10
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

enum cmb_fault {
    CMB_FAULT_NONE = 0,
#define X(NAME, name, executes, help) CMB_FAULT_##NAME,
    CMB_FAULT_LIST(X)
#undef X
    CMB_FAULT_COUNT
};

struct cmb_fault_rule {
    uint32_t fault;      /* enum cmb_fault */
    uint32_t operation;  /* enum cambist_operation; NONE: all */
    uint32_t per_million; /* probability; 0: every n-th */
    uint32_t every;
    uint32_t seen;       /* requests that it could have struck */
};

struct cmb_faults {
    struct cmb_fault_rule rules[CMB_SIMULATOR_FAULTS_MOST];
    uint32_t count;
    struct cmb_random random;
};

void cmb_faults_init(struct cmb_faults *faults, uint64_t seed);
/* Reads NAME[@OPERATION][:RATE]; BAD_ARGUMENT names what there is. */
int cmb_faults_add(struct cmb_faults *faults, const char *text, struct cambist_error *error);
/* Which fault strikes this request (enum cmb_fault). */
uint32_t cmb_faults_draw(struct cmb_faults *faults, uint32_t operation);

const char *cmb_fault_name(uint32_t fault);
bool cmb_fault_executes(uint32_t fault);

#endif
