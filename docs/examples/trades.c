/* How does a program take trades in its own loop, when it wants to, and know what it missed?
 *
 *     trades CONFIG EXCHANGE SYMBOL [MOST]
 *
 * Events wait in a queue, whose descriptor stands beside the program's own in one poll().  When the
 * program is slow, the oldest trades make room: how many, every event says.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include <cambist/cambist.h>

enum { CAPACITY = 1000 };

static void print_trade(const struct cambist_trade *trade)
{
    char price[CAMBIST_DECIMAL_TEXT_SIZE], amount[CAMBIST_DECIMAL_TEXT_SIZE];
    cambist_decimal_format(&trade->price, price);
    cambist_decimal_format(&trade->amount, amount);
    printf("%-4s %s x %s\n", trade->side == CAMBIST_SIDE_BUY ? "buy" : "sell", price, amount);
}

/* Takes what waits; the event lives until the next one is taken.  Answers how many trades. */
static long take_all(struct cambist_watch *watch, uint64_t *dropped)
{
    const struct cambist_event *event;
    long trades = 0;
    while (cambist_watch_next(watch, /* timeout_ms= */ 0, &event) == CAMBIST_OK) {
        if (event->dropped > *dropped)
            fprintf(stderr, "%llu missed\n", (unsigned long long)(event->dropped - *dropped));
        *dropped = event->dropped;
        if (event->is_state)
            fprintf(stderr, "%s\n", cambist_watch_state_name(event->state));
        if (event->record != CAMBIST_RECORD_TRADE)
            continue;
        print_trade(event->row);
        trades++;
    }
    return trades;
}

int main(int count, char **words)
{
    struct cambist *host;
    struct cambist_watch *watch;
    struct cambist_error error = { 0 };
    if (count < 4)
        return 2;
    if (cambist_open(words[1], &host, &error) != CAMBIST_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    struct cambist_exchange *exchange = cambist_find_exchange(host, words[2]);
    struct cambist_arguments arguments = { .symbol = words[3] };
    if (!exchange || cambist_watch_queued(exchange, CAMBIST_TOPIC_watch_trades, &arguments,
                                          CAMBIST_DROP_OLDEST, CAPACITY, &watch, &error)) {
        fprintf(stderr, "%s\n", exchange ? error.message : "no such exchange");
        cambist_close(host);
        return 1;
    }
    struct pollfd waiting = { .fd = cambist_watch_fd(watch), .events = POLLIN };
    long left = count > 4 ? strtol(words[4], NULL, 10) : 10;
    uint64_t dropped = 0;
    while (left > 0 && poll(&waiting, 1, -1) > 0) /* beside the program's own descriptors */
        left -= take_all(watch, &dropped);
    cambist_unwatch(watch);
    cambist_close(host);
    return 0;
}
