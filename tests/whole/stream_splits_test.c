/* Does what a stream tells depend on how the network cuts its bytes?
 *
 * Sessions are written as a server sends them (some messages in fragments, with pings between), and
 * read back cut at every offset, and in pieces of many sizes.  Each time the same must be told.  A
 * stream is told whole messages: of long recordings it is enough that each message comes out the
 * same wherever it is cut.
 * Without the recordings the plugins' own sessions are what there is.
 */
#include "support/fed_stream.h"
#include "support/sessions.h"
#include "support/test.h"
#include "transport/frame.h"

#include <stdlib.h>

enum { LINES_MOST = 600, SESSION_BYTES_MOST = 4 << 20, LOG_BYTES_MOST = 64 << 20 };
enum { ALL_LINES = 3000, LONG_BYTES = 16 * 1024, LONG_STEP = 97 /* of longer messages every so many */ };
/* A session is told once for each offset: it is small, or cut in its last bytes only. */
enum { CUT_LINES_MOST = 70, CUT_BYTES_MOST = 100 * 1024, SMALL = 5000, CUTS_MOST = 1000 };

/* An answer to a request, which came before the message of that number. */
struct answer {
    size_t before;
    char *url, *body;
};

struct session {
    struct cmb_buffer bytes; /* as they came over the wire */
    size_t starts[ALL_LINES + 1]; /* of messages, in `bytes` */
    struct answer answers[ALL_LINES];
    size_t answer_count, message_count;
};

struct reading {
    struct test_fed fed;
    const struct session *session;
    struct cmb_buffer log;
    size_t messages, answers;
    bool has_failed; /* no frames any more */
};

/* ---- sessions ---- */

/* Every third message is sent in two fragments with a ping between them. */
static void write_message(struct session *session, struct cmb_text text)
{
    size_t half = session->message_count % 3 == 2 ? text.length / 2 : text.length;
    struct cmb_frame_shape first = { .kind = CMB_FRAME_TEXT, .is_fragment = half < text.length };
    struct cmb_frame_shape ping = { .kind = CMB_FRAME_PING };
    struct cmb_frame_shape rest = { .kind = CMB_FRAME_CONTINUATION };
    session->starts[session->message_count++] = session->bytes.length;
    bool is_written = cmb_frame_write(&first, (struct cmb_text){ text.at, half }, &session->bytes);
    if (first.is_fragment)
        is_written = is_written && cmb_frame_write(&ping, CMB_TEXT("alive?"), &session->bytes) &&
                     cmb_frame_write(&rest, (struct cmb_text){ text.at + half, text.length - half },
                                     &session->bytes);
    CU_ASSERT_FATAL(is_written);
}

/* How much of a session is read. */
struct beginning {
    struct session *session;
    size_t lines, lines_most, bytes_most;
};

static bool add_line(const struct test_session_line *line, void *user)
{
    struct beginning *beginning = user;
    struct session *session = beginning->session;
    struct cmb_text text = { line->data, line->length };
    bool has_room = session->bytes.length + text.length < SESSION_BYTES_MOST / 2;
    if (has_room && line->url)
        session->answers[session->answer_count++] = (struct answer){
            .before = session->message_count, .url = strdup(line->url), .body = strdup(line->data)
        };
    else if (has_room)
        write_message(session, text);
    return ++beginning->lines < beginning->lines_most &&
           session->bytes.length < beginning->bytes_most;
}

/* The beginning of a session; NULL: it is not here. */
static struct session *read_session(const struct test_session *given, size_t lines_most,
                                    size_t bytes_most)
{
    struct session *session = calloc(1, sizeof *session);
    struct beginning beginning = { session, 0, lines_most, bytes_most };
    cmb_buffer_init(&session->bytes, SESSION_BYTES_MOST);
    if (!test_session_play(given, add_line, &beginning)) {
        free(session);
        return NULL;
    }
    session->starts[session->message_count] = session->bytes.length;
    return session;
}

static void free_session(struct session *session)
{
    for (size_t i = 0; i < session->answer_count; i++) {
        free(session->answers[i].url);
        free(session->answers[i].body);
    }
    cmb_buffer_clear(&session->bytes);
    free(session);
}

/* ---- reading ---- */

