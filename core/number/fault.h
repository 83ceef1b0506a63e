/* number/fault.h - why is there no number?
 *
 * Functions of this folder answer CMB_NUMBER_FINE (zero) or one of these; results are untouched
 * unless the answer is fine.  Nothing is ever clamped, wrapped or rounded without being asked.
 */
#ifndef CMB_NUMBER_FAULT_H
#define CMB_NUMBER_FAULT_H

#define CMB_NUMBER_FAULT_LIST(X)                                                                   \
    X(FINE, 0, "fine")                                                                             \
    X(GARBLED, 1, "the text is not a number of the expected form")                                 \
    X(TOO_LARGE, 2, "the value does not fit")                                                      \
    X(INEXACT, 3, "the value has more digits than there is room for")                              \
    X(ABSENT, 4, "there is no value")                                                              \
    X(BY_ZERO, 5, "division by zero")

enum cmb_number_fault {
#define X(name, number, text) CMB_NUMBER_##name = number,
    CMB_NUMBER_FAULT_LIST(X)
#undef X
};

/* The sentence of a fault, for messages; "?" for a number that is none.  [any thread] */
const char *cmb_number_fault_text(enum cmb_number_fault fault);

#endif
