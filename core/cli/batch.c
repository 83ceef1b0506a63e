/* How does one line of a batch become a call, and a call one line? */
#include <json-c/json.h>

#include <stdlib.h>

#include "cli/given.h"

enum { LINE_BYTES_MOST = 256 << 20, TEXT_BYTES_MOST = 8192 };

/* One job: a line read, the exchange opened for it, and the answer's line. */
struct job {
    struct json_object *line;
    struct cmb_exchange *exchange;
    struct cmb_call *call;
    struct cmb_arena texts;
    struct cmb_clock clock;
    struct cambist_error error;
};

/* ---- markets ---- */

static int add_markets(struct job *job)
{
    job->exchange->markets = cmb_markets_new();
    return job->exchange->markets
               ? cmb_cli_add_markets(job->exchange->markets, cmb_cli_member(job->line, "markets"))
               : CAMBIST_NO_MEMORY;
}

/* ---- credentials ---- */

/* The vectors carry an EC key as "ec-p256-der:" and base64: put the armour on. */
static struct cmb_text armoured(struct job *job, struct cmb_text value)
{
    struct cmb_text mark = CMB_TEXT("ec-p256-der:");
    if (!cmb_text_begins(value, mark) || value.length > TEXT_BYTES_MOST)
        return value;
    char *pem = cmb_arena_take(&job->texts, TEXT_BYTES_MOST + 128);
    if (!pem)
        return value;
    int length = snprintf(pem, TEXT_BYTES_MOST + 128,
                          "-----BEGIN EC PRIVATE KEY-----\n%.*s\n-----END EC PRIVATE KEY-----\n",
                          (int)(value.length - mark.length), value.at + mark.length);
    return (struct cmb_text){ pem, (size_t)length };
}

static uint32_t read_credentials(struct job *job, struct cmb_pair *pairs, uint32_t most)
{
    uint32_t count = 0;
    struct json_object *given = cmb_cli_member(job->line, "credentials");
    if (!json_object_is_type(given, json_type_object))
        return 0;
    json_object_object_foreach(given, name, value)
    {
        struct cmb_text text = cmb_cli_text_at(given, name);
        (void)value;
        if (!text.at || count == most)
            continue;
        pairs[count++] = (struct cmb_pair){ cmb_text_of(name), armoured(job, text) };
    }
    return count;
}

/* ---- arguments ---- */

/* A list of symbols is one text with commas. */
static struct cmb_text joined(struct job *job, struct json_object *list)
{
    struct cmb_buffer text;
    cmb_buffer_init(&text, 1 << 16);
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        if (i)
            cmb_buffer_add_char(&text, ',');
        cmb_buffer_add(&text,
                       cmb_text_of(json_object_get_string(json_object_array_get_idx(list, i))));
    }
    const char *copy = cmb_arena_copy(&job->texts, cmb_text_of(cmb_buffer_string(&text)));
    cmb_buffer_clear(&text);
    return cmb_text_of(copy);
}

static int set_argument(struct job *job, struct cmb_arguments *arguments, const char *name,
                        struct json_object *value)
{
    struct json_object *holder = json_object_new_object();
    uint32_t form = json_object_is_type(value, json_type_string) ? CAMBIST_STRING : CAMBIST_LITERAL;
    struct cmb_text text;
    if (json_object_is_type(value, json_type_array) && strcmp(name, "symbols") == 0) {
        text = joined(job, value);
    } else {
        json_object_object_add(holder, "v", json_object_get(value));
        text = cmb_cli_text_at(holder, "v");
        text.at = cmb_arena_copy(&job->texts, text);
    }
    json_object_put(holder);
    return cmb_arguments_set(arguments, cmb_text_of(name), text, form, &job->error);
}

/* ccxt's `type` also says which kind of market, or which account, is meant, and its `price` what
 * candles are of. */
static const char *name_of(const char *name, struct json_object *value)
{
    const char *text = json_object_get_string(value);
    struct cmb_text word = cmb_text_of(text);
    if (strcmp(name, "price") == 0 &&
        cmb_vocabulary_number(cmb_vocabulary_of(CMB_MEMBER_CANDLE_PRICE), word))
        return "candle_price";
    if (strcmp(name, "type") != 0 || cmb_vocabulary_number(cmb_vocabulary_of(CMB_MEMBER_TYPE), word))
        return name;
    bool is_kind = cmb_vocabulary_number(cmb_vocabulary_of(CMB_MEMBER_KIND), word) != 0;
    return is_kind ? "kind" : "account";
}

static int set_arguments(struct job *job, struct cmb_arguments *arguments,
                         struct json_object *given);

