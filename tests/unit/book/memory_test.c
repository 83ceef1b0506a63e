/* Is a book right or plainly broken when memory runs out? */
#include "support/book_feed.h"
#include "support/test.h"

#include <stdlib.h>

#define ALLOWED_MOST 40

/* How many more allocations succeed; below zero: all. */
static int allowed = -1;
static void *(*volatile real_realloc)(void *, size_t) = realloc;

static bool take_one(void)
{
    if (allowed > 0)
        allowed--;
    return allowed != 0;
}

/* Instead of the library's, for the whole program. */
void *calloc(size_t count, size_t size)
{
    void *memory = take_one() ? real_realloc(NULL, count * size) : NULL;
    if (memory)
        memset(memory, 0, count * size);
    return memory;
}

void *reallocarray(void *memory, size_t count, size_t size)
{
    return take_one() ? real_realloc(memory, count * size) : NULL;
}

static const struct cambist_book_rule rule = {
    .kind = CAMBIST_BOOK_CHANGES,
    .snapshot_limit = 10000,
    .checksum_order = CAMBIST_BIDS_THEN_ASKS,
};

/* Holds, bridges and grows.  Answers how many updates were refused for want of memory. */
static int run_through(struct cmb_book *book)
{
    int refused = 0;
    for (int64_t n = 1; n <= 600; n++) {
        enum cmb_book_outcome outcome =
            FEED(book, RANGE(n, n), BIDS({ n, 1 }, { -n, 2 }), ASKS({ 1000 + n, 3 }));
        if (outcome == CMB_BOOK_BROKEN) {
            refused++;
            CU_ASSERT(cmb_book_reason(book) == CMB_BOOK_NO_MEMORY);
            CU_ASSERT(best_amount(book, false) == -1);
        }
        if (n % 100 == 0 && cmb_book_need(book) == CMB_BOOK_NEEDS_SNAPSHOT)
            refused += FEED(book, SNAPSHOT, NUMBER(n), BIDS({ 1, 1 })) == CMB_BOOK_BROKEN;
    }
    return refused;
}

static void is_right_or_broken_without_memory(void)
{
    int books = 0, times_refused = 0, whole = 0;
    for (int i = 1; i <= ALLOWED_MOST; i++) {
        allowed = i;
        struct cmb_book *book = cmb_book_new(&rule, 0, 0);
        if (book) {
            int refused = run_through(book);
            books++;
            times_refused += refused > 0;
            whole += refused == 0;
            allowed = -1;
            ASSERT_NUMBER(FEED(book, SNAPSHOT, NUMBER(1000), BIDS({ 7, 5 })), CMB_BOOK_APPLIED);
            ASSERT_NUMBER(best_amount(book, false), 5);
        }
        allowed = -1;
        cmb_book_free(book);
    }
    CU_ASSERT(books > 0 && books < ALLOWED_MOST);
    CU_ASSERT(times_refused > 5 && whole > 5);
}

TEST_SUITE("book/memory",
           { "is right or broken when memory runs out", is_right_or_broken_without_memory })
