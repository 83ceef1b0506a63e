/* What does the engine answer to a question? */
#include "simulator/serve.h"

#include "number/time.h"

enum { ROWS_DEFAULT = 100, ROWS_MOST = 1000 };

struct cmb_text cmb_serve_argument(const struct cmb_serve *serve, uint32_t argument)
{
    struct cmb_text value = serve->arguments->values[argument];
    return value.at ? value : serve->call->arguments.values[argument];
}

int64_t cmb_serve_clock_ns(const struct cmb_serve *serve)
{
    return serve->engine->now_ns - serve->practice->ahead_ns;
}

int64_t cmb_serve_number_of(struct cmb_text digits, int64_t otherwise)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits.length && i < 18; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return otherwise;
        number = number * 10 + (digits.at[i] - '0');
    }
    return digits.length ? number : otherwise;
}

int64_t cmb_serve_time_of(struct cmb_text ms, int64_t otherwise_ns)
{
    int64_t time_ns;
    bool is_fine = ms.at && cmb_time_parse_number(ms, CMB_TIME_MS, &time_ns) == CMB_NUMBER_FINE;
    return is_fine ? time_ns : otherwise_ns;
}

bool cmb_serve_word_of(const struct cmb_serve *serve, uint32_t name, uint32_t *ret)
{
    const struct cmb_vocabulary *words = cmb_vocabulary_of(cmb_argument_of(name)->kind);
    struct cmb_text word = cmb_serve_argument(serve, name);
    *ret = word.at ? cmb_vocabulary_number(words, word) : 0;
    return *ret != 0;
}

void *cmb_serve_add_row(struct cmb_serve *serve)
{
    return cmb_call_add_row(serve->call);
}

static int market_of(struct cmb_serve *serve)
{
    struct cmb_text symbol = ARGUMENT(serve, symbol);
    return symbol.at ? cmb_engine_find_market(symbol) : -1;
}

int cmb_serve_need_market(struct cmb_serve *serve, int *ret)
{
    *ret = market_of(serve);
    if (*ret >= 0)
        return CAMBIST_OK;
    return cmb_fail(serve->error, CAMBIST_BAD_ARGUMENT, "the question names no market");
}

bool cmb_serve_is_asked(const struct cmb_serve *serve, int market)
{
    const struct cmb_engine_rules *rules = &cmb_engine_rules[market];
    uint32_t kinds = serve->call->endpoint->row->kinds, kind;
    if (!cmb_markets_find(serve->call->exchange->markets, cmb_text_of(rules->symbol), rules->kind))
        return false;
    if ((kinds && !(kinds & rules->kind)) ||
        (cmb_serve_word_of(serve, CAMBIST_ARGUMENT_kind, &kind) && kind != rules->kind))
        return false;
    struct cmb_text symbol = ARGUMENT(serve, symbol), left = ARGUMENT(serve, symbols);
    if (symbol.at)
        return cmb_text_is(symbol, cmb_text_of(rules->symbol));
    bool is_one = !left.at;
    while (left.at && !is_one) {
        struct cmb_text name;
        left = cmb_text_cut(left, ',', &name);
        is_one = cmb_text_is(name, cmb_text_of(rules->symbol));
    }
    return is_one;
}

struct cmb_serve_window cmb_serve_window_of(const struct cmb_serve *serve)
{
    struct cmb_text since = ARGUMENT(serve, since);
    int64_t limit = cmb_serve_number_of(ARGUMENT(serve, limit), ROWS_DEFAULT);
    return (struct cmb_serve_window){
        .since_ns = cmb_serve_time_of(since, 0),
        .until_ns = cmb_serve_time_of(ARGUMENT(serve, until), INT64_MAX),
        .limit = limit > 0 && limit < ROWS_MOST ? limit : ROWS_MOST,
        .is_from_start = since.at != NULL };
}

bool cmb_serve_is_within(const struct cmb_serve_window *window, int64_t time_ns)
{
    return time_ns >= window->since_ns && time_ns <= window->until_ns;
}

static int (*const servers[CAMBIST_OPERATION_COUNT])(struct cmb_serve *serve) = {
#define X(name) [CAMBIST_OPERATION_##name] = cmb_serve_##name,
    CMB_SERVE_LIST(X)
#undef X
};

int cmb_practice_serve(struct cmb_practice *practice, struct cmb_capture *capture,
                       struct cambist_error *error)
{
    struct cmb_call *call = capture->call;
    struct cmb_serve serve = { practice->engine, call, &call->arguments, error, practice };
    call->schema = cmb_record_schema_of(cmb_operation_of(call->operation)->record);
    if (call->endpoint->row->build || call->endpoint->row->map || !servers[call->operation])
        return cmb_fail(error, CAMBIST_NOT_SUPPORTED, "%s is not served by the practice exchange",
                        cmb_operation_of(call->operation)->name.at);
    if (capture->bad_market.at)
        return cmb_fail(error, CAMBIST_BAD_SYMBOL, "there is no such market");
    /* A row for one order may be asked with a list of one. */
    if (call->arguments.item_count && !cmb_operation_of(call->operation)->is_many)
        return cmb_serve_each(&serve, servers[call->operation]);
    return servers[call->operation](&serve);
}
