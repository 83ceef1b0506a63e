/* A program that places and cancels orders, and may be killed at any moment: what was it told?
 *
 *     kill_client CONFIG loop SEED    a few orders, then it ends
 *     kill_client CONFIG once         one order and its cancel, once nothing of before is left open
 *     kill_client CONFIG steady N MS  one order that rests, N that are cancelled, MS apart, then its
 *                                     cancel
 *     kill_client CONFIG settle       waits until all is known, cancels what is open, tells of all
 *
 * Half of the orders bring an id of their own, the others get the host's ("-" until it is told).
 * Each line is one write: "submit ID", "told ID OUTCOME", "cancel ID", "canceled ID OUTCOME",
 * "event ID LIFE", "trade ID TRADE AMOUNT", "orphan ID", "known ID LIFE FILLED", "done".
 */
#include <cambist/orders.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 30000, LOOK_AGAIN_MS = 5, ORDERS_MOST = 6, ID_SIZE = 80 };

static struct cambist_exchange *exchange;
static unsigned long long seed;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        _exit(4);
}

static const char *outcome_name(int status, const struct cambist_error *error)
{
    if (status == CAMBIST_OK)
        return "done";
    return error->outcome == CAMBIST_OUTCOME_UNKNOWN ? "unknown" : "not-done";
}

/* ---- events ---- */

static void on_event(const struct cambist_order_event *event, void *user)
{
    (void)user;
    char amount[CAMBIST_DECIMAL_TEXT_SIZE];
    if (event->tiding == CAMBIST_ORDER_ORPHAN)
        say("orphan %s\n", event->report->client_order_id);
    if (event->tiding == CAMBIST_ORDER_CHANGED)
        say("event %s %s\n", event->order->client_order_id,
            cambist_life_name(event->order->life));
    if (event->tiding == CAMBIST_ORDER_TRADED) {
        cambist_decimal_format(&event->trade->amount, amount);
        say("trade %s %s %s\n", event->order->client_order_id, event->trade->id, amount);
    }
}

/* ---- orders ---- */

static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % below;
}

/* At market, or far from it so that it stays open.  `id` "": the host gives one, which is copied
 * there once it is told. */
static void submit(char id[static ID_SIZE], int is_at_market)
{
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    struct cambist_arguments arguments = {
        .symbol = "BTC/USDT", .client_order_id = *id ? id : NULL, .amount = "0.001",
        .side = draw(2) ? CAMBIST_SIDE_BUY : CAMBIST_SIDE_SELL,
        .type = is_at_market ? CAMBIST_TYPE_MARKET : CAMBIST_TYPE_LIMIT,
    };
    if (!is_at_market)
        arguments.price = arguments.side == CAMBIST_SIDE_BUY ? "30000" : "300000";
    say("submit %s\n", *id ? id : "-");
    int status = cambist_create_order(exchange, &arguments, &answer, &error);
    const struct cambist_order *order = answer ? cambist_answer_order(answer, 0) : NULL;
    if (order && order->client_order_id)
        snprintf(id, ID_SIZE, "%s", order->client_order_id);
    say("told %s %s %s\n", *id ? id : "-", outcome_name(status, &error),
        status ? error.message : "");
    cambist_answer_free(answer);
}

static void cancel(const char *id)
{
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    say("cancel %s\n", id);
    int status = cambist_cancel_order(
        exchange, &(struct cambist_arguments){ .symbol = "BTC/USDT", .client_order_id = id },
        &answer, &error);
    say("canceled %s %s %s\n", id, outcome_name(status, &error), status ? error.message : "");
    cambist_answer_free(answer);
}

/* Nobody has used that id before: processes are numbered by the clock. */
static void write_name(char id[static ID_SIZE])
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(id, ID_SIZE, "k%llx",
             (unsigned long long)now.tv_sec * 1000000000u + (unsigned long long)now.tv_nsec);
}

static void place_some(void)
{
    unsigned count = 1 + draw(ORDERS_MOST);
    for (unsigned i = 0; i < count; i++) {
        char id[ID_SIZE] = "";
        int is_at_market = draw(2) == 0;
        if (draw(2))
            write_name(id);
        submit(id, is_at_market);
        if (!is_at_market && *id && draw(4))
            cancel(id);
    }
}

