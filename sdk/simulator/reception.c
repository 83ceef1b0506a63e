/* What becomes of a request that has arrived? */
#include "simulator/reception.h"

#include <stdlib.h>

#include "base/fail.h"

static const int64_t second_ns = 1000000000, millisecond_ns = 1000000;
/* How long a request without a window may wait for the engine; and, where the tables say nothing, how
 * long that may take, and how old answers about orders may be. */
static const int64_t wait_most_ns = 5 * (int64_t)1000000000;
static const int64_t engine_most_ns = 10 * (int64_t)1000000000;
static const int64_t lag_usual_ns = 2 * (int64_t)1000000000;

/* ---- life ---- */

void cmb_reception_init(struct cmb_reception *reception, struct cmb_practice *practice,
                        struct cmb_faults *faults, struct cmb_ledger *ledger, uint32_t exchange)
{
    *reception = (struct cmb_reception){ .practice = practice, .faults = faults, .ledger = ledger,
                                         .exchange = exchange };
    cmb_random_init_seeded(&reception->random, practice->random.state ^ 0x6c617465u);
}

static void free_all(struct cmb_late **list)
{
    while (*list) {
        struct cmb_late *late = *list;
        *list = late->next;
        cmb_late_free(late);
    }
}

void cmb_reception_clear(struct cmb_reception *reception)
{
    free_all(&reception->waiting);
    free_all(&reception->done);
}

/* ---- rules that are in force ---- */

static bool is_on(const struct cmb_reception *reception, uint32_t fault)
{
    return reception->faults->count &&
           cmb_faults_is_on(reception->faults, reception->exchange, fault, CAMBIST_TOPIC_NONE);
}

/* An exchange is as slow as its tables say, and no slower. */
static const struct cambist_order_rule *order_rule(const struct cmb_reception *reception)
{
    return cmb_find_order_rule(reception->practice->plugin, CAMBIST_KIND_SPOT);
}

static void set_rules(struct cmb_reception *reception)
{
    const struct cambist_order_rule *slow = order_rule(reception);
    struct cmb_practice_rules *rules = &reception->practice->in_force;
    *rules = reception->practice->rules;
    if (is_on(reception, CMB_FAULT_IDS_AMONG_OPEN))
        rules->client_ids = CMB_IDS_AMONG_OPEN;
    if (is_on(reception, CMB_FAULT_IDS_ANY))
        rules->client_ids = CMB_IDS_ANY;
    if (is_on(reception, CMB_FAULT_IDS_LAST_WINS))
        rules->client_ids = CMB_IDS_LAST_WINS;
    if (is_on(reception, CMB_FAULT_QUERIES_LAG))
        rules->query_lag_ns = slow && slow->lag_ms ? slow->lag_ms * millisecond_ns : lag_usual_ns;
    rules->hides_closed |= is_on(reception, CMB_FAULT_CLOSED_NOT_FOUND);
    rules->hides_closed_by_client_id |= is_on(reception, CMB_FAULT_CLOSED_BY_ID_ONLY);
    reception->practice->engine->client_ids = rules->client_ids;
}

/* Whether limits have consequences; sets how much of them counts. */
static bool keeps_limits(struct cmb_reception *reception)
{
    bool are_halved = is_on(reception, CMB_FAULT_LIMITS_HALVED);
    uint32_t percent = reception->limits_percent ? reception->limits_percent : 100;
    reception->quota.percent = are_halved ? (percent + 1) / 2 : percent;
    return are_halved || is_on(reception, CMB_FAULT_LIMITS);
}

int64_t cmb_reception_clock_ns(const struct cmb_reception *reception, int64_t now_ns)
{
    const struct cmb_reception_clock *clock = &reception->clock;
    int64_t own_ns = now_ns + clock->ahead_ns;
    own_ns += (int64_t)((__int128)(now_ns - clock->since_ns) * clock->drift_ppb / second_ns);
    if (reception->drifts_since_ns)
        own_ns += (now_ns - reception->drifts_since_ns) / 2000; /* 500 ppm */
    if (is_on(reception, CMB_FAULT_CLOCK_AHEAD))
        own_ns += 600 * second_ns;
    if (is_on(reception, CMB_FAULT_CLOCK_BEHIND))
        own_ns -= 600 * second_ns;
    if (is_on(reception, CMB_FAULT_CLOCK_STEP))
        own_ns += 3600 * second_ns;
    return own_ns;
}

