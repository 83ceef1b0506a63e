/* How is what arbitrage tells written for people, and as JSON? */
#include "cli/opportunity.h"

#include <string.h>

#include "base/schema.h"
#include "cli/row.h"
#include "number/decimal.h"

enum { DIGITS = 8 };

static const char *const tidings[] = {
    [CAMBIST_ARBITRAGE_APPEARED] = "appeared", [CAMBIST_ARBITRAGE_CHANGED] = "changed",
    [CAMBIST_ARBITRAGE_GONE] = "gone",         [CAMBIST_ARBITRAGE_SENT] = "sent",
    [CAMBIST_ARBITRAGE_DOUBTED] = "unknown",   [CAMBIST_ARBITRAGE_SETTLED] = "settled",
    [CAMBIST_ARBITRAGE_LEFT_OUT] = "left out", [CAMBIST_ARBITRAGE_STOPPED] = "stopped",
};

/* ---- numbers ---- */

static struct cmb_text shorten(char *text, size_t length)
{
    if (memchr(text, '.', length)) {
        while (text[length - 1] == '0')
            length--;
        length -= text[length - 1] == '.';
    }
    text[length] = 0;
    return (struct cmb_text){ text, length };
}

void cmb_opportunity_add_number(struct cmb_buffer *line, const struct cambist_decimal *value,
                                size_t digits)
{
    char text[CMB_DECIMAL_TEXT_SIZE];
    struct cmb_text whole = shorten(text, cmb_decimal_format(value, text));
    const char *point = memchr(whole.at, '.', whole.length);
    size_t most = point ? (size_t)(point - whole.at) + 1 + digits : whole.length;
    bool is_cut = whole.length > most;
    cmb_buffer_add(line, (struct cmb_text){ whole.at, is_cut ? most : whole.length });
    if (is_cut)
        cmb_buffer_add(line, CMB_TEXT("…"));
}

/* Hundredths of a basis point are millionths. */
static void add_edge(struct cmb_buffer *line, int64_t edge_ppm)
{
    struct cambist_decimal edge;
    if (cmb_decimal_of_scaled(edge_ppm, 2, &edge) == CMB_NUMBER_FINE)
        cmb_opportunity_add_number(line, &edge, 2);
}

static const char *side_name(uint64_t side)
{
    return cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_SIDE), side).at;
}

/* ---- for people ---- */

static void add_opportunity(struct cmb_buffer *line, const struct cambist_opportunity *opportunity,
                            bool is_gone)
{
    char time[CMB_ROW_CELL_SIZE];
    cmb_row_put_time(time, opportunity->time_ns);
    cmb_buffer_addf(line, "%s ", time);
    for (uint32_t i = 0; i < opportunity->leg_count; i++) {
        const struct cambist_arbitrage_leg *leg = &opportunity->legs[i];
        cmb_buffer_addf(line, " %s %s", side_name(leg->side), leg->exchange);
        if (i == 0 || opportunity->leg_count > 2)
            cmb_buffer_addf(line, ":%s", leg->symbol);
        if (is_gone)
            continue;
        cmb_buffer_add(line, CMB_TEXT(" "));
        cmb_opportunity_add_number(line, &leg->amount, DIGITS);
        cmb_buffer_add(line, CMB_TEXT(" at "));
        cmb_opportunity_add_number(line, &leg->price, DIGITS);
    }
    if (is_gone)
        return;
    cmb_buffer_add(line, CMB_TEXT("  edge "));
    add_edge(line, opportunity->edge_ppm);
    cmb_buffer_add(line, CMB_TEXT(" bp, profit "));
    cmb_opportunity_add_number(line, &opportunity->profit, DIGITS);
    cmb_buffer_addf(line, " %s", opportunity->currency);
}

/* What it is hoped to earn, then what it has earned, or left open. */
static void add_result(struct cmb_buffer *line, const struct cambist_execution *execution,
                       bool is_settled)
{
    bool is_even = !is_settled || execution->profit.is_set;
    cmb_buffer_addf(line, "  %s ", !is_settled ? "expected" : is_even ? "earned" : "left open");
    cmb_opportunity_add_number(line,
                               !is_settled ? &execution->expected
                               : is_even   ? &execution->profit
                                           : &execution->open, DIGITS);
    if (is_even)
        cmb_buffer_addf(line, " %s", execution->currency);
}

static void add_execution(struct cmb_buffer *line, const struct cambist_execution *execution,
                          bool is_settled)
{
    cmb_buffer_addf(line, "#%llu", (unsigned long long)execution->number);
    for (uint32_t i = 0; i < 2 + execution->is_hedged; i++) {
        const struct cambist_executed_leg *leg = &execution->legs[i];
        cmb_buffer_addf(line, "  %s %s ", side_name(leg->side), leg->exchange);
        cmb_opportunity_add_number(line, &leg->amount, DIGITS);
        cmb_buffer_addf(line, ": %s", cambist_leg_state_name(leg->state));
    }
    add_result(line, execution, is_settled);
}

