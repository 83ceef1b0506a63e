/* cambist plugins list|info: which exchanges are there, and what can they do? */
#include "cli/ask.h"

static const char *kinds_text(uint32_t kinds, char *to, size_t size)
{
    const struct cmb_vocabulary *words = cmb_vocabulary_of(CMB_MEMBER_KIND);
    size_t length = 0;
    *to = 0;
    for (uint32_t i = 0; i < words->count; i++)
        if (kinds & words->words[i].number)
            length += (size_t)snprintf(to + length, size - length, "%s%s", length ? " " : "",
                                       words->words[i].text.at);
    return *to ? to : "any";
}

static int list_plugins(void)
{
    static const char *const titles[] = { "plugin", "exchange", "version", "kinds", "endpoints",
                                          "file" };
    struct cmb_plugin *const *plugins;
    size_t count = cmb_cli_open_plugins(&plugins);
    struct cmb_table *table = cmb_table_new(titles, 6);
    for (size_t i = 0; i < count; i++) {
        char text[64];
        cmb_table_add(table, plugins[i]->tables.name);
        cmb_table_add(table, plugins[i]->tables.title);
        cmb_table_add(table, plugins[i]->tables.version);
        cmb_table_add(table, kinds_text(plugins[i]->kinds, text, sizeof text));
        snprintf(text, sizeof text, "%u", plugins[i]->endpoint_count);
        cmb_table_add(table, text);
        cmb_table_add(table, plugins[i]->path);
    }
    cmb_table_print(table);
    return CMB_EXIT_DONE;
}

static void print_endpoints(const struct cmb_plugin *plugin)
{
    static const char *const titles[] = { "operation", "request", "access", "kinds", "when" };
    static const char *const accesses[] = { "public", "keyed", "signed" };
    struct cmb_table *table = cmb_table_new(titles, 5);
    for (uint32_t i = 0; i < plugin->endpoint_count; i++) {
        const struct cambist_endpoint *row = plugin->endpoints[i].row;
        char kinds[64];
        cmb_table_add(table, row->operation);
        cmb_table_add(table, row->request);
        cmb_table_add(table, accesses[row->access]);
        cmb_table_add(table, kinds_text(row->kinds, kinds, sizeof kinds));
        cmb_table_add(table, row->when);
    }
    cmb_table_print(table);
}

static int show_plugin(const char *name)
{
    const struct cmb_plugin *plugin;
    struct cambist_error error = { 0 };
    uint32_t kind;
    if (cmb_cli_find_plugin(cmb_text_of(name), &plugin, &kind, &error) != CAMBIST_OK)
        return cmb_cli_fail(&error);
    printf("%s, plugin version %s\n%s\nfile     %s\nsha256   %s\n", plugin->tables.title,
           plugin->tables.version, plugin->tables.docs_url ? plugin->tables.docs_url : "",
           plugin->path, plugin->sha256);
    for (uint32_t i = 0; i < plugin->tables.servers.count; i++)
        printf("server   %s %s\n", plugin->tables.servers.rows[i].name,
               plugin->tables.servers.rows[i].live);
    for (uint32_t i = 0; i < plugin->tables.credentials.count; i++)
        printf("needs    %s: %s\n", plugin->tables.credentials.rows[i].name,
               plugin->tables.credentials.rows[i].help);
    puts("");
    print_endpoints(plugin);
    return CMB_EXIT_DONE;
}

int cmb_cli_plugins(int count, char **words)
{
    if (count == 2 && strcmp(words[1], "list") == 0)
        return list_plugins();
    if (count == 3 && strcmp(words[1], "info") == 0)
        return show_plugin(words[2]);
    return cmb_cli_usage("plugins", "needs list, or info NAME");
}
