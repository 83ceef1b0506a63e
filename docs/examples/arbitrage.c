/* How does a program hear of what could be bought at one exchange and sold at another at a gain?
 *
 *     arbitrage CONFIG SYMBOL EXCHANGE EXCHANGE ... [--execute]
 *
 * With --execute both orders are sent, to exchanges whose environment is simulated or sandbox; for
 * live ones `is_live_allowed` would have to be set, and `live_arbitrage` in the configuration.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cambist/arbitrage.h>

enum { SECONDS = 10 };

static const char *text_of(const struct cambist_decimal *value, char to[CAMBIST_DECIMAL_TEXT_SIZE])
{
    cambist_decimal_format(value, to);
    return to;
}

/* An edge is a whole number of millionths: 100 are a basis point. */
static void print_opportunity(const struct cambist_opportunity *opportunity)
{
    char amount[CAMBIST_DECIMAL_TEXT_SIZE], profit[CAMBIST_DECIMAL_TEXT_SIZE];
    printf("buy %s at %s, sell it at %s: %lld.%02lld bp, %s %s\n",
           text_of(&opportunity->legs[0].amount, amount), opportunity->legs[0].exchange,
           opportunity->legs[1].exchange, (long long)(opportunity->edge_ppm / 100),
           (long long)(opportunity->edge_ppm % 100), text_of(&opportunity->profit, profit),
           opportunity->currency);
}

/* While a leg is unknown the host goes on asking, and sends nothing new on its route. */
static void print_execution(const struct cambist_execution *execution)
{
    char number[CAMBIST_DECIMAL_TEXT_SIZE];
    printf("execution %llu: bought %s, sold %s; ", (unsigned long long)execution->number,
           cambist_leg_state_name(execution->legs[0].state),
           cambist_leg_state_name(execution->legs[1].state));
    if (execution->profit.is_set)
        printf("earned %s %s\n", text_of(&execution->profit, number), execution->currency);
    else
        printf("left open: %s\n", text_of(&execution->open, number));
}

/* Comes from the I/O thread. */
static void on_event(const struct cambist_arbitrage_event *event, void *user)
{
    (void)user;
    if (event->opportunity && event->tiding != CAMBIST_ARBITRAGE_GONE)
        print_opportunity(event->opportunity);
    if (event->execution)
        print_execution(event->execution);
    if (event->tiding == CAMBIST_ARBITRAGE_LEFT_OUT)
        printf("%s %s is left out: %s\n", event->exchange, event->symbol, event->reason);
    if (event->tiding == CAMBIST_ARBITRAGE_STOPPED)
        printf("nothing is executed any more: %s\n", event->reason);
}

int main(int count, char **words)
{
    struct cambist *host;
    struct cambist_arbitrage *arbitrage;
    struct cambist_arbitrage_counts counts;
    struct cambist_error error = { 0 };
    if (count < 5)
        return 2;
    int executes = strcmp(words[count - 1], "--execute") == 0;
    const char *symbol = words[2];
    struct cambist_arbitrage_settings settings = {
        .size = sizeof settings,
        .exchanges = (const char *const *)&words[3],
        .exchange_count = (uint64_t)(count - 3 - executes),
        .symbols = &symbol,
        .symbol_count = 1,
        .edge_least_ppm = 500, /* 5 basis points, for every level that is taken */
        .cost_most = "100",    /* of quote, in one execution */
        .taker_fee = "0.001",  /* where nobody tells a better one */
        .is_executed = (uint64_t)executes,
        .loss_most = "10",
    };
    if (cambist_open(words[1], &host, &error) != CAMBIST_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    if (cambist_arbitrage_open(host, &settings, on_event, NULL, &arbitrage, &error) != CAMBIST_OK) {
        fprintf(stderr, "%s\n", error.message);
        cambist_close(host);
        return 1;
    }
    sleep(SECONDS);
    cambist_arbitrage_count(arbitrage, &counts);
    printf("%llu updates, %llu opportunities, %llu executions\n",
           (unsigned long long)counts.updates, (unsigned long long)counts.opportunities,
           (unsigned long long)counts.executions);
    cambist_arbitrage_close(arbitrage);
    cambist_close(host);
    return 0;
}
