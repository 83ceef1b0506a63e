/* How are the servers of streams spoken to, and what comes from them? */
#include "plugin/compile.h"

/* ---- dialects ---- */

static int compile_dialect_texts(struct cmb_compiler *compiler, struct cmb_dialect *dialect)
{
    const struct cambist_dialect *row = dialect->row;
    const struct {
        const char *column, *text;
        struct cmb_template *template;
    } texts[] = {
        { "path", row->path, &dialect->path },
        { "login", row->login, &dialect->login },
        { "subscribe", row->subscribe, &dialect->subscribe },
        { "unsubscribe", row->unsubscribe, &dialect->unsubscribe },
        { "ping", row->ping, &dialect->ping },
    };
    int status = CAMBIST_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status == CAMBIST_OK; i++)
        status = cmb_compile_template(compiler, texts[i].column, texts[i].text, texts[i].template);
    return status;
}

bool cmb_has_operation(const struct cmb_plugin *plugin, uint32_t operation)
{
    return plugin->first_endpoints[operation] < plugin->endpoint_count;
}

/* "stream data" */
static int cut_envelope(struct cmb_compiler *compiler, struct cmb_dialect *dialect)
{
    struct cmb_text whole = cmb_text_of(dialect->row->envelope);
    struct cmb_text more = cmb_text_cut(whole, ' ', &dialect->envelope);
    more = cmb_text_cut(more, ' ', &dialect->content);
    if (!whole.at || (dialect->envelope.length && dialect->content.length && !more.at))
        return CAMBIST_OK;
    return cmb_refuse(compiler, "envelope", "names two members: \"stream data\"");
}

static int compile_dialect(struct cmb_compiler *compiler, struct cmb_dialect *dialect)
{
    const struct cambist_dialect *row = dialect->row;
    const struct cmb_plugin *plugin = compiler->plugin;
    int server = row->server ? cmb_find_server(plugin, row->server) : -1;
    if (server < 0 || strncmp(plugin->tables.servers.rows[server].live, "wss:", 4) != 0)
        return cmb_refuse(compiler, "server", "must be a row of servers that begins with wss://");
    dialect->server = (uint32_t)server;
    dialect->connects = row->connects ? cmb_find_limit(plugin, cmb_text_of(row->connects)) : -1;
    if (row->connects && dialect->connects < 0)
        return cmb_refuse(compiler, "connects", "there is no limit \"%s\"", row->connects);
    if (row->needs_token && !cmb_has_operation(plugin, CAMBIST_OPERATION_open_stream))
        return cmb_refuse(compiler, "needs_token", "there is no endpoint of open_stream");
    if (row->codec > CAMBIST_DEFLATE_CODEC)
        return cmb_refuse(compiler, "codec", "there is no codec %u", row->codec);
    if (row->sequence_counts_all && !row->sequence)
        return cmb_refuse(compiler, "sequence", "is missing");
    if (row->unsubscribe && !row->subscribe)
        return cmb_refuse(compiler, "unsubscribe", "there is no subscribe");
    int status = cut_envelope(compiler, dialect);
    if (status == CAMBIST_OK)
        status = cmb_check_frame_path(compiler, "handle", row->handle);
    if (status == CAMBIST_OK)
        status = cmb_check_frame_path(compiler, "sequence", row->sequence);
    return status == CAMBIST_OK ? compile_dialect_texts(compiler, dialect) : status;
}

static int find_dialect(const struct cmb_plugin *plugin, const char *server)
{
    for (uint32_t i = 0; i < plugin->dialect_count; i++)
        if (!server || strcmp(plugin->dialects[i].row->server, server) == 0)
            return (int)i;
    return -1;
}

