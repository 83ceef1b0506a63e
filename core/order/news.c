/* How does a piece of news stand in the journal, and what does it make of an order? */
#include "order/news.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/memory.h"
#include "json/number.h"
#include "json/writer.h"

/* ---- taking ---- */

static void copy_text(char to[static CMB_ORDER_TEXT_SIZE], const char *from)
{
    snprintf(to, CMB_ORDER_TEXT_SIZE, "%s", from ? from : "");
}

static uint32_t begin(const struct cmb_news *news, struct cmb_order *order)
{
    *order = (struct cmb_order){ .side = news->report.side, .type = news->report.type,
                                 .amount = news->report.amount, .price = news->report.price,
                                 .life = CAMBIST_LIFE_INTENT, .asked_ns = news->time_ns };
    copy_text(order->client_id, news->client_id);
    copy_text(order->symbol, news->report.symbol);
    return CMB_CHANGED_LIFE;
}

static void take_fills(struct cmb_order *order, const char *fills)
{
    size_t count = fills ? strlen(fills) / 16 : 0;
    order->fills.ids = count ? cmb_calloc(count, sizeof *order->fills.ids) : NULL;
    if (!order->fills.ids)
        return;
    order->fills.count = order->fills.capacity = (uint32_t)count;
    for (size_t i = 0; i < 16 * count; i++) {
        uint64_t digit = (uint64_t)(fills[i] <= '9' ? fills[i] - '0' : fills[i] - 'a' + 10) & 15;
        order->fills.ids[i / 16] = order->fills.ids[i / 16] << 4 | digit;
    }
}

/* What was known before is known again. */
static uint32_t restore(const struct cmb_news *news, struct cmb_order *order)
{
    begin(news, order);
    copy_text(order->id, news->report.id);
    order->life = (uint32_t)news->life;
    order->proof = (uint32_t)news->proof;
    order->pending = (uint32_t)news->pending;
    order->pending_ending = (uint32_t)news->ending;
    order->new_amount = news->new_amount;
    order->new_price = news->new_price;
    order->doubted_amount = news->doubted_amount;
    order->filled = news->report.filled;
    order->counted = news->counted;
    order->deadline_ns = news->deadline_ns;
    order->told_ns = news->report.last_update_timestamp;
    take_fills(order, news->fills);
    return CMB_CHANGED_LIFE | (order->id[0] ? CMB_CHANGED_ID : 0);
}

uint32_t cmb_news_apply(const struct cmb_news *news, struct cmb_order *order)
{
    switch (news->kind) {
    case CMB_NEWS_INTENT: return begin(news, order);
    case CMB_NEWS_KEPT: return restore(news, order);
    case CMB_NEWS_LEAVE: return cmb_order_leave(order, news->time_ns);
    case CMB_NEWS_END: return cmb_order_end(order, (enum cmb_order_ending)news->ending);
    case CMB_NEWS_REPORT: return cmb_order_report(order, &news->report, (uint32_t)news->proof);
    case CMB_NEWS_FILL: return cmb_order_fill(order, &news->trade);
    case CMB_NEWS_MISS: return cmb_order_miss(order, (uint32_t)news->proof);
    case CMB_NEWS_CANCEL: return cmb_order_begin_cancel(order);
    case CMB_NEWS_AMEND:
        return cmb_order_begin_amend(order, &news->report.amount, &news->report.price);
    default:
        return cmb_order_finish(order, (uint32_t)news->pending, (enum cmb_order_ending)news->ending);
    }
}

/* ---- writing ---- */

/* What is written of a piece of news, and under which key. */
enum form { TEXT, DECIMAL, INTEGER };
static const struct member {
    struct cmb_text key;
    enum form form;
    size_t offset;
} members[] = {
#define MEMBER(key, form, name) { CMB_TEXT(key), form, offsetof(struct cmb_news, name) }
    MEMBER("news", INTEGER, kind),
    MEMBER("exchange", TEXT, exchange),
    MEMBER("client_id", TEXT, client_id),
    MEMBER("ending", INTEGER, ending),
    MEMBER("pending", INTEGER, pending),
    MEMBER("proof", INTEGER, proof),
    MEMBER("time_ns", INTEGER, time_ns),
    MEMBER("id", TEXT, report.id),
    MEMBER("symbol", TEXT, report.symbol),
    MEMBER("side", INTEGER, report.side),
    MEMBER("type", INTEGER, report.type),
    MEMBER("amount", DECIMAL, report.amount),
    MEMBER("price", DECIMAL, report.price),
    MEMBER("state", INTEGER, report.state),
    MEMBER("filled", DECIMAL, report.filled),
    MEMBER("updated_ns", INTEGER, report.last_update_timestamp),
    MEMBER("trade", TEXT, trade.id),
    MEMBER("trade_order", TEXT, trade.order_id),
    MEMBER("trade_ns", INTEGER, trade.timestamp),
    MEMBER("trade_price", DECIMAL, trade.price),
    MEMBER("trade_amount", DECIMAL, trade.amount),
    MEMBER("trade_fee", DECIMAL, trade.fee_cost),
    MEMBER("trade_fee_currency", TEXT, trade.fee_currency),
    MEMBER("life", INTEGER, life),
    MEMBER("deadline_ns", INTEGER, deadline_ns),
    MEMBER("new_amount", DECIMAL, new_amount),
    MEMBER("new_price", DECIMAL, new_price),
    MEMBER("doubted_amount", DECIMAL, doubted_amount),
    MEMBER("counted", DECIMAL, counted),
    MEMBER("fills", TEXT, fills),
};

