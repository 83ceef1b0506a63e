/* Do the plain tables make sense, and how are words grouped? */
#include "plugin/compile.h"

#include <stdio.h>

static bool begins_with(const char *text, const char *start)
{
    return text && strncmp(text, start, strlen(start)) == 0;
}

static int check_servers(struct cmb_compiler *compiler)
{
    const struct cambist_plugin *tables = &compiler->plugin->tables;
    if (tables->servers.count == 0)
        return cmb_refuse(compiler, "servers", "the table is empty");
    for (uint32_t i = 0; i < tables->servers.count; i++) {
        const struct cambist_server *row = CMB_ROW(tables->servers, i);
        compiler->outer = (struct cmb_place){ "servers", row->name, i + 1 };
        if (!row->name)
            return cmb_refuse(compiler, "name", "is missing");
        if (!begins_with(row->live, "https://") && !begins_with(row->live, "wss://"))
            return cmb_refuse(compiler, "live", "must begin with https:// or wss://");
        if (row->sandbox && !begins_with(row->sandbox, "https://") &&
            !begins_with(row->sandbox, "wss://"))
            return cmb_refuse(compiler, "sandbox", "must begin with https:// or wss://");
    }
    return CAMBIST_OK;
}

static int check_credentials(struct cmb_compiler *compiler)
{
    const struct cambist_plugin *tables = &compiler->plugin->tables;
    for (uint32_t i = 0; i < tables->credentials.count; i++) {
        const struct cambist_credential *row = CMB_ROW(tables->credentials, i);
        compiler->outer = (struct cmb_place){ "credentials", row->name, i + 1 };
        if (!row->name)
            return cmb_refuse(compiler, "name", "is missing");
        if (row->form == CAMBIST_AS_RAW || row->form > CAMBIST_AS_BASE64)
            return cmb_refuse(compiler, "form", "must be text, hex or base64");
    }
    return CAMBIST_OK;
}

static int check_limits(struct cmb_compiler *compiler)
{
    const struct cambist_plugin *tables = &compiler->plugin->tables;
    for (uint32_t i = 0; i < tables->limits.count; i++) {
        const struct cambist_limit *row = CMB_ROW(tables->limits, i);
        compiler->outer = (struct cmb_place){ "limits", row->name, i + 1 };
        if (!row->name)
            return cmb_refuse(compiler, "name", "is missing");
        if (row->model < CAMBIST_FIXED_WINDOW || row->model > CAMBIST_TOKEN_BUCKET)
            return cmb_refuse(compiler, "model", "there is no model %u", row->model);
        if (row->scope < CAMBIST_PER_ADDRESS || row->scope > CAMBIST_PER_MARKET)
            return cmb_refuse(compiler, "scope", "there is no scope %u", row->scope);
        if (row->capacity == 0 || row->window_ms == 0)
            return cmb_refuse(compiler, "capacity", "capacity and window_ms must be more than 0");
        if (row->cancel_share > 90)
            return cmb_refuse(compiler, "cancel_share", "is a percentage of at most 90");
    }
    return CAMBIST_OK;
}

static int check_errors(struct cmb_compiler *compiler)
{
    const struct cambist_plugin *tables = &compiler->plugin->tables;
    for (uint32_t i = 0; i < tables->failures.count; i++) {
        const struct cambist_failure *row = CMB_ROW(tables->failures, i);
        compiler->outer = (struct cmb_place){ "failures", row->path, i + 1 };
        if (!row->path)
            return cmb_refuse(compiler, "path", "is missing");
    }
    for (uint32_t i = 0; i < tables->faults.count; i++) {
        const struct cambist_fault *row = CMB_ROW(tables->faults, i);
        compiler->outer = (struct cmb_place){ "faults", row->code, i + 1 };
        if (row->status == CAMBIST_OK || row->status >= CAMBIST_STATUS_COUNT)
            return cmb_refuse(compiler, "status", "there is no failure %u", row->status);
        if (row->outcome > CAMBIST_OUTCOME_UNKNOWN)
            return cmb_refuse(compiler, "outcome", "there is no outcome %u", row->outcome);
        if (!row->code && !row->text && !row->http_status)
            return cmb_refuse(compiler, "code", "the row says nothing: no code, text or http_status");
    }
    return CAMBIST_OK;
}

