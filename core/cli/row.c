/* What does a person want to see of a record? */
#include "cli/row.h"

#include <stdio.h>

#include "base/schema.h"
#include "number/decimal.h"
#include "number/scaled.h"
#include "number/time.h"

/* ---- cells ---- */

void cmb_row_put_text(char *to, const char *text)
{
    struct cmb_buffer shown;
    cmb_buffer_init(&shown, 1024);
    cmb_buffer_add_escaped(&shown, cmb_text_of(text ? text : ""), 48);
    snprintf(to, CMB_ROW_CELL_SIZE, "%.63s", cmb_buffer_string(&shown));
    cmb_buffer_clear(&shown);
}

void cmb_row_put_time(char *to, int64_t time_ns)
{
    char text[CMB_TIME_TEXT_SIZE];
    *to = 0;
    if (!time_ns)
        return;
    cmb_time_format_iso(time_ns, CMB_TIME_MS, text);
    snprintf(to, CMB_ROW_CELL_SIZE, "%.12s", text + 11);
}

void cmb_row_put_scaled(char *to, int64_t value, unsigned scale)
{
    cmb_scaled_format(value, scale, to);
}

static void put_decimal(char *to, const struct cambist_decimal *value)
{
    char text[CMB_DECIMAL_TEXT_SIZE];
    size_t length = cmb_decimal_format(value, text);
    snprintf(to, CMB_ROW_CELL_SIZE, "%.63s", length < CMB_ROW_CELL_SIZE ? text : "…");
}

static void put_word(char *to, uint32_t kind, uint64_t number)
{
    cmb_row_put_text(to, cmb_vocabulary_word(cmb_vocabulary_of(kind), number).at);
}

static int mood_of(uint64_t side)
{
    return side == CAMBIST_SIDE_BUY ? 1 : side == CAMBIST_SIDE_SELL ? -1 : 0;
}

/* ---- records ---- */

static void fill_ticker(const void *record, struct cmb_row *row)
{
    const struct cambist_ticker *ticker = record;
    put_decimal(row->cells[0], &ticker->last);
    put_decimal(row->cells[1], &ticker->bid);
    put_decimal(row->cells[2], &ticker->ask);
    put_decimal(row->cells[3], &ticker->high);
    put_decimal(row->cells[4], &ticker->low);
    put_decimal(row->cells[5], &ticker->base_volume);
    put_decimal(row->cells[6], &ticker->percentage);
    snprintf(row->key, sizeof row->key, "%s", "ticker");
}

static void fill_best(const void *record, struct cmb_row *row)
{
    const struct cambist_ticker *ticker = record;
    struct cambist_decimal spread = { 0 };
    put_decimal(row->cells[0], &ticker->ask);
    put_decimal(row->cells[1], &ticker->ask_volume);
    put_decimal(row->cells[2], &ticker->bid);
    put_decimal(row->cells[3], &ticker->bid_volume);
    if (ticker->ask.is_set && ticker->bid.is_set)
        (void)cmb_decimal_subtract(&ticker->ask, &ticker->bid, &spread);
    put_decimal(row->cells[4], &spread);
    snprintf(row->key, sizeof row->key, "%s", "best");
}

static void fill_trade(const void *record, struct cmb_row *row)
{
    const struct cambist_trade *trade = record;
    cmb_row_put_time(row->cells[0], trade->timestamp);
    row->cells[0][8] = 0; /* to the second: what is cut is what nobody reads */
    put_word(row->cells[1], CMB_MEMBER_SIDE, trade->side);
    put_decimal(row->cells[2], &trade->price);
    put_decimal(row->cells[3], &trade->amount);
    row->mood = mood_of(trade->side);
}

static void fill_own_trade(const void *record, struct cmb_row *row)
{
    const struct cambist_trade *trade = record;
    fill_trade(record, row);
    cmb_row_put_text(row->cells[4], trade->symbol);
    put_decimal(row->cells[5], &trade->fee_cost);
    cmb_row_put_text(row->cells[6], trade->fee_currency);
    cmb_row_put_text(row->cells[7], trade->order_id);
}

