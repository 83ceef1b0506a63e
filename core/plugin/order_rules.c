/* What does an exchange promise about orders, and does that make sense? */
#include "plugin/compile.h"

enum { KINDS_ALL = 15 };

const struct cambist_order_rule *cmb_find_order_rule(const struct cmb_plugin *plugin,
                                                     uint32_t kind)
{
    for (uint32_t i = 0; i < plugin->tables.order_rules.count; i++) {
        const struct cambist_order_rule *row = CMB_ROW(plugin->tables.order_rules, i);
        if (!row->kinds || (row->kinds & kind))
            return row;
    }
    return NULL;
}

static int check_rule(struct cmb_compiler *compiler, const struct cambist_order_rule *row)
{
    if (row->kinds > KINDS_ALL)
        return cmb_refuse(compiler, "kinds", "there is no market kind %u", row->kinds);
    if (row->client_ids > CAMBIST_LAST_ONE_WINS)
        return cmb_refuse(compiler, "client_ids", "there is no such rule");
    if (row->client_ids && row->client_id_length < CMB_CLIENT_ID_LENGTH)
        return cmb_refuse(compiler, "client_id_length", "the host's ids have %d characters",
                          CMB_CLIENT_ID_LENGTH);
    if (row->deadline > CAMBIST_DEADLINE_IN_ENGINE)
        return cmb_refuse(compiler, "deadline", "there is no such deadline");
    if (!row->deadline != !row->window_ms)
        return cmb_refuse(compiler, "window_ms", "deadline and window belong together");
    return CAMBIST_OK;
}

int cmb_check_order_rules(struct cmb_compiler *compiler)
{
    const struct cambist_plugin *tables = &compiler->plugin->tables;
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < tables->order_rules.count && status == CAMBIST_OK; i++) {
        compiler->outer = (struct cmb_place){ "order_rules", NULL, i + 1 };
        status = check_rule(compiler, CMB_ROW(tables->order_rules, i));
    }
    return status;
}