/* `orders` are objects, `ids` the ids of orders: the items of a list. */
static int set_items(struct job *job, struct cmb_arguments *arguments, struct json_object *list)
{
    size_t count = json_object_array_length(list);
    struct cmb_arguments *items = count <= CMB_ITEMS_MOST
                                      ? cmb_arena_take(&job->texts, (count + 1) * sizeof *items)
                                      : NULL;
    int status = CAMBIST_OK;
    if (!items)
        return cmb_fail_plain(&job->error, CAMBIST_BAD_ARGUMENT, CMB_TEXT("too many orders"));
    for (size_t i = 0; i < count && status == CAMBIST_OK; i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        memset(&items[i], 0, sizeof items[i]);
        status = json_object_is_type(item, json_type_object)
                     ? set_arguments(job, &items[i], item)
                     : set_argument(job, &items[i], "id", item);
    }
    arguments->items = items;
    arguments->item_count = (uint32_t)count;
    return status;
}

static int set_arguments(struct job *job, struct cmb_arguments *arguments,
                         struct json_object *given)
{
    int status = CAMBIST_OK;
    if (!json_object_is_type(given, json_type_object))
        return CAMBIST_OK;
    json_object_object_foreach(given, name, value)
    {
        if (!value || status != CAMBIST_OK)
            continue;
        bool is_list = json_object_is_type(value, json_type_array) &&
                       (strcmp(name, "orders") == 0 || strcmp(name, "ids") == 0);
        if (strcmp(name, "params") == 0)
            status = set_arguments(job, arguments, value);
        else if (is_list)
            status = set_items(job, arguments, value);
        else
            status = set_argument(job, arguments, name_of(name, value), value);
    }
    return status;
}

/* ---- jobs ---- */

static int open_job(struct job *job)
{
    const struct cmb_plugin *plugin;
    struct cmb_pair pairs[CMB_CREDENTIALS_MOST];
    struct cmb_exchange_settings settings = { .environment = CMB_ENVIRONMENT_LIVE };
    int status = cmb_cli_find_plugin(cmb_cli_text_at(job->line, "exchange"), &plugin, &settings.kind,
                                     &job->error);
    if (status != CAMBIST_OK)
        return status;
    struct json_object *now = cmb_cli_member(job->line, "now_ms");
    if (now) {
        cmb_clock_init_turnable(&job->clock, json_object_get_int64(now) * 1000000);
        settings.clock = &job->clock;
    }
    settings.credentials = pairs;
    settings.credential_count = read_credentials(job, pairs, CMB_CREDENTIALS_MOST);
    status = cmb_exchange_open(plugin, cmb_cli_vault(), &settings, &job->exchange, &job->error);
    return status == CAMBIST_OK ? add_markets(job) : status;
}

static int start_job(struct job *job)
{
    struct cmb_text operation = cmb_cli_text_at(job->line, "operation");
    int status = open_job(job);
    if (status != CAMBIST_OK)
        return status;
    uint32_t number = cmb_operation_find(operation);
    if (!number)
        return cmb_fail(&job->error, CAMBIST_NOT_SUPPORTED, "there is no operation \"%.*s\"",
                        (int)operation.length, operation.at);
    cmb_call_start(job->call, job->exchange, number, &job->error);
    return set_arguments(job, &job->call->arguments, cmb_cli_member(job->line, "arguments"));
}

static void write_headers(struct cmb_json_writer *writer, const struct cmb_call *call)
{
    struct cmb_text left = cmb_buffer_text(&call->headers);
    cmb_json_begin_object(writer);
    while (left.length) {
        struct cmb_text line, name;
        left = cmb_text_cut(left, '\n', &line);
        struct cmb_text value = cmb_text_cut(line, ':', &name);
        cmb_json_write_key(writer, name);
        cmb_json_write_string(writer, (struct cmb_text){ value.at + 1, value.length - 2 });
    }
    if (call->content_type) {
        cmb_json_write_key(writer, CMB_TEXT("Content-Type"));
        cmb_json_write_string(writer, cmb_text_of(call->content_type));
    }
    cmb_json_end_object(writer);
}

void cmb_cli_write_request(struct cmb_json_writer *writer, const struct cmb_call *call)
{
    struct cmb_buffer url;
    cmb_buffer_init(&url, 1 << 18);
    cmb_buffer_add(&url, cmb_text_of(call->exchange->servers[call->endpoint->server].url));
    cmb_buffer_add(&url, call->path);
    if (call->query.length)
        cmb_buffer_add_char(&url, '?');
    cmb_buffer_add(&url, cmb_buffer_text(&call->query));
    cmb_json_write_key(writer, CMB_TEXT("method"));
    cmb_json_write_string(writer, call->endpoint->method);
    cmb_json_write_key(writer, CMB_TEXT("url"));
    cmb_json_write_string(writer, cmb_text_of(cmb_buffer_string(&url)));
    cmb_json_write_key(writer, CMB_TEXT("headers"));
    write_headers(writer, call);
    cmb_json_write_key(writer, CMB_TEXT("body"));
    cmb_json_write_string(writer, call->body.length ? cmb_buffer_text(&call->body)
                                                    : (struct cmb_text){ 0 });
    cmb_buffer_clear(&url);
}

