/* cambist replay: what does a recorded session of a stream tell? */
#include <stdlib.h>

#include "cli/event.h"
#include "cli/given.h"
#include "stream/stream.h"

enum { LINE_BYTES_MOST = 64 << 20 };

/* A recorded session on its way through the exchange's tables, without a connection. */
struct replay {
    struct cmb_clock clock;
    struct cmb_loop *loop;
    struct cmb_office office;
    struct cmb_exchange *exchange;
    struct cmb_desk *desk;
    struct cmb_stream *stream;
    struct cmb_buffer output;
    int64_t row; /* number of the line, from 0 */
};

/* ---- printing ---- */

static struct cmb_json_writer begin_line(struct replay *replay)
{
    struct cmb_json_writer writer;
    cmb_json_writer_init(&writer, &replay->output);
    cmb_json_begin_object(&writer);
    return writer;
}

static void end_line(struct replay *replay, struct cmb_json_writer *writer)
{
    cmb_json_write_key(writer, CMB_TEXT("row"));
    cmb_json_write_integer(writer, replay->row);
    cmb_json_end_object(writer);
    cmb_cli_print(&replay->output);
}

static void on_event(const struct cmb_event *event, void *user)
{
    struct replay *replay = user;
    struct cmb_json_writer writer = begin_line(replay);
    cmb_stream_event_write(event, &writer);
    end_line(replay, &writer);
}

static void print_notice(struct replay *replay)
{
    struct cmb_json_writer writer = begin_line(replay);
    cmb_json_write_key(&writer, CMB_TEXT("event"));
    cmb_json_write_string(&writer, CMB_TEXT("status"));
    cmb_json_write_key(&writer, CMB_TEXT("frame"));
    cmb_json_write_string(&writer, CMB_TEXT("not wanted"));
    end_line(replay, &writer);
}

static void print_error(struct replay *replay, const struct cambist_error *error)
{
    struct cmb_json_writer writer = begin_line(replay);
    cmb_json_write_key(&writer, CMB_TEXT("event"));
    cmb_json_write_string(&writer, CMB_TEXT("error"));
    cmb_json_write_key(&writer, CMB_TEXT("error"));
    cmb_error_write(error, &writer);
    end_line(replay, &writer);
}

/* ---- lines ---- */

/* The recorded clock: seconds since the epoch with a fraction, as text. */
static void turn_clock(struct replay *replay, struct json_object *line)
{
    int64_t time_ns = 0;
    struct cmb_text text = cmb_cli_text_at(line, "t");
    if (text.length && cmb_scaled_parse_cut(text, 9, &time_ns) == CMB_NUMBER_FINE &&
        time_ns > replay->clock.turned_wall_ns)
        cmb_clock_turn(&replay->clock, time_ns - replay->clock.turned_wall_ns);
}

static void replay_frame(struct replay *replay, struct cmb_text frame)
{
    struct cambist_error error = { 0 };
    int status = cmb_stream_feed(replay->stream, frame, replay->clock.turned_monotonic_ns, &error);
    if (status == CAMBIST_AGAIN)
        print_notice(replay);
    else if (status != CAMBIST_OK)
        print_error(replay, &error);
}

/* Answers that hold no book are no part of the stream. */
static void replay_answer(struct replay *replay, struct json_object *line)
{
    struct cambist_error error = { 0 };
    struct cmb_text body = cmb_cli_text_at(line, "data");
    int status = body.length ? cmb_stream_feed_snapshot(replay->stream,
                                                        cmb_cli_text_at(line, "url"), body,
                                                        replay->clock.turned_monotonic_ns, &error)
                             : CAMBIST_NOT_SUPPORTED;
    if (status != CAMBIST_OK && status != CAMBIST_NOT_SUPPORTED)
        print_error(replay, &error);
}