void cmb_opportunity_write_plain(const struct cambist_arbitrage_event *event,
                                 struct cmb_buffer *line)
{
    cmb_buffer_addf(line, "%-8s  ", tidings[event->tiding]);
    if (event->opportunity)
        add_opportunity(line, event->opportunity, event->tiding == CAMBIST_ARBITRAGE_GONE);
    if (event->execution)
        add_execution(line, event->execution, event->tiding == CAMBIST_ARBITRAGE_SETTLED);
    if (event->exchange)
        cmb_buffer_addf(line, "%s %s: ", event->exchange, event->symbol);
    if (event->reason)
        cmb_buffer_addf(line, "%s", event->reason);
}

/* ---- as JSON ---- */

static void write_text(struct cmb_json_writer *writer, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    cmb_json_write_key(writer, cmb_text_of(key));
    cmb_json_write_string(writer, cmb_text_of(value));
}

static void write_number(struct cmb_json_writer *writer, const char *key,
                         const struct cambist_decimal *value)
{
    char text[CMB_DECIMAL_TEXT_SIZE];
    if (!value->is_set)
        return;
    cmb_json_write_key(writer, cmb_text_of(key));
    cmb_json_write_string(writer, shorten(text, cmb_decimal_format(value, text)));
}

static void write_integer(struct cmb_json_writer *writer, const char *key, int64_t value)
{
    cmb_json_write_key(writer, cmb_text_of(key));
    cmb_json_write_integer(writer, value);
}

static void write_leg(struct cmb_json_writer *writer, const struct cambist_arbitrage_leg *leg)
{
    cmb_json_begin_object(writer);
    write_text(writer, "exchange", leg->exchange);
    write_text(writer, "symbol", leg->symbol);
    write_text(writer, "side", side_name(leg->side));
    write_number(writer, "amount", &leg->amount);
    write_number(writer, "price", &leg->price);
    write_number(writer, "average", &leg->average);
    write_number(writer, "taker", &leg->taker);
    write_integer(writer, "ageMs", leg->age_ns / 1000000);
    cmb_json_end_object(writer);
}

static void write_opportunity(struct cmb_json_writer *writer,
                              const struct cambist_opportunity *opportunity, bool is_gone)
{
    struct cambist_decimal edge = { 0 };
    write_integer(writer, "timestamp", opportunity->time_ns / 1000000);
    write_integer(writer, "since", opportunity->since_ns / 1000000);
    write_integer(writer, "route", opportunity->route);
    cmb_json_write_key(writer, CMB_TEXT("legs"));
    cmb_json_begin_array(writer);
    for (uint32_t i = 0; i < opportunity->leg_count; i++)
        write_leg(writer, &opportunity->legs[i]);
    cmb_json_end_array(writer);
    if (is_gone)
        return;
    (void)cmb_decimal_of_scaled(opportunity->edge_ppm, 2, &edge);
    write_number(writer, "edgeBp", &edge);
    write_number(writer, "cost", &opportunity->cost);
    write_number(writer, "profit", &opportunity->profit);
    write_text(writer, "currency", opportunity->currency);
}

static void write_executed(struct cmb_json_writer *writer, const struct cambist_executed_leg *leg)
{
    cmb_json_begin_object(writer);
    write_text(writer, "exchange", leg->exchange);
    write_text(writer, "symbol", leg->symbol);
    write_text(writer, "clientOrderId", leg->client_order_id);
    write_text(writer, "side", side_name(leg->side));
    write_number(writer, "amount", &leg->amount);
    write_number(writer, "price", &leg->price);
    write_number(writer, "filled", &leg->filled);
    write_number(writer, "cost", &leg->cost);
    write_number(writer, "fee", &leg->fee);
    write_text(writer, "state", cambist_leg_state_name(leg->state));
    cmb_json_end_object(writer);
}

static void write_execution(struct cmb_json_writer *writer,
                            const struct cambist_execution *execution)
{
    write_integer(writer, "number", (int64_t)execution->number);
    write_integer(writer, "route", execution->route);
    cmb_json_write_key(writer, CMB_TEXT("legs"));
    cmb_json_begin_array(writer);
    for (uint32_t i = 0; i < 2 + execution->is_hedged; i++)
        write_executed(writer, &execution->legs[i]);
    cmb_json_end_array(writer);
    write_number(writer, "expected", &execution->expected);
    write_number(writer, "profit", &execution->profit);
    write_number(writer, "open", &execution->open);
    write_text(writer, "currency", execution->currency);
}

void cmb_opportunity_write_json(const struct cambist_arbitrage_event *event,
                                struct cmb_buffer *line)
{
    struct cmb_json_writer writer;
    cmb_json_writer_init(&writer, line);
    cmb_json_begin_object(&writer);
    write_text(&writer, "event", tidings[event->tiding]);
    if (event->opportunity)
        write_opportunity(&writer, event->opportunity, event->tiding == CAMBIST_ARBITRAGE_GONE);
    if (event->execution)
        write_execution(&writer, event->execution);
    write_text(&writer, "exchange", event->exchange);
    write_text(&writer, "symbol", event->symbol);
    write_text(&writer, "reason", event->reason);
    cmb_json_end_object(&writer);
}
