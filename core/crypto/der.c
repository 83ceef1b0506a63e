/* What is the next element of this DER? */
#include "crypto/der.h"

bool cmb_der_take(struct cmb_text *der, enum cmb_der_tag tag, struct cmb_text *ret_content)
{
    const unsigned char *at = (const unsigned char *)der->at;
    if (der->length < 2 || at[0] != (unsigned char)tag || at[1] == 0x80)
        return false;
    size_t head = 2, length = at[1];
    if (length > 0x80) {
        head += length - 0x80;
        if (head > 4 || head > der->length)
            return false;
        length = 0;
        for (size_t i = 2; i < head; i++)
            length = length << 8 | at[i];
    }
    if (length > der->length - head)
        return false;
    *ret_content = (struct cmb_text){ der->at + head, length };
    *der = (struct cmb_text){ der->at + head + length, der->length - head - length };
    return true;
}

bool cmb_der_is_sequence(struct cmb_text bytes)
{
    struct cmb_text content;
    return cmb_der_take(&bytes, CMB_DER_SEQUENCE, &content) && bytes.length == 0;
}
