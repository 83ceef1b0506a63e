/* Are ten thousand orders each executed at most once, told of exactly, and proved, whatever goes
 * wrong?
 *
 *     test_whole_order_faults [ORDERS]
 *
 * The public interface over real sockets and TLS against practice exchanges in this process:
 * orders, cancels and edits, many at a time, while some fifty kinds of faults strike, each a
 * hundred times. Then nothing strikes any more, and everything has to become known.  ORDERS scales
 * all of it. */
#include <stdlib.h>

#include "simulator/faults.h"
#include "support/order_stage.h"

#ifndef PRACTICE_PLUGINS
#define PRACTICE_PLUGINS "."
#endif
#ifndef REAL_PLUGINS
#define REAL_PLUGINS "."
#endif

enum { ORDERS = 10000, STRIKES = 100, KINDS = 40, AT_ONCE = 40, AT_ONCE_EACH = 8, WAIT_S = 150,
       ENDLESS = 1000000 };

static unsigned orders = ORDERS;

/* ---- the end ---- */

/* Whether nothing is left to become known; under the lock. */
static bool is_quiet(const struct stage_account *account)
{
    return account->under_way == 0 && account->told.restless == 0;
}

/* What nothing became known of; under the lock. */
static void report_restless(const struct stage_account *account)
{
    const struct told_orders *told = &account->told;
    printf("\n    %s: %u questions under way, %zu orders restless", account->name,
           account->under_way, told->restless);
    for (size_t i = 0; i < told->count; i++)
        if (told->orders[i]->is_restless)
            printf("\n        %s: %s, pending %u, event %llu", told->orders[i]->client_id,
                   cambist_life_name(told->orders[i]->life), told->orders[i]->pending,
                   (unsigned long long)told->orders[i]->sequence);
    printf("\n");
}

static void wait_until_quiet(struct stage_account *account)
{
    time_t until_s = stage_now_s() + WAIT_S;
    pthread_mutex_lock(&account->told.lock);
    while (!is_quiet(account) && stage_now_s() < until_s)
        stage_wait_for_news(account);
    CU_ASSERT(is_quiet(account));
    if (!is_quiet(account))
        report_restless(account);
    pthread_mutex_unlock(&account->told.lock);
}

/* The account's stream breaks once more: what was missed before is asked for. */
static void miss_nothing(struct stage_account *account)
{
    struct told_orders *told = &account->told;
    time_t until_s = stage_now_s() + WAIT_S;
    for (unsigned i = 0; i < STAGE_MARKETS;
         i++) { /* a market without open orders is not asked about */
        char price[24];
        snprintf(price, sizeof price, "%u", stage_markets[i].low * 8 / 10);
        stage_ask(account, stage_new_question(account), CAMBIST_OPERATION_create_order,
                  &(struct cambist_arguments){ .symbol = stage_markets[i].symbol,
                                               .side = CAMBIST_SIDE_BUY,
                                               .type = CAMBIST_TYPE_LIMIT,
                                               .price = price,
                                               .amount = stage_markets[i].amount });
    }
    stage_wait_for_room(account, 1);
    pthread_mutex_lock(&told->lock);
    uint64_t syncs = told->syncs;
    pthread_mutex_unlock(&told->lock);
    stage_require(account->stage,
                  cmb_simulator_strike(account->stage->simulator, account->name, "cut-stream", 1,
                                       &account->stage->error) == CAMBIST_OK);
    stage_place(account); /* so that there is something to tell */
    pthread_mutex_lock(&told->lock);
    while (told->syncs == syncs && stage_now_s() < until_s)
        stage_wait_for_news(account);
    CU_ASSERT(told->syncs > syncs);
    pthread_mutex_unlock(&told->lock);
}

/* As quickly as the limits let it. */
static void cancel_all(struct stage_account *account)
{
    struct told_order order;
    time_t until_s = stage_now_s() + WAIT_S;
    while (stage_pick_open(account, &order) && stage_now_s() < until_s) {
        stage_cancel(account, &order);
        stage_wait_for_room(account, 1);
        pthread_mutex_lock(&account->told.lock);
        if (account->questions[account->question_count - 1].status == CAMBIST_RATE_LIMITED)
            stage_wait_for_news(account);
        pthread_mutex_unlock(&account->told.lock);
    }
    wait_until_quiet(account);
}

static void calm_down(struct stage *stage)
{
    static void (*const phases[])(struct stage_account * account) = {
        wait_until_quiet, miss_nothing, wait_until_quiet, cancel_all
    };
    cmb_simulator_clear_faults(stage->simulator);
    for (size_t phase = 0; phase < sizeof phases / sizeof *phases; phase++)
        for (size_t i = 0; i < stage->count; i++)
            phases[phase](&stage->accounts[i]);
}

