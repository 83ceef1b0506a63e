/* Is what a practice exchange reads and writes what the core wrote and reads?
 *
 * Every question of every plugin goes all the way there and back without a socket.  Where both
 * sides know a member of a record they must agree on it. */
#include "number/decimal.h"
#include "support/loopback.h"

static const char *const plugins[] = { "binance", "kraken", "okx", "coinbase" };
enum { PLUGINS = sizeof plugins / sizeof *plugins };

/* ---- comparing ---- */

static bool is_present(uint32_t kind, const void *at)
{
    uint64_t word;
    if (kind == CMB_MEMBER_DECIMAL)
        return ((const struct cambist_decimal *)at)->is_set;
    if (kind == CMB_MEMBER_LEVELS)
        return ((const struct cambist_levels *)at)->count > 0;
    memcpy(&word, at, sizeof word);
    return word != 0;
}

static bool is_equal_levels(const struct cambist_levels *a, const struct cambist_levels *b)
{
    bool is_equal = a->count == b->count;
    for (uint64_t i = 0; is_equal && i < a->count; i++)
        is_equal = cmb_decimal_compare(&a->at[i].price, &b->at[i].price) == 0 &&
                   cmb_decimal_compare(&a->at[i].amount, &b->at[i].amount) == 0;
    return is_equal;
}

static bool is_equal(uint32_t kind, const void *a, const void *b)
{
    switch (kind) {
    case CMB_MEMBER_DECIMAL: return cmb_decimal_compare(a, b) == 0;
    case CMB_MEMBER_LEVELS: return is_equal_levels(a, b);
    case CMB_MEMBER_TEXT:
    case CMB_MEMBER_CURRENCY:
    case CMB_MEMBER_MARKET:
        return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
    case CMB_MEMBER_TIME: /* the coarsest that exchanges write is a second */
        return *(const int64_t *)a / 1000000000 == *(const int64_t *)b / 1000000000;
    default: return memcmp(a, b, sizeof(uint64_t)) == 0;
    }
}

static void show_difference(const struct test_loopback *loopback, const struct cmb_member *member)
{
    printf("\n    %s %s: %s differs in %.300s", loopback->plugin->name.at,
           cmb_operation_of(loopback->call->operation)->name.at, member->name.at,
           loopback->reply.body);
}

/* What the core only concludes from other members is not compared. */
static bool is_written(const struct cmb_endpoint *endpoint, int member)
{
    bool is_there = false;
    for (uint32_t i = 0; i < endpoint->fields.count; i++) {
        const struct cmb_leaf *leaf = &endpoint->fields.leaves[i];
        is_there |= leaf->member == member && !leaf->is_said && !leaf->part_mark;
    }
    return is_there;
}

static void compare_rows(const struct test_loopback *loopback, const char *said,
                             const char *read)
{
    const struct cmb_record_schema *schema = loopback->call->schema;
    for (uint32_t i = 0; i < schema->count; i++) {
        const struct cmb_member *member = &schema->members[i];
        const void *a = said + member->offset, *b = read + member->offset;
        if (!is_present(member->kind, a) || !is_present(member->kind, b) ||
            !is_written(loopback->call->endpoint, (int)i))
            continue;
        if (!is_equal(member->kind, a, b))
            show_difference(loopback, member);
        CU_ASSERT(is_equal(member->kind, a, b));
    }
}

static bool is_same_text(const struct cmb_call *call, const char *name, const char *a,
                         const char *b)
{
    int member = cmb_record_schema_find(call->schema, cmb_text_of(name));
    const char *one = NULL, *other = NULL;
    if (member < 0)
        return true;
    memcpy(&one, a + call->schema->members[member].offset, sizeof one);
    memcpy(&other, b + call->schema->members[member].offset, sizeof other);
    return !one || !other || strcmp(one, other) == 0;
}

/* The next row from `i` on that is about the same thing; the exchange may say more than was asked
 * for. */
static uint32_t find_row(const struct cmb_call *said, uint32_t i, const char *row)
{
    for (; i < said->row_count; i++) {
        const char *other = said->rows + i * said->schema->size;
        if (is_same_text(said, "symbol", other, row) && is_same_text(said, "id", other, row))
            break;
    }
    return i;
}

