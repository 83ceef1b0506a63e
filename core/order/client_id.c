/* How is an order called, so that nothing else is called so? */
#include "order/client_id.h"

enum { INSTALL_DIGITS = 4, RUN_DIGITS = 7, COUNT_DIGITS = 6 };

static char *write_digits(uint64_t number, int digits, char *to)
{
    static const char alphabet[] = "0123456789abcdefghijklmnopqrstuv";
    for (int i = digits; i-- > 0; number >>= 5)
        to[i] = alphabet[number & 31];
    return to + digits;
}

void cmb_client_id_write(uint64_t install, uint64_t run, uint32_t count,
                         char to[static CMB_CLIENT_ID_SIZE])
{
    *to++ = 'c';
    to = write_digits(install, INSTALL_DIGITS, to);
    to = write_digits(run, RUN_DIGITS, to);
    to = write_digits(count, COUNT_DIGITS, to);
    *to = '\0';
}

bool cmb_client_id_is_ours(uint64_t install, struct cmb_text id)
{
    char start[1 + INSTALL_DIGITS];
    start[0] = 'c';
    write_digits(install, INSTALL_DIGITS, start + 1);
    return id.length == CMB_CLIENT_ID_SIZE - 1 &&
           cmb_text_begins(id, (struct cmb_text){ start, sizeof start });
}