/* ---- what must be so then ---- */

/* Each call was answered once, and what it was told is so. */
static void judge_answers(struct stage_account *account)
{
    unsigned unanswered = 0, wrong = 0;
    for (size_t i = 0; i < account->question_count; i++) {
        const struct stage_question *question = &account->questions[i];
        unanswered += question->answers != 1;
        if (!*question->client_id)
            continue;
        size_t executed = cmb_simulator_count_orders(account->stage->simulator, account->name,
                                                     question->client_id);
        bool is_known =
            question->status == CAMBIST_OK || question->outcome == CAMBIST_OUTCOME_NOT_DONE;
        bool is_right =
            executed <= 1 && (!is_known || executed == (question->status == CAMBIST_OK));
        wrong += !is_right;
        if (!is_right)
            printf("\n    %s: answered %s, outcome %u, executed %zu times", question->client_id,
                   cambist_status_name(question->status), question->outcome, executed);
    }
    ASSERT_NUMBER(unanswered, 0);
    ASSERT_NUMBER(wrong, 0);
}

static void look_at_balances(const struct cmb_practice *practice, const struct cmb_ledger *ledger,
                             void *user)
{
    const struct cambist_answer *answer = user;
    (void)ledger;
    for (size_t i = 0; i < cmb_ledger_balance_count(); i++) {
        struct cmb_ledger_balance real;
        const struct cambist_balance *told = NULL;
        cmb_ledger_balance(practice, i, &real);
        for (size_t k = 0; k < cambist_answer_count(answer); k++)
            if (strcmp(cambist_answer_balance(answer, k)->currency, real.currency) == 0)
                told = cambist_answer_balance(answer, k);
        CU_ASSERT(told && cmb_decimal_compare(&told->free, &real.free) == 0 &&
                  cmb_decimal_compare(&told->used, &real.used) == 0);
    }
}

/* As soon as the limit lets it. */
static struct cambist_answer *fetch_balances(struct stage_account *account)
{
    struct cambist_answer *answer = NULL;
    struct cambist_error *error = &account->stage->error;
    time_t until_s = stage_now_s() + WAIT_S;
    int status;
    while ((status = cambist_fetch_balance(account->exchange, &(struct cambist_arguments){ 0 },
                                           &answer, error)) == CAMBIST_RATE_LIMITED &&
           stage_now_s() < until_s) {
        pthread_mutex_lock(&account->told.lock);
        stage_wait_for_news(account);
        pthread_mutex_unlock(&account->told.lock);
    }
    stage_require(account->stage, status == CAMBIST_OK);
    return answer;
}

static void judge_balances(struct stage_account *account)
{
    struct cambist_answer *answer = fetch_balances(account);
    cmb_simulator_look(account->stage->simulator, account->name, look_at_balances, answer);
    cambist_answer_free(answer);
}

/* Nothing filled may be told as nothing. */
static bool is_same_amount(const struct cambist_decimal *a, const struct cambist_decimal *b)
{
    bool is_nothing =
        (!a->is_set || cmb_decimal_is_zero(a)) && (!b->is_set || cmb_decimal_is_zero(b));
    return is_nothing || cmb_decimal_compare(a, b) == 0;
}

/* The host's own list says the same as its events. */
static void compare_known(const struct cambist_known_order *known, void *user)
{
    struct stage_account *account = user;
    const struct told_order *order = told_orders_find(&account->told, known->client_order_id);
    bool is_same = order && order->life == known->life && order->pending == known->pending &&
                   order->is_settled == known->is_settled &&
                   is_same_amount(&order->filled, &known->filled);
    CU_ASSERT(is_same);
    if (!is_same)
        printf("\n    %s is known as %s, told as %s", known->client_order_id,
               cambist_life_name(known->life), order ? cambist_life_name(order->life) : "nothing");
}

static void judge(struct stage_account *account)
{
    judge_answers(account);
    judge_balances(account);
    CU_ASSERT(cambist_each_order(account->exchange, 0, compare_known, account) > 0);
    ASSERT_NUMBER(cambist_each_order(account->exchange, CAMBIST_ORDERS_OPEN, NULL, NULL), 0);
    cmb_simulator_look(account->stage->simulator, account->name, order_oracle_judge,
                       &account->oracle);
    CU_ASSERT(order_oracle_is_right(&account->oracle));
    ASSERT_NUMBER(account->oracle.understated, 0);
}

/* ---- what was run ---- */

