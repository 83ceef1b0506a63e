/* How is an event of a stream written as JSON? */
#include "cli/event.h"

#include "request/answer.h"

/* What a topic's events are called. */
const char *cmb_event_name(uint32_t topic)
{
    switch (topic) {
    case CAMBIST_TOPIC_watch_order_book: return "book";
    case CAMBIST_TOPIC_watch_trades: return "trade";
    case CAMBIST_TOPIC_watch_ohlcv: return "ohlcv";
    case CAMBIST_TOPIC_watch_orders: return "order";
    case CAMBIST_TOPIC_watch_my_trades: return "fill";
    case CAMBIST_TOPIC_watch_balance: return "balance";
    case CAMBIST_TOPIC_watch_positions: return "position";
    default: return "ticker";
    }
}

static void write_text(struct cmb_json_writer *writer, const char *key, const char *text)
{
    cmb_json_write_key(writer, cmb_text_of(key));
    cmb_json_write_string(writer, cmb_text_of(text));
}

static void write_number(struct cmb_json_writer *writer, const char *key, int64_t number)
{
    cmb_json_write_key(writer, cmb_text_of(key));
    cmb_json_write_integer(writer, number);
}

static void write_symbol(struct cmb_json_writer *writer, const struct cambist_event *event)
{
    if (event->symbol)
        write_text(writer, "symbol", event->symbol);
}

/* ---- books ---- */

static void write_scaled(struct cmb_json_writer *writer, int64_t value, unsigned scale)
{
    char text[CMB_SCALED_TEXT_SIZE];
    size_t length = cmb_scaled_format(value, scale, text);
    cmb_json_write_string(writer, (struct cmb_text){ text, length });
}

static void write_side(struct cmb_json_writer *writer, const char *key,
                       const struct cambist_scaled_level *levels, uint64_t count,
                       const struct cambist_book *book)
{
    cmb_json_write_key(writer, cmb_text_of(key));
    cmb_json_begin_array(writer);
    for (size_t i = 0; i < count; i++) {
        cmb_json_begin_array(writer);
        write_scaled(writer, levels[i].price, book->price_scale);
        write_scaled(writer, levels[i].amount, book->amount_scale);
        cmb_json_end_array(writer);
    }
    cmb_json_end_array(writer);
}

static void write_book(struct cmb_json_writer *writer, const struct cambist_event *event,
                       const struct cambist_book *book)
{
    write_symbol(writer, event);
    if (book->sequence)
        write_number(writer, "seq", book->sequence);
    if (book->timestamp_ns)
        write_number(writer, "timestamp", book->timestamp_ns / 1000000);
    write_side(writer, "bids", book->bids, book->bid_count, book);
    write_side(writer, "asks", book->asks, book->ask_count, book);
    write_text(writer, "state", cmb_watch_state_name(event->state));
}

/* ---- events ---- */

static void write_status(struct cmb_json_writer *writer, const struct cambist_event *event)
{
    write_text(writer, "event", "status");
    write_text(writer, "topic", cmb_operation_of(event->topic)->name.at);
    write_symbol(writer, event);
    write_text(writer, "state", cmb_watch_state_name(event->state));
    if (event->error) {
        cmb_json_write_key(writer, CMB_TEXT("error"));
        cmb_error_write(event->error, writer);
    }
}

static void write_candle(struct cmb_json_writer *writer, const struct cambist_candle *candle)
{
    write_text(writer, "symbol", candle->symbol);
    if (candle->timeframe)
        write_text(writer, "timeframe", candle->timeframe);
    cmb_json_write_key(writer, CMB_TEXT("ohlcv"));
    cmb_candle_write(candle, writer);
    if (candle->closed) {
        cmb_json_write_key(writer, CMB_TEXT("closed"));
        cmb_json_write_bool(writer, candle->closed == CAMBIST_FLAG_YES);
    }
}

void cmb_event_write(const struct cambist_event *event, const struct cambist_book *book,
                     struct cmb_json_writer *writer)
{
    if (event->is_state || event->error) {
        write_status(writer, event);
        return;
    }
    write_text(writer, "event", cmb_event_name(event->topic));
    if (event->topic == CAMBIST_TOPIC_watch_order_book)
        write_book(writer, event, book);
    else if (event->topic == CAMBIST_TOPIC_watch_ohlcv)
        write_candle(writer, event->row);
    else
        cmb_record_write_members(cmb_record_schema_of(event->record), event->row, writer);
}

/* ---- events of a stream, before they are a program's ---- */

/* The book behind an event, as programs see it. */
static void read_book(const struct cmb_book *from, struct cambist_book *ret)
{
    struct cmb_book_view view = { .bids = (struct cmb_scaled_level *)(void *)ret->bids,
                                  .asks = (struct cmb_scaled_level *)(void *)ret->asks };
    cmb_book_read(from, CMB_EVENT_LEVELS, 0, &view);
    ret->bid_count = view.bid_count;
    ret->ask_count = view.ask_count;
    ret->price_scale = view.price_scale;
    ret->amount_scale = view.amount_scale;
    ret->sequence = view.sequence;
    ret->timestamp_ns = view.timestamp_ns;
}

void cmb_stream_event_write(const struct cmb_event *event, struct cmb_json_writer *writer)
{
    struct cambist_scaled_level bids[CMB_EVENT_LEVELS], asks[CMB_EVENT_LEVELS];
    struct cambist_book book = { .bids = bids, .asks = asks };
    struct cambist_event told = {
        .topic = event->topic,
        .record = event->record ? cmb_operation_of(event->topic)->record : CAMBIST_RECORD_NONE,
        .row = event->record,
        .symbol = event->market ? event->market->symbol : NULL,
        .state = event->state,
        .is_state = event->is_state,
        .error = event->error,
    };
    if (event->book)
        read_book(event->book, &book);
    cmb_event_write(&told, &book, writer);
}