static void place_one(void)
{
    char id[ID_SIZE] = "";
    submit(id, 0);
    if (*id)
        cancel(id);
}

static void pause_ms(unsigned long ms)
{
    nanosleep(&(struct timespec){ .tv_sec = (time_t)(ms / 1000),
                                  .tv_nsec = (long)(ms % 1000) * 1000000 }, NULL);
}

static void place_steadily(unsigned long count, unsigned long apart_ms)
{
    char id[ID_SIZE] = "";
    submit(id, 0);
    for (unsigned long i = 0; i < count; i++) {
        place_one();
        pause_ms(apart_ms);
    }
    if (*id)
        cancel(id);
}

/* ---- what is known ---- */

/* Orders of which something is still to be found out. */
static void count_loose(const struct cambist_known_order *order, void *user)
{
    unsigned *count = user;
    *count += order->life <= CAMBIST_LIFE_UNKNOWN || order->pending != CAMBIST_PENDING_NOTHING ||
              (order->life >= CAMBIST_LIFE_FILLED && !order->is_settled);
}

/* Ids of orders that are open and not yet being cancelled; the rest waits its turn. */
struct open_orders {
    char ids[64][ID_SIZE];
    unsigned count;
};

static void note_open(const struct cambist_known_order *order, void *user)
{
    struct open_orders *open = user;
    if (order->life == CAMBIST_LIFE_WORKING && order->pending == CAMBIST_PENDING_NOTHING &&
        open->count < 64)
        snprintf(open->ids[open->count++], sizeof *open->ids, "%s", order->client_order_id);
}

static void tell(const struct cambist_known_order *order, void *user)
{
    (void)user;
    char filled[CAMBIST_DECIMAL_TEXT_SIZE];
    cambist_decimal_format(&order->filled, filled);
    say("known %s %s %s\n", order->client_order_id, cambist_life_name(order->life),
        *filled ? filled : "0");
}

/* Nothing is unknown, under way or open any more; 0: not in time.  Open orders are cancelled at once:
 * while more of them are open than a page of the exchange's list holds, that another one is absent
 * from it cannot be proved. */
static int settle(void)
{
    for (int waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms += LOOK_AGAIN_MS) {
        struct open_orders open = { .count = 0 };
        unsigned loose = 0;
        cambist_each_order(exchange, CAMBIST_ORDERS_OPEN, count_loose, &loose);
        cambist_each_order(exchange, CAMBIST_ORDERS_OPEN, note_open, &open);
        if (!loose && !open.count)
            return 1;
        for (unsigned i = 0; i < open.count; i++)
            cancel(open.ids[i]);
        pause_ms(LOOK_AGAIN_MS);
    }
    return 0;
}

int main(int count, char **words)
{
    struct cambist *host;
    struct cambist_error error = { 0 };
    struct cambist_follow *follow = NULL;
    if (count < 3)
        return 2;
    seed = count > 3 ? strtoull(words[3], NULL, 10) : 1;
    if (cambist_open(words[1], &host, &error) != CAMBIST_OK ||
        !(exchange = cambist_exchange_at(host, 0)) ||
        cambist_follow_orders(exchange, on_event, NULL, &follow, &error) != CAMBIST_OK) {
        fprintf(stderr, "kill_client: %s\n", error.message);
        return 1;
    }
    int is_settled = strcmp(words[2], "once") == 0 || strcmp(words[2], "settle") == 0;
    if (is_settled && !settle())
        say("late\n");
    if (strcmp(words[2], "settle") == 0) {
        cambist_each_order(exchange, 0, tell, NULL);
    } else if (strcmp(words[2], "once") == 0) {
        cambist_unfollow_orders(follow); /* its lines are system calls, too */
        follow = NULL;
        place_one();
    } else if (strcmp(words[2], "steady") == 0) {
        place_steadily(strtoul(count > 3 ? words[3] : "1", NULL, 10),
                       strtoul(count > 4 ? words[4] : "0", NULL, 10));
    } else {
        place_some();
    }
    say("done\n");
    cambist_unfollow_orders(follow);
    cambist_close(host);
    return 0;
}
