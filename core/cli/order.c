/* cambist order create|edit|cancel|show|open|list: what becomes of an order? */
#include "cli/ask.h"

/* An action, and which arguments its plain words are. */
struct action {
    const char *name, *usage;
    uint32_t operation;
    int words_least;
    const char *arguments[6];
};

static const struct action actions[] = {
    { "create", "EXCHANGE SYMBOL SIDE TYPE AMOUNT [PRICE] [NAME=VALUE ...]",
      CAMBIST_OPERATION_create_order, 4, { "symbol", "side", "type", "amount", "price" } },
    { "edit", "EXCHANGE SYMBOL ID [amount=A] [price=P]", CAMBIST_OPERATION_edit_order, 2,
      { "symbol", "id" } },
    { "cancel", "EXCHANGE SYMBOL ID | EXCHANGE SYMBOL client_order_id=ID",
      CAMBIST_OPERATION_cancel_order, 1, { "symbol", "id" } },
    { "show", "EXCHANGE SYMBOL ID | EXCHANGE SYMBOL client_order_id=ID",
      CAMBIST_OPERATION_fetch_order, 1, { "symbol", "id" } },
    { "open", "EXCHANGE [SYMBOL]", CAMBIST_OPERATION_fetch_open_orders, 0, { "symbol" } },
    { "list", "EXCHANGE [SYMBOL]", CAMBIST_OPERATION_fetch_closed_orders, 0, { "symbol" } },
};

static void print_orders(const struct cambist_answer *answer)
{
    static const char *const titles[] = { "id", "symbol", "side", "type", "status", "price",
                                          "amount", "filled", "average", "time" };
    struct cmb_table *table = cmb_table_new(titles, 10);
    const struct cambist_order *order;
    for (size_t i = 0; (order = cambist_answer_order(answer, i)); i++) {
        cmb_table_add(table, order->id);
        cmb_table_add(table, order->symbol);
        cmb_table_add_word(table, CMB_MEMBER_SIDE, order->side);
        cmb_table_add_word(table, CMB_MEMBER_TYPE, order->type);
        cmb_table_add_word(table, CMB_MEMBER_STATE, order->state);
        cmb_table_add_decimal(table, &order->price);
        cmb_table_add_decimal(table, &order->amount);
        cmb_table_add_decimal(table, &order->filled);
        cmb_table_add_decimal(table, &order->average);
        cmb_table_add_time(table, order->timestamp);
    }
    cmb_table_print(table);
}

static void note_id(const struct cambist_known_order *order, void *user)
{
    snprintf(user, CMB_ORDER_TEXT_SIZE, "%s", order->client_order_id);
}

/* Nobody knows whether it is there: how it is called, and what finds that out.  The newest order is
 * the one that was to be placed here. */
static void tell_how_to_go_on(const struct cmb_ask *ask)
{
    char id[CMB_ORDER_TEXT_SIZE] = "";
    cambist_each_order(ask->exchange, 0, note_id, id);
    if (!*id)
        return;
    fprintf(stderr, "cambist: its client id is %s; go on with: ", id);
    if (*ask->host->settings.host.journal)
        fprintf(stderr, "cambist orders %s --config %s\n", ask->exchange_name, ask->config);
    else
        fprintf(stderr, "cambist order show %s %s client_order_id=%s --config %s\n",
                ask->exchange_name, ask->words[0], id, ask->config);
}

static int run_action(const struct action *action, int count, char **words)
{
    struct cmb_ask ask = { 0 };
    int code = cmb_ask_open(&ask, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    if (ask.count < action->words_least) {
        fprintf(stderr, "usage: cambist order %s %s\n", action->name, action->usage);
        cmb_ask_close(&ask);
        return CMB_EXIT_USAGE;
    }
    for (int i = 0; i < ask.count && i < 6 && action->arguments[i]; i++)
        cmb_ask_add(&ask, action->arguments[i], ask.words[i]);
    code = cmb_ask_run(&ask, action->operation);
    if (code == CMB_EXIT_DONE && !ask.is_json)
        print_orders(ask.answer);
    if (code == CMB_EXIT_UNKNOWN && action->operation == CAMBIST_OPERATION_create_order)
        tell_how_to_go_on(&ask);
    cmb_ask_close(&ask);
    return code;
}

int cmb_cli_order(int count, char **words)
{
    for (size_t i = 0; count > 1 && i < sizeof actions / sizeof *actions; i++)
        if (strcmp(words[1], actions[i].name) == 0)
            return run_action(&actions[i], count - 1, words + 1);
    return cmb_cli_usage("order", "needs create, edit, cancel, show, open or list");
}
