/* cambist orders, cambist resolve: what became of the orders in the journal? */
#include <stdlib.h>
#include <time.h>

#include "cli/known.h"

enum { WAIT_S = 20, LOOK_AGAIN_MS = 200 };

/* ---- waiting for what is asked ---- */

static size_t count_unknown(struct cambist *host)
{
    size_t count = 0;
    struct cambist_exchange *exchange;
    for (size_t i = 0; (exchange = cambist_exchange_at(host, i)); i++)
        count += cambist_each_order(exchange, CAMBIST_ORDERS_UNKNOWN, NULL, NULL);
    return count;
}

/* The host asks by itself; until all is known, or the time is over. */
static void wait(struct cmb_known *known)
{
    int64_t left_ms = (known->for_s ? known->for_s : WAIT_S) * 1000;
    const struct timespec pause = { .tv_nsec = LOOK_AGAIN_MS * 1000000l };
    for (; left_ms > 0 && count_unknown(known->host); left_ms -= LOOK_AGAIN_MS)
        nanosleep(&pause, NULL);
}

/* ---- showing ---- */

struct listing {
    struct cmb_table *table;          /* NULL: JSON, a line each */
    const char *exchange;
    size_t unknown;
};

static void add_row(struct listing *listing, const struct cambist_known_order *order)
{
    char misses[16];
    snprintf(misses, sizeof misses, "%u", order->misses);
    cmb_table_add(listing->table, listing->exchange);
    cmb_table_add(listing->table, order->client_order_id);
    cmb_table_add(listing->table, order->id);
    cmb_table_add(listing->table, order->symbol);
    cmb_table_add_word(listing->table, CMB_MEMBER_SIDE, order->side);
    cmb_table_add_decimal(listing->table, &order->amount);
    cmb_table_add_decimal(listing->table, &order->price);
    cmb_table_add_decimal(listing->table, &order->filled);
    cmb_table_add_decimal(listing->table, &order->exposure);
    cmb_table_add(listing->table, cambist_life_name(order->life));
    cmb_table_add(listing->table, cambist_proof_name(order->proof));
    cmb_table_add(listing->table, order->pending ? cambist_pending_name(order->pending) : "");
    cmb_table_add_time(listing->table, order->asked_ns);
    cmb_table_add_time(listing->table, order->deadline_ns);
    cmb_table_add(listing->table, misses);
}

static void write_text(struct cmb_json_writer *writer, const char *key, const char *text)
{
    cmb_json_write_key(writer, cmb_text_of(key));
    cmb_json_write_string(writer, cmb_text_of(text));
}

static void write_decimal(struct cmb_json_writer *writer, const char *key,
                          const struct cambist_decimal *value)
{
    cmb_json_write_key(writer, cmb_text_of(key));
    cmb_json_write_decimal(writer, value);
}

static void print_line(const struct listing *listing, const struct cambist_known_order *order)
{
    struct cmb_buffer line;
    struct cmb_json_writer writer;
    cmb_buffer_init(&line, 4096);
    cmb_json_writer_init(&writer, &line);
    cmb_json_begin_object(&writer);
    write_text(&writer, "exchange", listing->exchange);
    write_text(&writer, "clientOrderId", order->client_order_id);
    write_text(&writer, "id", order->id[0] ? order->id : NULL);
    write_text(&writer, "symbol", order->symbol);
    write_text(&writer, "side",
               cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_SIDE), order->side).at);
    write_decimal(&writer, "amount", &order->amount);
    write_decimal(&writer, "price", &order->price);
    write_decimal(&writer, "filled", &order->filled);
    write_decimal(&writer, "exposure", &order->exposure);
    write_text(&writer, "life", cambist_life_name(order->life));
    write_text(&writer, "proof", cambist_proof_name(order->proof));
    write_text(&writer, "pending", cambist_pending_name(order->pending));
    cmb_json_end_object(&writer);
    cmb_cli_print(&line);
    cmb_buffer_clear(&line);
}

static void on_order(const struct cambist_known_order *order, void *user)
{
    struct listing *listing = user;
    listing->unknown += order->life == CAMBIST_LIFE_UNKNOWN;
    if (listing->table)
        add_row(listing, order);
    else
        print_line(listing, order);
}

static struct listing listing;

static int list(struct cmb_known *known, struct cambist_exchange *exchange)
{
    listing.exchange = cambist_exchange_name(exchange);
    cambist_each_order(exchange,
                       known->is_unknown ? CAMBIST_ORDERS_UNKNOWN : CAMBIST_ORDERS_OPEN, on_order,
                       &listing);
    return CMB_EXIT_DONE;
}

int cmb_cli_orders(int count, char **words)
{
    static const char *const titles[] = { "exchange", "client id", "id", "symbol", "side",
                                          "amount", "price", "filled", "exposure", "life",
                                          "proved by", "under way", "asked", "deadline",
                                          "not found" };
    struct cmb_known known = { 0 };
    int code = cmb_known_open(&known, 0, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    wait(&known);
    listing.table = known.is_json ? NULL : cmb_table_new(titles, sizeof titles / sizeof *titles);
    code = cmb_known_each(&known, list);
    if (listing.table)
        cmb_table_print(listing.table);
    cambist_close(known.host);
    return code == CMB_EXIT_DONE && listing.unknown ? CMB_EXIT_UNKNOWN : code;
}

/* ---- resolving ---- */

static uint32_t find_life(const char *word)
{
    for (uint32_t life = CAMBIST_LIFE_WORKING; life <= CAMBIST_LIFE_REJECTED; life++)
        if (strcmp(word, cambist_life_name(life)) == 0)
            return life;
    return 0;
}

int cmb_cli_resolve(int count, char **words)
{
    struct cmb_known known = { 0 };
    int code = cmb_known_open(&known, 0, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    struct cambist_exchange *exchange =
        known.count == 3 ? cambist_find_exchange(known.host, known.words[0]) : NULL;
    uint32_t life = exchange ? find_life(known.words[2]) : 0;
    if (!life)
        code = cmb_cli_usage("resolve", "needs EXCHANGE CLIENT_ID and what the order is");
    else if (cambist_resolve_order(exchange, known.words[1], life, &known.error) != CAMBIST_OK)
        code = cmb_cli_fail(&known.error);
    else
        printf("%s is %s\n", known.words[1], known.words[2]);
    cambist_close(known.host);
    return code;
}
