/* support/order_stage.h - a host, practice exchanges in this process, and somebody who places
 * orders at them, follows what becomes of them, and cancels and edits them, many at a time.
 *
 * Real sockets, real TLS, a journal in a folder of its own.  What is asked is drawn from a seed;
 * what happens depends on the machine as well. */
#ifndef TEST_SUPPORT_ORDER_STAGE_H
#define TEST_SUPPORT_ORDER_STAGE_H

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/order_oracle.h"

enum { STAGE_ACCOUNTS = 4, STAGE_OPEN_MOST = 150, STAGE_EXPOSURE_EVERY = 64 };

struct stage_account;

struct stage_question {
    struct stage_account *account;
    char client_id[40]; /* of a new order with a name of its own */
    uint32_t status, outcome;
    unsigned answers;
};

/* An exchange, and what stands in its section besides. */
struct stage_exchange {
    const char *name, *settings;
};

struct stage_account {
    const char *name, *settings;
    struct stage *stage;
    struct cmb_plugin *plugin;
    struct cambist_exchange *exchange;
    struct cambist_follow *follow;
    struct told_orders told;
    struct order_oracle oracle;
    struct stage_question *questions;
    size_t question_count, question_capacity;
    unsigned at_once, wanted, placed, cancels, edits;
    unsigned under_way; /* under the lock, as the next */
    bool is_limited;    /* the exchange's limit was used up when it was asked last */
    char keys[64];
};

struct stage {
    const char *plugins;
    struct cmb_simulator *simulator;
    struct cambist *host;
    struct stage_account accounts[STAGE_ACCOUNTS];
    size_t count;
    struct cmb_random dice;
    struct cambist_error error;
    char journal[64];
    time_t begun_s;
};

static inline void stage_require(const struct stage *stage, bool holds)
{
    if (!holds)
        printf("\n    %s", stage->error.message);
    CU_ASSERT_FATAL(holds);
}

static inline uint64_t stage_draw(struct stage *stage, uint64_t below)
{
    return cmb_random_number(&stage->dice) % below;
}

static inline time_t stage_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* ---- what is told ---- */

static inline void stage_on_event(const struct cambist_order_event *event, void *user)
{
    struct stage_account *account = user;
    pthread_mutex_lock(&account->told.lock);
    struct told_order *order = told_orders_note(&account->told, event);
    account->oracle.one = account->told.events % STAGE_EXPOSURE_EVERY ? order : NULL;
    if (order)
        cmb_simulator_look(account->stage->simulator, account->name, order_oracle_look_at_exposure,
                           &account->oracle);
    pthread_mutex_unlock(&account->told.lock);
}

static inline void stage_on_answer(struct cambist_answer *answer, const struct cambist_error *error,
                                   void *user)
{
    struct stage_question *question = user;
    struct stage_account *account = question->account;
    pthread_mutex_lock(&account->told.lock);
    question->answers++;
    question->status = error->status;
    question->outcome = error->outcome;
    account->under_way--;
    account->is_limited |= error->status == CAMBIST_RATE_LIMITED;
    pthread_cond_broadcast(&account->told.changed);
    pthread_mutex_unlock(&account->told.lock);
    cambist_answer_free(answer);
}

/* Waits for news, at most a tenth of a second; under the lock. */
static inline void stage_wait_for_news(struct stage_account *account)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 100000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&account->told.changed, &account->told.lock, &until);
}

static inline void stage_wait_for_room(struct stage_account *account, unsigned most)
{
    pthread_mutex_lock(&account->told.lock);
    while (account->under_way >= most)
        stage_wait_for_news(account);
    pthread_mutex_unlock(&account->told.lock);
}

/* ---- the stage ---- */

static inline void stage_write_keys(struct stage *stage, struct stage_account *account)
{
    snprintf(account->keys, sizeof account->keys, "/tmp/cambist-faults-XXXXXX");
    int fd = mkstemp(account->keys);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    stage_require(stage, file && fchmod(fd, 0600) == 0);
    for (uint32_t i = 0; i < account->plugin->tables.credentials.count; i++) {
        const char *name = CMB_ROW(account->plugin->tables.credentials, i)->name;
        const char *value = cmb_simulator_credential(stage->simulator, account->name, name);
        fprintf(file, "%s = %s\n", name, value);
    }
    fclose(file);
}

