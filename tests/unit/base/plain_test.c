/* Is a text copied whole, and are its bytes known, whatever its length? */
#include "base/plain.h"

#include "support/test.h"

enum { LENGTH_MOST = 70, GUARD = 16 };

static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
}

/* Copies `length` bytes between two guards and answers what cmb_plain_copy does. */
static bool copy(const char *from, size_t length)
{
    char to[LENGTH_MOST + 2 * GUARD], text[LENGTH_MOST + 1], expected[sizeof to];
    memcpy(text, from, length);
    memset(to, '#', sizeof to);
    memset(expected, '#', sizeof expected);
    memcpy(expected + GUARD, from, length);
    bool answer = cmb_plain_copy(to + GUARD, (struct cmb_text){ text, length });
    CU_ASSERT(memcmp(to, expected, sizeof to) == 0);
    return answer;
}

static void copies_every_length_and_nothing_beyond(void)
{
    static const char text[] = "The.quick_brown-fox.jumps_over-the.lazy_dog-0123456789-ABCDEFGHIJKLMNOP";
    for (size_t length = 0; length <= LENGTH_MOST; length++)
        CU_ASSERT(copy(text, length));
}

static void knows_every_byte_at_every_place(void)
{
    char text[LENGTH_MOST];
    unsigned wrong = 0;
    memset(text, 'a', sizeof text);
    for (size_t length = 1; length <= LENGTH_MOST; length++)
        for (size_t at = 0; at < length; at++) {
            for (unsigned c = 0; c < 256; c++) {
                text[at] = (char)c;
                wrong += cmb_plain_copy((char[LENGTH_MOST]){ 0 },
                                        (struct cmb_text){ text, length }) !=
                         is_plain((unsigned char)c);
            }
            text[at] = 'a';
        }
    ASSERT_NUMBER(wrong, 0);
}

TEST_SUITE("base/plain",
           { "copies every length and nothing beyond", copies_every_length_and_nothing_beyond },
           { "knows every byte at every place", knows_every_byte_at_every_place })
