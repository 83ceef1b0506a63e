/* Are client ids all different, of the form that every exchange takes, and known as ours? */
#include "order/client_id.h"

#include "support/test.h"

static const char *write(uint64_t install, uint64_t run, uint32_t count)
{
    static char id[CMB_CLIENT_ID_SIZE];
    cmb_client_id_write(install, run, count, id);
    return id;
}

static void an_id_has_eighteen_letters_and_digits(void)
{
    const char *id = write(0xfffff, 1795937773, CMB_CLIENT_IDS_MOST - 1);
    ASSERT_NUMBER(strlen(id), 18);
    ASSERT_NUMBER(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789"), 18);
    ASSERT_NUMBER(id[0], 'c');
}

static void each_of_its_parts_makes_it_another(void)
{
    char first[CMB_CLIENT_ID_SIZE];
    memcpy(first, write(7, 1795937773, 5), sizeof first);
    ASSERT_TEXT(write(7, 1795937773, 5), first);
    CU_ASSERT(strcmp(write(8, 1795937773, 5), first) != 0);
    CU_ASSERT(strcmp(write(7, 1795937774, 5), first) != 0);
    CU_ASSERT(strcmp(write(7, 1795937773, 6), first) != 0);
}

static void later_ids_of_a_run_are_greater_texts(void)
{
    char before[CMB_CLIENT_ID_SIZE] = "";
    for (uint32_t count = 0; count < 5000; count += 31) {
        const char *id = write(7, 1795937773, count);
        CU_ASSERT(strcmp(before, id) < 0);
        memcpy(before, id, sizeof before);
    }
}

static void ours_are_known_and_others_are_not(void)
{
    CU_ASSERT(cmb_client_id_is_ours(7, cmb_text_of(write(7, 9, 1))));
    CU_ASSERT(!cmb_client_id_is_ours(8, cmb_text_of(write(7, 9, 1))));
    CU_ASSERT(!cmb_client_id_is_ours(7, CMB_TEXT("c0007")));
    CU_ASSERT(!cmb_client_id_is_ours(7, CMB_TEXT("web_c000700000000a")));
    CU_ASSERT(!cmb_client_id_is_ours(7, (struct cmb_text){ 0 }));
}

TEST_SUITE("order/client_id",
           { "an id has eighteen letters and digits", an_id_has_eighteen_letters_and_digits },
           { "each of its parts makes it another", each_of_its_parts_makes_it_another },
           { "later ids of a run are greater texts", later_ids_of_a_run_are_greater_texts },
           { "ours are known, and others are not", ours_are_known_and_others_are_not })
