/* How does a question of any thread reach the I/O thread, and its answer the asker? */
#include "host/host.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "number/time.h"

enum { TEXT_BYTES_MOST = 512 << 20, TEXT_BYTES_KEPT = 256 << 10 };

/* ---- questions are kept and used again ---- */

static struct cambist_answer *new_question(struct cambist_exchange *exchange)
{
    struct cambist_answer *question = cmb_calloc(1, sizeof *question);
    if (!question)
        return NULL;
    question->exchange = exchange;
    cmb_buffer_init(&question->text, TEXT_BYTES_MOST);
    question->run = cmb_run_new();
    if (question->run)
        return question;
    free(question);
    return NULL;
}

static void free_question(struct cambist_answer *question)
{
    cmb_run_free(question->run);
    cmb_buffer_clear(&question->text);
    free(question);
}

/* Takes a question out of the list that it stands in, or puts it at the head of one. */
static void unlink_question(struct cambist_answer **list, struct cambist_answer *question)
{
    *(question->previous ? &question->previous->next : list) = question->next;
    if (question->next)
        question->next->previous = question->previous;
}

static void link_question(struct cambist_answer **list, struct cambist_answer *question)
{
    question->previous = NULL;
    question->next = *list;
    if (*list)
        (*list)->previous = question;
    *list = question;
}

/* A question for that exchange, from its spare ones, which know the shapes of what is asked there; NULL
 * without memory. [any thread] */
static struct cambist_answer *take_question(struct cambist_exchange *exchange)
{
    struct cambist *host = exchange->host;
    pthread_mutex_lock(&host->lock);
    struct cambist_answer *question = exchange->spare;
    if (question)
        unlink_question(&exchange->spare, question);
    pthread_mutex_unlock(&host->lock);
    if (!question)
        question = new_question(exchange);
    if (!question)
        return NULL;
    cmb_buffer_reset(&question->text);
    return question;
}

static void give_question(struct cambist_answer *question)
{
    struct cambist *host = question->exchange->host;
    cmb_run_trim(question->run);
    cmb_buffer_trim(&question->text, TEXT_BYTES_KEPT);
    pthread_mutex_lock(&host->lock);
    link_question(&question->exchange->spare, question);
    pthread_mutex_unlock(&host->lock);
}

void cmb_questions_clear(struct cambist_exchange *exchange)
{
    while (exchange->spare) {
        struct cambist_answer *question = exchange->spare;
        unlink_question(&exchange->spare, question);
        free_question(question);
    }
}

void cambist_answer_free(struct cambist_answer *answer)
{
    if (answer)
        give_question(answer);
}

/* ---- arguments ---- */

/* What is being set, and where its texts are kept. */
struct setting {
    struct cmb_arguments *to;
    struct cmb_arena *arena;
    struct cambist_error *error;
};

static int set_text(const struct setting *setting, uint32_t argument, struct cmb_text text)
{
    struct cmb_text kept = { cmb_arena_copy(setting->arena, text), text.length };
    if (!kept.at)
        return cmb_fail_plain(setting->error, CAMBIST_NO_MEMORY,
                              CMB_TEXT("no memory for a question"));
    return cmb_arguments_set(setting->to, cmb_argument_of(argument)->name, kept, CAMBIST_STRING,
                             setting->error);
}

static int set_number(const struct setting *setting, uint32_t argument, int64_t number)
{
    if (!number)
        return CAMBIST_OK;
    char digits[24];
    if (cmb_argument_of(argument)->kind == CMB_MEMBER_TIME)
        number = cmb_time_count(number, CMB_TIME_MS);
    int length = snprintf(digits, sizeof digits, "%lld", (long long)number);
    return set_text(setting, argument, (struct cmb_text){ digits, (size_t)length });
}

static int set_word(const struct setting *setting, uint32_t argument, uint64_t number)
{
    if (!number)
        return CAMBIST_OK;
    const struct cmb_member *member = cmb_argument_of(argument);
    const struct cmb_vocabulary *vocabulary = cmb_vocabulary_of(member->kind);
    for (uint32_t i = 0; i < vocabulary->count; i++) {
        if (vocabulary->words[i].number != number)
            continue;
        setting->to->values[argument] = vocabulary->words[i].text;
        return CAMBIST_OK;
    }
    return cmb_fail(setting->error, CAMBIST_BAD_ARGUMENT, "%s = %llu is not one of its words",
                    member->name.at, (unsigned long long)number);
}

/* The struct of the interface, member by member, becomes the texts that templates speak of. */
static int set_arguments(const struct setting *setting, const struct cambist_arguments *given)
{
    int status = CAMBIST_OK;
#define SET_TEXT(i, value)    (value) ? set_text(setting, i, cmb_text_of(value)) : CAMBIST_OK
#define SET_NUMBER(i, value)  set_number(setting, i, value)
#define SET_WORD(i, value)    set_word(setting, i, value)
#define SET_DECIMAL           SET_TEXT
#define SET_CURRENCY          SET_TEXT
#define SET_TIME              SET_NUMBER
#define SET_INTEGER           SET_NUMBER
#define SET_FLAG              SET_WORD
#define SET_SIDE              SET_WORD
#define SET_TYPE              SET_WORD
#define SET_TIME_IN_FORCE     SET_WORD
#define SET_KIND              SET_WORD
#define SET_MARGIN_MODE       SET_WORD
#define X(name, KIND, json, help)                                                                  \
    if (status == CAMBIST_OK)                                                                      \
        status = SET_##KIND(CAMBIST_ARGUMENT_##name, given->name);
    CAMBIST_ARGUMENT_LIST(X)
#undef X
    return status;
}

