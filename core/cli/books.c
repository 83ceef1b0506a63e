/* cambist books: are these books live, and what do they say? */
#include <stdlib.h>

#include "cli/ask.h"
#include "cli/feeds.h"
#include "cli/pane_parts.h"

enum { LEVELS = 10000, WAIT_S = 15 };

/* A book on its way to being live. */
struct opening {
    uint32_t state;
    uint64_t times_live;
    char reason[160];
};

static void on_event(const struct cambist_event *event, void *user)
{
    struct cmb_feed *feed = user;
    struct opening *opening = feed->user;
    if (event->state == CAMBIST_WATCH_LIVE && opening->state != CAMBIST_WATCH_LIVE)
        opening->times_live++;
    opening->state = event->state;
    if (event->error)
        cmb_row_put_text(opening->reason, event->error->message);
}

static bool is_settled(const struct cmb_feeds *feeds, const struct opening *openings)
{
    for (size_t i = 0; i < feeds->count; i++)
        if (openings[i].state != CAMBIST_WATCH_LIVE && openings[i].state != CAMBIST_WATCH_FAILED)
            return false;
    return true;
}

/* ---- what they say ---- */

static void add_number(struct cmb_table *table, int64_t number, bool is_known)
{
    char text[CMB_ROW_CELL_SIZE] = "";
    if (is_known)
        snprintf(text, sizeof text, "%lld", (long long)number);
    cmb_table_add(table, text);
}

static void add_price(struct cmb_table *table, const struct cambist_scaled_level *levels,
                      uint64_t count, const struct cambist_book *book)
{
    char text[CMB_ROW_CELL_SIZE] = "";
    if (count)
        cmb_row_put_scaled(text, levels[0].price, book->price_scale);
    cmb_table_add(table, text);
}

static void add_spread(struct cmb_table *table, const struct cmb_feed *feed,
                       const struct cambist_book *book)
{
    char text[CMB_ROW_CELL_SIZE];
    const struct cmb_markets *markets = feed->exchange->exchange->markets;
    const struct cambist_market *market =
        markets && feed->symbol ? cmb_markets_find(markets, cmb_text_of(feed->symbol), 0) : NULL;
    struct cambist_decimal tick = { 0 };
    if (market)
        tick = market->tick_size;
    cmb_pane_put_spread(text, book, &tick);
    cmb_table_add(table, text);
}

static bool add_book(struct cmb_table *table, const struct cmb_feed *feed,
                     const struct opening *opening, struct cambist_book *book)
{
    char age[CMB_ROW_CELL_SIZE] = "";
    bool is_live = feed->watch && cambist_watch_book(feed->watch, LEVELS, book);
    if (!feed->watch)
        *book = (struct cambist_book){ .bids = book->bids, .asks = book->asks,
                                       .state = CAMBIST_WATCH_FAILED };
    if (is_live)
        cmb_pane_put_duration(age, book->age_ns);
    cmb_table_add(table, feed->exchange_name);
    cmb_table_add(table, feed->symbol);
    cmb_table_add(table, cambist_watch_state_name(book->state));
    add_price(table, book->bids, book->bid_count, book);
    add_price(table, book->asks, book->ask_count, book);
    add_spread(table, feed, book);
    add_number(table, (int64_t)(book->bid_count + book->ask_count), is_live);
    add_number(table, book->sequence, is_live && book->sequence);
    cmb_table_add(table, age);
    add_number(table, (int64_t)opening->times_live - 1, opening->times_live > 0);
    cmb_table_add(table, is_live ? "" : opening->reason);
    return is_live;
}

static int print_books(const struct cmb_feeds *feeds, const struct opening *openings)
{
    static const char *const titles[] = { "exchange", "symbol", "state", "bid", "ask", "spread",
                                          "levels", "sequence", "age", "resyncs", "reason" };
    struct cmb_table *table = cmb_table_new(titles, sizeof titles / sizeof *titles);
    struct cambist_scaled_level *levels = calloc(2 * LEVELS, sizeof *levels);
    int code = CMB_EXIT_DONE;
    if (!levels)
        return CMB_EXIT_FAILED;
    struct cambist_book book = { .bids = levels, .asks = levels + LEVELS };
    for (size_t i = 0; i < feeds->count; i++)
        if (!add_book(table, &feeds->rows[i], &openings[i], &book))
            code = CMB_EXIT_FAILED;
    cmb_table_print(table);
    free(levels);
    return code;
}

/* ---- the command ---- */

static int run_books(struct cmb_feeds *feeds)
{
    struct opening *openings = calloc(feeds->count, sizeof *openings);
    if (!openings)
        return CMB_EXIT_FAILED;
    for (size_t i = 0; i < feeds->count; i++) {
        feeds->rows[i].user = &openings[i];
        feeds->error = (struct cambist_error){ 0 };
        if (cmb_feed_start(&feeds->rows[i], on_event) == CAMBIST_OK)
            continue;
        openings[i].state = CAMBIST_WATCH_FAILED;
        cmb_row_put_text(openings[i].reason, feeds->error.message);
    }
    while (!is_settled(feeds, openings) && cmb_feeds_turn(feeds, -1))
        continue;
    int code = print_books(feeds, openings);
    free(openings);
    return code;
}

int cmb_cli_books(int count, char **words)
{
    struct cmb_feeds feeds = { 0 };
    int code = cmb_feeds_read(&feeds, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    for (int i = 0; i < feeds.word_count; i++)
        if (!cmb_feeds_add(&feeds, CAMBIST_TOPIC_watch_order_book, feeds.words[i]))
            return cmb_cli_usage("books", "too many books");
    if (!feeds.count)
        return cmb_cli_usage("books", "needs EXCHANGE:SYMBOL, or SYMBOL and a configuration");
    if (!feeds.for_ns)
        feeds.for_ns = WAIT_S * 1000000000ll;
    code = cmb_feeds_open(&feeds);
    if (code == CMB_EXIT_DONE)
        code = run_books(&feeds);
    cmb_feeds_close(&feeds);
    return code;
}
