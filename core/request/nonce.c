/* Which number has this key never been used with?
 *
 * A nonce is the time, or one more than the last where that is not less: so it rises when the clock
 * steps back, in all processes that share the mark, and over restarts by what a journal kept.  What
 * is kept is a block ahead of use, so that it is seldom written.
 */
#include "request/exchange.h"

#include "number/time.h"

enum { BLOCK_LEAST = 100 };

static const int64_t block_ns = 10 * (int64_t)1000000000;

static enum cmb_time_unit unit_of(const struct cmb_exchange *exchange)
{
    static const enum cmb_time_unit units[] = { CMB_TIME_MS, [CAMBIST_S] = CMB_TIME_S,
                                                [CAMBIST_MS] = CMB_TIME_MS,
                                                [CAMBIST_US] = CMB_TIME_US,
                                                [CAMBIST_NS] = CMB_TIME_NS };
    return units[exchange->plugin->tables.nonce_unit];
}

static void keep(struct cmb_exchange *exchange, int64_t nonce)
{
    struct cmb_nonce_keeper *keeper = &exchange->nonces;
    if (!keeper->keep || nonce <= atomic_load(&keeper->reserved))
        return;
    /* By the time: runs that end soon, each beginning behind the last one's block, do not run away
     * from it. */
    int64_t until = cmb_time_count(cmb_exchange_now_ns(exchange) + block_ns, unit_of(exchange));
    if (until < nonce + BLOCK_LEAST)
        until = nonce + BLOCK_LEAST;
    keeper->keep(until, keeper->user);
    atomic_store(&keeper->reserved, until);
}

int64_t cmb_exchange_nonce(struct cmb_exchange *exchange)
{
    int64_t now = cmb_time_count(cmb_exchange_now_ns(exchange), unit_of(exchange));
    int64_t last = atomic_load_explicit(exchange->nonce_mark, memory_order_relaxed);
    int64_t next;
    do
        next = now > last ? now : last + 1;
    while (!atomic_compare_exchange_weak(exchange->nonce_mark, &last, next));
    keep(exchange, next);
    return next;
}

void cmb_exchange_raise_nonce(struct cmb_exchange *exchange, int64_t nonce)
{
    int64_t last = atomic_load(exchange->nonce_mark);
    while (last < nonce && !atomic_compare_exchange_weak(exchange->nonce_mark, &last, nonce))
        continue;
}

struct cmb_text cmb_exchange_account(const struct cmb_exchange *exchange)
{
    for (uint32_t i = 0; i < exchange->plugin->tables.credentials.count; i++) {
        const struct cambist_credential *row = CMB_ROW(exchange->plugin->tables.credentials, i);
        if (row->exposure == CAMBIST_SENT && exchange->credentials[i].hidden_at)
            return cmb_secret_reveal(exchange->credentials[i]);
    }
    return CMB_TEXT("");
}

void cmb_exchange_share_nonce(struct cmb_exchange *exchange, struct cmb_limit_table *table)
{
    struct cmb_text account = cmb_exchange_account(exchange);
    if (!table || !account.length)
        return;
    struct cmb_limit_name name = cmb_limit_name_of(exchange, CMB_TEXT("nonce"), account);
    _Atomic int64_t *mark = cmb_limit_table_mark(table, name);
    if (!mark)
        return;
    int64_t own = atomic_load(&exchange->last_nonce);
    exchange->nonce_mark = mark;
    cmb_exchange_raise_nonce(exchange, own);
}
