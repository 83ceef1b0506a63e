/* Is a text judged alike whole, in pieces, and character by character? */
#include "base/utf8.h"

#include "support/test.h"

static bool is_valid_by_characters(struct cmb_text text)
{
    const char *at = text.at, *end = text.at + text.length;
    while (at < end) {
        size_t length = cmb_utf8_length(at, end);
        if (!length)
            return false;
        at += length;
    }
    return true;
}

static bool is_valid_in_pieces(struct cmb_text text, size_t step)
{
    struct cmb_utf8 utf8 = { 0 };
    for (size_t at = 0; at < text.length; at += step) {
        size_t size = text.length - at < step ? text.length - at : step;
        if (!cmb_utf8_add(&utf8, (struct cmb_text){ text.at + at, size }))
            return false;
    }
    return cmb_utf8_is_whole(&utf8);
}

static void check(struct cmb_text text)
{
    bool is_valid = is_valid_by_characters(text);
    CU_ASSERT(cmb_utf8_check(text) == is_valid);
    for (size_t step = 1; step < 20; step += 3)
        CU_ASSERT(is_valid_in_pieces(text, step) == is_valid);
}

/* All first bytes, before what matters of the others. */
static void judges_every_character(void)
{
    static const unsigned char edges[] = { 0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f,
                                           0xa0, 0xbf, 0xc0, 0xed, 0xff };
    enum { EDGES = sizeof edges };
    for (unsigned first = 0; first < 256; first++)
        for (unsigned i = 0; i < EDGES * EDGES * EDGES; i++) {
            char bytes[4] = { (char)first, (char)edges[i % EDGES], (char)edges[i / EDGES % EDGES],
                              (char)edges[i / EDGES / EDGES] };
            for (size_t length = 1; length <= sizeof bytes; length++)
                CU_ASSERT(cmb_utf8_check((struct cmb_text){ bytes, length }) ==
                          is_valid_by_characters((struct cmb_text){ bytes, length }));
        }
}

static void finds_one_bad_byte_anywhere(void)
{
    char bytes[100];
    for (size_t length = 0; length <= sizeof bytes; length++)
        for (size_t at = 0; at < length; at++) {
            memset(bytes, 'x', sizeof bytes);
            check((struct cmb_text){ bytes, length });
            bytes[at] = (char)0xff;
            check((struct cmb_text){ bytes, length });
            CU_ASSERT(!cmb_utf8_check((struct cmb_text){ bytes, length }));
        }
}

static void takes_a_character_anywhere(void)
{
    static const char *const characters[] = { "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };
    char bytes[100];
    for (size_t i = 0; i < 3; i++)
        for (size_t at = 0; at + 4 <= sizeof bytes; at++) {
            size_t length = strlen(characters[i]);
            memset(bytes, 'x', sizeof bytes);
            memcpy(bytes + at, characters[i], length);
            check((struct cmb_text){ bytes, sizeof bytes });
            CU_ASSERT(cmb_utf8_check((struct cmb_text){ bytes, sizeof bytes }));
            check((struct cmb_text){ bytes, at + length - 1 });
            CU_ASSERT(!cmb_utf8_check((struct cmb_text){ bytes, at + length - 1 }));
        }
}

static void nothing_is_valid(void)
{
    CU_ASSERT(cmb_utf8_check((struct cmb_text){ 0 }));
    CU_ASSERT(cmb_utf8_check(CMB_TEXT("")));
}

TEST_SUITE("base/utf8", { "judges every character", judges_every_character },
           { "finds one bad byte anywhere", finds_one_bad_byte_anywhere },
           { "takes a character anywhere", takes_a_character_anywhere },
           { "nothing is valid", nothing_is_valid })
