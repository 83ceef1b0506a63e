/* cambist kill: is every order cancelled, and can no new one come? */
#include "cli/known.h"

enum { TRIES = 3 };

static int ask(struct cambist_exchange *exchange, uint32_t operation, const char *symbol,
               const char *id, struct cambist_answer **ret)
{
    struct cambist_error error;
    return cambist_call(exchange, operation,
                        &(struct cambist_arguments){ .symbol = symbol, .id = id }, ret, &error);
}

/* One by one, where the exchange cannot cancel all at once. */
static void cancel_each(struct cambist_exchange *exchange, const struct cambist_answer *open)
{
    const struct cambist_order *order;
    for (size_t i = 0; (order = cambist_answer_order(open, i)); i++) {
        struct cambist_answer *answer = NULL;
        (void)ask(exchange, CAMBIST_OPERATION_cancel_order, order->symbol, order->id, &answer);
        cambist_answer_free(answer);
    }
}

/* What is open there now; -1: nobody knows. */
static int64_t cancel_all(struct cambist_exchange *exchange)
{
    struct cambist_answer *answer = NULL, *open = NULL;
    bool is_done = ask(exchange, CAMBIST_OPERATION_cancel_all_orders, NULL, NULL, &answer) ==
                   CAMBIST_OK;
    cambist_answer_free(answer);
    if (ask(exchange, CAMBIST_OPERATION_fetch_open_orders, NULL, NULL, &open) != CAMBIST_OK)
        return -1;
    int64_t left = (int64_t)cambist_answer_count(open);
    if (left && !is_done)
        cancel_each(exchange, open);
    cambist_answer_free(open);
    return left;
}

static int kill_one(struct cmb_known *known, struct cambist_exchange *exchange)
{
    (void)known;
    const char *name = cambist_exchange_name(exchange);
    int64_t left = -1;
    cambist_block_orders(exchange, 1);
    for (int i = 0; i < TRIES && left != 0; i++)
        left = cancel_all(exchange);
    if (left < 0)
        printf("%s: not known: the exchange does not say which orders are open\n", name);
    else
        printf("%s: %lld open orders\n", name, (long long)left);
    return left == 0 ? CMB_EXIT_DONE : left < 0 ? CMB_EXIT_UNKNOWN : CMB_EXIT_FAILED;
}

static int say_to_all(struct cmb_known *known)
{
    int status = cambist_block_all_orders(known->host, !known->is_release, &known->error);
    if (status == CAMBIST_OK)
        printf("orders are %s for every process with this journal\n",
               known->is_release ? "released" : "blocked");
    else
        cmb_cli_fail(&known->error);
    return status == CAMBIST_OK ? CMB_EXIT_DONE : CMB_EXIT_FAILED;
}

/* First nothing new can come, then what is there is cancelled. */
int cmb_cli_kill(int count, char **words)
{
    struct cmb_known known = { 0 };
    int code = cmb_known_open(&known, CAMBIST_NO_JOURNAL, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    int said = say_to_all(&known);
    if (!known.is_release) {
        code = cmb_known_each(&known, kill_one);
        said = code == CMB_EXIT_DONE ? said : code;
    }
    cambist_close(known.host);
    return said;
}