static void on_event(const struct cmb_event *event, void *user)
{
    struct reading *reading = user;
    test_session_log(&reading->log, event);
    cmb_buffer_add_char(&reading->log, '\n');
}

static void take_answers(struct reading *reading)
{
    const struct session *session = reading->session;
    while (reading->answers < session->answer_count &&
           session->answers[reading->answers].before <= reading->messages) {
        const struct answer *answer = &session->answers[reading->answers++];
        (void)cmb_stream_feed_snapshot(reading->fed.stream, cmb_text_of(answer->url),
                                       cmb_text_of(answer->body), (int64_t)reading->messages, NULL);
    }
}

static void take_bytes(struct reading *reading, struct cmb_frame_reader *reader, char *bytes,
                       size_t length)
{
    struct cmb_frame frame;
    size_t used;
    while (length && !reading->has_failed) {
        int status = cmb_frame_read(reader, bytes, length, &used, &frame);
        reading->has_failed = status != CAMBIST_OK && status != CAMBIST_AGAIN;
        bytes += used;
        length -= used;
        if (status != CAMBIST_OK || frame.kind != CMB_FRAME_TEXT)
            continue;
        (void)cmb_stream_feed(reading->fed.stream, frame.payload, (int64_t)reading->messages, NULL);
        reading->messages++;
        take_answers(reading);
    }
}

/* The session in a first piece of `first` bytes, then in pieces of `each`. */
static void read_cut(struct reading *reading, size_t first, size_t each)
{
    struct cmb_frame_reader reader;
    struct cmb_frame_rules rules = { .role = CMB_FRAME_CLIENT };
    const struct cmb_buffer *bytes = &reading->session->bytes;
    cmb_frame_reader_init(&reader, &rules);
    cmb_buffer_reset(&reading->log);
    reading->messages = reading->answers = 0;
    reading->has_failed = !test_fed_renew(&reading->fed);
    if (reading->has_failed)
        return;
    take_answers(reading);
    for (size_t at = 0, length = first; at < bytes->length; at += length, length = each) {
        length = length < bytes->length - at ? length : bytes->length - at;
        take_bytes(reading, &reader, bytes->at + at, length);
    }
    cmb_frame_reader_clear(&reader);
}

/* ---- comparing ---- */

struct telling {
    char *log;
    size_t length, messages;
};

static struct telling tell_whole(struct reading *reading)
{
    size_t all = reading->session->bytes.length;
    read_cut(reading, all, all);
    read_cut(reading, all, all); /* now the markets are known, as they are for what is compared */
    struct telling telling = { malloc(reading->log.length + 1), reading->log.length,
                               reading->messages };
    memcpy(telling.log, reading->log.at, reading->log.length);
    return telling;
}

static bool is_same(const struct reading *reading, const struct telling *telling)
{
    return !reading->has_failed && reading->messages == telling->messages && reading->log.length == telling->length &&
           memcmp(reading->log.at, telling->log, telling->length) == 0;
}

static void cut_everywhere(struct reading *reading)
{
    struct telling telling = tell_whole(reading);
    size_t different = 0, all = reading->session->bytes.length;
    size_t cuts = all < SMALL ? all - 1 : CUTS_MOST;
    for (size_t behind = 1; behind <= cuts; behind++) {
        read_cut(reading, all - behind, all);
        different += !is_same(reading, &telling);
    }
    printf("\n    %zu messages of %zu bytes, cut at %zu of them; %zu bytes told", telling.messages,
           all, cuts, telling.length);
    ASSERT_NUMBER(different, 0);
    free(telling.log);
}

static void cut_into_pieces(struct reading *reading)
{
    static const size_t sizes[] = { 1, 2, 3, 7, 61, 125, 126, 127, 1448, 4096, 65536 };
    struct telling telling = tell_whole(reading);
    size_t different = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        read_cut(reading, sizes[i], sizes[i]);
        different += !is_same(reading, &telling);
    }
    printf("\n    %zu messages in pieces, %zu bytes told", telling.messages, telling.length);
    ASSERT_NUMBER(different, 0);
    free(telling.log);
}