/* The exchange's rows against the client's, in order. */
static void compare(const struct test_loopback *loopback)
{
    const struct cmb_call *said = loopback->practice.call, *read = loopback->call;
    size_t size = read->schema->size;
    if (said->row_count && !read->row_count)
        printf("\n    %s %s: nothing was read of %.300s", loopback->plugin->name.at,
               cmb_operation_of(read->operation)->name.at, loopback->reply.body);
    CU_ASSERT(said->row_count == 0 || read->row_count > 0);
    for (uint32_t i = 0, at = 0; i < read->row_count; i++, at++) {
        const char *row = read->rows + i * size;
        at = find_row(said, at, row);
        if (at == said->row_count)
            printf("\n    %s %s: read what was not said: %.300s", loopback->plugin->name.at,
                   cmb_operation_of(read->operation)->name.at, loopback->reply.body);
        CU_ASSERT_FATAL(at < said->row_count);
        compare_rows(loopback, said->rows + at * size, row);
    }
}

/* ---- questions ---- */

static void ask(struct test_loopback *loopback, uint32_t operation, const char *arguments)
{
    int status = test_loopback_run(loopback, operation, arguments);
    if (status == CAMBIST_NOT_SUPPORTED)
        return; /* the exchange has no such operation */
    if (status != CAMBIST_OK)
        printf("\n    %s %s: %s (%.300s)", loopback->plugin->name.at,
               cmb_operation_of(operation)->name.at, loopback->error.message,
               loopback->reply.body ? loopback->reply.body : "");
    ASSERT_NUMBER(status, CAMBIST_OK);
    if (status == CAMBIST_OK)
        compare(loopback);
}

#define ASK(name, arguments) ask(loopback, CAMBIST_OPERATION_##name, arguments)

static void ask_public(struct test_loopback *loopback)
{
    ASK(fetch_time, "");
    ASK(fetch_markets, "kind=spot");
    ASK(fetch_markets, "kind=swap");
    ASK(fetch_currencies, "");
    ASK(fetch_ticker, "symbol=BTC/USDT");
    ASK(fetch_tickers, "symbols=BTC/USDT,ETH/USDT");
    ASK(fetch_order_book, "symbol=ETH/BTC limit=20");
    ASK(fetch_trades, "symbol=BTC/USDT limit=20");
    ASK(fetch_ohlcv, "symbol=ETH/USDT timeframe=1h limit=5");
}

static const char *id_of_order(struct test_loopback *loopback)
{
    static char text[160];
    const struct cambist_order *order =
        (const struct cambist_order *)(const void *)loopback->call->rows;
    snprintf(text, sizeof text, "id=%s symbol=BTC/USDT", loopback->call->row_count && order->id
                                                            ? order->id : "none");
    return text;
}

/* Another price and amount; exchanges that do it by another order give another name. */
static void change(struct test_loopback *loopback, const char *named)
{
    char arguments[320];
    snprintf(arguments, sizeof arguments, "%s type=limit side=buy amount=0.02 price=41000", named);
    int status = test_loopback_ask(loopback, CAMBIST_OPERATION_edit_order, arguments);
    if (status == CAMBIST_OK)
        ask(loopback, CAMBIST_OPERATION_edit_order, arguments);
    const struct cmb_engine *engine = loopback->practice.engine;
    ASSERT_NUMBER(engine->orders[engine->order_count - 1]->amount,
                  status == CAMBIST_OK ? 20000 : 10000);
}

static void ask_about_swaps(struct test_loopback *loopback)
{
    int status = test_loopback_ask(loopback, CAMBIST_OPERATION_create_order,
                                   "symbol=BTC/USDT:USDT type=market side=sell amount=0.01");
    if (status != CAMBIST_OK)
        return; /* the exchange has no swaps */
    ASK(set_leverage, "symbol=BTC/USDT:USDT leverage=7");
    ASK(fetch_positions, "");
    ASK(fetch_funding_rate, "symbol=BTC/USDT:USDT");
    ASK(fetch_ticker, "symbol=BTC/USDT:USDT");
    ASK(create_order, "symbol=BTC/USDT:USDT type=market side=sell amount=0.01");
    ASK(fetch_positions, "");
    ASK(fetch_my_trades, "symbol=BTC/USDT:USDT");
    ASK(create_order, "symbol=BTC/USDT:USDT type=limit side=buy amount=0.01 price=40000");
    ASK(fetch_open_orders, "symbol=BTC/USDT:USDT");
    ASK(cancel_all_orders, "symbol=BTC/USDT:USDT");
}

