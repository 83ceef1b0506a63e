/* host/ceilings.h - how much memory may an exchange take at most?
 *
 * Whatever comes from outside ends at a ceiling that is named where the memory is asked for; this is
 * the list of them.  They are bounds, not what is taken: see docs/memory.md for that.
 */
#ifndef CMB_HOST_CEILINGS_H
#define CMB_HOST_CEILINGS_H

#include "config/settings.h"

struct cmb_ceiling {
    const char *what;
    const char *of;  /* "exchange", or of each of what */
    uint64_t bytes;
};

enum { CMB_CEILINGS = 10 };

/* Fills *ret with row `i`; false behind the last. */
bool cmb_ceiling_at(const struct cmb_settings_host *settings, size_t i, struct cmb_ceiling *ret);

#endif
