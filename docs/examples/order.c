/* How does a program place an order from its own loop, and what does it do when it cannot know?
 *
 *     order CONFIG EXCHANGE SYMBOL AMOUNT PRICE
 *
 * The program has no thread to spare for I/O: it opens the host with CAMBIST_NO_THREAD, polls one
 * descriptor beside its own, and calls cambist_dispatch() when that is readable.
 */
#include <poll.h>
#include <stdio.h>

#include <cambist/cambist.h>

struct state {
    int is_done, exit_code;
};

/* The three ends of an order, and what each of them allows. */
static void on_order(struct cambist_answer *answer, const struct cambist_error *error, void *user)
{
    struct state *state = user;
    state->is_done = 1;
    if (error->status == CAMBIST_OK) {
        printf("taken: order %s\n", cambist_answer_order(answer, 0)->id);
        cambist_answer_free(answer);
    } else if (error->outcome == CAMBIST_OUTCOME_NOT_DONE) {
        printf("not done: %s\n", error->message); /* a new order may be placed */
        state->exit_code = 1;
    } else {
        /* Silence is not an answer.  The host goes on asking; orders.c shows how to hear of it. */
        printf("unknown: %s\n", error->message);
        state->exit_code = 4;
    }
}

int main(int count, char **words)
{
    struct cambist *host;
    struct cambist_error error = { 0 };
    struct state state = { 0 };
    if (count != 6)
        return 2;
    if (cambist_open_with(words[1], CAMBIST_NO_THREAD, &host, &error) != CAMBIST_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    struct cambist_exchange *exchange = cambist_find_exchange(host, words[2]);
    struct cambist_arguments order = { .symbol = words[3],
                                       .side = CAMBIST_SIDE_BUY,
                                       .type = CAMBIST_TYPE_LIMIT,
                                       .amount = words[4],
                                       .price = words[5] };
    if (!exchange || cambist_start(exchange, CAMBIST_OPERATION_create_order, &order, on_order,
                                   &state, &error) != CAMBIST_OK) {
        fprintf(stderr, "%s\n", exchange ? error.message : "no such exchange in the configuration");
        cambist_close(host);
        return 1;
    }
    struct pollfd waiting = { .fd = cambist_fd(host), .events = POLLIN };
    while (!state.is_done) {
        poll(&waiting, 1, -1); /* beside the program's own descriptors */
        cambist_dispatch(host);
    }
    cambist_close(host);
    return state.exit_code;
}
