/* cambist limits: how much may be asked of an exchange, and what does each question cost? */
#include "cli/ask.h"

static void print_limits(const struct cmb_plugin *plugin)
{
    static const char *const titles[] = { "limit", "counts by", "model", "weight", "in seconds" };
    static const char *const scopes[] = { "", "address", "account", "market" };
    static const char *const models[] = { "", "fixed window", "rolling window", "token bucket" };
    struct cmb_table *table = cmb_table_new(titles, 5);
    for (uint32_t i = 0; i < plugin->tables.limits.count; i++) {
        const struct cambist_limit *row = CMB_ROW(plugin->tables.limits, i);
        char text[32];
        cmb_table_add(table, row->name);
        cmb_table_add(table, scopes[row->scope]);
        cmb_table_add(table, models[row->model]);
        snprintf(text, sizeof text, "%u", row->capacity);
        cmb_table_add(table, text);
        snprintf(text, sizeof text, "%g", row->window_ms / 1000.0);
        cmb_table_add(table, text);
    }
    cmb_table_print(table);
}

static void print_charges(const struct cmb_plugin *plugin)
{
    static const char *const titles[] = { "operation", "limit", "takes", "when" };
    struct cmb_table *table = cmb_table_new(titles, 4);
    for (uint32_t i = 0; i < plugin->endpoint_count; i++) {
        const struct cambist_endpoint *row = plugin->endpoints[i].row;
        for (uint32_t c = 0; c < row->charges.count; c++) {
            char text[16];
            cmb_table_add(table, row->operation);
            cmb_table_add(table, row->charges.rows[c].limit);
            snprintf(text, sizeof text, "%u", row->charges.rows[c].weight);
            cmb_table_add(table, text);
            cmb_table_add(table, row->charges.rows[c].when);
        }
    }
    cmb_table_print(table);
}

int cmb_cli_limits(int count, char **words)
{
    const struct cmb_plugin *plugin;
    struct cambist_error error = { 0 };
    uint32_t kind;
    if (count != 2)
        return cmb_cli_usage("limits", "needs an EXCHANGE");
    if (cmb_cli_find_plugin(cmb_text_of(words[1]), &plugin, &kind, &error) != CAMBIST_OK)
        return cmb_cli_fail(&error);
    print_limits(plugin);
    puts("");
    print_charges(plugin);
    return CMB_EXIT_DONE;
}
