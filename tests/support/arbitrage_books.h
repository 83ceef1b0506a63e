/* support/arbitrage_books.h - exchanges whose books are set by hand, and what an engine tells of them.
 *
 *     arbitrage_books_open(&books, &rules);
 *     uint32_t a = arbitrage_books_add(&books, "a", MARKET("0.01", "0.001"), "0.001");
 *     arbitrage_books_begin(&books);
 *     SET_BOOK(&books, a, BIDS({ 100, 3 }), ASKS({ 101, 2 }));
 */
#ifndef TEST_SUPPORT_ARBITRAGE_BOOKS_H
#define TEST_SUPPORT_ARBITRAGE_BOOKS_H

#include "arbitrage/arbitrage.h"
#include "support/book_feed.h"
#include "support/decimal.h"
#include "support/test.h"

enum { ARBITRAGE_BOOKS_MOST = 64 };

struct arbitrage_books {
    struct cmb_arbitrage *arbitrage;
    struct cambist_market markets[ARBITRAGE_BOOKS_MOST];
    struct cmb_book *books[ARBITRAGE_BOOKS_MOST];
    uint32_t venues[ARBITRAGE_BOOKS_MOST], count, venue_count;
    const char *venue_names[ARBITRAGE_BOOKS_MOST];
    bool has_balances[ARBITRAGE_BOOKS_MOST]; /* by venue */
    int64_t now_ns;
    struct cambist_error error;
    uint32_t told[4]; /* by tiding */
    struct cambist_opportunity last; /* that appeared or changed */
};

static const struct cambist_book_rule arbitrage_books_rule = { .kind = CAMBIST_BOOK_UNCHAINED };

/* A spot market BTC/USDT by its tick and lot. */
#define MARKET(tick, lot)                                                                          \
    (struct cambist_market)                                                                        \
    {                                                                                              \
        .symbol = "BTC/USDT", .base = "BTC", .quote = "USDT", .kind = CAMBIST_KIND_SPOT,           \
        .tick_size = decimal(tick), .lot_size = decimal(lot)                                       \
    }

static inline void arbitrage_books_on_opportunity(uint32_t tiding,
                                                  const struct cambist_opportunity *opportunity,
                                                  void *user)
{
    struct arbitrage_books *books = user;
    books->told[tiding]++;
    if (tiding != CAMBIST_ARBITRAGE_GONE)
        books->last = *opportunity;
}

static inline void arbitrage_books_open(struct arbitrage_books *books,
                                        const struct cmb_arbitrage_rules *rules)
{
    struct cmb_arbitrage_rules own = *rules;
    memset(books, 0, sizeof *books);
    own.on_opportunity = arbitrage_books_on_opportunity;
    own.user = books;
    own.age_most_ns = own.age_most_ns ? own.age_most_ns : 1000000000;
    books->arbitrage = cmb_arbitrage_new(&own);
    CU_ASSERT_FATAL(books->arbitrage != NULL);
}

static inline void arbitrage_books_close(struct arbitrage_books *books)
{
    cmb_arbitrage_free(books->arbitrage);
    for (uint32_t i = 0; i < books->count; i++)
        cmb_book_free(books->books[i]);
}

static inline unsigned arbitrage_books_scale(const struct cambist_decimal *step)
{
    return step->exponent < 0 ? (unsigned)-step->exponent : 0;
}

static inline uint32_t arbitrage_books_venue(struct arbitrage_books *books, const char *name)
{
    uint32_t venue = 0;
    for (; venue < books->venue_count; venue++)
        if (strcmp(books->venue_names[venue], name) == 0)
            return venue;
    CU_ASSERT_FATAL(cmb_arbitrage_add_venue(books->arbitrage, name, &venue, &books->error) ==
                    CAMBIST_OK);
    books->venue_names[books->venue_count++] = name;
    return venue;
}

/* A market at a venue of that name, with its taker fee; answers its place. */
static inline uint32_t arbitrage_books_add(struct arbitrage_books *books, const char *venue,
                                           struct cambist_market market, const char *taker)
{
    uint32_t place = 0, i = books->count++;
    struct cambist_decimal fee = decimal(taker);
    books->markets[i] = market;
    books->books[i] = cmb_book_new(&arbitrage_books_rule, arbitrage_books_scale(&market.tick_size),
                                   arbitrage_books_scale(&market.lot_size));
    books->venues[i] = arbitrage_books_venue(books, venue);
    CU_ASSERT_FATAL(cmb_arbitrage_add_place(books->arbitrage, books->venues[i],
                                            &books->markets[i], &fee, &place,
                                            &books->error) == CAMBIST_OK);
    CU_ASSERT_FATAL(place == i);
    return place;
}

static inline void arbitrage_books_begin(struct arbitrage_books *books)
{
    CU_ASSERT_FATAL(cmb_arbitrage_find_routes(books->arbitrage, &books->error) == CAMBIST_OK);
    for (uint32_t i = 0; i < books->count; i++)
        cmb_arbitrage_set_book(books->arbitrage, i, books->books[i]);
}

static inline void arbitrage_books_set(struct arbitrage_books *books, uint32_t place,
                                       struct cmb_book_update update)
{
    update.is_snapshot = true;
    update.received_ns = books->now_ns;
    (void)cmb_book_apply(books->books[place], &update);
    cmb_arbitrage_update(books->arbitrage, place, books->now_ns);
}

/* The whole book of a place, at the scales of its tick and lot. */
#define SET_BOOK(books, place, ...)                                                                \
    arbitrage_books_set((books), (place), (struct cmb_book_update){ __VA_ARGS__ })

/* Balances of a place's venue are known from the first one on. */
static inline void arbitrage_books_balance(struct arbitrage_books *books, uint32_t place,
                                           const char *currency, const char *free)
{
    struct cambist_decimal amount = decimal(free);
    bool *has_balances = &books->has_balances[books->venues[place]];
    if (!*has_balances)
        cmb_arbitrage_clear_balances(books->arbitrage, books->venues[place]);
    *has_balances = true;
    cmb_arbitrage_set_balance(books->arbitrage, books->venues[place], currency, &amount);
}

/* The decimal's value as text without needless zeros behind the point. */
static inline const char *plain(const struct cambist_decimal *value)
{
    static char texts[8][CMB_DECIMAL_TEXT_SIZE];
    static unsigned next;
    char *text = texts[next++ % 8];
    size_t length = cmb_decimal_format(value, text);
    if (strchr(text, '.')) {
        while (length && text[length - 1] == '0')
            text[--length] = 0;
        if (length && text[length - 1] == '.')
            text[--length] = 0;
    }
    return text;
}

#define ASSERT_DECIMAL(value, expected) ASSERT_TEXT(plain(&(value)), expected)

#endif