static inline void stage_open_accounts(struct stage *stage, const struct stage_exchange *exchanges)
{
    struct cmb_plugin_rules rules = { .search_path = stage->plugins };
    for (struct stage_account *account = stage->accounts; exchanges->name; exchanges++, account++) {
        *account = (struct stage_account){ .name = exchanges->name, .stage = stage,
                                           .settings = exchanges->settings };
        stage_require(stage, cmb_plugin_open(account->name, &rules, &account->plugin,
                                             &stage->error) == CAMBIST_OK);
        stage_require(stage, cmb_simulator_add(stage->simulator, account->plugin, 0,
                                               &stage->error) == CAMBIST_OK);
        told_orders_init(&account->told);
        account->oracle.told = &account->told;
        stage->count++;
    }
}

static inline void stage_open_host(struct stage *stage)
{
    char config[4096];
    int length = snprintf(config, sizeof config,
                          "[host]\nplugin_path = %s\njournal = %s\ndurability = process\n"
                          "answer_timeout_ms = 700\n",
                          stage->plugins, stage->journal);
    for (size_t i = 0; i < stage->count; i++)
        length += snprintf(config + length, sizeof config - (size_t)length,
                           "[exchange %s]\nenvironment = simulated\nrest = %s\nca_file = %s\n"
                           "credentials = file:%s\nkinds = spot\n%s",
                           stage->accounts[i].name,
                           cmb_simulator_url(stage->simulator, stage->accounts[i].name),
                           cmb_simulator_ca(stage->simulator), stage->accounts[i].keys,
                           stage->accounts[i].settings ? stage->accounts[i].settings : "");
    stage_require(stage, cambist_open_text(config, "order_faults_test", 0, &stage->host,
                                           &stage->error) == CAMBIST_OK);
    for (size_t i = 0; i < stage->count; i++) {
        struct stage_account *account = &stage->accounts[i];
        account->exchange = cambist_find_exchange(stage->host, account->name);
        stage_require(stage, cambist_follow_orders(account->exchange, stage_on_event, account,
                                                   &account->follow, &stage->error) == CAMBIST_OK);
    }
}

/* The last of `exchanges` has no name. */
static inline void stage_open(struct stage *stage, const char *plugins,
                              const struct stage_exchange *exchanges)
{
    struct cmb_simulator_settings settings = { .seed = 11 };
    *stage = (struct stage){ .plugins = plugins,
                             .begun_s = stage_now_s(),
                             .journal = "/tmp/cambist-journal-XXXXXX" };
    cmb_random_init_seeded(&stage->dice, 5);
    stage_require(stage, mkdtemp(stage->journal) != NULL);
    stage->simulator = cmb_simulator_new(&settings, &stage->error);
    stage_require(stage, stage->simulator != NULL);
    stage_open_accounts(stage, exchanges);
    stage_require(stage, cmb_simulator_start(stage->simulator, &stage->error) == CAMBIST_OK);
    for (size_t i = 0; i < stage->count; i++)
        stage_write_keys(stage, &stage->accounts[i]);
    stage_open_host(stage);
}

static inline void stage_remove_folder(const char *folder)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    CU_ASSERT(system(command) == 0);
}

static inline void stage_close(struct stage *stage)
{
    for (size_t i = 0; i < stage->count; i++)
        cambist_unfollow_orders(stage->accounts[i].follow);
    cambist_close(stage->host);
    cmb_simulator_free(stage->simulator);
    for (size_t i = 0; i < stage->count; i++) {
        struct stage_account *account = &stage->accounts[i];
        told_orders_clear(&account->told);
        cmb_plugin_close(account->plugin);
        free(account->questions);
        unlink(account->keys);
    }
    stage_remove_folder(stage->journal);
}

/* ---- asking ---- */

static inline void stage_ask(struct stage_account *account, struct stage_question *question,
                             uint32_t operation, const struct cambist_arguments *arguments)
{
    struct cambist_error error = { 0 };
    pthread_mutex_lock(&account->told.lock);
    account->under_way++;
    pthread_mutex_unlock(&account->told.lock);
    question->account = account;
    CU_ASSERT_FATAL(cambist_start(account->exchange, operation, arguments, stage_on_answer,
                                  question, &error) == CAMBIST_OK);
}

static inline struct stage_question *stage_new_question(struct stage_account *account)
{
    CU_ASSERT_FATAL(account->question_count < account->question_capacity);
    return &account->questions[account->question_count++];
}

/* Near the middle of a market, and an amount that all exchanges take. */
static const struct {
    const char *symbol, *amount;
    unsigned low, high;
} stage_markets[] = {
    { "BTC/USDT", "0.0004", 59000, 61000 }, { "ETH/USDT", "0.008", 2950, 3050 },
    { "SOL/USDT", "0.15", 147, 153 },       { "BTC/USD", "0.0005", 59000, 61000 },
    { "ETH/USD", "0.009", 2950, 3050 },
};
enum { STAGE_MARKETS = sizeof stage_markets / sizeof *stage_markets };

