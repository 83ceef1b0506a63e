/* cambist record: what passes over an exchange's streams, to be read again by replay? */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/feeds.h"
#include "cli/row.h"
#include "json/writer.h"
#include "number/time.h"

enum { LINE_BYTES_MOST = 128 << 20 };

struct record {
    struct cmb_feeds feeds;
    struct cmb_stream_tap tap;
    FILE *file;
    struct cmb_buffer line;
    bool has_markets, is_broken;
    uint64_t frames, answers, bytes;
    size_t failed;
};

/* ---- rows ---- */

static void write_text(struct cmb_json_writer *writer, const char *key, struct cmb_text text)
{
    if (!text.at)
        return;
    cmb_json_write_key(writer, cmb_text_of(key));
    cmb_json_write_string(writer, text);
}

/* Seconds since the epoch with microseconds. */
static void write_time(struct cmb_json_writer *writer)
{
    char text[CMB_SCALED_TEXT_SIZE];
    int64_t time_ns = cmb_clock_wall_ns(&cmb_clock_system);
    size_t length = cmb_scaled_format(cmb_time_count(time_ns, CMB_TIME_US), 6, text);
    cmb_json_write_key(writer, CMB_TEXT("t"));
    cmb_json_write_raw(writer, (struct cmb_text){ text, length });
}

static struct cmb_json_writer begin_row(struct record *record, const char *direction)
{
    struct cmb_json_writer writer;
    cmb_json_writer_init(&writer, &record->line);
    cmb_json_begin_object(&writer);
    write_time(&writer);
    write_text(&writer, "dir", cmb_text_of(direction));
    return writer;
}

static void end_row(struct record *record, struct cmb_json_writer *writer)
{
    cmb_json_end_object(writer);
    cmb_buffer_add_char(&record->line, '\n');
    bool is_whole = cmb_buffer_is_whole(&record->line);
    if (!is_whole || fwrite(record->line.at, 1, record->line.length, record->file) !=
                         record->line.length)
        record->is_broken = true;
    record->bytes += record->line.length;
    cmb_buffer_reset(&record->line);
}

/* ---- markets, without which a replay knows no symbols and no scales ---- */

static void write_decimal(struct cmb_json_writer *writer, const char *key,
                          const struct cambist_decimal *value)
{
    if (!value->is_set)
        return;
    cmb_json_write_key(writer, cmb_text_of(key));
    cmb_json_write_decimal(writer, value);
}

static void write_flag(struct cmb_json_writer *writer, const char *key, uint64_t flag)
{
    if (!flag)
        return;
    cmb_json_write_key(writer, cmb_text_of(key));
    cmb_json_write_bool(writer, flag == CAMBIST_FLAG_YES);
}

static void write_market(struct cmb_json_writer *writer, const struct cambist_market *market)
{
    cmb_json_begin_object(writer);
    write_text(writer, "id", cmb_text_of(market->id));
    write_text(writer, "symbol", cmb_text_of(market->symbol));
    write_text(writer, "base", cmb_text_of(market->base));
    write_text(writer, "quote", cmb_text_of(market->quote));
    write_text(writer, "settle", cmb_text_of(market->settle));
    write_text(writer, "base_id", cmb_text_of(market->base_id));
    write_text(writer, "quote_id", cmb_text_of(market->quote_id));
    write_text(writer, "settle_id", cmb_text_of(market->settle_id));
    write_text(writer, "type",
               cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_KIND), market->kind));
    write_decimal(writer, "tick_size", &market->tick_size);
    write_decimal(writer, "lot_size", &market->lot_size);
    write_decimal(writer, "contract_size", &market->contract_size);
    write_flag(writer, "linear", market->linear);
    write_flag(writer, "inverse", market->inverse);
    write_flag(writer, "active", market->active);
    if (market->alias) {
        cmb_json_write_key(writer, CMB_TEXT("info"));
        cmb_json_begin_object(writer);
        write_text(writer, "altname", cmb_text_of(market->alias));
        cmb_json_end_object(writer);
    }
    cmb_json_end_object(writer);
}

static bool is_of_all(const struct cmb_feeds *feeds)
{
    for (size_t i = 0; i < feeds->count; i++)
        if (!feeds->rows[i].symbol)
            return true;
    return false;
}

/* Those that are watched; all of them where the account is. */
static void write_markets(struct record *record)
{
    const struct cmb_feeds *feeds = &record->feeds;
    const struct cmb_markets *markets = feeds->rows[0].exchange->exchange->markets;
    if (record->has_markets || !markets)
        return;
    record->has_markets = true;
    struct cmb_json_writer writer = begin_row(record, "markets");
    const struct cambist_market *market;
    cmb_json_write_key(&writer, CMB_TEXT("data"));
    cmb_json_begin_array(&writer);
    if (is_of_all(feeds)) {
        for (uint32_t i = 0; i < cmb_markets_count(markets); i++)
            write_market(&writer, cmb_markets_get(markets, i));
    } else {
        for (size_t i = 0; i < feeds->count; i++)
            if ((market = cmb_markets_find(markets, cmb_text_of(feeds->rows[i].symbol), 0)))
                write_market(&writer, market);
    }
    cmb_json_end_array(&writer);
    end_row(record, &writer);
}

