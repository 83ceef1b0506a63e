/* How is a number's fault put in words? */
#include "number/fault.h"

#include <stddef.h>

const char *cmb_number_fault_text(enum cmb_number_fault fault)
{
    static const char *const texts[] = {
#define X(name, number, text) [number] = text,
        CMB_NUMBER_FAULT_LIST(X)
#undef X
    };
    return (size_t)fault < sizeof texts / sizeof *texts ? texts[fault] : "?";
}
