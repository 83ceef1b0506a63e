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

/* 6712310 at scale 2 is 67123.10: printed without a double in between. */
static void print_scaled(const char *title, int64_t value, uint32_t scale)
{
    int64_t one = 1;
    for (uint32_t i = 0; i < scale; i++)
        one *= 10;
    printf("%s %lld.%0*lld  ", title, (long long)(value / one), (int)scale, (long long)(value % one));
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
        print_scaled("bid", bids[0].price, book.price_scale);
    if (book.ask_count)
        print_scaled("ask", asks[0].price, book.price_scale);
    printf("live, %.1f ms old\n", (double)book.age_ns / 1e6);
}

int main(int count, char **words)
{
    struct cambist *host;
    struct cambist_watch *watch;
    struct cambist_error error = { 0 };
    if (count < 4 || cambist_open(words[1], &host, &error) != CAMBIST_OK)
        return fprintf(stderr, "%s\n", error.message), 1;
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
