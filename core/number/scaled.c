/* How is a text read into one int64 at a scale, and written back? */
#include "number/scaled.h"

const int64_t cmb_powers_of_ten[CMB_SCALED_SCALE_MOST + 1] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
};
