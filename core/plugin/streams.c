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

static bool has_operation(const struct cmb_plugin *plugin, uint32_t operation)
{
    return plugin->first_endpoints[operation] < plugin->endpoint_count;
}

static int compile_dialect(struct cmb_compiler *compiler, struct cmb_dialect *dialect)
{
    const struct cambist_dialect *row = dialect->row;
    const struct cmb_plugin *plugin = compiler->plugin;
    int server = row->server ? cmb_find_server(plugin, row->server) : -1;
    if (server < 0 || strncmp(plugin->tables.servers.rows[server].live, "wss:", 4) != 0)
        return cmb_refuse(compiler, "server", "must be a row of servers that begins with wss://");
    dialect->server = (uint32_t)server;
    dialect->connects = row->connects ? cmb_find_limit(plugin, row->connects) : -1;
    if (row->connects && dialect->connects < 0)
        return cmb_refuse(compiler, "connects", "there is no limit \"%s\"", row->connects);
    if (row->needs_token && !has_operation(plugin, CAMBIST_OPERATION_open_stream))
        return cmb_refuse(compiler, "needs_token", "there is no endpoint of open_stream");
    if (row->codec > CAMBIST_DEFLATE_CODEC)
        return cmb_refuse(compiler, "codec", "there is no codec %u", row->codec);
    dialect->content = cmb_text_cut(cmb_text_of(row->envelope), ' ', &dialect->envelope);
    if (row->envelope && !dialect->content.length)
        return cmb_refuse(compiler, "envelope", "names two members: \"stream data\"");
    if (row->sequence_counts_all && !row->sequence)
        return cmb_refuse(compiler, "sequence", "is missing");
    return compile_dialect_texts(compiler, dialect);
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
    }
    return status;
}

/* ---- channels ---- */

static int find_dialect(const struct cmb_plugin *plugin, const char *server)
{
    for (uint32_t i = 0; i < plugin->dialect_count; i++)
        if (!server || strcmp(plugin->dialects[i].row->server, server) == 0)
            return (int)i;
    return -1;
}

static const struct cambist_book_rule *find_book(const struct cmb_plugin *plugin, const char *name)
{
    for (uint32_t i = 0; name && i < plugin->tables.book_rules.count; i++)
        if (strcmp(plugin->tables.book_rules.rows[i].name, name) == 0)
            return CMB_ROW(plugin->tables.book_rules, i);
    return NULL;
}

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
    channel->book = find_book(compiler->plugin, row->book);
    bool is_book = channel->topic == CAMBIST_TOPIC_watch_order_book;
    if (is_book != (channel->book != NULL))
        return cmb_refuse(compiler, "book", is_book ? "no row of book_rules says how it is kept true"
                                                    : "only watch_order_book has one");
    return CAMBIST_OK;
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
        status = compile_rows(compiler, channel);
    channel->has_market = names_market(&channel->name) || names_market(&channel->channel);
    compiler->plugin->kinds |= row->kinds;
    return status;
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
        if (signal->row->means > CAMBIST_GOES_AWAY)
            return cmb_refuse(compiler, "means", "there is no meaning %u", signal->row->means);
        status = cmb_compile_frames(compiler, signal->row->frames, &signal->frames);
        if (status == CAMBIST_OK)
            status = check_writes(compiler, signal->row->writes);
        if (status == CAMBIST_OK)
            status = cmb_compile_template(compiler, "answer", signal->row->answer,
                                          &signal->answer);
    }
    return status;
}

/* ---- book rules ---- */

static int check_book_rules(struct cmb_compiler *compiler)
{
    const struct cambist_plugin *tables = &compiler->plugin->tables;
    for (uint32_t i = 0; i < tables->book_rules.count; i++) {
        const struct cambist_book_rule *row = CMB_ROW(tables->book_rules, i);
        compiler->outer = (struct cmb_place){ "book_rules", row->name, i + 1 };
        bool is_asked = row->kind >= CAMBIST_BOOK_RANGE && row->kind <= CAMBIST_BOOK_VERSION;
        bool has_sum = row->checksum_order != CAMBIST_NO_CHECKSUM;
        if (!row->name)
            return cmb_refuse(compiler, "name", "is missing");
        if (row->kind < CAMBIST_BOOK_RANGE || row->kind > CAMBIST_BOOK_UNCHAINED)
            return cmb_refuse(compiler, "kind", "there is no kind %u", row->kind);
        if (is_asked && !row->snapshot_limit)
            return cmb_refuse(compiler, "snapshot_limit", "the kind needs an asked-for snapshot");
        if (row->scope > CAMBIST_OF_CONNECTION || row->checksum_order > CAMBIST_BID_ASK_BY_TURNS)
            return cmb_refuse(compiler, "scope", "there is no such scope or order");
        if (has_sum != (row->checksum_depth != 0) ||
            (row->kind == CAMBIST_BOOK_CHECKSUM && !has_sum))
            return cmb_refuse(compiler, "checksum_depth", "order and depth belong together");
    }
    return CAMBIST_OK;
}

int cmb_compile_streams(struct cmb_compiler *compiler)
{
    static int (*const parts[])(struct cmb_compiler *) = { check_book_rules, compile_dialects,
                                                           compile_channels, compile_signals };
    int status = CAMBIST_OK;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == CAMBIST_OK; i++)
        status = parts[i](compiler);
    return status;
}