static void replay_line(struct replay *replay, const char *text)
{
    struct cambist_error error = { 0 };
    struct json_object *line = json_tokener_parse(text);
    struct cmb_text direction = cmb_cli_text_at(line, "dir");
    if (!line) {
        cmb_fail_plain(&error, CAMBIST_GARBLED, CMB_TEXT("the line is no JSON object"));
        print_error(replay, &error);
        return;
    }
    turn_clock(replay, line);
    if (cmb_text_is(direction, CMB_TEXT("in")))
        replay_frame(replay, cmb_cli_text_at(line, "data"));
    else if (cmb_text_is(direction, CMB_TEXT("markets")))
        (void)cmb_cli_add_markets(replay->exchange->markets, cmb_cli_member(line, "data"));
    else if (cmb_text_is(direction, CMB_TEXT("http")))
        replay_answer(replay, line);
    json_object_put(line);
}

static int replay_file(struct replay *replay, const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    if (!file) {
        struct cambist_error error = { 0 };
        cmb_fail(&error, CAMBIST_BAD_ARGUMENT, "%s cannot be read", path);
        return cmb_cli_fail(&error);
    }
    for (; getline(&line, &size, file) > 0; replay->row++)
        replay_line(replay, line);
    free(line);
    fclose(file);
    return CMB_EXIT_DONE;
}

/* ---- opening ---- */

/* A list of markets, or an object with one in its member "markets". */
static int read_markets(struct cmb_markets *markets, const char *path, struct cambist_error *error)
{
    struct json_object *given = json_object_from_file(path);
    if (!given)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "%s holds no JSON", path);
    int status = cmb_cli_add_markets(
        markets, json_object_is_type(given, json_type_array) ? given
                                                             : cmb_cli_member(given, "markets"));
    json_object_put(given);
    return status;
}

static int open_replay(struct replay *replay, const char *name, const char *markets,
                       struct cambist_error *error)
{
    const struct cmb_plugin *plugin;
    struct cmb_exchange_settings settings = { .environment = CMB_ENVIRONMENT_LIVE,
                                              .clock = &replay->clock };
    cmb_clock_init_turnable(&replay->clock, 0);
    cmb_buffer_init(&replay->output, LINE_BYTES_MOST);
    int status = cmb_cli_find_plugin(cmb_text_of(name), &plugin, &settings.kind, error);
    if (status == CAMBIST_OK)
        status = cmb_exchange_open(plugin, cmb_cli_vault(), &settings, &replay->exchange, error);
    if (status != CAMBIST_OK)
        return status;
    replay->loop = cmb_loop_new(&replay->clock);
    cmb_office_init(&replay->office, replay->loop, /* network= */ NULL);
    replay->exchange->markets = cmb_markets_new();
    replay->desk = cmb_desk_new(&replay->office, replay->exchange);
    replay->stream = replay->desk ? cmb_stream_new(replay->desk) : NULL;
    if (!replay->loop || !replay->exchange->markets || !replay->stream)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a replay"));
    cmb_stream_observe(replay->stream, on_event, replay);
    return markets ? read_markets(replay->exchange->markets, markets, error) : CAMBIST_OK;
}

static void close_replay(struct replay *replay)
{
    cmb_stream_free(replay->stream);
    cmb_desk_free(replay->desk);
    cmb_office_clear(&replay->office);
    cmb_loop_free(replay->loop);
    cmb_exchange_close(replay->exchange);
    cmb_buffer_clear(&replay->output);
}

int cmb_cli_replay(int count, char **words)
{
    struct replay replay = { 0 };
    struct cambist_error error = { 0 };
    const char *markets = NULL;
    if (count == 5 && strcmp(words[3], "--markets") == 0)
        markets = words[4];
    else if (count != 3)
        return cmb_cli_usage("replay", "wants an exchange and a recording");
    int status = open_replay(&replay, words[1], markets, &error);
    int exit_code = status == CAMBIST_OK ? replay_file(&replay, words[2]) : cmb_cli_fail(&error);
    close_replay(&replay);
    return exit_code;
}