/* Tells the exchange what time it is by its own clock. */
static int64_t set_clock(struct cmb_reception *reception, int64_t now_ns)
{
    bool drifts = is_on(reception, CMB_FAULT_CLOCK_DRIFT);
    reception->faults->now_ns = now_ns;
    if (!drifts)
        reception->drifts_since_ns = 0;
    else if (!reception->drifts_since_ns)
        reception->drifts_since_ns = now_ns;
    int64_t own_ns = cmb_reception_clock_ns(reception, now_ns);
    reception->practice->ahead_ns = own_ns - now_ns;
    return own_ns;
}

/* ---- doing ---- */

/* Whose orders come now. */
static void set_request(struct cmb_reception *reception, size_t noted, int64_t arrived_ns,
                        int64_t now_ns)
{
    struct cmb_engine *engine = reception->practice->engine;
    engine->request = noted + 1;
    engine->arrived_ns = arrived_ns;
    engine->executed_ns = now_ns;
}

static void note_done(struct cmb_reception *reception, size_t noted, bool is_executed,
                      int64_t now_ns, uint32_t http_status)
{
    struct cmb_ledger_request *request = cmb_ledger_at(reception->ledger, noted);
    if (!request)
        return;
    request->is_executed = is_executed;
    request->executed_ns = is_executed ? now_ns : 0;
    request->http_status = http_status;
}

/* What an answer has promised is done later than it says. */
static void keep_promise(struct cmb_reception *reception, int64_t now_ns)
{
    struct cmb_practice *practice = reception->practice;
    struct cmb_late *late = practice->pending ? calloc(1, sizeof *late) : NULL;
    if (!late)
        return;
    *late = (struct cmb_late){ .kind = practice->struck == CMB_FAULT_CANCEL_VAIN ? CMB_LATE_FILL
                                                                                : CMB_LATE_CANCEL,
                               .due_ns = now_ns + second_ns, .order = practice->pending };
    cmb_late_insert(&reception->waiting, late);
}

static void run(struct cmb_reception *reception, size_t noted, int64_t now_ns,
                struct cmb_sending *ret)
{
    struct cmb_practice *practice = reception->practice;
    practice->struck = ret->fault;
    practice->pending = NULL;
    set_request(reception, noted, now_ns, now_ns);
    bool is_executed = cmb_practice_run(practice, &ret->reply);
    note_done(reception, noted, is_executed, now_ns, ret->reply.http_status);
    keep_promise(reception, now_ns);
    practice->struck = CMB_FAULT_NONE;
    if (ret->fault == CMB_FAULT_EXECUTE_THEN_UNKNOWN || ret->fault == CMB_FAULT_EXECUTE_THEN_LIMIT)
        cmb_sending_refuse(ret, practice);
}

/* ---- later ---- */

static int64_t random_below(struct cmb_reception *reception, int64_t most_ns)
{
    uint64_t chance = cmb_random_number(&reception->random);
    return most_ns > 0 ? (int64_t)(chance % (uint64_t)most_ns) : 0;
}

/* It waits in front of the engine, where its window is looked at once more, and then inside. */
static bool queue(struct cmb_reception *reception, size_t noted, int64_t now_ns,
                  struct cmb_sending *ret)
{
    struct cmb_practice *practice = reception->practice;
    struct cmb_late *late = calloc(1, sizeof *late);
    if (!late || !(late->received = cmb_received_copy(practice->capture.received))) {
        free(late);
        return false;
    }
    late->kind = CMB_LATE_REQUEST;
    late->noted = noted;
    late->arrived_ns = now_ns;
    late->proved = cmb_practice_prove(practice);
    int64_t window_ns = practice->capture.deadline_ns
                            ? practice->capture.deadline_ns - practice->ahead_ns - now_ns : 0;
    int64_t most_ns = window_ns > 0 ? window_ns * 5 / 4 : wait_most_ns;
    const struct cambist_order_rule *slow = order_rule(reception);
    late->checked_ns = now_ns + random_below(reception, most_ns);
    late->due_ns = late->checked_ns +
                   random_below(reception, slow ? slow->engine_ms * millisecond_ns
                                                : engine_most_ns);
    if (ret->fault == CMB_FAULT_LATE)
        late->ticket = ++reception->tickets;
    ret->ticket = late->ticket;
    ret->due_ns = late->due_ns;
    cmb_late_insert(&reception->waiting, late);
    return true;
}