static void report(const struct stage_account *account)
{
    const struct told_orders *told = &account->told;
    unsigned lives[CAMBIST_LIFE_NOT_SENT + 1] = { 0 }, unknown = 0;
    for (size_t i = 0; i < told->count; i++) {
        lives[told->orders[i]->life]++;
        unknown += told->orders[i]->was_unknown;
    }
    printf("\n    %s: %u orders, %u cancels, %u edits; %llu events, %llu fills, %llu late, %llu "
           "syncs, %llu external;",
           account->name, account->placed, account->cancels, account->edits,
           (unsigned long long)told->events, (unsigned long long)told->fill_count,
           (unsigned long long)told->late, (unsigned long long)told->syncs,
           (unsigned long long)told->externals);
    printf("\n        %u were unknown for a while;", unknown);
    for (uint32_t life = 1; life <= CAMBIST_LIFE_NOT_SENT; life++)
        if (lives[life])
            printf(" %s %u", cambist_life_name(life), lives[life]);
}

/* Answers how many kinds have struck at least so often; prints them all. */
static unsigned report_faults(struct stage *stage, unsigned least)
{
    unsigned kinds = 0, column = 0;
    const char *help, *name;
    for (uint32_t i = 0; (name = cmb_simulator_fault(i, &help)) != NULL; i++) {
        uint64_t struck = cmb_simulator_struck(stage->simulator, name);
        if (!struck)
            continue;
        kinds += struck >= least;
        printf("%s%-22s%6llu", column++ % 3 ? "   " : "\n        ", name,
               (unsigned long long)struck);
    }
    printf("\n        %u kinds struck at least %u times; %lld s", kinds, least,
           (long long)(stage_now_s() - stage->begun_s));
    return kinds;
}

/* ---- ten thousand ---- */

static const char *const faults[] = {
    "execute-then-cut:0.008",
    "execute-then-reset:0.008",
    "cut:0.008",
    "reset:0.008",
    "execute-then-error:0.008",
    "error:0.008",
    "rate-limit:0.008",
    "ban:0.008",
    "slow:0.008",
    "stall:0.008",
    "drip:0.008",
    "truncate:0.008",
    "garble:0.008",
    "cut-status:0.008",
    "reset-status:0.008",
    "cut-headers:0.008",
    "reset-headers:0.008",
    "reset-body:0.008",
    "stall-body:0.008",
    "short-length:0.008",
    "long-length:0.008",
    "bad-chunks:0.008",
    "cut-gzip:0.008",
    "huge-headers:0.008",
    "empty:0.008",
    "interim:0.008",
    "redirect:0.008",
    "forbid:0.008",
    "retry-date:0.008",
    "retry-negative:0.008",
    "retry-huge:0.008",
    "retry-garbage:0.008",
    "execute-then-limit:0.01",
    "unknown:0.01",
    "execute-then-unknown:0.01",
    "late:0.01",
    "late-cut:0.01",
    "external:0.008",
    "history-twice:0.2",
    "fill-before-cancel:0.04",
    "fill-then-cancel:0.04",
    "cancel-then-refuse:0.04",
    "cancel-late:0.04",
    "cancel-vain:0.04",
    "edit-half:0.08",
    "edit-half-cut:0.08",
    "not-connected:0.05",
    "queries-lag",
    "gap@watch_orders:0.02",
    "gap@watch_my_trades:0.02",
    "duplicate:0.02",
    "reorder:0.02",
    "fragments:0.02",
    "control-between:0.02",
    "cut-stream:0.01",
    "fill-first:0.1",
    "fill-twice:0.05",
    "fill-late:0.05",
};
enum { FAULTS = sizeof faults / sizeof *faults };

static void add_faults(struct stage *stage)
{
    for (size_t i = 0; i < FAULTS; i++)
        stage_require(stage, cmb_simulator_add_fault(stage->simulator, faults[i], &stage->error) ==
                                 CAMBIST_OK);
}

static bool have_all_struck(struct stage *stage, unsigned least)
{
    for (size_t i = 0; i < FAULTS; i++) {
        struct cmb_text name;
        cmb_text_cut(cmb_text_of(faults[i]), strchr(faults[i], '@') ? '@' : ':', &name);
        uint32_t fault = cmb_fault_find(name);
        if (!cmb_fault_lasts(fault) &&
            cmb_simulator_struck(stage->simulator, cmb_fault_name(fault)) < least)
            return false;
    }
    return true;
}

static void prepare(struct stage_account *account, unsigned placed, unsigned at_once)
{
    account->wanted = placed;
    account->at_once = at_once;
    account->question_capacity = placed * 5 + 20 * STAGE_OPEN_MOST;
    account->questions = calloc(account->question_capacity, sizeof *account->questions);
    CU_ASSERT_FATAL(account->questions != NULL);
}