static void fill_candle(const void *record, struct cmb_row *row)
{
    const struct cambist_candle *candle = record;
    cmb_row_put_time(row->cells[0], candle->timestamp);
    row->cells[0][8] = 0; /* no candle is shorter than a second */
    put_decimal(row->cells[1], &candle->open);
    put_decimal(row->cells[2], &candle->high);
    put_decimal(row->cells[3], &candle->low);
    put_decimal(row->cells[4], &candle->close);
    put_decimal(row->cells[5], &candle->volume);
    row->mood = candle->open.is_set && candle->close.is_set
                    ? cmb_decimal_compare(&candle->close, &candle->open) : 0;
    snprintf(row->key, sizeof row->key, "%lld", (long long)candle->timestamp);
}

static void fill_order(const void *record, struct cmb_row *row)
{
    const struct cambist_order *order = record;
    cmb_row_put_text(row->cells[0], order->symbol);
    put_word(row->cells[1], CMB_MEMBER_SIDE, order->side);
    put_decimal(row->cells[2], &order->price);
    put_decimal(row->cells[3], &order->amount);
    put_decimal(row->cells[4], &order->filled);
    put_word(row->cells[5], CMB_MEMBER_STATE, order->state);
    cmb_row_put_text(row->cells[6], order->id);
    row->mood = mood_of(order->side);
    cmb_row_put_text(row->key, order->id);
}

static void fill_balance(const void *record, struct cmb_row *row)
{
    const struct cambist_balance *balance = record;
    cmb_row_put_text(row->cells[0], balance->currency);
    put_decimal(row->cells[1], &balance->free);
    put_decimal(row->cells[2], &balance->used);
    put_decimal(row->cells[3], &balance->total);
    cmb_row_put_text(row->key, balance->currency);
}

static void fill_position(const void *record, struct cmb_row *row)
{
    const struct cambist_position *position = record;
    cmb_row_put_text(row->cells[0], position->symbol);
    put_word(row->cells[1], CMB_MEMBER_POSITION_SIDE, position->side);
    put_decimal(row->cells[2], &position->contracts);
    put_decimal(row->cells[3], &position->entry_price);
    put_decimal(row->cells[4], &position->mark_price);
    put_decimal(row->cells[5], &position->unrealized_pnl);
    snprintf(row->key, sizeof row->key, "%.40s %.10s", row->cells[0], row->cells[1]);
}

/* ---- topics ---- */

struct topic {
    const char *titles[CMB_ROW_CELLS + 1];
    void (*fill)(const void *record, struct cmb_row *row);
};

static const struct topic *find_topic(uint32_t number)
{
    static const struct topic topics[] = {
        { { "last", "bid", "ask", "high", "low", "volume", "change %" }, fill_ticker },
        { { "ask", "amount", "bid", "amount", "spread" }, fill_best },
        { { "time", "side", "price", "amount" }, fill_trade },
        { { "time", "side", "price", "amount", "symbol", "fee", "in", "order" }, fill_own_trade },
        { { "opened", "open", "high", "low", "close", "volume" }, fill_candle },
        { { "symbol", "side", "price", "amount", "filled", "status", "order" }, fill_order },
        { { "currency", "free", "used", "total" }, fill_balance },
        { { "symbol", "side", "contracts", "entry", "mark", "unrealized" }, fill_position },
    };
    switch (number) {
    case CAMBIST_TOPIC_watch_ticker: return &topics[0];
    case CAMBIST_TOPIC_watch_bids_asks: return &topics[1];
    case CAMBIST_TOPIC_watch_trades: return &topics[2];
    case CAMBIST_TOPIC_watch_my_trades: return &topics[3];
    case CAMBIST_TOPIC_watch_ohlcv: return &topics[4];
    case CAMBIST_TOPIC_watch_orders: return &topics[5];
    case CAMBIST_TOPIC_watch_balance: return &topics[6];
    case CAMBIST_TOPIC_watch_positions: return &topics[7];
    default: return NULL;
    }
}

const char *const *cmb_row_titles(uint32_t topic)
{
    static const char *const none[] = { NULL };
    const struct topic *found = find_topic(topic);
    return found ? found->titles : none;
}

bool cmb_row_fill(const struct cambist_event *event, struct cmb_row *ret)
{
    const struct topic *topic = find_topic(event->topic);
    if (!topic || !event->row)
        return false;
    *ret = (struct cmb_row){ 0 };
    topic->fill(event->row, ret);
    return true;
}