static int set_extras(const struct setting *setting, const struct cambist_arguments *given)
{
    int status = CAMBIST_OK;
    for (uint64_t i = 0; i < given->extra_count && status == CAMBIST_OK; i++) {
        const struct cambist_extra *extra = &given->extras[i];
        struct cmb_text name =
            cmb_text_of(cmb_arena_copy(setting->arena, cmb_text_of(extra->name)));
        struct cmb_text value =
            cmb_text_of(cmb_arena_copy(setting->arena, cmb_text_of(extra->value)));
        status = cmb_arguments_set(setting->to, name, value,
                                   extra->is_literal ? CAMBIST_LITERAL : CAMBIST_STRING,
                                   setting->error);
    }
    return status;
}

int cmb_ask_set_arguments(struct cmb_call *call, const struct cambist_arguments *given,
                          struct cambist_error *error)
{
    const struct setting setting = { &call->arguments, &call->arena, error };
    int status = set_arguments(&setting, given);
    return status == CAMBIST_OK ? set_extras(&setting, given) : status;
}

/* The orders of a list. */
static int set_items(struct cmb_call *call, const struct cambist_arguments *given, size_t count,
                     struct cambist_error *error)
{
    struct cmb_arguments *items = count <= CMB_ITEMS_MOST
                                      ? cmb_arena_take(&call->arena, count * sizeof *items) : NULL;
    int status = CAMBIST_OK;
    if (!items)
        return cmb_fail(error, CAMBIST_TOO_LARGE, "a list of %zu orders is too long", count);
    for (size_t i = 0; i < count && status == CAMBIST_OK; i++) {
        const struct setting setting = { &items[i], &call->arena, error };
        status = set_arguments(&setting, &given[i]);
        if (status == CAMBIST_OK)
            status = set_extras(&setting, &given[i]);
    }
    call->arguments.items = items;
    call->arguments.item_count = (uint32_t)count;
    return status;
}

/* ---- asking ---- */

static void on_done(struct cmb_run *run, void *user)
{
    struct cambist_answer *question = user;
    struct cambist_error error = run->error;
    struct cambist *host = question->exchange->host;
    pthread_mutex_lock(&host->lock);
    unlink_question(&host->open, question);
    pthread_mutex_unlock(&host->lock);
    bool is_answer = error.status == CAMBIST_OK;
    question->on_answer(is_answer ? question : NULL, &error, question->user);
    if (!is_answer)
        give_question(question);
}

void cmb_questions_end(struct cambist *host)
{
    while (host->open) {
        struct cmb_run *run = host->open->run;
        cmb_loop_stop_timer(host->loop, &run->timer);
        cmb_fail_reset(&run->error);
        cmb_fail_plain(&run->error, CAMBIST_CLOSED, CMB_TEXT("the host was closed"));
        run->error.outcome = CAMBIST_OUTCOME_NOT_DONE; /* what had left has ended with its pool */
        on_done(run, host->open);
    }
}

static void on_posted(struct cmb_post *post, void *user)
{
    (void)post;
    struct cambist_answer *question = user;
    struct cmb_run *run = question->run;
    if (run->end == CMB_STAGE_COUNT && cmb_orders_has(run->call->operation))
        cmb_orders_run(question->exchange->orders, run, on_done, question);
    else
        cmb_run_start(run, on_done, question);
}

/* A question with the arguments of a program's struct, or of words: name and value. */
struct asked {
    const struct cambist_arguments *arguments;
    const struct cambist_arguments *items; /* of a list */
    size_t item_count;
    const struct cmb_pair *words;
    size_t word_count;
    bool is_dry;    /* ends before anything is sent */
    bool is_driven; /* by the asking thread, which runs the loop until it is answered */
};

static int set_words(struct cmb_call *call, const struct asked *asked, struct cambist_error *error)
{
    int status = CAMBIST_OK;
    for (size_t i = 0; i < asked->word_count && status == CAMBIST_OK; i++) {
        struct cmb_text name = asked->words[i].name, value = asked->words[i].value;
        name.at = cmb_arena_copy(&call->arena, name);
        value.at = cmb_arena_copy(&call->arena, value);
        status = cmb_arguments_set(&call->arguments, name, value, CAMBIST_STRING, error);
    }
    return status;
}

static int set_asked(struct cmb_call *call, const struct asked *asked, struct cambist_error *error)
{
    int status = asked->arguments ? cmb_ask_set_arguments(call, asked->arguments, error)
                 : asked->items   ? set_items(call, asked->items, asked->item_count, error)
                                  : CAMBIST_OK;
    return status == CAMBIST_OK ? set_words(call, asked, error) : status;
}

