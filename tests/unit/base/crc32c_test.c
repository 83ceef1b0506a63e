/* Is the checksum the one that others compute, with the instruction and without? */
#include "base/crc32c.h"

#include <stdlib.h>

#include "support/test.h"

static void known_texts_have_their_known_checksums(void)
{
    unsigned char bytes[32];
    ASSERT_NUMBER(cmb_crc32c(0, "", 0), 0);
    ASSERT_NUMBER(cmb_crc32c(0, "123456789", 9), 0xe3069283);
    memset(bytes, 0, sizeof bytes); /* RFC 3720, B.4 */
    ASSERT_NUMBER(cmb_crc32c(0, bytes, sizeof bytes), 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    ASSERT_NUMBER(cmb_crc32c(0, bytes, sizeof bytes), 0x62a8ab43);
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    ASSERT_NUMBER(cmb_crc32c(0, bytes, sizeof bytes), 0x46dd794e);
}

static void both_ways_agree_at_every_length_and_place(void)
{
    unsigned char bytes[320];
    uint32_t noise = 1;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)((noise = noise * 1664525 + 1013904223) >> 24);
    size_t differences = 0;
    for (size_t from = 0; from < 16; from++)
        for (size_t size = 0; size <= 300; size++)
            differences += cmb_crc32c(noise, bytes + from, size) !=
                           cmb_crc32c_portable(noise, bytes + from, size);
    ASSERT_NUMBER(differences, 0);
}

static void pieces_make_the_checksum_of_the_whole(void)
{
    const char *text = "append-only, one writer, never skipped silently";
    size_t size = strlen(text);
    for (size_t cut = 0; cut <= size; cut++)
        ASSERT_NUMBER(cmb_crc32c(cmb_crc32c(0, text, cut), text + cut, size - cut),
                      cmb_crc32c_portable(0, text, size));
}

TEST_SUITE("base/crc32c",
           { "known texts have their known checksums", known_texts_have_their_known_checksums },
           { "both ways agree at every length and place",
             both_ways_agree_at_every_length_and_place },
           { "pieces make the checksum of the whole", pieces_make_the_checksum_of_the_whole })