static int compile_dialects(struct cmb_compiler *compiler)
{
    struct cmb_plugin *plugin = compiler->plugin;
    uint32_t count = plugin->tables.dialects.count;
    plugin->dialects = cmb_compiler_take(compiler, count, sizeof *plugin->dialects);
    int status = plugin->dialects ? CAMBIST_OK : CAMBIST_NO_MEMORY;
    for (uint32_t i = 0; i < count && status == CAMBIST_OK; i++) {
        struct cmb_dialect *dialect = &plugin->dialects[plugin->dialect_count++];
        dialect->row = CMB_ROW(plugin->tables.dialects, i);
        compiler->outer = (struct cmb_place){ "dialects", dialect->row->server, i + 1 };
        status = compile_dialect(compiler, dialect);
        if (status == CAMBIST_OK && find_dialect(plugin, dialect->row->server) != (int)i)
            return cmb_refuse(compiler, "server", "a row above speaks with it");
    }
    return status;
}

/* ---- channels ---- */

static bool names_market(const struct cmb_template *template)
{
    for (uint32_t i = 0; i < template->count; i++)
        if (template->steps[i].name == CMB_NAME_MARKET ||
            template->steps[i].name == CMB_NAME_BASE_ID ||
            template->steps[i].name == CMB_NAME_BASE || template->steps[i].name == CMB_NAME_QUOTE)
            return true;
    return false;
}

static int check_channel(struct cmb_compiler *compiler, struct cmb_channel *channel)
{
    const struct cambist_channel *row = channel->row;
    channel->topic = row->topic ? cmb_topic_find(cmb_text_of(row->topic)) : CAMBIST_TOPIC_NONE;
    if (channel->topic == CAMBIST_TOPIC_NONE)
        return cmb_refuse(compiler, "topic", "there is no topic \"%s\"",
                          row->topic ? row->topic : "");
    int dialect = find_dialect(compiler->plugin, row->server);
    if (dialect < 0)
        return cmb_refuse(compiler, "server", "no dialect is spoken with \"%s\"",
                          row->server ? row->server : "");
    channel->dialect = (uint32_t)dialect;
    if (row->access > CAMBIST_SIGNED || row->kinds > 15)
        return cmb_refuse(compiler, "access", "there is no such access or kind");
    if (!row->decode && row->fields.count == 0)
        return cmb_refuse(compiler, "fields", "the row says nothing about its frames");
    channel->book = cmb_find_book_rule(compiler->plugin, row->book);
    return cmb_check_book_channel(compiler, channel);
}

/* The map stage reads frames as it reads answers. */
static int compile_rows(struct cmb_compiler *compiler, struct cmb_channel *channel)
{
    const struct cambist_channel *row = channel->row;
    channel->endpoint_row = (struct cambist_endpoint){ .operation = row->topic,
                                                       .access = row->access,
                                                       .kinds = row->kinds,
                                                       .map = row->decode };
    channel->endpoint.row = &channel->endpoint_row;
    channel->endpoint.operation = channel->topic;
    channel->endpoint.server = compiler->plugin->dialects[channel->dialect].server;
    channel->endpoint.is_harmless = true;
    int status = cmb_compile_path(compiler, "rows", cmb_text_of(row->rows ? row->rows : ""), true,
                                  &channel->endpoint.rows);
    if (status != CAMBIST_OK)
        return status;
    return cmb_compile_fields(compiler, row->fields.rows, row->fields.count,
                              cmb_operation_of(channel->topic)->record,
                              &channel->endpoint.fields);
}

static int compile_channel(struct cmb_compiler *compiler, struct cmb_channel *channel)
{
    const struct cambist_channel *row = channel->row;
    int status = check_channel(compiler, channel);
    if (status == CAMBIST_OK)
        status = cmb_compile_template(compiler, "channel", row->channel, &channel->channel);
    if (status == CAMBIST_OK)
        status = cmb_compile_template(compiler, "name", row->name, &channel->name);
    if (status == CAMBIST_OK)
        status = cmb_compile_condition(compiler, row->when, &channel->when);
    if (status == CAMBIST_OK)
        status = cmb_compile_frames(compiler, row->frames, &channel->frames);
    if (status == CAMBIST_OK)
        status = cmb_check_frame_path(compiler, "market", row->market);
    if (status == CAMBIST_OK)
        status = compile_rows(compiler, channel);
    channel->has_market = names_market(&channel->name) || names_market(&channel->channel);
    compiler->plugin->kinds |= row->kinds;
    return status;
}

