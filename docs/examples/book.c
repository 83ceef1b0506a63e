/* How does a program read a live book from a thread of its own, and know what it is worth?
 *
 *     book CONFIG EXCHANGE SYMBOL [SECONDS]
 *
 * The host's I/O thread feeds the book.  This thread reads it when it wants to, without a lock and
 * without a queue: each read is one whole state, with its age.  A book that is not proved to be
 * true has no levels.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cambist/cambist.h>

enum { DEPTH = 5, READS_PER_SECOND = 4 };

/* Connecting and healing are the host's; a program that wants to know is told here, in the I/O
 * thread. */
static void on_event(const struct cambist_event *event, void *user)
{
    (void)user;
    if (event->is_state)
        fprintf(stderr, "it is %s%s%s\n", cambist_watch_state_name(event->state),
                event->error ? ": " : "", event->error ? event->error->message : "");
}

/* 6712310 at scale 2 is 67123.10: an exact decimal, and never a double in between. */
static void print_price(const char *title, int64_t value, uint32_t scale)
{
    struct cambist_decimal price = { .low = (uint64_t)value, .high = value < 0 ? -1 : 0,
                                     .exponent = -(int32_t)scale, .is_set = 1 };
    char text[CAMBIST_DECIMAL_TEXT_SIZE];
    cambist_decimal_format(&price, text);
    printf("%s %s  ", title, text);
}

static void read_book(const struct cambist_watch *watch)
{
    struct cambist_scaled_level bids[DEPTH], asks[DEPTH];
    struct cambist_book book = { .bids = bids, .asks = asks };
    if (!cambist_watch_book(watch, DEPTH, &book)) {
        printf("%s: nothing is claimed\n", cambist_watch_state_name(book.state));
        return;
    }
    if (book.bid_count)
        print_price("bid", bids[0].price, book.price_scale);
    if (book.ask_count)
        print_price("ask", asks[0].price, book.price_scale);
    printf("live, %.1f ms old\n", (double)book.age_ns / 1e6);
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
    int status = exchange ? cambist_watch_order_book(exchange, &arguments, on_event, NULL, &watch,
                                                     &error) : CAMBIST_BAD_ARGUMENT;
    long reads = (count > 4 ? strtol(words[4], NULL, 10) : 10) * READS_PER_SECOND;
    for (; status == CAMBIST_OK && reads > 0; reads--) {
        nanosleep(&(struct timespec){ .tv_nsec = 1000000000 / READS_PER_SECOND }, NULL);
        read_book(watch);
    }
    if (status == CAMBIST_OK)
        cambist_unwatch(watch);
    else
        fprintf(stderr, "%s\n", exchange ? error.message : "no such exchange");
    cambist_close(host);
    return status != CAMBIST_OK;
}