/* ---- what passes ---- */

static void on_note(const struct cmb_wire_note *note, void *user)
{
    static const char *const directions[] = { [CMB_WIRE_OPENED] = "open",
                                              [CMB_WIRE_SENT] = "out",
                                              [CMB_WIRE_RECEIVED] = "in",
                                              [CMB_WIRE_ANSWER] = "http" };
    struct record *record = user;
    char digits[CMB_NUMBER_SIZE];
    write_markets(record);
    struct cmb_json_writer writer = begin_row(record, directions[note->kind]);
    write_text(&writer, "url", note->url);
    write_text(&writer, "data", note->text.at ? note->text : CMB_TEXT(""));
    write_text(&writer, "conn", cmb_text_of_number((int64_t)note->connection, digits));
    end_row(record, &writer);
    record->frames += note->kind == CMB_WIRE_SENT || note->kind == CMB_WIRE_RECEIVED;
    record->answers += note->kind == CMB_WIRE_ANSWER;
}

static void on_event(const struct cambist_event *event, void *user)
{
    struct cmb_feed *feed = user;
    char symbol[CMB_ROW_CELL_SIZE];
    if (!event->is_state)
        return;
    cmb_row_put_text(symbol, feed->symbol);
    fprintf(stderr, "%s %s %s is %s%s%s\n", feed->exchange_name,
            cmb_operation_of(feed->topic)->name.at + 6, symbol,
            cambist_watch_state_name(event->state), event->error ? ": " : "",
            event->error ? event->error->message : "");
    struct record *record = (struct record *)((char *)feed->feeds - offsetof(struct record, feeds));
    record->failed += event->state == CAMBIST_WATCH_FAILED;
}

/* ---- the command ---- */

static bool read_feeds(struct cmb_feeds *feeds)
{
    if (feeds->word_count < 2 || !feeds->to)
        return false;
    for (int i = 1; i < feeds->word_count; i++) {
        struct cmb_text topic, symbol = cmb_text_cut(cmb_text_of(feeds->words[i]), ':', &topic);
        uint32_t number = cmb_feeds_find_topic(topic);
        if (number == CAMBIST_TOPIC_NONE || !cmb_feeds_add_at(feeds, number, cmb_text_of(feeds->words[0]),
                                         symbol.length ? symbol.at : NULL))
            return false;
    }
    return true;
}

/* What an account does is nobody else's; and nothing is written over. */
static int open_file(struct record *record)
{
    int fd = open(record->feeds.to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int reason = errno;
    record->file = fd < 0 ? NULL : fdopen(fd, "w");
    if (record->file)
        return CMB_EXIT_DONE;
    fprintf(stderr, "cambist: %s cannot be made%s\n", record->feeds.to,
            reason == EEXIST ? ": it is there already" : "");
    if (fd >= 0)
        close(fd);
    return CMB_EXIT_FAILED;
}

static int run_record(struct record *record)
{
    struct cmb_feeds *feeds = &record->feeds;
    record->tap = (struct cmb_stream_tap){ .on_note = on_note, .user = record };
    cmb_stream_set_tap(feeds->rows[0].exchange->stream, &record->tap);
    for (size_t i = 0; i < feeds->count; i++) {
        feeds->error = (struct cambist_error){ 0 };
        if (cmb_feed_start(&feeds->rows[i], on_event) == CAMBIST_OK)
            continue;
        fprintf(stderr, "cambist: %s\n", feeds->error.message);
        record->failed++;
    }
    while (record->failed < feeds->count && !record->is_broken && cmb_feeds_turn(feeds, -1))
        fflush(record->file);
    return record->failed ? CMB_EXIT_FAILED : CMB_EXIT_DONE;
}

static int end_record(struct record *record, int code)
{
    if (record->file && fclose(record->file) != 0)
        record->is_broken = true;
    cmb_buffer_clear(&record->line);
    if (record->is_broken) {
        fprintf(stderr, "cambist: %s cannot be written\n", record->feeds.to);
        return CMB_EXIT_FAILED;
    }
    if (record->file)
        fprintf(stderr, "%s: %llu frames, %llu answers, %llu bytes\n", record->feeds.to,
                (unsigned long long)record->frames, (unsigned long long)record->answers,
                (unsigned long long)record->bytes);
    return code;
}

int cmb_cli_record(int count, char **words)
{
    struct record record = { 0 };
    int code = cmb_feeds_read(&record.feeds, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    if (!read_feeds(&record.feeds))
        return cmb_cli_usage("record", "needs an EXCHANGE, TOPIC:SYMBOL and --to FILE");
    cmb_buffer_init(&record.line, LINE_BYTES_MOST);
    code = open_file(&record);
    if (code == CMB_EXIT_DONE)
        code = cmb_feeds_open(&record.feeds);
    if (code == CMB_EXIT_DONE)
        code = run_record(&record);
    cmb_feeds_close(&record.feeds);
    return end_record(&record, code);
}