static int run_request(struct job *job, struct cmb_json_writer *writer)
{
    int status = cmb_pick(job->call);
    if (status == CAMBIST_OK)
        status = cmb_fill(job->call);
    if (status == CAMBIST_OK)
        status = cmb_sign_call(job->call);
    if (status == CAMBIST_OK)
        cmb_cli_write_request(writer, job->call);
    return status;
}

static int read_answer(struct job *job, uint32_t http_status, struct cmb_text body)
{
    struct cmb_call *call = job->call;
    call->rows = NULL;
    call->row_count = call->row_capacity = 0;
    cmb_fail_reset(&job->error);
    int status = cmb_judge(call, http_status, body);
    if (status == CAMBIST_OK)
        status = cmb_map_answer(call);
    return status == CAMBIST_OK ? cmb_answer(call) : status;
}

/* Nobody says which question was answered: of the operation's endpoints the first that finds
 * something, else the one that would be asked. */
static int read_by_shape(struct job *job, uint32_t http_status, struct cmb_text body)
{
    const struct cmb_plugin *plugin = job->exchange->plugin;
    const struct cmb_endpoint *first = job->call->endpoint;
    int status = read_answer(job, http_status, body);
    if (status != CAMBIST_OK || job->call->row_count)
        return status;
    for (uint32_t i = 0; i < plugin->endpoint_count; i++) {
        job->call->endpoint = &plugin->endpoints[i];
        if (plugin->endpoints[i].operation == job->call->operation &&
            read_answer(job, http_status, body) == CAMBIST_OK && job->call->row_count)
            return CAMBIST_OK;
    }
    job->call->endpoint = first;
    return read_answer(job, http_status, body);
}

static int run_map(struct job *job, struct cmb_json_writer *writer)
{
    struct json_object *response = cmb_cli_member(job->line, "response");
    struct json_object *request = cmb_cli_member(job->line, "request");
    struct json_object *http = cmb_cli_member(response, "status");
    uint32_t http_status = http ? (uint32_t)json_object_get_int(http) : 200;
    struct cmb_text url = cmb_cli_text_at(request, "url"), body = cmb_cli_text_at(response, "body");
    int status = cmb_pick(job->call);
    if (status != CAMBIST_OK)
        return status;
    if (url.length)
        cmb_pick_by_url(job->call, cmb_cli_text_at(request, "method"), url);
    status = url.length ? read_answer(job, http_status, body)
                        : read_by_shape(job, http_status, body);
    if (status == CAMBIST_OK) {
        cmb_json_write_key(writer, CMB_TEXT("result"));
        cmb_answer_write(job->call, writer);
    }
    return status;
}

static void run_line(const char *line, struct cmb_call *call, struct cmb_buffer *output,
                     int (*run)(struct job *, struct cmb_json_writer *))
{
    struct job job = { .call = call };
    struct cmb_json_writer writer;
    cmb_arena_init(&job.texts, LINE_BYTES_MOST);
    job.line = json_tokener_parse(line);
    cmb_json_writer_init(&writer, output);
    cmb_json_begin_object(&writer);
    cmb_json_write_key(&writer, CMB_TEXT("id"));
    struct cmb_text id = cmb_cli_text_at(job.line, "id");
    if (json_object_is_type(cmb_cli_member(job.line, "id"), json_type_string) || !id.at)
        cmb_json_write_string(&writer, id);
    else
        cmb_json_write_raw(&writer, id);
    int status = job.line ? start_job(&job)
                          : cmb_fail_plain(&job.error, CAMBIST_BAD_ARGUMENT,
                                           CMB_TEXT("the line is no JSON object"));
    if (status == CAMBIST_OK)
        status = run(&job, &writer);
    if (status != CAMBIST_OK) {
        cmb_json_write_key(&writer, CMB_TEXT("error"));
        cmb_error_write(&job.error, &writer);
    }
    cmb_json_end_object(&writer);
    cmb_cli_print(output);
    cmb_exchange_close(job.exchange);
    json_object_put(job.line);
    cmb_arena_clear(&job.texts);
}

static int run_batch(int (*run)(struct job *, struct cmb_json_writer *))
{
    char *line = NULL;
    size_t size = 0;
    struct cmb_buffer output;
    struct cmb_call *call = cmb_call_new();
    cmb_buffer_init(&output, LINE_BYTES_MOST);
    for (ssize_t length; call && (length = getline(&line, &size, stdin)) > 0;)
        if (line[strspn(line, " \t\r\n")])
            run_line(line, call, &output, run);
    cmb_call_free(call);
    cmb_buffer_clear(&output);
    free(line);
    return CMB_EXIT_DONE;
}

int cmb_cli_request_batch(void)
{
    return run_batch(run_request);
}

int cmb_cli_map_batch(void)
{
    return run_batch(run_map);
}
