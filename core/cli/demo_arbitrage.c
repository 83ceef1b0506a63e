/* What does an arbitrage look like that is found and executed? */
#include <cambist/arbitrage.h>
#include <pthread.h>
#include <time.h>

#include "cli/demo.h"
#include "cli/opportunity.h"
#include "cli/row.h"
#include "number/decimal.h"

enum { LEVELS = 3, PATIENCE_S = 25, SIDES = 2, LEAN_PPM = 6000 };

static const char symbol[] = "BTC/USDT";
static const char *const exchanges[SIDES] = { "okx", "kraken" }; /* the second is made dearer */

/* What one exchange's account holds of the two currencies. */
struct holding {
    struct cambist_decimal base, quote;
};

struct book {
    struct cambist_scaled_level bids[LEVELS], asks[LEVELS];
    struct cambist_book book;
};

struct act {
    struct cambist *host;
    struct cambist_watch *watches[SIDES];
    struct holding before[SIDES], after[SIDES];
    pthread_mutex_t lock;
    pthread_cond_t settled;
    /* under the lock */
    bool is_found, is_settled;
    struct cambist_opportunity opportunity; /* its texts live as long as the host */
    struct book books[SIDES];
    struct cambist_execution execution;
    char client_ids[CAMBIST_ARBITRAGE_LEGS_MOST][80];
};

/* ---- what happens, on the I/O thread ---- */

static void keep_books(struct act *act)
{
    for (int i = 0; i < SIDES; i++) {
        struct book *book = &act->books[i];
        book->book.bids = book->bids;
        book->book.asks = book->asks;
        cambist_watch_book(act->watches[i], LEVELS, &book->book);
    }
}

static void keep_execution(struct act *act, const struct cambist_execution *execution)
{
    act->execution = *execution;
    for (int i = 0; i < CAMBIST_ARBITRAGE_LEGS_MOST; i++)
        if (execution->legs[i].client_order_id)
            snprintf(act->client_ids[i], sizeof act->client_ids[i], "%s",
                     execution->legs[i].client_order_id);
    act->is_settled = true;
    pthread_cond_signal(&act->settled);
}

static void on_event(const struct cambist_arbitrage_event *event, void *user)
{
    struct act *act = user;
    pthread_mutex_lock(&act->lock);
    if (event->opportunity && event->tiding != CAMBIST_ARBITRAGE_GONE && !act->is_found) {
        act->is_found = true;
        act->opportunity = *event->opportunity;
        keep_books(act);
    }
    if (event->tiding == CAMBIST_ARBITRAGE_SETTLED && !act->is_settled)
        keep_execution(act, event->execution);
    pthread_mutex_unlock(&act->lock);
}

static void ignore(const struct cambist_event *event, void *user)
{
    (void)event;
    (void)user;
}

/* ---- balances ---- */

static struct holding ask_holding(struct act *act, const char *exchange)
{
    struct holding holding = { .base = { 0 } };
    struct cambist_answer *answer = NULL;
    const struct cambist_balance *balance;
    if (cambist_fetch_balance(cambist_find_exchange(act->host, exchange), NULL, &answer, NULL) !=
        CAMBIST_OK)
        return holding;
    for (size_t i = 0; (balance = cambist_answer_balance(answer, i)); i++) {
        if (balance->currency && strcmp(balance->currency, "BTC") == 0)
            holding.base = balance->total;
        if (balance->currency && strcmp(balance->currency, "USDT") == 0)
            holding.quote = balance->total;
    }
    cambist_answer_free(answer);
    return holding;
}

static void ask_holdings(struct act *act, struct holding *ret)
{
    for (int i = 0; i < SIDES; i++)
        ret[i] = ask_holding(act, exchanges[i]);
}

static void show_holdings(const struct act *act)
{
    static const char *const titles[] = { "exchange", "BTC before", "BTC after", "USDT before",
                                          "USDT after" };
    struct cmb_table *table = cmb_table_new(titles, 5);
    for (int i = 0; i < SIDES; i++) {
        cmb_table_add(table, exchanges[i]);
        cmb_table_add_decimal(table, &act->before[i].base);
        cmb_table_add_decimal(table, &act->after[i].base);
        cmb_table_add_decimal(table, &act->before[i].quote);
        cmb_table_add_decimal(table, &act->after[i].quote);
    }
    cmb_table_print(table);
}

/* ---- showing ---- */

static void add_level(struct cmb_table *table, const struct book *book, bool is_bid, uint64_t i)
{
    const struct cambist_scaled_level *level = is_bid ? &book->bids[i] : &book->asks[i];
    bool is_there = i < (is_bid ? book->book.bid_count : book->book.ask_count);
    char price[CMB_ROW_CELL_SIZE] = "", amount[CMB_ROW_CELL_SIZE] = "";
    if (is_there) {
        cmb_row_put_scaled(price, level->price, book->book.price_scale);
        cmb_row_put_scaled(amount, level->amount, book->book.amount_scale);
    }
    cmb_table_add(table, is_bid ? amount : price);
    cmb_table_add(table, is_bid ? price : amount);
}

static void show_books(const struct act *act)
{
    static const char *const titles[] = { "exchange", "amount", "bid", "ask", "amount" };
    struct cmb_table *table = cmb_table_new(titles, 5);
    for (int side = 0; side < SIDES; side++)
        for (uint64_t i = 0; i < LEVELS; i++) {
            cmb_table_add(table, i ? "" : exchanges[side]);
            add_level(table, &act->books[side], true, i);
            add_level(table, &act->books[side], false, i);
        }
    cmb_table_print(table);
}