static void do_request(struct cmb_reception *reception, struct cmb_late *late)
{
    struct cmb_practice *practice = reception->practice;
    late->received->time_ns = cmb_reception_clock_ns(reception, late->checked_ns);
    (void)cmb_practice_read(practice, late->received);
    practice->capture.is_proved = true;
    set_request(reception, late->noted, late->arrived_ns, late->due_ns);
    int status = late->proved;
    if (status == CAMBIST_OK)
        status = cmb_practice_prove(practice);
    else
        cmb_fail(&practice->error, status, "the request was refused when it arrived");
    bool is_told = cmb_practice_finish(practice, status, &late->reply);
    note_done(reception, late->noted, is_told && status == CAMBIST_OK, late->due_ns,
              late->reply.http_status);
}

static void turn_engine(struct cmb_reception *reception, int64_t now_ns)
{
    int64_t own_ns = set_clock(reception, now_ns);
    cmb_engine_turn(reception->practice->engine, own_ns - own_ns % 1000000);
}

static void do_late(struct cmb_reception *reception, struct cmb_late *late)
{
    struct cmb_engine *engine = reception->practice->engine;
    set_rules(reception);
    switch (late->kind) {
    case CMB_LATE_CANCEL: (void)cmb_engine_cancel(engine, late->order, NULL); break;
    case CMB_LATE_FILL: cmb_engine_hit(engine, late->order, late->order->amount); break;
    default: do_request(reception, late); break;
    }
    if (!late->ticket) {
        cmb_late_free(late);
        return;
    }
    late->next = reception->done;
    reception->done = late;
}

void cmb_reception_turn(struct cmb_reception *reception, int64_t now_ns)
{
    int64_t due_ns;
    while ((due_ns = cmb_reception_next_ns(reception)) <= now_ns) {
        struct cmb_late *late = cmb_late_take_due(&reception->waiting, due_ns);
        turn_engine(reception, due_ns);
        if (late)
            do_late(reception, late);
        else
            cmb_practice_cancel_dead(reception->practice, due_ns);
    }
    turn_engine(reception, now_ns);
}

int64_t cmb_reception_next_ns(const struct cmb_reception *reception)
{
    int64_t dead_man_ns = cmb_practice_dead_man_ns(reception->practice);
    bool is_late_first = reception->waiting && reception->waiting->due_ns <= dead_man_ns;
    return is_late_first ? reception->waiting->due_ns : dead_man_ns;
}

bool cmb_reception_collect(struct cmb_reception *reception, uint64_t ticket, int64_t now_ns,
                           struct cmb_sending *ret)
{
    cmb_reception_turn(reception, now_ns);
    struct cmb_late **at = &reception->done;
    while (*at && (*at)->ticket != ticket)
        at = &(*at)->next;
    if (!*at)
        return false;
    struct cmb_late *late = *at;
    *at = late->next;
    ret->reply = late->reply;
    ret->ticket = 0;
    late->reply.body = NULL;
    cmb_late_free(late);
    return true;
}

/* ---- the way of a request ---- */

static void strike(struct cmb_reception *reception, uint32_t operation, int64_t now_ns,
                   struct cmb_sending *ret)
{
    struct cmb_practice *practice = reception->practice;
    uint32_t exchange = reception->exchange;
    practice->token_fault = CMB_FAULT_NONE;
    practice->engine->moves_back = 0;
    ret->fault = cmb_faults_draw(reception->faults, exchange, operation);
    if (operation == CAMBIST_OPERATION_open_stream)
        practice->token_fault =
            cmb_faults_draw_stream(reception->faults, exchange, CMB_AT_TOKEN, operation);
    if (operation == CAMBIST_OPERATION_fetch_order_book)
        practice->engine->moves_back = cmb_fault_moves(
            cmb_faults_draw_stream(reception->faults, exchange, CMB_AT_SNAPSHOT, operation));
    if (ret->fault == CMB_FAULT_EXTERNAL)
        (void)cmb_reception_place_elsewhere(reception, now_ns);
}

