/* support/test.h - a suite is a table of sentences.
 *
 *     static void refuses_an_empty_bucket(void) { ... CU_ASSERT(...); }
 *     TEST_SUITE("limit/bucket",
 *                { "refuses when the bucket is empty", refuses_an_empty_bucket }, ...)
 *
 * TEST_SUITE writes main().  The exit status comes from the number of failures, because
 * CU_basic_run_tests() answers 0 for failing tests too.
 */
#ifndef TEST_SUPPORT_TEST_H
#define TEST_SUPPORT_TEST_H

#include <CUnit/Basic.h>
#include <CUnit/TestDB.h>

#include <stdio.h>
#include <string.h>

/* Exit status that CTest shows as "skipped"; print a plain word before using it. */
#define TEST_SKIPPED 77

static inline int test_run(const char *name, CU_TestInfo *tests)
{
    CU_SuiteInfo suites[] = { { name, NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS)
        return 1;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failed = CU_get_number_of_failures();
    unsigned run = CU_get_number_of_tests_run();
    CU_cleanup_registry();
    return failed != 0 || run == 0;
}

#define TEST_SUITE(name, ...)                                                                      \
    int main(void)                                                                                 \
    {                                                                                              \
        CU_TestInfo tests[] = { __VA_ARGS__, CU_TEST_INFO_NULL };                                  \
        return test_run((name), tests);                                                            \
    }

/* The same for a suite that is given arguments: `take(argc, argv)` is called first. */
#define TEST_SUITE_WITH(take, name, ...)                                                           \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        CU_TestInfo tests[] = { __VA_ARGS__, CU_TEST_INFO_NULL };                                  \
        take(argc, argv);                                                                          \
        return test_run((name), tests);                                                            \
    }

#define ASSERT_TEXT(text, expected)                                                                \
    do {                                                                                           \
        const char *is_ = (text), *should_ = (expected);                                           \
        CU_ASSERT(is_ != NULL && strcmp(is_, should_) == 0);                                       \
        if (!is_ || strcmp(is_, should_) != 0)                                                     \
            printf("\n    %s:%d: is \"%s\", should be \"%s\"", __FILE__, __LINE__,                 \
                   is_ ? is_ : "(null)", should_);                                                 \
    } while (0)

#define ASSERT_NUMBER(number, expected)                                                            \
    do {                                                                                           \
        long long is_ = (long long)(number), should_ = (long long)(expected);                      \
        CU_ASSERT(is_ == should_);                                                                 \
        if (is_ != should_)                                                                        \
            printf("\n    %s:%d: is %lld, should be %lld", __FILE__, __LINE__, is_, should_);      \
    } while (0)

#endif
