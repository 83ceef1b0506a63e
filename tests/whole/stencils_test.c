/* Does a frame that is read by a stencil tell the same as one that is read by the tables?
 *
 * Two streams are fed the same: one uses stencils, the other does not.  Then, over and over, both
 * begin anew, and behind a part of the session comes a message with some bytes changed, drawn from a
 * seed: what is no JSON any more, what is another number, market or word.  Each time both have to
 * answer and to tell the same. */
#include "support/fed_stream.h"
#include "support/sessions.h"
#include "support/test.h"

enum { LINES_MOST = 3000, MESSAGE_BYTES_MOST = 64 << 10, LOG_BYTES_MOST = 4 << 20 };
enum { DAMAGES = 2, DAMAGED_BEHIND = 150, TRIALS = 400 };

struct line {
    char *url, *data; /* url NULL: a message */
    size_t length;
};

/* One of the two streams, and what it told of the last message. */
struct side {
    struct test_fed fed;
    struct cmb_buffer log;
    int status;
};

struct pair {
    struct side by_stencils, by_tables;
    struct line lines[LINES_MOST];
    size_t line_count, different;
    int64_t now_ns;
    uint64_t state; /* of what is drawn */
};

static uint64_t draw(struct pair *pair, uint64_t below)
{
    pair->state = pair->state * 6364136223846793005u + 1442695040888963407u;
    return (pair->state >> 33) % below;
}

static void on_event(const struct cmb_event *event, void *user)
{
    struct side *side = user;
    test_session_log(&side->log, event);
}

static void feed_side(struct side *side, const char *url, struct cmb_text text, int64_t now_ns)
{
    struct cambist_error error = { 0 };
    cmb_buffer_reset(&side->log);
    side->status = url ? cmb_stream_feed_snapshot(side->fed.stream, cmb_text_of(url), text, now_ns,
                                                  &error)
                       : cmb_stream_feed(side->fed.stream, text, now_ns, &error);
    cmb_buffer_add(&side->log, cmb_text_of(error.message));
}

static void feed(struct pair *pair, const char *url, struct cmb_text text)
{
    struct side *one = &pair->by_stencils, *other = &pair->by_tables;
    pair->now_ns++;
    feed_side(one, url, text, pair->now_ns);
    feed_side(other, url, text, pair->now_ns);
    bool is_same = one->status == other->status && one->log.length == other->log.length &&
                   memcmp(one->log.at, other->log.at, one->log.length) == 0;
    if (!is_same && pair->different++ == 0)
        printf("\n    %.*s\n    by a stencil: %d, %.*s\n    by the tables: %d, %.*s",
               (int)text.length, text.at, one->status, (int)one->log.length,
               one->log.at, other->status, (int)other->log.length,
               other->log.at);
}

static void feed_lines(struct pair *pair, size_t count)
{
    for (size_t i = 0; i < count; i++)
        feed(pair, pair->lines[i].url,
             (struct cmb_text){ pair->lines[i].data, pair->lines[i].length });
}

/* ---- damage ---- */

/* Digits become other digits mostly: then it is a message still, and often a market or number that
 * nobody knows. */
static void damage(struct pair *pair, char *text, size_t *length)
{
    static const char bytes[] = "0123456789.-eE\"\\[]{},: aNnt\n\x01\xc3";
    size_t at = (size_t)draw(pair, *length);
    char byte = bytes[draw(pair, sizeof bytes - 1)];
    switch (draw(pair, 4)) {
    case 0:
        memmove(text + at, text + at + 1, *length - at - 1);
        --*length;
        break;
    case 1:
        memmove(text + at + 1, text + at, *length - at);
        text[at] = byte;
        ++*length;
        break;
    default:
        text[at] = text[at] >= '0' && text[at] <= '9' ? (char)('0' + draw(pair, 10)) : byte;
    }
}

