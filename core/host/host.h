/* host/host.h - what stands behind cambist/cambist.h: one loop, its thread, every open exchange.
 *
 * Questions are made in any thread, posted to the loop, walk through the request way there, and are
 * handed back as answers.  A question and its answer are one object, kept for the next question.
 */
#ifndef CMB_HOST_HOST_H
#define CMB_HOST_HOST_H

#include <pthread.h>

#include <cambist/orders.h>

#include "order/orders.h"
#include "request/answer.h"
#include "request/request_run.h"
#include "stream/stream.h"

struct cambist_exchange {
    struct cambist *host;
    const struct cmb_settings_exchange *settings;
    struct cmb_plugin *plugin;
    bool shares_plugin; /* it is an earlier exchange's */
    struct cmb_exchange *exchange;
    struct cmb_desk *desk;
    struct cmb_stream *stream;
    struct cmb_orders *orders;
    struct cambist_follow *followers; /* of the I/O thread */
    struct cambist_answer *spare;     /* questions to be used again, under the host's lock */
};

/* Connections of one sort of trust: the world's authorities, or a simulator's certificate. */
struct cmb_host_branch {
    struct cmb_pool *pool;
    struct cmb_office office;
};

struct cambist {
    struct cmb_settings settings;
    struct cmb_vault vault;
    struct cmb_loop *loop;
    struct cmb_limit_table *limits; /* of all processes; NULL: not shared */
    struct cmb_host_branch live, simulated;
    struct cambist_exchange *exchanges;
    size_t exchange_count;
    struct cmb_journal *journal;
    struct cmb_orders **accounts; /* of all exchanges */
    struct cmb_recovery recovery;
    struct cmb_timer housekeeping;
    struct cambist_arbitrage *leaving; /* closed, with questions under way */
    bool is_blocked; /* nothing is placed anywhere */
    bool has_thread;
    pthread_t thread;
    atomic_bool is_stopping;
    struct cmb_post stop;
    pthread_mutex_t lock;            /* of what follows */
    struct cambist_answer *open;     /* questions under way */
};

/* A question on its way, then its answer. */
struct cambist_answer {
    struct cambist_exchange *exchange;
    struct cmb_run *run;
    struct cmb_post post;
    cambist_answer_fn *on_answer;
    void *user;
    struct cmb_buffer text; /* JSON or trace, when asked for */
    struct cambist_answer *next, *previous;
};

/* Loads plugins, credentials and exchanges of host->settings. */
int cmb_host_open_exchanges(struct cambist *host, struct cambist_error *error);
/* Opens the journal, and gives every exchange its orders of earlier runs back. */
int cmb_host_open_orders(struct cambist *host, uint32_t flags, struct cambist_error *error);
/* Nothing is asked or placed any more. */
void cmb_host_stop_orders(struct cambist *host);
void cmb_host_close_orders(struct cambist *host);
/* Whether cambist_block_all_orders was called somewhere. */
void cmb_host_look_for_block(struct cambist *host);

/* BAD_CONFIG where the machine has no such CPU, or this process may not run there. */
int cmb_host_check_cpu(int64_t cpu, struct cambist_error *error);
/* Starts and ends the host's own I/O thread; on its CPU, and spinning, as the settings say. */
int cmb_host_start_thread(struct cambist *host, struct cambist_error *error);
void cmb_host_stop_thread(struct cambist *host);

/* Frees what was closed: what nothing is under way of, or, when the network is gone, all. */
void cmb_host_free_arbitrages(struct cambist *host, bool is_network_gone);

/* Ends every request that is with a server. */
void cmb_host_close_pools(struct cambist *host);
void cmb_host_close_exchanges(struct cambist *host);

/* Asks and waits, with arguments as people write them; like cambist_call otherwise. */
int cmb_ask_words(struct cambist_exchange *exchange, uint32_t operation,
                  const struct cmb_pair *words, size_t count, struct cambist_answer **ret,
                  struct cambist_error *error);
/* Walks a question up to the point where it would be sent; the call behind *ret can be signed. */
int cmb_ask_prepare(struct cambist_exchange *exchange, uint32_t operation,
                    const struct cmb_pair *words, size_t count, struct cambist_answer **ret,
                    struct cambist_error *error);

/* Sets a call's arguments as a program's struct has them. */
int cmb_ask_set_arguments(struct cmb_call *call, const struct cambist_arguments *given,
                          struct cambist_error *error);
/* Runs `work` on the I/O thread and waits until it has returned; its result.  From that thread
 * itself, and where the program drives I/O, it is called at once. */
int cmb_host_run(struct cambist *host, int (*work)(void *user), void *user);

/* Ends the questions that still wait for something, with CAMBIST_CLOSED. */
void cmb_questions_end(struct cambist *host);
/* Releases an exchange's spare ones. */
void cmb_questions_clear(struct cambist_exchange *exchange);

#endif