static void answer(struct cmb_reception *reception, size_t noted, int64_t now_ns,
                   struct cmb_sending *ret)
{
    bool is_late = ret->fault == CMB_FAULT_LATE || ret->fault == CMB_FAULT_LATE_CUT;
    if (is_late && queue(reception, noted, now_ns, ret))
        return;
    if (cmb_fault_executes(ret->fault)) {
        run(reception, noted, now_ns, ret);
        return;
    }
    cmb_sending_refuse(ret, reception->practice);
    note_done(reception, noted, false, now_ns, ret->reply.http_status);
}

/* One row may take one order or several. */
static uint32_t meant(const struct cmb_practice *practice, uint32_t operation)
{
    bool is_list = operation && practice->call->arguments.item_count > 1;
    if (is_list && operation == CAMBIST_OPERATION_create_order)
        return CAMBIST_OPERATION_create_orders;
    if (is_list && operation == CAMBIST_OPERATION_cancel_order)
        return CAMBIST_OPERATION_cancel_orders;
    return operation;
}

void cmb_reception_take(struct cmb_reception *reception, struct cmb_received *received,
                        int64_t now_ns, struct cmb_sending *ret)
{
    struct cmb_practice *practice = reception->practice;
    bool is_kept = keeps_limits(reception);
    cmb_reception_turn(reception, now_ns);
    set_rules(reception);
    received->time_ns = now_ns;
    size_t noted = cmb_ledger_add(reception->ledger, reception->exchange, received);
    received->time_ns = now_ns + practice->ahead_ns;
    uint32_t operation = meant(practice, cmb_practice_read(practice, received));
    struct cmb_quota_word word =
        cmb_quota_charge(&reception->quota, practice, received->time_ns, is_kept);
    cmb_sending_add_date(ret, received->time_ns);
    if (word.http_status == 200)
        strike(reception, operation, now_ns, ret);
    struct cmb_ledger_request *request = cmb_ledger_at(reception->ledger, noted);
    if (request) {
        request->operation = operation;
        request->fault = ret->fault;
        request->weight = word.weight;
        request->is_in_ban = word.is_in_ban;
        request->is_over_limit = word.http_status != 200;
    }
    if (is_kept)
        cmb_quota_tell(&reception->quota, practice, ret->headers, sizeof ret->headers);
    if (word.http_status == 200) {
        answer(reception, noted, now_ns, ret);
        return;
    }
    cmb_sending_refuse_for_quota(ret, practice, &word);
    note_done(reception, noted, false, now_ns, word.http_status);
}

/* ---- others ---- */

struct cmb_quota_word cmb_reception_connect(struct cmb_reception *reception,
                                            const struct cmb_dialect *dialect, int64_t now_ns)
{
    bool is_kept = keeps_limits(reception);
    return cmb_quota_connect(&reception->quota, reception->practice->plugin, dialect->connects,
                             cmb_reception_clock_ns(reception, now_ns), is_kept);
}

int cmb_reception_place_elsewhere(struct cmb_reception *reception, int64_t now_ns)
{
    struct cmb_engine *engine = reception->practice->engine;
    struct cmb_engine_order *order;
    struct cambist_error error = { 0 };
    uint64_t chance = cmb_random_number(&reception->random);
    int market = (int)(chance % 4); /* spot, against USDT or BTC */
    int64_t price = engine->markets[market].rules->start_price / 2;
    set_request(reception, 0, now_ns, now_ns);
    return cmb_engine_submit(engine, CMB_CUSTOMER, &(struct cmb_engine_intent){
        .market = market, .side = CAMBIST_SIDE_BUY, .type = CAMBIST_TYPE_LIMIT,
        .time_in_force = CAMBIST_TIME_IN_FORCE_GTC, .is_external = true,
        .price = price + (int64_t)((chance >> 8) % 1000), .amount = 100 }, &order, &error);
}
