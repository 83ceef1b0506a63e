/* How is a book kept true, and does a channel tell all that this takes? */
#include "plugin/compile.h"

enum { DIGITS_ALL = CAMBIST_DIGITS_BARE | CAMBIST_ASKS_NEGATIVE | CAMBIST_DIGITS_OF_MARKET |
                    CAMBIST_ZERO_IS_NONE };

const struct cambist_book_rule *cmb_find_book_rule(const struct cmb_plugin *plugin,
                                                   const char *name)
{
    for (uint32_t i = 0; name && i < plugin->tables.book_rules.count; i++)
        if (strcmp(CMB_ROW(plugin->tables.book_rules, i)->name, name) == 0)
            return CMB_ROW(plugin->tables.book_rules, i);
    return NULL;
}

static int check_checksum(struct cmb_compiler *compiler, const struct cambist_book_rule *row)
{
    bool has_sum = row->checksum_order != CAMBIST_NO_CHECKSUM;
    if (row->checksum_order > CAMBIST_BID_ASK_BY_TURNS)
        return cmb_refuse(compiler, "checksum_order", "there is no order %u", row->checksum_order);
    if (has_sum != (row->checksum_depth != 0) || (row->kind == CAMBIST_BOOK_CHECKSUM && !has_sum))
        return cmb_refuse(compiler, "checksum_depth", "order and depth belong together");
    if (row->checksum_digits > DIGITS_ALL)
        return cmb_refuse(compiler, "checksum_digits", "there are no such digits");
    if (!has_sum && (row->checksum_digits || row->checksum_mark))
        return cmb_refuse(compiler, "checksum_digits", "digits and mark belong to an order");
    return CAMBIST_OK;
}

static int check_rule(struct cmb_compiler *compiler, const struct cambist_book_rule *row)
{
    bool is_asked = row->kind >= CAMBIST_BOOK_RANGE && row->kind <= CAMBIST_BOOK_VERSION;
    if (row->kind < CAMBIST_BOOK_RANGE || row->kind > CAMBIST_BOOK_UNCHAINED)
        return cmb_refuse(compiler, "kind", "there is no kind %u", row->kind);
    if (is_asked && !row->snapshot_limit)
        return cmb_refuse(compiler, "snapshot_limit", "the kind needs an asked-for snapshot");
    if (row->scope > CAMBIST_OF_CONNECTION)
        return cmb_refuse(compiler, "scope", "there is no scope %u", row->scope);
    if (row->scope == CAMBIST_OF_CONNECTION && row->snapshot_limit)
        return cmb_refuse(compiler, "scope", "no asked-for snapshot has the connection's numbers");
    return check_checksum(compiler, row);
}

int cmb_check_book_rules(struct cmb_compiler *compiler)
{
    const struct cmb_plugin *plugin = compiler->plugin;
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < plugin->tables.book_rules.count && status == CAMBIST_OK; i++) {
        const struct cambist_book_rule *row = CMB_ROW(plugin->tables.book_rules, i);
        compiler->outer = (struct cmb_place){ "book_rules", row->name, i + 1 };
        if (!row->name)
            return cmb_refuse(compiler, "name", "is missing");
        if (cmb_find_book_rule(plugin, row->name) != row)
            return cmb_refuse(compiler, "name", "a row above has it");
        status = check_rule(compiler, row);
    }
    return status;
}

/* ---- channels ---- */

static bool has_field(const struct cambist_channel *row, const char *name)
{
    for (uint32_t i = 0; i < row->fields.count; i++) {
        const struct cambist_field *field = &row->fields.rows[i];
        if (field->field && strcmp(field->field, name) == 0)
            return true;
    }
    return false;
}

int cmb_check_book_channel(struct cmb_compiler *compiler, const struct cmb_channel *channel)
{
    const struct cambist_channel *row = channel->row;
    bool is_book = channel->topic == CAMBIST_TOPIC_watch_order_book;
    if (!is_book && row->book)
        return cmb_refuse(compiler, "book", "only watch_order_book has one");
    if (is_book && !channel->book)
        return cmb_refuse(compiler, "book", "no row of book_rules says how it is kept true");
    if (!is_book)
        return CAMBIST_OK;
    if (channel->book->snapshot_limit &&
        !cmb_has_operation(compiler->plugin, CAMBIST_OPERATION_fetch_order_book))
        return cmb_refuse(compiler, "book", "asks for snapshots without fetch_order_book");
    if (!row->decode && (!has_field(row, "bids") || !has_field(row, "asks")))
        return cmb_refuse(compiler, "fields", "a book has bids and asks");
    return CAMBIST_OK;
}