static void show_opportunity(const struct act *act)
{
    struct cmb_buffer line;
    struct cambist_arbitrage_event event = { .tiding = CAMBIST_ARBITRAGE_APPEARED,
                                             .opportunity = &act->opportunity };
    cmb_buffer_init(&line, 4096);
    cmb_opportunity_write_plain(&event, &line);
    printf("\n%s\n\n", cmb_buffer_string(&line));
    cmb_buffer_clear(&line);
}

static void show_orders(const struct act *act)
{
    static const char *const titles[] = { "exchange", "side", "client id", "ended", "amount",
                                          "limit", "filled", "cost", "fee" };
    struct cmb_table *table = cmb_table_new(titles, 9);
    for (uint32_t i = 0; i < 2 + act->execution.is_hedged; i++) {
        const struct cambist_executed_leg *leg = &act->execution.legs[i];
        cmb_table_add(table, leg->exchange);
        cmb_table_add_word(table, CMB_MEMBER_SIDE, leg->side);
        cmb_table_add(table, act->client_ids[i]);
        cmb_table_add(table, cambist_leg_state_name(leg->state));
        cmb_table_add_decimal(table, &leg->amount);
        cmb_table_add_decimal(table, &leg->price);
        cmb_table_add_decimal(table, &leg->filled);
        cmb_table_add_decimal(table, &leg->cost);
        cmb_table_add_decimal(table, &leg->fee);
    }
    cmb_table_print(table);
}

static void show_earned(const struct act *act)
{
    struct cmb_buffer line;
    cmb_buffer_init(&line, 4096);
    if (act->execution.profit.is_set) {
        cmb_buffer_add(&line, CMB_TEXT("earned "));
        cmb_opportunity_add_number(&line, &act->execution.profit, 8);
    } else {
        cmb_buffer_add(&line, CMB_TEXT("left open "));
        cmb_opportunity_add_number(&line, &act->execution.open, 8);
    }
    cmb_buffer_add(&line, CMB_TEXT(", of "));
    cmb_opportunity_add_number(&line, &act->execution.expected, 8);
    cmb_buffer_add(&line, CMB_TEXT(" that were seen"));
    printf("\nIn USDT, after fees: %s.\n", cmb_buffer_string(&line));
    if (act->execution.is_hedged)
        puts("The books moved while the orders were on their way: a third order has closed the\n"
             "difference.");
    puts("The practice exchanges take a buyer's fee in what is bought: it is counted at the\n"
         "trade's price.\n");
    cmb_buffer_clear(&line);
}

/* ---- the act ---- */

static bool start_watches(struct act *act)
{
    const struct cambist_arguments arguments = { .symbol = symbol };
    for (int i = 0; i < SIDES; i++)
        if (cambist_watch_order_book(cambist_find_exchange(act->host, exchanges[i]), &arguments,
                                     ignore, NULL, &act->watches[i], NULL) != CAMBIST_OK)
            return false;
    return true;
}

static void wait_until_settled(struct act *act)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&act->lock);
    while (!act->is_settled && pthread_cond_timedwait(&act->settled, &act->lock, &end) == 0)
        continue;
    pthread_mutex_unlock(&act->lock);
}

static bool play(struct act *act, struct cmb_simulator *simulator)
{
    static const char *const symbols[] = { symbol };
    const struct cambist_arbitrage_settings settings = {
        .size = sizeof settings, .exchanges = exchanges, .exchange_count = SIDES,
        .symbols = symbols, .symbol_count = 1, .edge_least_ppm = 1000, .cost_most = "5000",
        .taker_fee = "0.001", .is_executed = 1, .is_hedged = 1, .executions_most = 1 };
    struct cambist_arbitrage *arbitrage = NULL;
    struct cambist_error error = { 0 };
    ask_holdings(act, act->before);
    if (cambist_arbitrage_open(act->host, &settings, on_event, act, &arbitrage, &error) !=
        CAMBIST_OK) {
        printf("%s\n", error.message);
        return false;
    }
    (void)cmb_simulator_lean(simulator, exchanges[1], symbol, LEAN_PPM, NULL);
    wait_until_settled(act);
    cambist_arbitrage_close(arbitrage);
    (void)cmb_simulator_lean(simulator, exchanges[1], symbol, 0, NULL);
    ask_holdings(act, act->after);
    return act->is_settled;
}

bool cmb_demo_arbitrage(struct cambist *host, struct cmb_simulator *simulator)
{
    struct act act = { .host = host, .lock = PTHREAD_MUTEX_INITIALIZER,
                       .settled = PTHREAD_COND_INITIALIZER };
    printf("Arbitrage: the practice exchanges quote nearly alike.  Now the market makers of %s\n"
           "are told to quote 0.6 %% higher, on purpose, and this is what comes of it:\n\n",
           exchanges[1]);
    bool is_fine = start_watches(&act) && play(&act, simulator);
    if (is_fine) {
        show_books(&act);
        show_opportunity(&act);
        show_orders(&act);
        show_earned(&act);
        show_holdings(&act);
    } else {
        puts("It was NOT found and executed.");
    }
    puts("");
    fflush(stdout);
    for (int i = 0; i < SIDES; i++)
        cambist_unwatch(act.watches[i]);
    return is_fine;
}