/* A frame is compared with the channels of its line's dialect, and with no others. */
static void chain_channels(struct cmb_plugin *plugin)
{
    for (uint32_t i = plugin->channel_count; i-- > 0;) {
        struct cmb_dialect *dialect = &plugin->dialects[plugin->channels[i].dialect];
        plugin->channels[i].next = dialect->channels;
        dialect->channels = &plugin->channels[i];
    }
}

static int compile_channels(struct cmb_compiler *compiler)
{
    struct cmb_plugin *plugin = compiler->plugin;
    uint32_t count = plugin->tables.channels.count;
    plugin->channels = cmb_compiler_take(compiler, count, sizeof *plugin->channels);
    int status = plugin->channels ? CAMBIST_OK : CAMBIST_NO_MEMORY;
    for (uint32_t i = 0; i < count && status == CAMBIST_OK; i++) {
        struct cmb_channel *channel = &plugin->channels[plugin->channel_count++];
        channel->row = CMB_ROW(plugin->tables.channels, i);
        compiler->outer = (struct cmb_place){ "channels", channel->row->topic, i + 1 };
        status = compile_channel(compiler, channel);
    }
    if (status == CAMBIST_OK)
        chain_channels(plugin);
    return status;
}

/* ---- signals ---- */

/* "path=value path=value" */
static int check_writes(struct cmb_compiler *compiler, const char *words)
{
    struct cmb_text left = cmb_text_of(words), word, path;
    while (left.length) {
        left = cmb_text_cut(left, ' ', &word);
        struct cmb_text value = cmb_text_cut(word, '=', &path);
        if (!value.length || !path.length)
            return cmb_refuse(compiler, "writes", "\"%.*s\" is no path=value", (int)word.length,
                              word.at);
    }
    return CAMBIST_OK;
}

static int check_signal(struct cmb_compiler *compiler, const struct cambist_signal *row)
{
    const struct {
        const char *column, *path;
    } paths[] = {
        { "number", row->number }, { "code", row->code },       { "message", row->message },
        { "handle", row->handle }, { "channel", row->channel }, { "market", row->market },
    };
    if (row->means > CAMBIST_GOES_AWAY)
        return cmb_refuse(compiler, "means", "there is no meaning %u", row->means);
    if (row->means == CAMBIST_ASKS && !row->answer)
        return cmb_refuse(compiler, "answer", "is missing");
    int status = check_writes(compiler, row->writes);
    for (size_t i = 0; i < sizeof paths / sizeof *paths && status == CAMBIST_OK; i++)
        status = cmb_check_frame_path(compiler, paths[i].column, paths[i].path);
    return status;
}

static int compile_signals(struct cmb_compiler *compiler)
{
    struct cmb_plugin *plugin = compiler->plugin;
    uint32_t count = plugin->tables.signals.count;
    plugin->signals = cmb_compiler_take(compiler, count, sizeof *plugin->signals);
    int status = plugin->signals ? CAMBIST_OK : CAMBIST_NO_MEMORY;
    for (uint32_t i = 0; i < count && status == CAMBIST_OK; i++) {
        struct cmb_signal *signal = &plugin->signals[plugin->signal_count++];
        signal->row = CMB_ROW(plugin->tables.signals, i);
        compiler->outer = (struct cmb_place){ "signals", signal->row->frames, i + 1 };
        status = cmb_compile_frames(compiler, signal->row->frames, &signal->frames);
        if (status == CAMBIST_OK)
            status = check_signal(compiler, signal->row);
        if (status == CAMBIST_OK)
            status = cmb_compile_template(compiler, "answer", signal->row->answer,
                                          &signal->answer);
    }
    return status;
}

int cmb_compile_streams(struct cmb_compiler *compiler)
{
    static int (*const parts[])(struct cmb_compiler *) = { cmb_check_book_rules, compile_dialects,
                                                           compile_channels, compile_signals };
    int status = CAMBIST_OK;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == CAMBIST_OK; i++)
        status = parts[i](compiler);
    return status;
}