/* Whether the two pieces of a message's bytes give the message, as far as `expected` goes. */
static bool gives_message(struct cmb_frame_reader *reader, char *bytes, size_t length, size_t cut,
                          struct cmb_text *expected)
{
    struct cmb_frame frame;
    size_t used, at = 0, ends[] = { cut, length };
    bool is_given = false;
    for (int piece = 0; piece < 2; piece++)
        while (at < ends[piece]) {
            int status = cmb_frame_read(reader, bytes + at, ends[piece] - at, &used, &frame);
            at += used;
            if (status != CAMBIST_OK && status != CAMBIST_AGAIN)
                return false;
            if (status != CAMBIST_OK || frame.kind != CMB_FRAME_TEXT)
                continue;
            if (is_given || (expected->at && !cmb_text_is(frame.payload, *expected)))
                return false;
            is_given = true;
            if (!expected->at) /* the first time, whole */
                *expected = (struct cmb_text){ strndup(frame.payload.at, frame.payload.length),
                                               frame.payload.length };
        }
    return is_given;
}

static void cut_each_message(struct reading *reading)
{
    const struct session *session = reading->session;
    struct cmb_frame_rules rules = { .role = CMB_FRAME_CLIENT };
    struct cmb_frame_reader reader;
    size_t different = 0, cuts = 0;
    cmb_frame_reader_init(&reader, &rules);
    for (size_t i = 0; i < session->message_count; i++) {
        char *bytes = session->bytes.at + session->starts[i];
        size_t length = session->starts[i + 1] - session->starts[i];
        size_t step = length > LONG_BYTES ? LONG_STEP : 1;
        struct cmb_text expected = { 0 };
        different += !gives_message(&reader, bytes, length, length, &expected);
        for (size_t cut = 1; cut < length; cut += step, cuts++)
            different += !gives_message(&reader, bytes, length, cut, &expected);
        free((void *)(uintptr_t)expected.at);
    }
    cmb_frame_reader_clear(&reader);
    printf("\n    %zu messages cut at %zu offsets of %zu bytes", session->message_count, cuts,
           session->bytes.length);
    ASSERT_NUMBER(different, 0);
    read_cut(reading, session->bytes.length, session->bytes.length);
}

/* ---- the sessions that there are ---- */

/* False: the session is not here. */
static bool read_given(const struct test_session *given, size_t lines_most, size_t bytes_most,
                       void (*check)(struct reading *reading))
{
    struct reading reading = { 0 };
    struct session *session = read_session(given, lines_most, bytes_most);
    if (!session)
        return false;
    reading.session = session;
    cmb_buffer_init(&reading.log, LOG_BYTES_MOST);
    CU_ASSERT_FATAL(test_fed_open(&reading.fed, given->plugins, given->name, given->kind, on_event,
                                  &reading));
    check(&reading);
    CU_ASSERT(reading.log.length > 0);
    test_fed_close(&reading.fed);
    cmb_buffer_clear(&reading.log);
    free_session(session);
    return true;
}

/* Of those that are part of the tree none is missing. */
static void read_all(bool are_recorded, size_t lines_most, size_t bytes_most,
                     void (*check)(struct reading *reading))
{
    for (size_t i = 0; i < TEST_SESSIONS; i++) {
        if (test_sessions[i].is_recorded != are_recorded)
            continue;
        bool is_here = read_given(&test_sessions[i], lines_most, bytes_most, check);
        CU_ASSERT(is_here || are_recorded);
        if (!is_here)
            printf("\n    %s is not here", test_sessions[i].path);
    }
}

static void cuts_own_everywhere(void)
{
    read_all(false, CUT_LINES_MOST, CUT_BYTES_MOST, cut_everywhere);
}

static void cuts_recorded_everywhere(void)
{
    read_all(true, CUT_LINES_MOST, CUT_BYTES_MOST, cut_everywhere);
}

static void cuts_each_recorded_message(void)
{
    read_all(true, ALL_LINES, SESSION_BYTES_MOST / 2, cut_each_message);
}

static void cuts_recorded_into_pieces(void)
{
    read_all(true, LINES_MOST, SESSION_BYTES_MOST / 2, cut_into_pieces);
}

TEST_SUITE("whole/stream_splits",
           { "tells the same of its own sessions wherever they are cut", cuts_own_everywhere },
           { "tells the same of recordings wherever they are cut", cuts_recorded_everywhere },
           { "takes the same messages out of recordings at every cut", cuts_each_recorded_message },
           { "tells the same of recordings in pieces of any size", cuts_recorded_into_pieces })
