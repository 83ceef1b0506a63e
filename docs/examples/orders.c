/* How does a program place an order, and hear what became of it, whatever happens on the way?
 *
 *     orders CONFIG EXCHANGE SYMBOL AMOUNT PRICE
 *
 * With `journal` in the configuration the order is also remembered when this program is killed: the
 * next one that opens the same journal is told of it.
 */
#include <stdio.h>
#include <unistd.h>

#include <cambist/orders.h>

enum { PATIENCE_S = 60 };

static const char *text_of(const struct cambist_decimal *value, char to[CAMBIST_DECIMAL_TEXT_SIZE])
{
    cambist_decimal_format(value, to);
    return to;
}

/* Comes from the I/O thread, for every order of the account. */
static void on_event(const struct cambist_order_event *event, void *user)
{
    char amount[CAMBIST_DECIMAL_TEXT_SIZE], filled[CAMBIST_DECIMAL_TEXT_SIZE];
    (void)user;
    if (event->tiding == CAMBIST_ORDERS_SYNCED)
        printf("%s: nothing was missed\n", event->exchange);
    else if (event->tiding == CAMBIST_ORDER_TRADED)
        printf("%s: traded %s%s\n", event->order->client_order_id,
               text_of(&event->trade->amount, amount), event->is_late ? ", told late" : "");
    else if (event->tiding == CAMBIST_ORDER_CHANGED)
        printf("%s: %s (%s), filled %s, may still trade %s\n", event->order->client_order_id,
               cambist_life_name(event->order->life), cambist_proof_name(event->order->proof),
               text_of(&event->order->filled, filled), text_of(&event->order->exposure, amount));
    else
        printf("%s: order %s was placed by somebody else\n", event->exchange, event->report->id);
}

/* Until the exchange has proved what became of everything that was placed. */
static int wait_for_proof(struct cambist_exchange *exchange)
{
    for (int i = 0; i < PATIENCE_S; i++) {
        if (cambist_each_order(exchange, CAMBIST_ORDERS_UNKNOWN, NULL, NULL) == 0)
            return 0;
        sleep(1);
    }
    return 4; /* it still counts as live; the next run goes on asking */
}

int main(int count, char **words)
{
    struct cambist *host;
    struct cambist_follow *follow = NULL;
    struct cambist_answer *answer = NULL;
    struct cambist_error error = { 0 };
    if (count != 6)
        return 2;
    if (cambist_open(words[1], &host, &error) != CAMBIST_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    struct cambist_exchange *exchange = cambist_find_exchange(host, words[2]);
    if (!exchange || cambist_follow_orders(exchange, on_event, NULL, &follow, &error) != CAMBIST_OK) {
        fprintf(stderr, "%s\n", exchange ? error.message : "no such exchange in the configuration");
        cambist_close(host);
        return 1;
    }
    cambist_create_order(exchange,
                         &(struct cambist_arguments){ .symbol = words[3], .side = CAMBIST_SIDE_BUY,
                                                      .type = CAMBIST_TYPE_LIMIT,
                                                      .amount = words[4], .price = words[5] },
                         &answer, &error);
    int code = error.outcome == CAMBIST_OUTCOME_UNKNOWN ? wait_for_proof(exchange)
               : error.status == CAMBIST_OK             ? 0 : 1;
    if (code)
        fprintf(stderr, "%s\n", error.message);
    cambist_answer_free(answer);
    cambist_unfollow_orders(follow);
    cambist_close(host);
    return code;
}
