/* How are tables of an older contract copied into the host's own rows? */
#include "plugin/copy.h"

#include "base/fail.h"

enum { ROWS_MOST = 4096 };

/* Every table has this shape; the type of the rows is all that differs. */
struct any_table {
    const void *rows;
    uint32_t count, row_size;
};

int cmb_check_head(uint32_t magic, uint32_t abi_major, uint32_t abi_minor, uint32_t size,
                   const char *whose, struct cambist_error *error)
{
    if (magic != CAMBIST_PLUGIN_MAGIC)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s is not a cambist plugin: magic %08x, not %08x",
                        whose, magic, CAMBIST_PLUGIN_MAGIC);
    if (abi_major != CAMBIST_ABI_MAJOR || abi_minor > CAMBIST_ABI_MINOR)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s needs ABI %u.%u, this host has %u.%u", whose,
                        abi_major, abi_minor, CAMBIST_ABI_MAJOR, CAMBIST_ABI_MINOR);
    if (size < offsetof(struct cambist_plugin, title) || size > sizeof(struct cambist_plugin))
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%s has a descriptor of %u bytes, this host's has %zu",
                        whose, size, sizeof(struct cambist_plugin));
    return CAMBIST_OK;
}

static int copy_table(const char *plugin, const char *name, struct any_table *table,
                      uint32_t host_row_size, struct cmb_arena *arena, struct cambist_error *error)
{
    if (table->count == 0) {
        *table = (struct any_table){ 0 };
        return CAMBIST_OK;
    }
    if (!table->rows || table->count > ROWS_MOST)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "plugin %s: table %s claims %u rows%s", plugin,
                        name, table->count, table->rows ? "" : " and has none");
    if (table->row_size == 0 || table->row_size > host_row_size)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN,
                        "plugin %s: rows of table %s have %u bytes, this host's have %u", plugin,
                        name, table->row_size, host_row_size);
    char *rows = cmb_arena_take(arena, (size_t)table->count * host_row_size);
    if (!rows)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a plugin's tables"));
    const char *from = table->rows;
    for (uint32_t i = 0; i < table->count; i++)
        memcpy(rows + (size_t)i * host_row_size, from + (size_t)i * table->row_size,
               table->row_size);
    *table = (struct any_table){ rows, table->count, host_row_size };
    return CAMBIST_OK;
}

/* The tables of a struct: where each is, and how large the host's own rows are. */
struct table_place {
    const char *name;
    size_t offset;
    uint32_t row_size;
};

#define PLUGIN_TABLE(table, row)                                                                   \
    { #table, offsetof(struct cambist_plugin, table), sizeof(struct cambist_##row) }
static const struct table_place plugin_tables[] = {
    PLUGIN_TABLE(aliases, alias),       PLUGIN_TABLE(servers, server),
    PLUGIN_TABLE(credentials, credential), PLUGIN_TABLE(limits, limit),
    PLUGIN_TABLE(derived, derived),     PLUGIN_TABLE(stamps, stamp),
    PLUGIN_TABLE(words, word),          PLUGIN_TABLE(endpoints, endpoint),
    PLUGIN_TABLE(failures, failure),    PLUGIN_TABLE(faults, fault),
    PLUGIN_TABLE(vectors, vector),      PLUGIN_TABLE(dialects, dialect),
    PLUGIN_TABLE(channels, channel),    PLUGIN_TABLE(signals, signal),
    PLUGIN_TABLE(book_rules, book_rule), PLUGIN_TABLE(order_rules, order_rule),
};

#define ENDPOINT_TABLE(table, row)                                                                 \
    { #table, offsetof(struct cambist_endpoint, table), sizeof(struct cambist_##row) }
static const struct table_place endpoint_tables[] = {
    ENDPOINT_TABLE(parameters, parameter),
    ENDPOINT_TABLE(fields, field),
    ENDPOINT_TABLE(charges, charge),
};

static const struct table_place channel_tables[] = {
    { "fields", offsetof(struct cambist_channel, fields), sizeof(struct cambist_field) },
};

static int copy_each(void *owner, const struct table_place *places, size_t count,
                     const char *plugin, struct cmb_arena *arena, struct cambist_error *error)
{
    int status = CAMBIST_OK;
    for (size_t i = 0; i < count && status == CAMBIST_OK; i++) {
        struct any_table *table = (struct any_table *)(void *)((char *)owner + places[i].offset);
        status = copy_table(plugin, places[i].name, table, places[i].row_size, arena, error);
    }
    return status;
}

int cmb_copy_tables(const struct cambist_plugin *from, struct cambist_plugin *ret,
                    struct cmb_arena *arena, struct cambist_error *error)
{
    int status = cmb_check_head(from->magic, from->abi_major, from->abi_minor, from->size,
                                "the plugin", error);
    if (status != CAMBIST_OK)
        return status;
    memcpy(ret, from, from->size); /* *ret is zeroed: what the plugin does not have reads as zero */
    if (!ret->name || !*ret->name)
        return cmb_fail_plain(error, CAMBIST_BAD_PLUGIN, CMB_TEXT("the plugin has no name"));
    status = copy_each(ret, plugin_tables, sizeof plugin_tables / sizeof *plugin_tables, ret->name,
                       arena, error);
    for (uint32_t i = 0; i < ret->endpoints.count && status == CAMBIST_OK; i++) {
        /* The rows were just copied out of the plugin's constants: they are the host's to change. */
        struct cambist_endpoint *row = (struct cambist_endpoint *)(uintptr_t)&ret->endpoints.rows[i];
        status = copy_each(row, endpoint_tables, sizeof endpoint_tables / sizeof *endpoint_tables,
                           ret->name, arena, error);
    }
    for (uint32_t i = 0; i < ret->channels.count && status == CAMBIST_OK; i++) {
        struct cambist_channel *row = (struct cambist_channel *)(uintptr_t)&ret->channels.rows[i];
        status = copy_each(row, channel_tables, sizeof channel_tables / sizeof *channel_tables,
                           ret->name, arena, error);
    }
    return status;
}
