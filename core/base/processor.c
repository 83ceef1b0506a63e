/* Which instructions does this processor have, and which of them are used? */
#include "base/processor.h"

#include <stddef.h>

_Atomic(enum cmb_width) cmb_width_now;

#if defined(__x86_64__)
static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
           __builtin_cpu_supports("bmi2");
}
#else
static bool has_avx512(void)
{
    return false;
}
#endif

bool cmb_width_is_there(enum cmb_width width)
{
    switch (width) {
    case CMB_WIDTH_PLAIN:
        return true;
    case CMB_WIDTH_SSE2:
#if defined(__SSE2__)
        return true;
#else
        return false;
#endif
    case CMB_WIDTH_AVX512:
        return has_avx512();
    default:
        return false;
    }
}

const char *cmb_width_name(enum cmb_width width)
{
    static const char *const names[CMB_WIDTH_END] = {
        [CMB_WIDTH_PLAIN] = "plain",
        [CMB_WIDTH_SSE2] = "sse2",
        [CMB_WIDTH_AVX512] = "avx512",
    };
    return width > 0 && width < CMB_WIDTH_END ? names[width] : "none";
}

void cmb_width_force(enum cmb_width width)
{
    atomic_store_explicit(&cmb_width_now, width, memory_order_relaxed);
}

/* Threads that ask at the same time get the same answer. */
enum cmb_width cmb_width_ask(void)
{
    enum cmb_width width = CMB_WIDTH_END - 1;
    while (!cmb_width_is_there(width))
        width--;
    cmb_width_force(width);
    return width;
}
