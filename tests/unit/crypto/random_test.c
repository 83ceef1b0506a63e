/* Does chance have the right form, and does a seeded one repeat? */
#include "crypto/random.h"

#include "support/test.h"

static void repeats_for_a_seed(void)
{
    struct cmb_random one, same, other;
    char a[37] = "", b[37] = "", c[37] = "";
    cmb_random_init_seeded(&one, 42);
    cmb_random_init_seeded(&same, 42);
    cmb_random_init_seeded(&other, 43);
    cmb_random_uuid(&one, a);
    cmb_random_uuid(&same, b);
    cmb_random_uuid(&other, c);
    ASSERT_TEXT(a, b);
    CU_ASSERT(strcmp(a, c) != 0);
    CU_ASSERT(cmb_random_number(&one) == cmb_random_number(&same));
}

static void writes_uuids(void)
{
    for (int i = 0; i < 200; i++) {
        char uuid[CMB_UUID_SIZE + 1] = "";
        ASSERT_NUMBER(cmb_random_uuid(&cmb_random_system, uuid) - uuid, CMB_UUID_SIZE);
        CU_ASSERT(uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-');
        CU_ASSERT(uuid[14] == '4' && strchr("89ab", uuid[19]) != NULL);
        ASSERT_NUMBER(strspn(uuid, "0123456789abcdef-"), CMB_UUID_SIZE);
    }
}

static void differs_each_time(void)
{
    CU_ASSERT(cmb_random_number(&cmb_random_system) != cmb_random_number(&cmb_random_system));
}

static void writes_as_many_digits_as_asked(void)
{
    for (size_t digits = 0; digits <= 100; digits++) {
        char hex[101];
        memset(hex, '!', sizeof hex);
        CU_ASSERT(cmb_random_hex(&cmb_random_system, digits, hex) == hex + digits);
        CU_ASSERT(hex[digits] == '!');
        hex[digits] = 0;
        ASSERT_NUMBER(strspn(hex, "0123456789abcdef"), digits);
    }
}

static void fills_odd_sizes(void)
{
    struct cmb_random random;
    cmb_random_init_seeded(&random, 1);
    unsigned char bytes[12] = { [11] = 77 };
    cmb_random_fill(&random, bytes, 11);
    ASSERT_NUMBER(bytes[11], 77);
}

TEST_SUITE("crypto/random", { "repeats for the same seed", repeats_for_a_seed },
           { "writes version 4 UUIDs", writes_uuids }, { "differs each time", differs_each_time },
           { "writes as many hex digits as asked", writes_as_many_digits_as_asked },
           { "fills sizes that are no whole number", fills_odd_sizes })