static void feed_damaged(struct pair *pair, const struct line *line)
{
    static char copy[MESSAGE_BYTES_MOST + DAMAGES];
    size_t length = line->length;
    if (length > MESSAGE_BYTES_MOST || line->url)
        return;
    memcpy(copy, line->data, length);
    for (uint64_t left = 1 + draw(pair, DAMAGES); left && length; left--)
        damage(pair, copy, &length);
    feed(pair, NULL, (struct cmb_text){ copy, length });
}

/* ---- sessions ---- */

static void begin(struct pair *pair)
{
    CU_ASSERT_FATAL(test_fed_renew(&pair->by_stencils.fed) && test_fed_renew(&pair->by_tables.fed));
    test_fed_forbid_stencils(&pair->by_tables.fed);
}

static void play_whole(struct pair *pair, const struct test_session *session)
{
    begin(pair);
    feed_lines(pair, pair->line_count);
    const struct cmb_stream_counts *counts = cmb_stream_counts(pair->by_stencils.fed.stream);
    printf("\n    %s %s: %llu of %llu frames by stencils", session->name, session->path,
           (unsigned long long)counts->stencilled, (unsigned long long)counts->frames);
    /* The older Kraken's frames name their market last. */
    CU_ASSERT(counts->stencilled > 0 || !session->is_recorded ||
              strcmp(session->name, "krakenv1") == 0);
}

static void play_damaged(struct pair *pair, const struct test_session *session)
{
    (void)session;
    for (int trial = 0; trial < TRIALS && pair->line_count; trial++) {
        size_t most = pair->line_count < DAMAGED_BEHIND ? pair->line_count : DAMAGED_BEHIND;
        size_t behind = (size_t)draw(pair, most);
        begin(pair);
        feed_lines(pair, behind);
        feed_damaged(pair, &pair->lines[behind]);
    }
}

static bool add_line(const struct test_session_line *line, void *user)
{
    struct pair *pair = user;
    struct line *to = &pair->lines[pair->line_count++];
    *to = (struct line){ line->url ? strdup(line->url) : NULL, strdup(line->data), line->length };
    CU_ASSERT_FATAL(to->data != NULL);
    return pair->line_count < LINES_MOST;
}

static void open_side(struct side *side, const struct test_session *session)
{
    cmb_buffer_init(&side->log, LOG_BYTES_MOST);
    CU_ASSERT_FATAL(test_fed_open(&side->fed, session->plugins, session->name, session->kind,
                                  on_event, side));
}

static void close_side(struct side *side)
{
    test_fed_close(&side->fed);
    cmb_buffer_clear(&side->log);
}

static void free_lines(struct pair *pair)
{
    while (pair->line_count) {
        struct line *line = &pair->lines[--pair->line_count];
        free(line->url);
        free(line->data);
    }
}

static void play_all(void (*play)(struct pair *pair, const struct test_session *session))
{
    static struct pair pair;
    for (size_t i = 0; i < TEST_SESSIONS; i++) {
        const struct test_session *session = &test_sessions[i];
        pair = (struct pair){ .state = 7 };
        open_side(&pair.by_stencils, session);
        open_side(&pair.by_tables, session);
        bool is_here = test_session_play(session, add_line, &pair);
        if (is_here)
            play(&pair, session);
        else
            printf("\n    %s is not here", session->path);
        CU_ASSERT(is_here || session->is_recorded);
        ASSERT_NUMBER(pair.different, 0);
        close_side(&pair.by_stencils);
        close_side(&pair.by_tables);
        free_lines(&pair);
    }
}

static void tells_the_same_of_sessions(void)
{
    play_all(play_whole);
}

static void tells_the_same_of_damaged_messages(void)
{
    play_all(play_damaged);
}

TEST_SUITE("whole/stencils",
           { "tells the same of sessions as the tables do", tells_the_same_of_sessions },
           { "tells the same of damaged messages", tells_the_same_of_damaged_messages })
