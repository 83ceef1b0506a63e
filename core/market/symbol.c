/* What is a market called, by what it is made of? */
#include "market/market.h"

#include <stdio.h>

#include "number/decimal.h"
#include "number/time.h"

/* -251226 out of 2025-12-26T... */
static bool format_expiry(int64_t expiry_ns, char *to, size_t size)
{
    char text[CMB_TIME_TEXT_SIZE];
    if (cmb_time_format_iso(expiry_ns, CMB_TIME_S, text) < 10)
        return false;
    return snprintf(to, size, "-%.2s%.2s%.2s", text + 2, text + 5, text + 8) < (int)size;
}

/* A strike has one name, however many zeros the exchange writes behind it. */
static void drop_zeros(char *number)
{
    size_t length = strlen(number);
    while (strchr(number, '.') && (number[length - 1] == '0' || number[length - 1] == '.'))
        number[--length] = 0;
}

static bool format_option(const struct cambist_market *market, char *to, size_t size)
{
    if (!market->strike.is_set || !market->option_type)
        return false;
    char strike[CMB_DECIMAL_TEXT_SIZE];
    cmb_decimal_format(&market->strike, strike);
    drop_zeros(strike);
    char type = market->option_type == CAMBIST_OPTION_TYPE_CALL ? 'C' : 'P';
    return snprintf(to, size, "-%s-%c", strike, type) < (int)size;
}

bool cmb_market_format_symbol(const struct cambist_market *market, char *to, size_t size)
{
    if (!market->base || !market->quote || !*market->base || !*market->quote)
        return false;
    if (market->kind == CAMBIST_KIND_SPOT)
        return snprintf(to, size, "%s/%s", market->base, market->quote) < (int)size;
    if (!market->settle || !*market->settle)
        return false;
    char expiry[16] = "", option[CMB_DECIMAL_TEXT_SIZE + 8] = "";
    bool ends = market->kind == CAMBIST_KIND_FUTURE || market->kind == CAMBIST_KIND_OPTION;
    if (ends && (!market->expiry || !format_expiry(market->expiry, expiry, sizeof expiry)))
        return false;
    if (market->kind == CAMBIST_KIND_OPTION && !format_option(market, option, sizeof option))
        return false;
    return snprintf(to, size, "%s/%s:%s%s%s", market->base, market->quote, market->settle, expiry,
                    option) < (int)size;
}