enum cmb_journal_type cmb_news_type(const struct cmb_news *news)
{
    static const enum cmb_journal_type types[] = {
        [CMB_NEWS_INTENT] = CMB_JOURNAL_INTENT,  [CMB_NEWS_LEAVE] = CMB_JOURNAL_SENDING,
        [CMB_NEWS_END] = CMB_JOURNAL_OUTCOME,    [CMB_NEWS_REPORT] = CMB_JOURNAL_EVENT,
        [CMB_NEWS_FILL] = CMB_JOURNAL_EVENT,     [CMB_NEWS_MISS] = CMB_JOURNAL_RESOLVE,
        [CMB_NEWS_CANCEL] = CMB_JOURNAL_PENDING, [CMB_NEWS_AMEND] = CMB_JOURNAL_PENDING,
        [CMB_NEWS_FINISH] = CMB_JOURNAL_OUTCOME, [CMB_NEWS_KEPT] = CMB_JOURNAL_EVENT,
    };
    return types[news->kind];
}

static void write_member(struct cmb_json_writer *writer, const struct member *member,
                         const void *at)
{
    const char *text = member->form == TEXT ? *(const char *const *)at : NULL;
    int64_t number = member->form == INTEGER ? *(const int64_t *)at : 0;
    const struct cambist_decimal *decimal = at;
    bool is_there = text || number || (member->form == DECIMAL && decimal->is_set);
    if (!is_there)
        return;
    cmb_json_write_key(writer, member->key);
    if (member->form == TEXT)
        cmb_json_write_string(writer, cmb_text_of(text));
    else if (member->form == INTEGER)
        cmb_json_write_integer(writer, number);
    else
        cmb_json_write_decimal(writer, decimal);
}

void cmb_news_write(const struct cmb_news *news, struct cmb_buffer *to)
{
    struct cmb_json_writer writer;
    cmb_json_writer_init(&writer, to);
    cmb_json_begin_object(&writer);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        write_member(&writer, &members[i], (const char *)news + members[i].offset);
    cmb_json_end_object(&writer);
}

/* ---- reading ---- */

static const struct member *find_member(const struct cmb_json_value *key)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (cmb_json_is(key, members[i].key))
            return &members[i];
    return NULL;
}

static bool read_text(struct cmb_json_reader *reader, struct cmb_arena *arena, const char **ret)
{
    struct cmb_json_value value;
    size_t length;
    if (!cmb_json_read_string(reader, &value))
        return false;
    char *text = cmb_arena_take(arena, value.raw.length + 1);
    if (!text || !cmb_json_unescape(value.raw, text, value.raw.length, &length))
        return cmb_json_fail(reader, "no memory for a text");
    text[length] = '\0';
    *ret = text;
    return true;
}

static void read_member(struct cmb_json_reader *reader, const struct cmb_json_value *key,
                        struct cmb_arena *arena, struct cmb_news *news)
{
    const struct member *member = find_member(key);
    if (!member) {
        cmb_json_fail(reader, "news of an order has no such member");
        return;
    }
    void *at = (char *)news + member->offset;
    if (member->form == TEXT)
        read_text(reader, arena, at);
    else if (member->form == INTEGER)
        cmb_json_read_integer(reader, at);
    else
        cmb_json_read_decimal(reader, at);
}

int cmb_news_read(struct cmb_text payload, struct cmb_arena *arena, struct cmb_news *ret,
                  struct cambist_error *error)
{
    struct cmb_json_reader reader;
    struct cmb_json_value key;
    struct cmb_news news = { 0 };
    cmb_json_init(&reader, payload, 0);
    cmb_json_enter_object(&reader);
    while (cmb_json_next_member(&reader, &key))
        read_member(&reader, &key, arena, &news);
    if (!cmb_json_finish(&reader))
        return cmb_json_report(&reader, error);
    bool is_known = news.kind >= CMB_NEWS_INTENT && news.kind <= CMB_NEWS_KEPT;
    bool has_life = news.life >= CAMBIST_LIFE_INTENT && news.life <= CAMBIST_LIFE_NOT_SENT;
    if (!is_known || !news.exchange || !news.client_id ||
        (news.kind == CMB_NEWS_KEPT && !has_life))
        return cmb_fail(error, CAMBIST_GARBLED, "news of no known kind, or of no order");
    *ret = news;
    return CAMBIST_OK;
}