static void ten_thousand_orders_survive_all_faults(void)
{
    static const struct stage_exchange exchanges[] = { { .name = "practice" }, { 0 } };
    unsigned least = STRIKES * orders / ORDERS, most = orders * 3 / 2;
    struct stage stage;
    struct stage_account *account = &stage.accounts[0];
    stage_open(&stage, PRACTICE_PLUGINS, exchanges);
    prepare(account, most, AT_ONCE);
    add_faults(&stage);
    while (account->placed < orders || (account->placed < most && !have_all_struck(&stage, least)))
        stage_step(account);
    calm_down(&stage);
    judge(account);
    report(account);
    CU_ASSERT(report_faults(&stage, least) >= KINDS);
    stage_close(&stage);
}

/* ---- the tables of four exchanges ---- */

/* Where an unknown order takes two minutes to be proved not to be there (Coinbase), only such
 * faults strike behind which it is there. */
static const char *const executing[] = {
    "execute-then-cut:0.03",
    "execute-then-reset:0.03",
    "execute-then-error:0.03",
    "truncate:0.03",
    "garble:0.02",
    "cut-status:0.02",
    "reset-headers:0.02",
    "reset-body:0.02",
    "long-length:0.02",
    "bad-chunks:0.02",
    "cut-gzip:0.02",
    "empty:0.02",
    "interim:0.02",
    "slow:0.02",
    "external:0.02",
    "execute-then-unknown:0.02",
    "history-twice:0.2",
    "fill-before-cancel:0.05",
    "fill-then-cancel:0.05",
    "cancel-then-refuse:0.05",
    "cancel-late:0.05",
    "cancel-vain:0.05",
    "edit-half:0.1",
    "gap@watch_orders:0.05",
    "gap@watch_my_trades:0.05",
    "duplicate:0.05",
    "fragments:0.05",
    "cut-stream:0.01",
    "fill-first:0.1",
    "fill-twice:0.1",
    "fill-late:0.1",
};
static const char *const losing[] = { "cut:0.03",         "reset:0.03", "error:0.02",
                                      "unknown:0.02",     "late:0.03",  "late-cut:0.03",
                                      "edit-half-cut:0.1" };

/* Kraken lets so little be asked for that what is not known of a few orders takes minutes: an account
 * of no tier there is makes it seconds. */
static const char *const limits[] = { "limits" };
static const struct stage_exchange exchanges[] = {
    { .name = "binance" },
    { .name = "okx" },
    { .name = "coinbase" },
    { .name = "kraken", .settings = "limits = private:1000/10, trading:1000/10\n" },
    { 0 },
};

static void strike_all(struct stage_account *account, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        stage_require(account->stage,
                      cmb_simulator_strike(account->stage->simulator, account->name, names[i],
                                           ENDLESS, &account->stage->error) == CAMBIST_OK);
}

/* Whoever has asked too much waits a moment. */
static bool may_go_on(struct stage_account *account)
{
    pthread_mutex_lock(&account->told.lock);
    bool may = !account->is_limited;
    account->is_limited = false;
    if (!may)
        stage_wait_for_news(account);
    pthread_mutex_unlock(&account->told.lock);
    return may;
}

static void step_everywhere(struct stage *stage)
{
    bool is_left = true;
    while (is_left) {
        is_left = false;
        for (size_t i = 0; i < stage->count; i++) {
            struct stage_account *account = &stage->accounts[i];
            if (account->placed >= account->wanted)
                continue;
            if (may_go_on(account))
                stage_step(account);
            is_left = true;
        }
    }
}

static void orders_at_the_tables_of_four_exchanges_survive_too(void)
{
    static const unsigned wanted[] = { 150, 300, 100, 100 };
    struct stage stage;
    stage_open(&stage, REAL_PLUGINS, exchanges);
    for (size_t i = 0; i < stage.count; i++) {
        struct stage_account *account = &stage.accounts[i];
        prepare(account, wanted[i] * orders / ORDERS + 5, AT_ONCE_EACH);
        strike_all(account, executing, sizeof executing / sizeof *executing);
        if (strcmp(account->name, "coinbase") != 0)
            strike_all(account, losing, sizeof losing / sizeof *losing);
        if (!account->settings)
            strike_all(account, limits, sizeof limits / sizeof *limits);
    }
    step_everywhere(&stage);
    calm_down(&stage);
    for (size_t i = 0; i < stage.count; i++) {
        judge(&stage.accounts[i]);
        report(&stage.accounts[i]);
    }
    (void)report_faults(&stage, 1);
    stage_close(&stage);
}

static void take_arguments(int count, char **arguments)
{
    if (count > 1)
        orders = (unsigned)strtoul(arguments[1], NULL, 10);
    setvbuf(stdout, NULL, _IOLBF, 0);
}

TEST_SUITE_WITH(take_arguments, "whole/order_faults",
                { "ten thousand orders survive all faults",
                  ten_thousand_orders_survive_all_faults },
                { "orders at the tables of four exchanges survive too",
                  orders_at_the_tables_of_four_exchanges_survive_too })
