/* Is Retry-After read strictly, and kept within bounds? */
#include "limit/retry_after.h"

#include "support/test.h"

/* 1994-11-06 08:48:37 UTC, a minute before the date of RFC 9110's example. */
#define A_MINUTE_BEFORE_NS ((int64_t)784111717 * 1000000000)

static const struct {
    const char *value;
    int64_t wait_ms;
    bool is_said;
} cases[] = {
    { "120", 120000, true },
    { " 5\t", 5000, true },
    { "0", 1000, true },
    { "1000000000", 259200000, true },
    { "999999999999", 259200000, true },
    { "99999999999999999999999", 1000, false },
    { "-1", 1000, false },
    { "+5", 1000, false },
    { "1.5", 1000, false },
    { "5s", 1000, false },
    { "0x10", 1000, false },
    { "", 1000, false },
    { NULL, 1000, false },
    { "soon", 1000, false },
    { "Sun, 06 Nov 1994 08:49:37 GMT", 60000, true },
    { "Sun, 06 Nov 1994 08:48:37 GMT", 1000, true },
    { "Sun, 06 Nov 1994 08:40:37 GMT", 1000, false },
    { "Fri, 31 Dec 9999 23:59:59 GMT", 259200000, true },
    { "Thu, 29 Feb 1996 00:00:00 GMT", 259200000, true },
    { "Sun, 06 Nov 1994 08:49:37 UTC", 1000, false },
    { "Sun, 06 Nvo 1994 08:49:37 GMT", 1000, false },
    { "Sun, 32 Nov 1994 08:49:37 GMT", 1000, false },
    { "Sun, 06 Nov 1994 24:49:37 GMT", 1000, false },
    { "Sun, 06 Nov 1994 08:-9:37 GMT", 1000, false },
    { "Sunday, 06-Nov-94 08:49:37 GMT", 1000, false },
    { "Sun Nov  6 08:49:37 1994", 1000, false },
};

static void reads_strictly(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool is_said = !cases[i].is_said;
        int64_t wait_ms = cmb_retry_after_parse_ms(cmb_text_of(cases[i].value), A_MINUTE_BEFORE_NS,
                                                   &cmb_retry_bounds_usual, &is_said);
        if (wait_ms != cases[i].wait_ms || is_said != cases[i].is_said)
            printf("\n    %s", cases[i].value ? cases[i].value : "(absent)");
        ASSERT_NUMBER(wait_ms, cases[i].wait_ms);
        ASSERT_NUMBER(is_said, cases[i].is_said);
    }
}

static void knows_the_calendar(void)
{
    static const struct cmb_retry_bounds wide = { 0, INT64_MAX };
    static const struct {
        const char *date;
        int64_t s;
    } days[] = {
        { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
        { "Thu, 29 Feb 1996 00:00:00 GMT", 825552000 },
        { "Tue, 29 Feb 2000 12:00:00 GMT", 951825600 },
        { "Fri, 01 Mar 2024 00:00:00 GMT", 1709251200 },
        { "Thu, 31 Dec 2026 23:59:59 GMT", 1798761599 },
        { "Mon, 01 Mar 2100 00:00:00 GMT", 4107542400 },
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        ASSERT_NUMBER(cmb_retry_after_parse_ms(cmb_text_of(days[i].date), 0, &wide, NULL) / 1000,
                      days[i].s);
}

TEST_SUITE("limit/retry_after", { "reads strictly and stays within bounds", reads_strictly },
           { "knows the calendar", knows_the_calendar })
