/* Is what passes over the wire recorded, and nothing that is secret? */
#include "support/stream_exchange.h"

static struct test_feed feed;
static struct cmb_buffer record; /* everything that was told */
static int notes[CMB_WIRE_ANSWER + 1];

static void on_note(const struct cmb_wire_note *note, void *user)
{
    (void)user;
    notes[note->kind]++;
    cmb_buffer_addf(&record, "%u %.*s %.*s\n", note->kind, (int)note->url.length, note->url.at,
                    (int)note->text.length, note->text.at);
}

static const struct cmb_stream_tap tap = { .on_note = on_note };

static void on_event(const struct cmb_event *event, void *user)
{
    *(uint32_t *)user = event->state;
}

/* The server tells in a refusal what it was sent, as some do: the signature is in it. */
static void echo(struct test_feed *of, struct test_websocket *websocket, const char *text)
{
    char answer[TEST_HEARD_BYTES + 40];
    (void)of;
    if (!strstr(text, "login")) {
        test_feed_acknowledge(websocket, text);
        return;
    }
    const char *sign = strstr(text, "\"sign\":");
    snprintf(answer, sizeof answer, "{\"heartbeat\":1,\"was\":{%s}",
             sign ? sign : "\"sign\":\"none\"}");
    test_websocket_say_text(websocket, answer);
    test_websocket_say_text(websocket, "{\"in\":1}");
}

static void answer_book(struct test_feed *of, struct test_peer *peer, const char *text)
{
    (void)of;
    test_peer_answer(peer, strstr(text, "/book") ? "{\"n\":5,\"bids\":[[1,1]],\"asks\":[[2,1]]}"
                                                 : "{\"token\":\"made-up-token\"}");
}

static void set_up(void)
{
    memset(&feed, 0, sizeof feed);
    memset(notes, 0, sizeof notes);
    cmb_buffer_init(&record, 1 << 20);
    test_feed_open(&feed, echo);
    feed.on_question = answer_book;
    cmb_stream_set_tap(feed.stream, &tap);
}

static void tear_down(void)
{
    test_feed_close(&feed);
    cmb_buffer_clear(&record);
}

static bool has(const char *text)
{
    return strstr(cmb_buffer_string(&record), text) != NULL;
}

/* What was really signed, out of what the server heard. */
static void find_signature(char *ret, size_t size)
{
    for (int i = 0; i < feed.heard_count; i++) {
        const char *sign = strstr(feed.heard[i], "\"sign\":\"");
        if (sign)
            snprintf(ret, size, "%.*s", (int)strcspn(sign + 8, "\""), sign + 8);
    }
}

static void no_secret_is_in_it(void)
{
    char signature[200] = "";
    uint32_t state = 0;
    set_up();
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_orders, NULL, on_event, &state);
    TEST_FEED_RUN_UNTIL(&feed, state == CAMBIST_WATCH_LIVE);
    find_signature(signature, sizeof signature);
    ASSERT_NUMBER(strlen(signature), 64);
    CU_ASSERT(test_feed_count_heard(&feed, "made-up-key") == 1);        /* it was sent ... */
    CU_ASSERT(test_feed_count_heard(&feed, "token=made-up-token") == 1);
    CU_ASSERT(!has("made-up-key") && !has("made-up-token") && !has(signature)); /* ... and hidden */
    CU_ASSERT(!has("bWFkZS11cA"));
    CU_ASSERT(has("/own?token=REDACTED"));
    CU_ASSERT(has("{\"op\":\"login\",\"key\":\"REDACTED\",\"sign\":\"REDACTED\"}"));
    CU_ASSERT(has("{\"heartbeat\":1,\"was\":{\"sign\":\"REDACTED\"}"));
    tear_down();
}

static void frames_and_asked_for_books_are_in_it(void)
{
    uint32_t state = 0;
    set_up();
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_order_book, "BTC/USDT", on_event, &state);
    TEST_FEED_RUN_UNTIL(&feed, state == CAMBIST_WATCH_RESYNCING);
    test_feed_say(&feed, "{\"e\":\"book\",\"s\":\"XBTUSDT\",\"f\":4,\"n\":6,\"b\":[[1,3]],\"a\":[]}");
    TEST_FEED_RUN_UNTIL(&feed, notes[CMB_WIRE_RECEIVED] == 2 && state == CAMBIST_WATCH_LIVE);
    ASSERT_NUMBER(notes[CMB_WIRE_OPENED], 1);
    CU_ASSERT(notes[CMB_WIRE_SENT] == 1 && notes[CMB_WIRE_RECEIVED] == 2);
    CU_ASSERT(notes[CMB_WIRE_ANSWER] >= 1);
    CU_ASSERT(has("/book?market=XBTUSDT&limit=100 {\"n\":5,\"bids\":[[1,1]],\"asks\":[[2,1]]}"));
    CU_ASSERT(has("\"f\":4,\"n\":6,\"b\":[[1,3]]"));
    CU_ASSERT(has("ws://127.0.0.1:"));
    tear_down();
}

static void who_listens_no_more_is_not_told(void)
{
    uint32_t state = 0;
    set_up();
    cmb_stream_set_tap(feed.stream, NULL);
    test_feed_listen(&feed, CAMBIST_TOPIC_watch_trades, "BTC/USDT", on_event, &state);
    TEST_FEED_RUN_UNTIL(&feed, state == CAMBIST_WATCH_LIVE);
    ASSERT_NUMBER(record.length, 0);
    tear_down();
}

TEST_SUITE("stream/tap",
           { "no secret is in it", no_secret_is_in_it },
           { "frames and asked-for books are in it", frames_and_asked_for_books_are_in_it },
           { "who listens no more is not told", who_listens_no_more_is_not_told })