int cmb_check_tables(struct cmb_compiler *compiler)
{
    static int (*const checks[])(struct cmb_compiler *) = { check_servers, check_credentials,
                                                            check_limits, check_errors };
    int status = CAMBIST_OK;
    for (size_t i = 0; i < sizeof checks / sizeof *checks && status == CAMBIST_OK; i++)
        status = checks[i](compiler);
    return status;
}

/* ---- words ---- */

static struct cmb_words *find_or_add(struct cmb_plugin *plugin, struct cmb_text name)
{
    for (uint32_t i = 0; i < plugin->word_table_count; i++)
        if (cmb_text_is(plugin->words[i].name, name))
            return &plugin->words[i];
    struct cmb_words *words = &plugin->words[plugin->word_table_count++];
    words->name = name;
    return words;
}

/* Our word must be of the vocabulary that the table is named after. */
static int check_word(struct cmb_compiler *compiler, uint32_t i)
{
    const struct cambist_word *row = CMB_ROW(compiler->plugin->tables.words, i);
    compiler->outer = (struct cmb_place){ "words", row->table, i + 1 };
    if (!row->table || !row->ours || !row->theirs)
        return cmb_refuse(compiler, "table", "a row needs table, our word and theirs");
    const struct cmb_vocabulary *vocabulary = cmb_vocabulary_find(cmb_text_of(row->table));
    if (vocabulary && !cmb_vocabulary_number(vocabulary, cmb_text_of(row->ours)))
        return cmb_refuse(compiler, "ours", "\"%s\" is no %s", row->ours, row->table);
    return CAMBIST_OK;
}

/* The rows of one table, out of all. */
static int gather(struct cmb_compiler *compiler, struct cmb_words *words)
{
    const struct cambist_plugin *tables = &compiler->plugin->tables;
    struct cmb_word_row *rows = cmb_compiler_take(compiler, tables->words.count, sizeof *rows);
    if (!rows)
        return CAMBIST_NO_MEMORY;
    const struct cmb_vocabulary *vocabulary = cmb_vocabulary_find(words->name);
    for (uint32_t i = 0; i < tables->words.count; i++) {
        const struct cambist_word *row = CMB_ROW(tables->words, i);
        if (!cmb_text_is(cmb_text_of(row->table), words->name))
            continue;
        struct cmb_text ours = cmb_text_of(row->ours);
        uint32_t number = vocabulary ? cmb_vocabulary_number(vocabulary, ours) : 0;
        if (number) /* the vocabulary's own text: equal words are mostly the same pointer */
            ours = cmb_vocabulary_word(vocabulary, number);
        rows[words->count++] = (struct cmb_word_row){ ours, cmb_text_of(row->theirs), number };
    }
    words->rows = rows;
    return CAMBIST_OK;
}

int cmb_compile_words(struct cmb_compiler *compiler)
{
    struct cmb_plugin *plugin = compiler->plugin;
    uint32_t count = plugin->tables.words.count;
    plugin->words = cmb_compiler_take(compiler, count, sizeof *plugin->words);
    if (!plugin->words)
        return CAMBIST_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        int status = check_word(compiler, i);
        if (status != CAMBIST_OK)
            return status;
        find_or_add(plugin, cmb_text_of(plugin->tables.words.rows[i].table));
    }
    for (uint32_t i = 0; i < plugin->word_table_count; i++) {
        int status = gather(compiler, &plugin->words[i]);
        if (status != CAMBIST_OK)
            return status;
    }
    return CAMBIST_OK;
}
