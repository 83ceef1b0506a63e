/* order/client_id.h - names for orders that no other order of any run or machine has.
 *
 * 18 letters and digits: "c", 4 of the journal's chance number, 7 of the run's number, 6 that count.
 * Two journals with the same chance number (one in a million) would still have to begin a run in the
 * same second.
 */
#ifndef CMB_ORDER_CLIENT_ID_H
#define CMB_ORDER_CLIENT_ID_H

#include "base/text.h"

enum { CMB_CLIENT_ID_SIZE = 19 };      /* with its NUL */
#define CMB_CLIENT_IDS_MOST (1u << 30) /* of one run */

/* Writes the id of the `count`-th order of a run. */
void cmb_client_id_write(uint64_t install, uint64_t run, uint32_t count,
                         char to[static CMB_CLIENT_ID_SIZE]);
/* Whether it is an id of this journal. */
bool cmb_client_id_is_ours(uint64_t install, struct cmb_text id);

#endif
