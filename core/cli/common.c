/* Where does the command find plugins, keep secrets, and how does it fail? */
#include "cli/cli.h"
#include "request/known_answers.h"

#include <dirent.h>
#include <limits.h>

enum { PLUGINS_MOST = 64 };

int cmb_cli_fail(const struct cambist_error *error)
{
    fprintf(stderr, "cambist: %s\n", *error->message ? error->message
                                                     : cmb_status_text(error->status));
    if (error->outcome == CAMBIST_OUTCOME_UNKNOWN) {
        fputs("cambist: the outcome is UNKNOWN: the exchange may have done it\n", stderr);
        return CMB_EXIT_UNKNOWN;
    }
    return *error->code ? CMB_EXIT_REFUSED : CMB_EXIT_FAILED;
}

struct cmb_vault *cmb_cli_vault(void)
{
    static struct cmb_vault vault;
    if (!vault.at)
        (void)cmb_vault_open(&vault, 256 * 1024, NULL);
    return &vault;
}

/* ---- plugins ---- */

static struct cmb_plugin *opened[PLUGINS_MOST];
static size_t opened_count;

static struct cmb_plugin *find_opened(struct cmb_text name)
{
    for (size_t i = 0; i < opened_count; i++)
        if (cmb_text_is(opened[i]->name, name))
            return opened[i];
    return NULL;
}

static int open_named(const char *name, struct cmb_plugin **ret, struct cambist_error *error)
{
    *ret = find_opened(cmb_text_of(name));
    if (*ret)
        return CAMBIST_OK;
    struct cmb_plugin_rules rules = { 0 };
    int status = cmb_plugin_open(name, &rules, ret, error);
    if (status == CAMBIST_OK)
        status = cmb_known_answers_check(*ret, cmb_cli_vault(), error);
    if (status == CAMBIST_OK && opened_count < PLUGINS_MOST)
        opened[opened_count++] = *ret;
    return status;
}

static const struct cambist_alias *find_alias(const struct cmb_plugin *plugin, struct cmb_text name)
{
    for (uint32_t i = 0; i < plugin->tables.aliases.count; i++)
        if (cmb_text_is(cmb_text_of(plugin->tables.aliases.rows[i].name), name))
            return &plugin->tables.aliases.rows[i];
    return NULL;
}

/* Opens every plugin of one directory, as far as it can be opened. */
static void open_directory(const char *directory)
{
    DIR *listing = opendir(directory);
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        char name[128];
        size_t length = strlen(entry->d_name);
        if (length < 12 || length >= sizeof name || strncmp(entry->d_name, "cambist_", 8) != 0 ||
            strcmp(entry->d_name + length - 3, ".so") != 0)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(length - 11), entry->d_name + 8);
        struct cmb_plugin *plugin;
        (void)open_named(name, &plugin, NULL);
    }
    if (listing)
        closedir(listing);
}

static void open_all(void)
{
    struct cmb_text left = cmb_text_of(cmb_plugin_default_path());
    while (left.at) {
        struct cmb_text directory;
        char path[PATH_MAX];
        left = cmb_text_cut(left, ':', &directory);
        snprintf(path, sizeof path, "%.*s", (int)directory.length, directory.at);
        open_directory(path);
    }
}

size_t cmb_cli_open_plugins(struct cmb_plugin *const **ret)
{
    open_all();
    *ret = opened;
    return opened_count;
}

int cmb_cli_find_plugin(struct cmb_text name, const struct cmb_plugin **ret, uint32_t *ret_kind,
                        struct cambist_error *error)
{
    char text[64];
    struct cmb_plugin *plugin;
    struct cambist_error reason = { 0 };
    snprintf(text, sizeof text, "%.*s", (int)name.length, name.at);
    *ret_kind = 0;
    int status = open_named(text, &plugin, &reason);
    if (status == CAMBIST_OK) {
        *ret = plugin;
        return CAMBIST_OK;
    }
    open_all();
    for (size_t i = 0; i < opened_count; i++) {
        const struct cambist_alias *alias = find_alias(opened[i], name);
        if (!alias)
            continue;
        *ret = opened[i];
        *ret_kind = alias->kind;
        return CAMBIST_OK;
    }
    if (error)
        *error = reason;
    return status;
}

int cmb_cli_set_argument(struct cmb_arguments *arguments, const char *word,
                         struct cambist_error *error)
{
    struct cmb_text name, value = cmb_text_cut(cmb_text_of(word), '=', &name);
    if (!value.at)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "\"%.60s\" is no NAME=VALUE", word);
    return cmb_arguments_set(arguments, name, value, CAMBIST_STRING, error);
}

void cmb_cli_print(struct cmb_buffer *line)
{
    cmb_buffer_add_char(line, '\n');
    fwrite(line->at, 1, line->length, stdout);
    cmb_buffer_reset(line);
}
