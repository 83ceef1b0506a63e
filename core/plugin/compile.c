/* In which order is a plugin compiled, and how is it refused? */
#include "plugin/compile.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "plugin/copy.h"


static void describe(struct cmb_buffer *text, const struct cmb_place *place)
{
    if (!place->table)
        return;
    cmb_buffer_addf(text, "%s row %u", place->table, place->row);
    if (place->name)
        cmb_buffer_addf(text, " (%.60s)", place->name);
    cmb_buffer_add(text, CMB_TEXT(", "));
}

int cmb_refuse(struct cmb_compiler *compiler, const char *column, const char *format, ...)
{
    struct cmb_buffer text;
    cmb_buffer_init(&text, 1024);
    describe(&text, &compiler->outer);
    describe(&text, &compiler->inner);
    char reason[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    struct cmb_text name = compiler->plugin->name;
    int status = cmb_fail(compiler->error, CAMBIST_BAD_PLUGIN, "plugin %.*s: %s%s: %s",
                          (int)name.length, name.at, cmb_buffer_string(&text), column, reason);
    cmb_buffer_clear(&text);
    return status;
}

void *cmb_compiler_take(struct cmb_compiler *compiler, size_t count, size_t size)
{
    void *taken = cmb_arena_take(&compiler->plugin->arena, count ? count * size : 1);
    if (!taken)
        cmb_fail_plain(compiler->error, CAMBIST_NO_MEMORY,
                       CMB_TEXT("the compiled plugin is too large"));
    return taken;
}

int cmb_find_server(const struct cmb_plugin *plugin, const char *name)
{
    for (uint32_t i = 0; i < plugin->tables.servers.count; i++)
        if (!name || strcmp(plugin->tables.servers.rows[i].name, name) == 0)
            return (int)i;
    return -1;
}

int cmb_find_limit(const struct cmb_plugin *plugin, struct cmb_text name)
{
    for (uint32_t i = 0; i < plugin->tables.limits.count; i++)
        if (cmb_text_is(cmb_text_of(plugin->tables.limits.rows[i].name), name))
            return (int)i;
    return -1;
}

int cmb_find_credential(const struct cmb_plugin *plugin, struct cmb_text name)
{
    for (uint32_t i = 0; i < plugin->tables.credentials.count; i++)
        if (cmb_text_is(cmb_text_of(plugin->tables.credentials.rows[i].name), name))
            return (int)i;
    return -1;
}

/* Later compilers look into what earlier ones made. */
static int compile_all(struct cmb_compiler *compiler)
{
    static int (*const compilers[])(struct cmb_compiler *) = {
        cmb_check_tables, cmb_compile_words, cmb_compile_derived, cmb_compile_endpoints,
        cmb_compile_streams, cmb_check_order_rules,
    };
    for (size_t i = 0; i < sizeof compilers / sizeof *compilers; i++) {
        compiler->outer = compiler->inner = (struct cmb_place){ 0 };
        int status = compilers[i](compiler);
        if (status != CAMBIST_OK)
            return status;
    }
    return CAMBIST_OK;
}

int cmb_plugin_compile(const struct cambist_plugin *tables, struct cmb_plugin **ret,
                       struct cambist_error *error)
{
    struct cmb_plugin *plugin = cmb_calloc(1, sizeof *plugin);
    if (!plugin)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a plugin"));
    cmb_arena_init(&plugin->arena, CMB_PLUGIN_BYTES_MOST);
    struct cmb_compiler compiler = { .plugin = plugin, .error = error };
    int status = cmb_copy_tables(tables, &plugin->tables, &plugin->arena, error);
    if (status == CAMBIST_OK) {
        plugin->name = cmb_text_of(plugin->tables.name);
        plugin->secret = cmb_find_credential(plugin, CMB_TEXT("secret"));
        status = compile_all(&compiler);
    }
    if (status != CAMBIST_OK) {
        cmb_plugin_close(plugin);
        return status;
    }
    *ret = plugin;
    return CAMBIST_OK;
}

/* The shared object stays: code and tables of it may still be in use. */
void cmb_plugin_close(struct cmb_plugin *plugin)
{
    if (!plugin)
        return;
    cmb_arena_clear(&plugin->arena);
    free(plugin);
}
