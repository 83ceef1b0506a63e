/* Which named values are derived from what, with which key? */
#include "plugin/compile.h"

static int check_key(struct cmb_compiler *compiler, struct cmb_derived *derived)
{
    const struct cambist_derived *row = derived->row;
    bool needs_key = row->algorithm >= CAMBIST_HMAC_SHA256;
    derived->credential = -1;
    if (row->algorithm > CAMBIST_RSA_SHA256)
        return cmb_refuse(compiler, "algorithm", "there is no algorithm %u", row->algorithm);
    if (row->algorithm != CAMBIST_PLAIN && row->form == CAMBIST_AS_TEXT)
        return cmb_refuse(compiler, "form", "a hash or signature is raw, hex, base64 or base64url");
    if (needs_key != (row->with != NULL))
        return cmb_refuse(compiler, "with", needs_key ? "the algorithm needs a credential"
                                                      : "the algorithm takes no credential");
    if (!needs_key)
        return CAMBIST_OK;
    derived->credential = cmb_find_credential(compiler->plugin, cmb_text_of(row->with));
    if (derived->credential < 0)
        return cmb_refuse(compiler, "with", "there is no credential \"%s\"", row->with);
    return CAMBIST_OK;
}

static int compile_row(struct cmb_compiler *compiler, struct cmb_derived *derived)
{
    const struct cambist_derived *row = derived->row;
    if ((row->text == NULL) == (row->compute == NULL))
        return cmb_refuse(compiler, "text", "a row has either text or compute");
    int status = check_key(compiler, derived);
    if (status == CAMBIST_OK)
        status = cmb_compile_template(compiler, "text", row->text, &derived->text);
    return status == CAMBIST_OK ? cmb_compile_condition(compiler, row->when, &derived->when)
                                : status;
}

/* Opens a new name, or continues the last one: alternatives stand together. */
static int enter_name(struct cmb_compiler *compiler, struct cmb_derived *derived)
{
    struct cmb_plugin *plugin = compiler->plugin;
    for (uint32_t i = 0; i < plugin->derived_name_count; i++) {
        struct cmb_derived_name *name = &plugin->derived_names[i];
        if (!cmb_text_is(name->name, derived->name))
            continue;
        if (i + 1 != plugin->derived_name_count)
            return cmb_refuse(compiler, "name", "the rows of one name must stand together");
        name->count++;
        return CAMBIST_OK;
    }
    plugin->derived_names[plugin->derived_name_count++] =
        (struct cmb_derived_name){ derived->name, plugin->derived_count, 1 };
    return CAMBIST_OK;
}

/* A row may use only names above its own, so that nothing can be derived from itself. */
static int compile_next(struct cmb_compiler *compiler, uint32_t i)
{
    struct cmb_plugin *plugin = compiler->plugin;
    const struct cambist_derived *row = CMB_ROW(plugin->tables.derived, i);
    struct cmb_derived *derived = &plugin->derived[plugin->derived_count];
    compiler->outer = (struct cmb_place){ "derived", row->name, i + 1 };
    if (!row->name)
        return cmb_refuse(compiler, "name", "is missing");
    derived->name = cmb_text_of(row->name);
    derived->row = row;
    int status = compile_row(compiler, derived);
    if (status == CAMBIST_OK)
        status = enter_name(compiler, derived);
    plugin->derived_count += status == CAMBIST_OK;
    return status;
}

int cmb_compile_derived(struct cmb_compiler *compiler)
{
    struct cmb_plugin *plugin = compiler->plugin;
    uint32_t count = plugin->tables.derived.count;
    plugin->derived = cmb_compiler_take(compiler, count, sizeof *plugin->derived);
    plugin->derived_names = cmb_compiler_take(compiler, count, sizeof *plugin->derived_names);
    if (!plugin->derived || !plugin->derived_names)
        return CAMBIST_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        int status = compile_next(compiler, i);
        if (status != CAMBIST_OK)
            return status;
    }
    return CAMBIST_OK;
}
