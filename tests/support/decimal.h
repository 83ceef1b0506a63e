/* support/decimal.h - a decimal out of a test's own text. */
#ifndef TEST_SUPPORT_DECIMAL_H
#define TEST_SUPPORT_DECIMAL_H

#include "number/decimal.h"
#include "support/test.h"

/* A text that cannot be read fails the test. */
static struct cambist_decimal decimal(const char *text)
{
    struct cambist_decimal value = { 0 };
    if (cmb_decimal_parse(cmb_text_of(text), &value) != CMB_NUMBER_FINE) {
        printf("\n    \"%s\" was not read", text);
        CU_FAIL("a decimal was not read");
    }
    return value;
}

#endif
