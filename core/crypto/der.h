/* crypto/der.h - the little of DER that private keys are written in. */
#ifndef CMB_CRYPTO_DER_H
#define CMB_CRYPTO_DER_H

#include "base/text.h"

enum cmb_der_tag {
    CMB_DER_INTEGER = 0x02,
    CMB_DER_OCTETS = 0x04,
    CMB_DER_OID = 0x06,
    CMB_DER_SEQUENCE = 0x30,
    CMB_DER_CONTEXT_0 = 0xa0
};

/* Takes the element at the front of `der` off it.  False, and nothing changed, unless it is a
 * whole one with `tag`; lengths up to 65535. */
bool cmb_der_take(struct cmb_text *der, enum cmb_der_tag tag, struct cmb_text *ret_content);
/* Whether `bytes` are one sequence and nothing behind it. */
bool cmb_der_is_sequence(struct cmb_text bytes);

#endif
