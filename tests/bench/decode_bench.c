/* What does each channel of each exchange cost, from the frame's text to what is told of it?
 *
 * Sessions are played from their beginning, the plugins' own and recorded ones, and each frame is
 * timed by itself: found out, decoded by the tables into records, kept in a book where it is one, and
 * told.  Beside it other libraries parse the same frame, and do nothing with it.  All times contain
 * one reading of the clock. */
#include "bench/bench.h"
#include "bench/json_bench.h"
#include "support/fed_stream.h"
#include "support/sessions.h"

#include <dlfcn.h>

enum { FRAMES_MOST = 8000, FRAMES_LEAST = 3, ROUNDS = 15, PADDING = 64,
       TOPICS = CAMBIST_TOPIC_END - CAMBIST_TOPIC_NONE };

#define OURS     "cambist: decoded, kept and told"
#define JSON_C   "json-c parses it"
#define JANSSON  "jansson parses it"
#define SIMDJSON "simdjson parses it"

struct frame {
    char *text; /* with padding behind it, for simdjson */
    size_t length;
    char *url; /* not NULL: no frame, but the answer to a request */
    uint32_t topic; /* counted from CAMBIST_TOPIC_NONE; 0: nothing is told of it */
};

static struct frame frames[FRAMES_MOST];
static size_t frame_count;
static struct test_fed fed;
static uint32_t told_topic;

/* ---- sessions ---- */

static bool add_frame(const struct test_session_line *line, void *user)
{
    (void)user;
    struct frame *frame = &frames[frame_count++];
    *frame = (struct frame){ calloc(1, line->length + PADDING), line->length,
                             line->url ? strdup(line->url) : NULL, 0 };
    bench_require(frame->text != NULL, "no memory");
    memcpy(frame->text, line->data, line->length);
    return frame_count < FRAMES_MOST;
}

static void drop_session(void)
{
    while (frame_count) {
        struct frame *frame = &frames[--frame_count];
        free(frame->text);
        free(frame->url);
    }
}

/* ---- ours ---- */

static void on_event(const struct cmb_event *event, void *user)
{
    (void)user;
    if (!event->is_state)
        told_topic = event->topic - CAMBIST_TOPIC_NONE;
}

static void feed(struct frame *frame, int64_t now_ns)
{
    struct cmb_text text = { frame->text, frame->length };
    if (frame->url)
        (void)cmb_stream_feed_snapshot(fed.stream, cmb_text_of(frame->url), text, now_ns, NULL);
    else
        (void)cmb_stream_feed(fed.stream, text, now_ns, NULL);
}

/* Which topic each frame is of; the markets are known from then on. */
static void sort_out(void)
{
    for (size_t i = 0; i < frame_count; i++) {
        told_topic = 0;
        feed(&frames[i], (int64_t)i);
        frames[i].topic = frames[i].url ? 0 : told_topic;
    }
}

/* ---- the others ---- */

static void *(*jansson_load)(const char *text, size_t length, size_t flags, void *error);
static void (*jansson_delete)(void *value);

/* It exports names that json-c has too: it is kept apart. */
static void open_jansson(void)
{
    void *library = dlopen("libjansson.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library) {
        *(void **)&jansson_load = dlsym(library, "json_loadb");
        *(void **)&jansson_delete = dlsym(library, "json_delete");
    }
    if (!jansson_load || !jansson_delete)
        bench_miss(JANSSON, "libjansson4 is not installed");
}

static void parse_json_c(struct frame *frame, int64_t now_ns)
{
    static struct json_tokener *tokener;
    (void)now_ns;
    if (!tokener)
        tokener = json_tokener_new();
    json_tokener_reset(tokener);
    json_object_put(json_tokener_parse_ex(tokener, frame->text, (int)frame->length));
}

static void parse_jansson(struct frame *frame, int64_t now_ns)
{
    void *value = jansson_load(frame->text, frame->length, 0, NULL);
    (void)now_ns;
    if (value)
        jansson_delete(value);
}

#ifdef HAS_SIMDJSON
static void parse_simdjson(struct frame *frame, int64_t now_ns)
{
    (void)now_ns;
    (void)parse_with_simdjson(frame->text, frame->length, PADDING);
}
#endif

/* ---- rounds ---- */

/* Of the frames of each topic the mean time, and how many there are. */
struct sums {
    double ns[TOPICS];
    size_t counts[TOPICS];
};

static void run(void (*work)(struct frame *frame, int64_t now_ns), bool has_answers,
                struct sums *sums)
{
    *sums = (struct sums){ 0 };
    for (size_t i = 0; i < frame_count; i++) {
        struct frame *frame = &frames[i];
        if (frame->url && !has_answers)
            continue;
        int64_t start_ns = bench_now_ns();
        work(frame, (int64_t)i);
        sums->ns[frame->topic] += (double)(bench_now_ns() - start_ns);
        sums->counts[frame->topic]++;
    }
}

static const char *title_of(const struct test_session *session, uint32_t topic, size_t count)
{
    static char title[80];
    snprintf(title, sizeof title, "%s %s%s, %zu %s frames", session->name,
             session->kind ? "swap " : "", cmb_operation_of(CAMBIST_TOPIC_NONE + topic)->name.at, count,
             session->is_recorded ? "recorded" : "own");
    return title;
}

static void note(const struct test_session *session, const char *name, const struct sums *sums)
{
    for (uint32_t topic = 1; topic < TOPICS; topic++)
        if (sums->counts[topic] >= FRAMES_LEAST)
            bench_note(title_of(session, topic, sums->counts[topic]), name, "ns",
                       sums->ns[topic] / (double)sums->counts[topic]);
}

static void run_round(const struct test_session *session)
{
    struct sums sums;
    bench_require(test_fed_renew(&fed), "no memory for a stream");
    run(feed, true, &sums);
    note(session, OURS, &sums);
#ifdef HAS_SIMDJSON
    run(parse_simdjson, false, &sums);
    note(session, SIMDJSON, &sums);
#endif
    if (jansson_load && jansson_delete) {
        run(parse_jansson, false, &sums);
        note(session, JANSSON, &sums);
    }
    run(parse_json_c, false, &sums);
    note(session, JSON_C, &sums);
}

static void bench_session(const struct test_session *session)
{
    struct sums sums;
    if (!test_session_play(session, add_frame, NULL))
        return;
    if (!test_fed_open(&fed, session->plugins, session->name, session->kind, on_event, NULL))
        bench_fail(fed.error.message);
    sort_out();
    for (int round = 0; bench_has_round(round, ROUNDS); round++)
        run_round(session);
    run(feed, true, &sums);
    for (uint32_t topic = 1; topic < TOPICS; topic++)
        if (sums.counts[topic] >= FRAMES_LEAST)
            bench_tell(title_of(session, topic, sums.counts[topic]));
    test_fed_close(&fed);
    drop_session();
}

int main(int count, char **words)
{
    bench_begin(count, words);
    open_jansson();
#ifndef HAS_SIMDJSON
    bench_miss(SIMDJSON, "built without libsimdjson-dev or g++");
#endif
    for (int i = 0; i < TEST_SESSIONS; i++)
        bench_session(&test_sessions[i]);
    return bench_end(NULL, 0);
}
