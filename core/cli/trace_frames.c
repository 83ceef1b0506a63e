/* cambist trace EXCHANGE watch_...: how long does each of the next frames take, and how old is it? */
#include <stdlib.h>

#include "cli/measured.h"

enum { FRAMES_USUAL = 20, WAIT_S = 30, KEPT_MOST = 64 };

/* A frame, and the last event that it caused. */
struct frame {
    struct cmb_lap lap;
    const char *symbol; /* the market's */
    int64_t timestamp_ns, received_ns;
};

struct frame_trace {
    struct cmb_feeds feeds;
    struct frame now, kept[KEPT_MOST]; /* of one turn: printing would delay those that follow */
    size_t count;
    uint64_t printed;
};

static void on_event(const struct cambist_event *event, void *user)
{
    const struct cmb_feed *feed = user;
    struct frame_trace *trace = feed->user;
    trace->now.symbol = event->symbol;
    trace->now.timestamp_ns = event->timestamp_ns;
    trace->now.received_ns = event->received_ns;
}

static void on_lap(const struct cmb_lap *lap, void *user)
{
    struct frame_trace *trace = user;
    trace->now.lap = *lap;
    if (trace->count < KEPT_MOST)
        trace->kept[trace->count++] = trace->now;
    trace->now = (struct frame){ 0 };
}

/* ---- printing ---- */

static void print_titles(void)
{
    for (uint32_t i = 0; i <= cmb_stream_way.count; i++)
        printf("%9s", cmb_way_row(&cmb_stream_way, i)->name);
    printf("  (us) %12s  symbol\n", "age (ms)");
}

static void print_us(int64_t ns)
{
    printf("%7lld.%lld", (long long)(ns / 1000), (long long)(ns % 1000 / 100));
}

/* By the exchange's clock where it is known, else by this machine's. */
static void print_age(struct cambist_exchange *exchange, const struct frame *frame)
{
    int64_t ahead_ns = 0, bound_ns;
    cambist_exchange_clock(exchange, &ahead_ns, &bound_ns);
    int64_t age_us = (frame->received_ns + ahead_ns - frame->timestamp_ns) / 1000;
    if (frame->timestamp_ns)
        printf("  %s%9lld.%03lld", age_us < 0 ? "-" : " ", (long long)llabs(age_us) / 1000,
               (long long)llabs(age_us) % 1000);
    else
        printf("  %14s", "");
}

static void print_frame(struct cambist_exchange *exchange, const struct frame *frame)
{
    for (uint32_t i = 0; i < cmb_stream_way.count; i++)
        print_us(frame->lap.stage_ns[i]);
    print_us(frame->lap.entered_ns - frame->lap.begun_ns);
    printf("     ");
    print_age(exchange, frame);
    printf("  %s\n", frame->symbol ? frame->symbol : "");
}

static void print_json(const struct frame *frame)
{
    struct cmb_buffer line;
    struct cmb_json_writer writer;
    cmb_buffer_init(&line, 1 << 12);
    cmb_json_writer_init(&writer, &line);
    cmb_json_begin_object(&writer);
    for (uint32_t i = 0; i <= cmb_stream_way.count; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s_ns", cmb_way_row(&cmb_stream_way, i)->name);
        cmb_json_write_key(&writer, cmb_text_of(key));
        cmb_json_write_integer(&writer, i < cmb_stream_way.count
                                            ? frame->lap.stage_ns[i]
                                            : frame->lap.entered_ns - frame->lap.begun_ns);
    }
    if (frame->timestamp_ns) {
        cmb_json_write_key(&writer, CMB_TEXT("age_ns"));
        cmb_json_write_integer(&writer, frame->received_ns - frame->timestamp_ns);
    }
    cmb_json_end_object(&writer);
    cmb_cli_print(&line);
    cmb_buffer_clear(&line);
}

static void print_kept(struct frame_trace *trace)
{
    struct cmb_feeds *feeds = &trace->feeds;
    for (size_t i = 0; i < trace->count && trace->printed < feeds->frames; i++, trace->printed++) {
        if (feeds->is_json)
            print_json(&trace->kept[i]);
        else
            print_frame(feeds->rows[0].exchange, &trace->kept[i]);
    }
    trace->count = 0;
}

/* ---- the command ---- */

static int run_trace(struct frame_trace *trace)
{
    struct cmb_feeds *feeds = &trace->feeds;
    struct cmb_feed *feed = &feeds->rows[0];
    int code = cmb_feeds_open(feeds);
    if (code != CMB_EXIT_DONE)
        return code;
    cmb_stream_follow_laps(feed->exchange->stream, on_lap, trace);
    feed->user = trace;
    if (cmb_feed_start(feed, on_event) != CAMBIST_OK)
        return cmb_cli_fail(&feeds->error);
    if (!feeds->is_json)
        print_titles();
    while (trace->printed < feeds->frames && cmb_feeds_turn(feeds, -1))
        print_kept(trace);
    if (!feeds->is_json)
        puts("");
    if (!feeds->is_json)
        cmb_measured_print(feeds->host, /* is_json= */ false);
    return trace->printed ? CMB_EXIT_DONE : CMB_EXIT_FAILED;
}

/* "symbol=SYMBOL" or SYMBOL alone. */
static const char *symbol_of(const char *word)
{
    return strncmp(word, "symbol=", 7) == 0 ? word + 7 : word;
}

int cmb_trace_frames(int count, char **words)
{
    static struct frame_trace trace;
    struct cmb_feeds *feeds = &trace.feeds;
    int code = cmb_feeds_read(feeds, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    uint32_t topic = feeds->word_count > 1 ? cmb_feeds_find_topic(cmb_text_of(feeds->words[1]))
                                           : CAMBIST_TOPIC_NONE;
    const char *symbol = feeds->word_count > 2 ? symbol_of(feeds->words[2]) : NULL;
    if (topic == CAMBIST_TOPIC_NONE || feeds->word_count > 3 ||
        !cmb_feeds_add_at(feeds, topic, cmb_text_of(feeds->words[0]), symbol))
        return cmb_cli_usage("trace", "needs an EXCHANGE, a TOPIC and perhaps a symbol");
    if (!feeds->frames)
        feeds->frames = FRAMES_USUAL;
    if (!feeds->for_ns)
        feeds->for_ns = WAIT_S * 1000000000ll;
    code = run_trace(&trace);
    cmb_feeds_close(feeds);
    return code;
}
