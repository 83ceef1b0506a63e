/* Can any bytes break the inflater, pass its ceilings, or inflate to two things?
 *
 * The first byte chooses how the rest is read: as packed messages, as one packed piece whole and
 * cut, as a message to be packed and read back, or as an offer or answer of permessage-deflate. */
#include "transport/deflate.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { CEILING = 1 << 19 };

static struct cmb_buffer whole, cut, packed;

static void check(bool is_right)
{
    if (!is_right)
        abort();
}

static void check_failure(int status, const struct cmb_inflater *inflater)
{
    check(status == CAMBIST_OK ||
          (inflater->reason != NULL && (status == CAMBIST_GARBLED || status == CAMBIST_TOO_LARGE)));
}

static void read_piece(struct cmb_text text, enum cmb_packing packing, size_t step)
{
    static struct cmb_inflater inflater;
    int status = cmb_inflate(&inflater, packing, text, &whole), status_cut = CAMBIST_OK;
    check_failure(status, &inflater);
    check(whole.length <= CEILING + 1);
    cmb_buffer_reset(&cut);
    cmb_inflater_start(&inflater, packing);
    for (size_t at = 0; at < text.length && status_cut == CAMBIST_OK; at += step)
        status_cut = cmb_inflater_add(
            &inflater,
            (struct cmb_text){ text.at + at, text.length - at < step ? text.length - at : step },
            &cut);
    if (status_cut == CAMBIST_OK)
        status_cut = cmb_inflater_end(&inflater, &cut);
    check(status == status_cut);
    if (status == CAMBIST_OK)
        check(cmb_text_is(cmb_buffer_text(&whole), cmb_buffer_text(&cut)));
}

static void read_messages(struct cmb_text text, bool forgets, size_t step)
{
    struct cmb_inflater inflater = { 0 };
    int status = CAMBIST_OK;
    for (size_t at = 0; at < text.length && status == CAMBIST_OK; at += step * 8) {
        size_t left = text.length - at;
        struct cmb_text one = { text.at + at, left < step * 8 ? left : step * 8 };
        status = cmb_inflate_message(&inflater, forgets, one, &whole);
        check_failure(status, &inflater);
        check(whole.length <= CEILING + 1);
    }
    cmb_inflater_clear(&inflater);
}

static void write_and_read(struct cmb_text text, uint8_t bits, bool forgets, size_t step)
{
    struct cmb_deflater deflater;
    struct cmb_inflater inflater = { 0 };
    check(cmb_deflater_open(&deflater, bits, forgets) == CAMBIST_OK);
    for (size_t at = 0; at <= text.length; at += step * 16) {
        size_t left = text.length - at;
        struct cmb_text one = { text.at + at, left < step * 16 ? left : step * 16 };
        check(cmb_deflate_message(&deflater, one, &packed) == CAMBIST_OK);
        check(cmb_inflate_message(&inflater, forgets, cmb_buffer_text(&packed), &whole) ==
              CAMBIST_OK);
        check(cmb_text_is(cmb_buffer_text(&whole), one));
    }
    cmb_deflater_close(&deflater);
    cmb_inflater_clear(&inflater);
}

static bool is_bits(uint8_t bits)
{
    return bits >= 8 && bits <= 15;
}

/* What a server answers to any offer, a client that offered nothing special must take. */
static void read_terms(struct cmb_text text)
{
    struct cmb_deflate_terms terms, limits = { 0 }, again;
    if (cmb_deflate_read_answer(text, &limits, &terms))
        check(is_bits(terms.client_bits) && is_bits(terms.server_bits));
    cmb_buffer_reset(&packed);
    if (!cmb_deflate_choose(text, &limits, &terms, &packed))
        return;
    check(is_bits(terms.client_bits) && terms.server_bits >= 9 && is_bits(terms.server_bits));
    check(cmb_deflate_read_answer(cmb_buffer_text(&packed), &limits, &again));
    check(memcmp(&terms, &again, sizeof terms) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length < 1)
        return 0;
    if (!whole.ceiling) {
        cmb_buffer_init(&whole, CEILING + 1);
        cmb_buffer_init(&cut, CEILING + 1);
        cmb_buffer_init(&packed, 1 << 24);
    }
    struct cmb_text text = { (const char *)bytes + 1, length - 1 };
    size_t step = 1u + (bytes[0] >> 3);
    switch (bytes[0] & 7) {
    case 0:
    case 1:
        read_messages(text, bytes[0] & 1, step);
        break;
    case 2:
    case 3:
    case 4:
        read_piece(text, (enum cmb_packing)((bytes[0] & 7) - 1), step);
        break;
    case 5:
    case 6:
        write_and_read(text, (uint8_t)(9 + step % 7), bytes[0] & 1, step);
        break;
    default:
        read_terms(text);
    }
    return 0;
}
