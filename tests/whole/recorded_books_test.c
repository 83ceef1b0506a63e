/* Are the checksums right that Kraken and OKX once sent?
 *
 * Frames as they were recorded are applied in order; each sum that came with one has to be that of
 * the book.  The recordings are no part of the tree: CAMBIST_SHARED tells where they are.
 */
#include "book/book.h"
#include "support/test.h"

#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>

#define BOOKS_MOST  64
#define LEVELS_MOST 4096

struct side {
    struct cmb_scaled_level levels[LEVELS_MOST];
    struct cmb_scaled_digits digits[LEVELS_MOST];
    size_t count;
};

struct recording {
    const char *path;
    struct cambist_book_rule rule;
    void (*take)(struct recording *recording, struct json_object *frame);
    struct cmb_book *books[BOOKS_MOST];
    char names[BOOKS_MOST][64];
    struct side sides[2];
    unsigned applied, proved, wrong;
};

static const char *text_at(struct json_object *array, size_t place)
{
    return json_object_get_string(json_object_array_get_idx(array, place));
}

static unsigned count_decimals(const char *text)
{
    const char *point = strchr(text, '.');
    return point ? (unsigned)strlen(point + 1) : 0;
}

static struct cmb_book **find_book(struct recording *recording, const char *name)
{
    size_t at = 0;
    while (recording->names[at][0] && strcmp(recording->names[at], name) != 0 &&
           at < BOOKS_MOST - 1)
        at++;
    snprintf(recording->names[at], sizeof recording->names[at], "%s", name);
    return &recording->books[at];
}

/* A book is made at the scales of the first level that is seen, and widened when more is sent. */
static void widen(struct recording *recording, struct cmb_book **book, unsigned price,
                  unsigned amount)
{
    struct cmb_book_view view = { 0 };
    if (!*book)
        *book = cmb_book_new(&recording->rule, price, amount);
    cmb_book_read(*book, 0, 0, &view);
    price = price > view.price_scale ? price : view.price_scale;
    amount = amount > view.amount_scale ? amount : view.amount_scale;
    if (price != view.price_scale || amount != view.amount_scale)
        recording->wrong += cmb_book_rescale(*book, price, amount) != CMB_NUMBER_FINE;
}

static void widen_for(struct recording *recording, struct cmb_book **book, struct json_object *rows)
{
    for (size_t i = 0; rows && i < json_object_array_length(rows); i++) {
        struct json_object *row = json_object_array_get_idx(rows, i);
        widen(recording, book, count_decimals(text_at(row, 0)), count_decimals(text_at(row, 1)));
    }
}

static void add_rows(struct recording *recording, struct cmb_book *book, struct side *side,
                     struct json_object *rows)
{
    struct cmb_book_view view = { 0 };
    cmb_book_read(book, 0, 0, &view);
    for (size_t i = 0; rows && i < json_object_array_length(rows) && side->count < LEVELS_MOST;
         i++) {
        struct json_object *row = json_object_array_get_idx(rows, i);
        const char *price = text_at(row, 0), *amount = text_at(row, 1);
        struct cmb_scaled_level *level = &side->levels[side->count];
        recording->wrong +=
            cmb_scaled_parse(cmb_text_of(price), view.price_scale, &level->price) ||
            cmb_scaled_parse(cmb_text_of(amount), view.amount_scale, &level->amount);
        side->digits[side->count++] = (struct cmb_scaled_digits){ (uint8_t)count_decimals(price),
                                                                  (uint8_t)count_decimals(amount) };
    }
}

static void apply(struct recording *recording, struct cmb_book *book, bool is_snapshot,
                  const char *checksum)
{
    struct side *bids = &recording->sides[0], *asks = &recording->sides[1];
    struct cmb_book_update update = {
        .is_snapshot = is_snapshot,
        .has_checksum = checksum != NULL,
        .checksum = checksum ? (uint32_t)strtoll(checksum, NULL, 10) : 0,
        .bids = bids->levels,
        .asks = asks->levels,
        .bid_count = bids->count,
        .ask_count = asks->count,
        .bid_digits = bids->digits,
        .ask_digits = asks->digits,
    };
    bool is_applied = cmb_book_apply(book, &update) == CMB_BOOK_APPLIED;
    recording->applied += is_applied;
    recording->proved += is_applied && checksum;
    recording->wrong += !is_applied;
    bids->count = asks->count = 0;
}

/* Looks only how many decimals there are, or takes the rows; returns the sum if there is one. */
static const char *take_part(struct recording *recording, struct cmb_book **book,
                             struct json_object *part, bool is_taken, bool *is_snapshot)
{
    const char *checksum = NULL;
    json_object_object_foreach(part, key, rows)
    {
        if (key[0] == 'c') {
            checksum = json_object_get_string(rows);
            continue;
        }
        *is_snapshot |= key[1] == 's';
        if (is_taken)
            add_rows(recording, *book, &recording->sides[key[0] == 'a'], rows);
        else
            widen_for(recording, book, rows);
    }
    return checksum;
}

