/* support/sessions.h - which sessions of exchanges are there to be played?
 *
 * The plugins' own, small ones, and recorded ones, which are no part of the tree: CAMBIST_SHARED tells
 * where they are.  Whoever includes it defines PLUGINS, OLDER_PLUGINS, CASES and
 * CAMBIST_SHARED_DEFAULT. */
#ifndef TEST_SUPPORT_SESSIONS_H
#define TEST_SUPPORT_SESSIONS_H

#include <cambist/types.h>

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/event.h"

struct test_session {
    const char *plugins, *name; /* folder and plugin */
    uint32_t kind;              /* of its markets; 0: the plugin's own */
    bool is_recorded;
    const char *path;
};

static const struct test_session test_sessions[] = {
    { PLUGINS, "binance", 0, false, "binance/cases/stream.jsonl" },
    { PLUGINS, "binance", CAMBIST_KIND_SWAP, false, "binance/cases/stream_usdm.jsonl" },
    { PLUGINS, "okx", 0, false, "okx/cases/stream.jsonl" },
    { PLUGINS, "kraken", 0, false, "kraken/cases/stream.jsonl" },
    { PLUGINS, "coinbase", 0, false, "coinbase/cases/stream.jsonl" },
    { PLUGINS, "binance", 0, true, "binance/cryptofeed.BINANCE.jsonl" },
    { PLUGINS, "binance", CAMBIST_KIND_SWAP, true, "binanceusdm/cryptofeed.BINANCE_FUTURES.jsonl" },
    { PLUGINS, "okx", 0, true, "okx/cryptofeed.OKX.jsonl" },
    { OLDER_PLUGINS, "krakenv1", 0, true, "kraken/cryptofeed.KRAKEN.jsonl" },
};
enum { TEST_SESSIONS = sizeof test_sessions / sizeof *test_sessions };

/* One line: a message of the exchange, or its answer to a request. */
struct test_session_line {
    const char *url; /* NULL: a message */
    const char *data;
    size_t length;
};
/* Answers whether it wants the next one. */
typedef bool test_session_fn(const struct test_session_line *line, void *user);

static inline const char *test_session_text(struct json_object *line, const char *key)
{
    const char *text = json_object_get_string(json_object_object_get(line, key));
    return text ? text : "";
}

static inline bool test_session_give(const char *text, test_session_fn *on_line, void *user)
{
    struct json_object *line = json_tokener_parse(text), *data;
    const char *way = test_session_text(line, "dir");
    bool is_answer = strcmp(way, "http") == 0, goes_on = true;
    if ((is_answer || strcmp(way, "in") == 0) && json_object_object_get_ex(line, "data", &data) &&
        json_object_get_string_len(data))
        goes_on = on_line(&(struct test_session_line){ is_answer ? test_session_text(line, "url")
                                                                 : NULL,
                                                       json_object_get_string(data),
                                                       (size_t)json_object_get_string_len(data) },
                          user);
    json_object_put(line);
    return goes_on;
}

/* Gives what came from the exchange, line by line, in order.  False: the session is not here. */
static inline bool test_session_play(const struct test_session *session, test_session_fn *on_line,
                                     void *user)
{
    const char *shared = getenv("CAMBIST_SHARED");
    char path[4096], *line = NULL;
    size_t size = 0;
    if (session->is_recorded)
        snprintf(path, sizeof path, "%s/recordings/ws/%s", shared ? shared : CAMBIST_SHARED_DEFAULT,
                 session->path);
    else
        snprintf(path, sizeof path, "%s/%s", CASES, session->path);
    FILE *file = fopen(path, "re");
    while (file && getline(&line, &size, file) > 0 && test_session_give(line, on_line, user))
        ;
    free(line);
    if (file)
        fclose(file);
    return file != NULL;
}

/* Adds what was told, as cambist replay writes it. */
static inline void test_session_log(struct cmb_buffer *log, const struct cmb_event *event)
{
    struct cmb_json_writer writer;
    cmb_json_writer_init(&writer, log);
    cmb_json_begin_object(&writer);
    cmb_stream_event_write(event, &writer);
    cmb_json_end_object(&writer);
}

#endif