/* Six rest, one trades at its limit, one at market; every second brings a name.  (Not more trade:
 * in each market no more than one page of trades holds.) */
static inline void stage_place(struct stage_account *account)
{
    struct stage *stage = account->stage;
    struct stage_question *question = stage_new_question(account);
    unsigned market = (unsigned)stage_draw(stage, STAGE_MARKETS),
             sort = (unsigned)stage_draw(stage, 8);
    bool sells = stage_draw(stage, 2);
    char price[24];
    snprintf(price, sizeof price, "%u",
             sort < 6 ? (sells ? stage_markets[market].high * 11 / 10
                               : stage_markets[market].low * 9 / 10)
                      : (sells ? stage_markets[market].low : stage_markets[market].high));
    if (stage_draw(stage, 2))
        snprintf(question->client_id, sizeof question->client_id, "f%zu%c", account->question_count,
                 account->name[0]);
    stage_ask(account, question, CAMBIST_OPERATION_create_order,
              &(struct cambist_arguments){
                  .symbol = stage_markets[market].symbol,
                  .side = sells ? CAMBIST_SIDE_SELL : CAMBIST_SIDE_BUY,
                  .type = sort == 7 ? CAMBIST_TYPE_MARKET : CAMBIST_TYPE_LIMIT,
                  .amount = stage_markets[market].amount,
                  .price = sort == 7 ? NULL : price,
                  .client_order_id = *question->client_id ? question->client_id : NULL });
    account->placed++;
}

/* A copy of one of the orders that are open and left alone, if there is one. */
static inline bool stage_pick_open(struct stage_account *account, struct told_order *ret)
{
    struct told_orders *told = &account->told;
    bool is_found = false;
    pthread_mutex_lock(&told->lock);
    uint64_t first = told->working_count ? stage_draw(account->stage, told->working_count) : 0;
    for (size_t i = 0; i < told->working_count && !is_found; i++) {
        const struct told_order *order = told->working[(first + i) % told->working_count];
        is_found = order->pending == 0;
        if (is_found)
            *ret = *order;
    }
    pthread_mutex_unlock(&told->lock);
    return is_found;
}

static inline void stage_cancel(struct stage_account *account, const struct told_order *order)
{
    stage_ask(account, stage_new_question(account), CAMBIST_OPERATION_cancel_order,
              &(struct cambist_arguments){ .symbol = order->symbol,
                                           .client_order_id = order->client_id });
    account->cancels++;
}

/* A higher or lower amount, at a price that keeps the order where it is. */
static inline void stage_edit(struct stage_account *account, const struct told_order *order)
{
    char amount[24], price[24];
    unsigned market = 0;
    while (market + 1 < STAGE_MARKETS && strcmp(stage_markets[market].symbol, order->symbol) != 0)
        market++;
    bool sells = order->side == CAMBIST_SIDE_SELL;
    unsigned from =
        sells ? stage_markets[market].high * 11 / 10 : stage_markets[market].low * 8 / 10;
    snprintf(price, sizeof price, "%u", from + (unsigned)stage_draw(account->stage, from / 20));
    snprintf(amount, sizeof amount, "%s%llu", stage_markets[market].amount,
             (unsigned long long)stage_draw(account->stage, 2));
    stage_ask(account, stage_new_question(account), CAMBIST_OPERATION_edit_order,
              &(struct cambist_arguments){ .symbol = order->symbol,
                                           .side = order->side,
                                           .type = CAMBIST_TYPE_LIMIT,
                                           .amount = amount,
                                           .price = price,
                                           .client_order_id = order->client_id });
    account->edits++;
}

static inline bool stage_has_many_open(struct stage_account *account)
{
    pthread_mutex_lock(&account->told.lock);
    bool has_many = account->told.working_count > STAGE_OPEN_MOST;
    pthread_mutex_unlock(&account->told.lock);
    return has_many;
}

/* One more order, and what becomes of the earlier ones. */
static inline void stage_step(struct stage_account *account)
{
    struct told_order order;
    stage_wait_for_room(account, account->at_once);
    stage_place(account);
    if (stage_draw(account->stage, 4) == 0 && stage_pick_open(account, &order) &&
        order.type == CAMBIST_TYPE_LIMIT)
        stage_edit(account, &order);
    if ((stage_has_many_open(account) || stage_draw(account->stage, 3) == 0) &&
        stage_pick_open(account, &order))
        stage_cancel(account, &order);
}

#endif