static int start(struct cambist_exchange *exchange, uint32_t operation, const struct asked *asked,
                 cambist_answer_fn *on_answer, void *user, struct cambist_error *error)
{
    cmb_fail_reset(error);
    if (operation == CAMBIST_OPERATION_NONE || operation >= CAMBIST_OPERATION_COUNT)
        return cmb_fail(error, CAMBIST_NOT_SUPPORTED, "there is no operation %u", operation);
    struct cambist_answer *question = take_question(exchange);
    if (!question)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a question"));
    cmb_run_init(question->run, exchange->desk, operation);
    if (asked->is_dry)
        question->run->end = CMB_STAGE_REUSE;
    int status = set_asked(question->run->call, asked, error);
    if (status != CAMBIST_OK) {
        if (error)
            error->outcome = CAMBIST_OUTCOME_NOT_DONE;
        give_question(question);
        return status;
    }
    question->on_answer = on_answer;
    question->user = user;
    question->post = (struct cmb_post){ .on_run = on_posted, .user = question };
    pthread_mutex_lock(&exchange->host->lock);
    link_question(&exchange->host->open, question);
    pthread_mutex_unlock(&exchange->host->lock);
    if (asked->is_driven)
        cmb_loop_post_here(exchange->host->loop, &question->post);
    else
        cmb_loop_post(exchange->host->loop, &question->post);
    return CAMBIST_OK;
}

int cambist_start(struct cambist_exchange *exchange, uint32_t operation,
                  const struct cambist_arguments *arguments, cambist_answer_fn *on_answer,
                  void *user, struct cambist_error *error)
{
    return start(exchange, operation, &(struct asked){ .arguments = arguments }, on_answer, user,
                 error);
}

int cambist_start_list(struct cambist_exchange *exchange, uint32_t operation,
                       const struct cambist_arguments *items, size_t count,
                       cambist_answer_fn *on_answer, void *user, struct cambist_error *error)
{
    return start(exchange, operation, &(struct asked){ .items = items, .item_count = count },
                 on_answer, user, error);
}

/* ---- waiting ---- */

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool is_done;
    struct cambist_answer *answer;
    struct cambist_error error;
};

static void on_waited(struct cambist_answer *answer, const struct cambist_error *error, void *user)
{
    struct waiting *waiting = user;
    pthread_mutex_lock(&waiting->lock);
    waiting->answer = answer;
    waiting->error = *error;
    waiting->is_done = true;
    pthread_cond_signal(&waiting->done);
    pthread_mutex_unlock(&waiting->lock);
}

static void wait_for(struct cambist *host, struct waiting *waiting)
{
    if (!host->has_thread) {
        while (!waiting->is_done)
            cmb_loop_run_once(host->loop, host->settings.host.busy_poll ? 0 : -1);
        return;
    }
    pthread_mutex_lock(&waiting->lock);
    while (!waiting->is_done)
        pthread_cond_wait(&waiting->done, &waiting->lock);
    pthread_mutex_unlock(&waiting->lock);
}

static int ask(struct cambist_exchange *exchange, uint32_t operation, struct asked *asked,
               struct cambist_answer **ret, struct cambist_error *error)
{
    struct waiting waiting = { .lock = PTHREAD_MUTEX_INITIALIZER,
                               .done = PTHREAD_COND_INITIALIZER };
    asked->is_driven = !exchange->host->has_thread;
    int status = start(exchange, operation, asked, on_waited, &waiting, error);
    if (status != CAMBIST_OK)
        return status;
    wait_for(exchange->host, &waiting);
    if (waiting.answer)
        *ret = waiting.answer;
    if (error)
        *error = waiting.error;
    return (int)waiting.error.status;
}

int cambist_call(struct cambist_exchange *exchange, uint32_t operation,
                 const struct cambist_arguments *arguments, struct cambist_answer **ret,
                 struct cambist_error *error)
{
    return ask(exchange, operation, &(struct asked){ .arguments = arguments }, ret, error);
}

int cambist_call_list(struct cambist_exchange *exchange, uint32_t operation,
                      const struct cambist_arguments *items, size_t count,
                      struct cambist_answer **ret, struct cambist_error *error)
{
    return ask(exchange, operation, &(struct asked){ .items = items, .item_count = count }, ret,
               error);
}

int cmb_ask_words(struct cambist_exchange *exchange, uint32_t operation,
                  const struct cmb_pair *words, size_t count, struct cambist_answer **ret,
                  struct cambist_error *error)
{
    return ask(exchange, operation, &(struct asked){ .words = words, .word_count = count }, ret,
               error);
}

int cmb_ask_prepare(struct cambist_exchange *exchange, uint32_t operation,
                    const struct cmb_pair *words, size_t count, struct cambist_answer **ret,
                    struct cambist_error *error)
{
    struct asked asked = { .words = words, .word_count = count, .is_dry = true };
    int status = ask(exchange, operation, &asked, ret, error);
    if (status == CAMBIST_OK)
        (*ret)->run->call->error = error;
    return status;
}
