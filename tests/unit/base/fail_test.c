/* Has every failure a reason, and is it the first one? */
#include "base/fail.h"

#include "support/test.h"

static void the_first_reason_stays(void)
{
    struct cambist_error error = { 0 };
    ASSERT_NUMBER(cmb_fail(&error, CAMBIST_TIMEOUT, "after %d s", 5), CAMBIST_TIMEOUT);
    ASSERT_NUMBER(cmb_fail_plain(&error, CAMBIST_CLOSED, CMB_TEXT("closed")), CAMBIST_CLOSED);
    ASSERT_NUMBER(error.status, CAMBIST_TIMEOUT);
    ASSERT_TEXT(error.message, "after 5 s");
    cmb_fail_reset(&error);
    cmb_fail_plain(&error, CAMBIST_CLOSED, CMB_TEXT("closed"));
    ASSERT_TEXT(error.message, "closed");
}

static void a_reason_that_could_not_be_written_is_the_status_own(void)
{
    struct cambist_error error = { 0 };
    cmb_fail_plain(&error, CAMBIST_NO_MEMORY, (struct cmb_text){ 0 });
    ASSERT_TEXT(error.message, cmb_status_text(CAMBIST_NO_MEMORY));
    CU_ASSERT(*error.message != 0);
}

static void who_wants_no_reason_gets_the_status(void)
{
    ASSERT_NUMBER(cmb_fail(NULL, CAMBIST_TLS, "%s", "refused"), CAMBIST_TLS);
    ASSERT_NUMBER(cmb_fail_plain(NULL, CAMBIST_TLS, CMB_TEXT("refused")), CAMBIST_TLS);
}

TEST_SUITE("base/fail", { "the first reason stays", the_first_reason_stays },
           { "a reason that could not be written is the status's own",
             a_reason_that_could_not_be_written_is_the_status_own },
           { "who wants no reason gets the status", who_wants_no_reason_gets_the_status })
