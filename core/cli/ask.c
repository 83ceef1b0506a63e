/* How does a command reach an exchange? */
#include "cli/ask.h"

#include <stdlib.h>

/* ---- the command line ---- */

/* "--json", "--config FILE"; anything else with dashes is a mistake. */
static int read_option(struct cmb_ask *ask, int count, char **words, int *at)
{
    if (strcmp(words[*at], "--json") == 0) {
        ask->is_json = true;
        return CMB_EXIT_DONE;
    }
    if (strcmp(words[*at], "--config") == 0 && *at + 1 < count) {
        ask->config = words[++*at];
        return CMB_EXIT_DONE;
    }
    fprintf(stderr, "cambist %s: there is no option \"%s\"\n", ask->command, words[*at]);
    return CMB_EXIT_USAGE;
}

static void read_word(struct cmb_ask *ask, char *word)
{
    struct cmb_text name, value = cmb_text_cut(cmb_text_of(word), '=', &name);
    if (!ask->exchange_name)
        ask->exchange_name = word;
    else if (value.at && ask->pair_count < CMB_WORDS_MOST)
        ask->pairs[ask->pair_count++] = (struct cmb_pair){ name, value };
    else if (ask->count < CMB_WORDS_MOST)
        ask->words[ask->count++] = word;
}

static int read_words(struct cmb_ask *ask, int count, char **words)
{
    ask->command = words[0];
    ask->config = getenv("CAMBIST_CONFIG");
    for (int i = 1; i < count; i++) {
        int status = CMB_EXIT_DONE;
        if (strncmp(words[i], "--", 2) == 0)
            status = read_option(ask, count, words, &i);
        else
            read_word(ask, words[i]);
        if (status != CMB_EXIT_DONE)
            return status;
    }
    return ask->exchange_name ? CMB_EXIT_DONE : cmb_cli_usage(ask->command, "needs an EXCHANGE");
}

/* ---- the host ---- */

/* Without a configuration every plugin is open for public questions. */
static int open_public(struct cmb_ask *ask)
{
    const struct cmb_plugin *plugin;
    uint32_t kind;
    char config[512];
    int status = cmb_cli_find_plugin(cmb_text_of(ask->exchange_name), &plugin, &kind, &ask->error);
    if (status != CAMBIST_OK)
        return status;
    const char *word = cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_KIND), kind).at;
    snprintf(config, sizeof config, "[exchange %s]\nplugin = %s\n%s%s\n", ask->exchange_name,
             plugin->tables.name, word ? "kinds = " : "", word ? word : "");
    return cambist_open_text(config, "(no configuration)", 0, &ask->host, &ask->error);
}

int cmb_ask_open(struct cmb_ask *ask, int count, char **words)
{
    int status = read_words(ask, count, words);
    if (status != CMB_EXIT_DONE)
        return status;
    status = ask->config ? cambist_open(ask->config, &ask->host, &ask->error) : open_public(ask);
    if (status != CAMBIST_OK)
        return cmb_cli_fail(&ask->error);
    ask->exchange = cambist_find_exchange(ask->host, ask->exchange_name);
    if (ask->exchange)
        return CMB_EXIT_DONE;
    fprintf(stderr, "cambist: %s enables no exchange \"%s\"\n", ask->config, ask->exchange_name);
    cmb_ask_close(ask);
    return CMB_EXIT_FAILED;
}

void cmb_ask_close(struct cmb_ask *ask)
{
    cambist_answer_free(ask->answer);
    cambist_close(ask->host);
}

void cmb_ask_add(struct cmb_ask *ask, const char *name, const char *value)
{
    if (value && ask->pair_count < CMB_WORDS_MOST)
        ask->pairs[ask->pair_count++] = (struct cmb_pair){ cmb_text_of(name), cmb_text_of(value) };
}

int cmb_ask_run(struct cmb_ask *ask, uint32_t operation)
{
    int status = cmb_ask_words(ask->exchange, operation, ask->pairs, ask->pair_count, &ask->answer,
                               &ask->error);
    if (status != CAMBIST_OK && ask->is_json) {
        struct cmb_buffer line;
        struct cmb_json_writer writer;
        cmb_buffer_init(&line, 1 << 16);
        cmb_json_writer_init(&writer, &line);
        cmb_json_begin_object(&writer);
        cmb_json_write_key(&writer, CMB_TEXT("error"));
        cmb_error_write(&ask->error, &writer);
        cmb_json_end_object(&writer);
        cmb_cli_print(&line);
        cmb_buffer_clear(&line);
    }
    if (status != CAMBIST_OK)
        return cmb_cli_fail(&ask->error);
    if (ask->is_json)
        puts(cambist_answer_json(ask->answer));
    return CMB_EXIT_DONE;
}
