/* base/processor.h - which instructions does this processor have, and which of them are used?
 *
 * The hottest loops are written several times: in plain C, for SSE2, and for AVX-512.  All give the
 * same results.  Each takes the way that is named here, the widest that the processor has.
 */
#ifndef CMB_BASE_PROCESSOR_H
#define CMB_BASE_PROCESSOR_H

#include <stdatomic.h>
#include <stdbool.h>

enum cmb_width {
    CMB_WIDTH_PLAIN = 1, /* C alone, on every machine */
    CMB_WIDTH_SSE2,      /* 16 bytes at a time */
    CMB_WIDTH_AVX512, /* 64: with BW, VL, VBMI, VBMI2 and BMI2, as Ice Lake and Zen 4 have them */
    CMB_WIDTH_END,
};

/* For functions of the widest way; the rest of the program is built for any machine. */
#define CMB_AVX512                                                                                 \
    __attribute__((target(                                                                         \
        "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,lzcnt,popcnt")))

/* The way that is used.  [any thread] */
static inline enum cmb_width cmb_width(void);

/* Whether the processor has the instructions of `width`.  [any thread] */
bool cmb_width_is_there(enum cmb_width width);

/* "plain", "sse2" or "avx512". */
const char *cmb_width_name(enum cmb_width width);

/* For tests and benches: from now on all take this way, which has to be there; 0 stands for the
 * widest again. */
void cmb_width_force(enum cmb_width width);

/* -- the rest is how -- */

extern _Atomic(enum cmb_width) cmb_width_now; /* 0: not asked yet */

enum cmb_width cmb_width_ask(void);

static inline enum cmb_width cmb_width(void)
{
    enum cmb_width now = atomic_load_explicit(&cmb_width_now, memory_order_relaxed);
    return now ? now : cmb_width_ask();
}

#endif