/* [channel, {"as": ..., "bs": ...} or {"a": ...}, {"b": ..., "c": "sum"}, "book-1000", pair] */
static void take_kraken(struct recording *recording, struct json_object *frame)
{
    size_t count =
        json_object_is_type(frame, json_type_array) ? json_object_array_length(frame) : 0;
    if (count < 4 || strncmp(text_at(frame, count - 2), "book", 4) != 0)
        return;
    struct cmb_book **book = find_book(recording, text_at(frame, count - 1));
    const char *checksum = NULL;
    bool is_snapshot = false;
    for (size_t i = 1; i < count - 2; i++)
        take_part(recording, book, json_object_array_get_idx(frame, i), false, &is_snapshot);
    for (size_t i = 1; i < count - 2; i++) {
        struct json_object *part = json_object_array_get_idx(frame, i);
        const char *sum = take_part(recording, book, part, true, &is_snapshot);
        checksum = sum ? sum : checksum;
    }
    apply(recording, *book, is_snapshot, checksum);
}

/* {"arg": {"instId": ...}, "action": ..., "data": [{"asks", "bids", "checksum"}]} */
static void take_okx(struct recording *recording, struct json_object *frame)
{
    struct json_object *action = NULL, *data = NULL, *arg = NULL;
    if (!json_object_object_get_ex(frame, "action", &action) ||
        !json_object_object_get_ex(frame, "data", &data) ||
        !json_object_object_get_ex(frame, "arg", &arg))
        return;
    struct json_object *row = json_object_array_get_idx(data, 0);
    struct json_object *bids = json_object_object_get(row, "bids");
    struct json_object *asks = json_object_object_get(row, "asks");
    struct cmb_book **book =
        find_book(recording, json_object_get_string(json_object_object_get(arg, "instId")));
    widen_for(recording, book, bids);
    widen_for(recording, book, asks);
    add_rows(recording, *book, &recording->sides[0], bids);
    add_rows(recording, *book, &recording->sides[1], asks);
    apply(recording, *book, strcmp(json_object_get_string(action), "snapshot") == 0,
          json_object_get_string(json_object_object_get(row, "checksum")));
}

/* Each line holds one frame as a text in "data". */
static void take_line(struct recording *recording, const char *line)
{
    struct json_object *outer = json_tokener_parse(line), *data = NULL;
    if (json_object_object_get_ex(outer, "data", &data)) {
        struct json_object *frame = json_tokener_parse(json_object_get_string(data));
        recording->take(recording, frame);
        json_object_put(frame);
    }
    json_object_put(outer);
}

static FILE *open_recording(const char *path)
{
    const char *shared = getenv("CAMBIST_SHARED");
    char whole[PATH_MAX];
    snprintf(whole, sizeof whole, "%s/recordings/ws/%s", shared ? shared : CAMBIST_SHARED_DEFAULT,
             path);
    return fopen(whole, "r");
}

static bool replay(struct recording *recording)
{
    FILE *file = open_recording(recording->path);
    char *line = NULL;
    size_t size = 0;
    while (file && getline(&line, &size, file) > 0)
        take_line(recording, line);
    free(line);
    if (file)
        fclose(file);
    for (size_t i = 0; i < BOOKS_MOST; i++)
        cmb_book_free(recording->books[i]);
    if (file)
        printf("%s: %u applied, %u of them proved by a checksum, %u wrong\n", recording->path,
               recording->applied, recording->proved, recording->wrong);
    return file != NULL;
}

int main(void)
{
    static struct recording recordings[] = {
        { .path = "kraken/cryptofeed.KRAKEN.jsonl",
          .take = take_kraken,
          .rule = { .kind = CAMBIST_BOOK_CHECKSUM,
                    .depth = 1000,
                    .checksum_order = CAMBIST_ASKS_THEN_BIDS,
                    .checksum_depth = 10,
                    .checksum_digits = CAMBIST_DIGITS_BARE } },
        { .path = "okx/cryptofeed.OKX.jsonl",
          .take = take_okx,
          .rule = { .kind = CAMBIST_BOOK_CHECKSUM,
                    .depth = 400,
                    .checksum_order = CAMBIST_BID_ASK_BY_TURNS,
                    .checksum_depth = 25,
                    .checksum_mark = ":" } },
    };
    for (size_t i = 0; i < 2; i++) {
        if (!replay(&recordings[i])) {
            printf("skipped: no recordings\n");
            return TEST_SKIPPED;
        }
        if (recordings[i].wrong || recordings[i].proved < 100)
            return 1;
    }
    return 0;
}