static void ask_about_orders(struct test_loopback *loopback)
{
    ASK(create_order, "symbol=BTC/USDT type=limit side=buy amount=0.01 price=40000.5 "
                      "client_order_id=b7d2a3c4e5f60718293a4b5c6d7e8f90");
    const char *named = id_of_order(loopback);
    ASK(fetch_order, named);
    ASK(fetch_open_orders, "symbol=BTC/USDT");
    change(loopback, named);
    named = id_of_order(loopback);
    ASK(cancel_order, named);
    ASK(fetch_order, named);
    ASK(create_order, "symbol=BTC/USDT type=market side=sell amount=0.01");
    ASK(fetch_closed_orders, "symbol=BTC/USDT");
    ASK(fetch_orders, "symbol=BTC/USDT");
    ASK(fetch_my_trades, "symbol=BTC/USDT");
}

static void every_question_comes_back_as_it_was_answered(void)
{
    for (int i = 0; i < PLUGINS; i++) {
        struct test_loopback loopback;
        test_loopback_open(&loopback, plugins[i]);
        ask_public(&loopback);
        ask(&loopback, CAMBIST_OPERATION_fetch_balance, "");
        ask(&loopback, CAMBIST_OPERATION_fetch_trading_fee, "symbol=BTC/USDT");
        ask_about_orders(&loopback);
        ask_about_swaps(&loopback);
        test_loopback_close(&loopback);
    }
}

static void types_of_orders_arrive_as_what_they_are(void)
{
    static const struct { const char *arguments; uint32_t state; } rows[] = {
        { "time_in_force=IOC price=30000", CAMBIST_STATE_CANCELED },
        { "time_in_force=FOK price=30000", CAMBIST_STATE_CANCELED },
        { "post_only=true price=30000", CAMBIST_STATE_OPEN },
        { "price=30000", CAMBIST_STATE_OPEN },
        { "price=90000", CAMBIST_STATE_CLOSED },
    };
    for (int i = 0; i < PLUGINS; i++) {
        struct test_loopback loopback;
        size_t placed = 0;
        test_loopback_open(&loopback, plugins[i]);
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
            char arguments[160];
            snprintf(arguments, sizeof arguments,
                     "symbol=BTC/USDT type=limit side=buy amount=0.001 %s", rows[k].arguments);
            int status =
                test_loopback_run(&loopback, CAMBIST_OPERATION_create_order, arguments);
            const struct cmb_engine *engine = loopback.practice.engine;
            if (status == CAMBIST_NOT_SUPPORTED)
                continue; /* the exchange has no such order */
            placed++;
            if (engine->order_count != placed)
                printf("\n    %s %s: %s %s", plugins[i], arguments, loopback.error.message,
                       loopback.reply.body);
            CU_ASSERT_FATAL(engine->order_count == placed);
            if (engine->orders[placed - 1]->state != rows[k].state)
                printf("\n    %s %s", plugins[i], arguments);
            ASSERT_NUMBER(engine->orders[placed - 1]->state, rows[k].state);
            ASSERT_NUMBER(engine->orders[placed - 1]->is_post_only, k == 2);
            snprintf(arguments, sizeof arguments, "symbol=BTC/USDT id=%llu",
                     (unsigned long long)engine->orders[placed - 1]->id);
            ask(&loopback, CAMBIST_OPERATION_fetch_order, arguments);
        }
        test_loopback_close(&loopback);
    }
}

/* ---- signatures ---- */

static bool is_denied(struct test_loopback *loopback)
{
    (void)test_loopback_serve(loopback);
    return loopback->practice.error.status == CAMBIST_DENIED;
}

static struct cmb_text headers_of(struct cmb_call *call)
{
    return cmb_buffer_text(&call->headers);
}

static struct cmb_text body_of(struct cmb_call *call)
{
    return cmb_buffer_text(&call->body);
}

/* Names of headers may be spelt in any way: their bytes stay. */
static bool is_in_value(struct cmb_text text, size_t i)
{
    size_t start = i;
    while (start && text.at[start - 1] != '\n')
        start--;
    const char *colon = memchr(text.at + start, ':', text.length - start);
    return text.at[i] != '\r' && text.at[i] != '\n' && colon && text.at + i > colon + 1;
}

static void change_byte(struct cmb_text text, size_t i)
{
    char *at = (char *)(uintptr_t)text.at + i;
    *at = *at == 'a' ? 'b' : 'a';
}

