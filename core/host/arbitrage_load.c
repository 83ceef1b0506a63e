/* What has to be known of an exchange before arbitrage can be looked for there? */
#include <stdlib.h>

#include "base/memory.h"
#include "host/arbitrage.h"

/* ---- asking ---- */

/* A question that is not sent has the markets loaded on its way; whether it could be is another
 * matter. */
static int load_markets(struct cmb_arbitrage_opening *opening,
                        struct cmb_arbitrage_account *account)
{
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    struct cmb_pair symbol = { CMB_TEXT("symbol"), cmb_text_of(opening->settings.symbols[0]) };
    cmb_ask_prepare(account->exchange, CAMBIST_OPERATION_fetch_order_book, &symbol, 1, &answer,
                    &error);
    if (answer)
        answer->run->call->error = &answer->run->error;
    cambist_answer_free(answer);
    if (account->exchange->exchange->markets)
        return CAMBIST_OK;
    return cmb_fail(opening->error, error.status ? (int)error.status : CAMBIST_UNAVAILABLE, "%s",
                    error.message);
}

static bool has_account(const struct cmb_arbitrage_account *account)
{
    return *account->exchange->settings->credentials != 0;
}

/* A row without a symbol speaks of every market. */
static void note_fees(const struct cmb_arbitrage_opening *opening,
                      struct cmb_arbitrage_account *account, const struct cambist_answer *answer)
{
    const struct cambist_fee *fee;
    for (size_t row = 0; (fee = cambist_answer_fee(answer, row)); row++)
        for (uint64_t i = 0; i < opening->settings.symbol_count; i++)
            if (fee->taker.is_set &&
                (!fee->symbol || strcmp(fee->symbol, opening->settings.symbols[i]) == 0))
                account->fees[i] = fee->taker;
}

static const struct cambist_market *find_market(const struct cmb_arbitrage_opening *opening,
                                                const struct cmb_arbitrage_account *account,
                                                uint64_t i)
{
    return cmb_markets_find(account->exchange->exchange->markets,
                            cmb_text_of(opening->settings.symbols[i]), CAMBIST_KIND_SPOT);
}

/* Some exchanges tell the fees of one market at a time.  What cannot be had is the market's own. */
static void ask_fees(struct cmb_arbitrage_opening *opening, struct cmb_arbitrage_account *account)
{
    if (*account->exchange->settings->taker_fee ||
        !cambist_exchange_has(account->exchange, CAMBIST_OPERATION_fetch_trading_fees,
                              CAMBIST_KIND_SPOT))
        return;
    for (uint64_t i = 0; i < opening->settings.symbol_count; i++) {
        const struct cambist_arguments arguments = { .symbol = opening->settings.symbols[i] };
        struct cambist_answer *answer = NULL;
        if (account->fees[i].is_set || !find_market(opening, account, i))
            continue;
        if (cambist_fetch_trading_fees(account->exchange, &arguments, &answer, NULL) != CAMBIST_OK)
            return;
        note_fees(opening, account, answer);
        cambist_answer_free(answer);
    }
}

int cmb_arbitrage_load(struct cmb_arbitrage_opening *opening,
                       struct cmb_arbitrage_account *account)
{
    int status = load_markets(opening, account);
    struct cambist_error error = { 0 };
    account->fees = cmb_calloc(opening->settings.symbol_count, sizeof *account->fees);
    if (!account->fees)
        return cmb_fail_plain(opening->error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for fees"));
    if (status != CAMBIST_OK || !has_account(account))
        return status;
    ask_fees(opening, account);
    status = cambist_fetch_balance(account->exchange, NULL, &account->balances, &error);
    return status == CAMBIST_OK ? status
                                : cmb_fail(opening->error, status, "%s", error.message);
}

/* What the account pays: as configured, else as it was told, else what the market says, else what
 * the program says. */
static int find_fee(const struct cmb_arbitrage_opening *opening,
                    const struct cmb_arbitrage_account *account, uint64_t symbol,
                    const struct cambist_market *market, struct cambist_decimal *ret)
{
    const char *configured = account->exchange->settings->taker_fee;
    *ret = account->fees[symbol].is_set ? account->fees[symbol]
           : market->taker.is_set       ? market->taker
                                        : opening->taker_fee;
    if (!*configured || cmb_decimal_parse(cmb_text_of(configured), ret) == CMB_NUMBER_FINE)
        return CAMBIST_OK;
    return cmb_fail(opening->error, CAMBIST_BAD_CONFIG, "[exchange %s] taker_fee = %s is no rate",
                    account->exchange->settings->name, configured);
}

/* ---- adding ---- */

static int add_markets(struct cmb_arbitrage_opening *opening, struct cmb_arbitrage_account *account)
{
    struct cmb_trade *trade = opening->arbitrage->trade;
    int status = CAMBIST_OK;
    for (uint64_t i = 0; i < opening->settings.symbol_count && status == CAMBIST_OK; i++) {
        const struct cambist_market *market = find_market(opening, account, i);
        struct cambist_decimal fee;
        if (!market)
            continue;
        status = find_fee(opening, account, i, market, &fee);
        if (status == CAMBIST_OK)
            status = cmb_trade_add_market(trade, account->number, market, &fee, opening->error);
    }
    return status;
}

static int add_balances(struct cmb_arbitrage_opening *opening, struct cmb_arbitrage_account *account)
{
    const struct cambist_balance *balance;
    int status = CAMBIST_OK;
    if (account->balances)
        cmb_trade_clear_balances(opening->arbitrage->trade, account->number);
    for (size_t i = 0; status == CAMBIST_OK && account->balances &&
                       (balance = cambist_answer_balance(account->balances, i)); i++)
        if (balance->currency)
            status = cmb_trade_set_balance(opening->arbitrage->trade, account->number, balance);
    return status;
}

int cmb_arbitrage_add(struct cmb_arbitrage_opening *opening,
                      struct cmb_arbitrage_account *account)
{
    int status = add_markets(opening, account);
    return status == CAMBIST_OK ? add_balances(opening, account) : status;
}

void cmb_arbitrage_forget(struct cmb_arbitrage_account *account)
{
    cambist_answer_free(account->balances);
    free(account->fees);
    account->balances = NULL;
    account->fees = NULL;
}
