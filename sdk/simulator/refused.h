/* simulator/refused.h - answers that are no success: by a fault, or for a limit.
 */
#ifndef CMB_SIMULATOR_REFUSED_H
#define CMB_SIMULATOR_REFUSED_H

#include "simulator/quota.h"
#include "simulator/sending.h"

/* Writes what the sending's fault says instead of an answer, over one that is there. */
void cmb_refused_fill(const struct cmb_practice *practice, struct cmb_sending *sending);
/* The same for a limit that was passed. */
void cmb_refused_for_quota(const struct cmb_practice *practice, const struct cmb_quota_word *word,
                           struct cmb_sending *sending);
/* Adds the line with the date, by the exchange's clock. */
void cmb_refused_date(int64_t now_ns, struct cmb_sending *sending);

#endif