/* An order whose text was changed on the way is no order. */
static void change_each_byte(struct test_loopback *loopback, struct cmb_text (*find)(struct cmb_call *))
{
    size_t length = find(loopback->call).length;
    for (size_t i = 0; i < length; i++) {
        (void)test_loopback_ask(loopback, CAMBIST_OPERATION_create_order,
                                "symbol=BTC/USDT type=limit side=buy amount=0.5 price=40000");
        struct cmb_text text = find(loopback->call);
        if (i >= text.length)
            break;
        if (find == headers_of && !is_in_value(text, i))
            continue;
        change_byte(text, i);
        test_loopback_receive(loopback);
        (void)test_loopback_serve(loopback);
        if (loopback->practice.engine->order_count)
            printf("\n    %s: byte %zu of \"%.*s\"", loopback->plugin->name.at, i,
                   (int)text.length, text.at);
        CU_ASSERT_FATAL(loopback->practice.engine->order_count == 0);
    }
}

static void a_signature_is_refused_when_one_byte_is_changed(void)
{
    for (int i = 0; i < PLUGINS; i++) {
        struct test_loopback loopback;
        test_loopback_open(&loopback, plugins[i]);
        (void)test_loopback_ask(&loopback, CAMBIST_OPERATION_create_order,
                                "symbol=BTC/USDT type=limit side=buy amount=0.5 price=40000");
        change_each_byte(&loopback, headers_of);
        if (strcmp(plugins[i], "coinbase") != 0) /* its token does not cover the body */
            change_each_byte(&loopback, body_of);
        test_loopback_close(&loopback);
    }
}

static void a_key_that_is_not_known_is_refused(void)
{
    for (int i = 0; i < PLUGINS; i++) {
        struct test_loopback loopback, stranger;
        test_loopback_open(&loopback, plugins[i]);
        test_loopback_open(&stranger, plugins[i]);
        struct cmb_exchange *own = loopback.client;
        loopback.practice.exchange->last_nonce = 0;
        loopback.practice.credentials[0][0] ^= 1;
        test_loopback_open_client(&loopback);
        CU_ASSERT(test_loopback_ask(&loopback, CAMBIST_OPERATION_fetch_balance, "") == CAMBIST_OK);
        test_loopback_receive(&loopback);
        CU_ASSERT(is_denied(&loopback));
        cmb_exchange_close(own);
        test_loopback_close(&stranger);
        test_loopback_close(&loopback);
    }
}

static void an_old_request_is_refused(void)
{
    for (int i = 0; i < PLUGINS; i++) {
        struct test_loopback loopback;
        test_loopback_open(&loopback, plugins[i]);
        (void)test_loopback_ask(&loopback, CAMBIST_OPERATION_fetch_balance, "");
        test_loopback_receive(&loopback);
        ASSERT_NUMBER(test_loopback_serve(&loopback), 200);
        bool has_nonce = loopback.practice.call->nonce.at != NULL;
        if (!has_nonce)
            loopback.received.time_ns += 3600 * (int64_t)1000000000;
        (void)test_loopback_serve(&loopback); /* the same nonce, or much later */
        ASSERT_NUMBER(loopback.practice.error.status, CAMBIST_BAD_TIME);
        test_loopback_close(&loopback);
    }
}

/* ---- refusals ---- */

static void refusals_are_read_as_what_they_were(void)
{
    static const struct { uint32_t operation; const char *arguments; int status; } rows[] = {
        { CAMBIST_OPERATION_create_order,
          "symbol=BTC/USDT type=limit side=buy amount=5000 price=40000",
          CAMBIST_INSUFFICIENT_FUNDS },
        { CAMBIST_OPERATION_fetch_order, "id=999 symbol=BTC/USDT", CAMBIST_ORDER_NOT_FOUND },
        { CAMBIST_OPERATION_cancel_order, "id=999 symbol=BTC/USDT", CAMBIST_ORDER_NOT_FOUND },
    };
    for (int i = 0; i < PLUGINS; i++) {
        struct test_loopback loopback;
        test_loopback_open(&loopback, plugins[i]);
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
            int status = test_loopback_run(&loopback, rows[k].operation, rows[k].arguments);
            if (status == CAMBIST_OK)
                status = cmb_answer(loopback.call);
            if (status != rows[k].status)
                printf("\n    %s %s: %s", plugins[i], rows[k].arguments, loopback.reply.body);
            ASSERT_NUMBER(status, rows[k].status);
        }
        test_loopback_close(&loopback);
    }
}

TEST_SUITE("simulator/plugins",
           { "every question comes back as it was answered",
             every_question_comes_back_as_it_was_answered },
           { "types of orders arrive as what they are", types_of_orders_arrive_as_what_they_are },
           { "a signature is refused when one byte is changed",
             a_signature_is_refused_when_one_byte_is_changed },
           { "a key that is not known is refused", a_key_that_is_not_known_is_refused },
           { "an old request is refused", an_old_request_is_refused },
           { "refusals are read as what they were", refusals_are_read_as_what_they_were })
