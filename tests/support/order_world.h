/* support/order_world.h - the orders of a client, over a network that is only played, and the oracle
 * that compares what it believes with what has happened.
 *
 * Everything follows from the seed.  The oracle holds the exchange's own engine against the events
 * that were told and the states that are known: each order that was executed is known, none twice,
 * each fill was told once, and nothing is believed that is not so. */
#ifndef TEST_SUPPORT_ORDER_WORLD_H
#define TEST_SUPPORT_ORDER_WORLD_H

#include "order/way.h"
#include "support/memory_crash.h"
#include "support/order_state.h"
#include "support/practice_world.h"

enum { ORDER_WORLD_RUNS = 256, ORDER_WORLD_FILLS = 65536, ORDER_WORLD_LIVES = 64,
       ORDER_WORLD_GHOSTS = 2048, ORDER_WORLD_SEGMENT_BYTES = 256 << 10, ORDER_WORLD_TEXT = 200 };

struct order_world;

/* A question under way. */
struct order_world_question {
    struct order_world *world;
    struct cmb_run *run;
    bool is_under_way;
};

struct order_world {
    struct practice_world practice;
    enum cmb_journal_mode mode;
    uint32_t dead_man_ms;
    struct memory_disk *disk; /* of the journal */
    struct cmb_journal *journal;
    struct cmb_orders *orders, *accounts[1];
    struct cmb_recovery recovery;
    /* What is left of earlier processes: nothing of it is heard or written any more, but requests
     * that had left still come back to it. */
    struct cmb_orders *dead[ORDER_WORLD_LIVES];
    struct cmb_journal *dead_journals[ORDER_WORLD_LIVES];
    struct memory_disk *dead_disks[ORDER_WORLD_LIVES];
    int deaths, boots; /* boots: of them, losses of power */
    struct order_world_question questions[ORDER_WORLD_RUNS];
    struct cmb_run *ghosts[ORDER_WORLD_GHOSTS]; /* of dead processes */
    size_t ghost_count;
    uint64_t events_hash;
    uint64_t told[ORDER_WORLD_FILLS]; /* hashes of the trades that were told */
    uint32_t told_count;
    uint64_t asked, answered, twice, strangers, orphans, syncs, late, understated;
    uint64_t endings[4]; /* answers to the asker, by outcome */
};

static inline void order_world_mix(struct order_world *world, uint64_t value)
{
    world->events_hash = (world->events_hash ^ value) * 0x9e3779b97f4a7c15u +
                         (world->events_hash >> 29);
}

/* Orders of one account may trade with each other: then two of them have the same trade. */
static inline uint64_t order_world_fill_name(const char *client_id, const char *trade)
{
    return cmb_text_hash(cmb_text_of(client_id)) * 31 + cmb_text_hash(cmb_text_of(trade));
}

static inline void order_world_note_fill(struct order_world *world, const char *client_id,
                                         const struct cambist_trade *trade)
{
    uint64_t hash = order_world_fill_name(client_id, trade->id);
    for (uint32_t i = 0; i < world->told_count; i++)
        world->twice += world->told[i] == hash;
    CU_ASSERT_FATAL(world->told_count < ORDER_WORLD_FILLS);
    world->told[world->told_count++] = hash;
}

static inline const struct cmb_engine *order_world_engine(const struct order_world *world)
{
    return world->practice.exchange->practice->engine;
}

/* What may still trade is never more than what is told; what the exchange itself has said to be
 * cancelled is nobody else's mistake. */
static inline void order_world_weigh(struct order_world *world, const struct cmb_order *order)
{
    const struct cmb_engine *engine = order_world_engine(world);
    const struct cmb_engine_order *real =
        cmb_engine_find_order(engine, 0, cmb_text_of(order->client_id));
    if (!real || real->state != CAMBIST_STATE_OPEN || real->is_said_done)
        return;
    struct cambist_decimal told = cmb_order_exposure(order);
    struct cambist_decimal left = cmb_record_number(real->amount - real->filled,
                                                    engine->markets[real->market].rules->amount_scale);
    if (cmb_decimal_compare(&left, &told) <= 0)
        return;
    if (!world->understated++)
        printf("\n    %s (%s): more may still trade than is told", order->client_id,
               cambist_life_name(order->life));
}

static inline void order_world_on_event(const struct cmb_order_event *event, void *user)
{
    struct order_world *world = user;
    order_world_mix(world, event->tiding * 4096u + event->changes);
    if (event->order) {
        order_world_mix(world, event->order->life * 16 + event->order->pending);
        order_world_mix(world, event->sequence);
        order_world_mix(world, cmb_text_hash(cmb_text_of(event->order->client_id)));
        order_world_weigh(world, event->order);
    }
    world->late += (event->changes & CMB_CHANGED_LATE) != 0;
    world->strangers += event->tiding == CMB_ORDER_EXTERNAL;
    world->orphans += event->tiding == CMB_ORDER_ORPHAN;
    world->syncs += event->tiding == CMB_ORDERS_SYNCED;
    if (event->tiding == CMB_ORDER_FILLED)
        order_world_note_fill(world, event->order->client_id, event->trade);
}

/* ---- processes ---- */

/* A process begins, with what its disk holds. */
static inline void order_world_begin_process(struct order_world *world)
{
    struct cmb_orders_settings settings = { .desk = world->practice.desk,
                                            .stream = world->practice.stream,
                                            .dead_man_ms = world->dead_man_ms,
                                            .on_event = order_world_on_event, .user = world };
    struct cmb_journal_settings journal = { .disk = &world->disk->disk, .folder = "journal",
                                            .mode = world->mode, .loop = world->practice.loop,
                                            .segment_bytes = ORDER_WORLD_SEGMENT_BYTES,
                                            .on_record = cmb_recovery_take,
                                            .user = &world->recovery };
    world->accounts[0] = world->orders = cmb_orders_new(&settings);
    CU_ASSERT_FATAL(world->orders != NULL);
    cmb_recovery_init(&world->recovery, world->accounts, 1);
    snprintf(world->recovery.boot, sizeof world->recovery.boot, "boot %d", world->boots);
    int status = cmb_journal_open(&journal, &world->journal, &world->practice.error);
    if (status == CAMBIST_OK)
        status = cmb_recovery_end(&world->recovery, world->journal, &world->practice.random,
                                  &world->practice.error);
    if (status != CAMBIST_OK)
        printf("\n    %s", world->practice.error.message);
    CU_ASSERT_FATAL(status == CAMBIST_OK);
    cmb_orders_start(world->orders);
    cmb_orders_listen(world->orders);
}

static inline struct memory_disk *order_world_disk(void)
{
    struct memory_disk *disk = malloc(sizeof *disk);
    CU_ASSERT_FATAL(disk != NULL);
    return disk;
}

static inline void order_world_open_with(struct order_world *world, const char *plugin,
                                         uint64_t seed, enum cmb_journal_mode mode,
                                         uint32_t dead_man_ms)
{
    memset(world, 0, sizeof *world);
    practice_world_open(&world->practice, plugin, seed);
    world->mode = mode;
    world->dead_man_ms = dead_man_ms;
    world->disk = order_world_disk();
    memory_disk_init(world->disk);
    order_world_begin_process(world);
    for (size_t i = 0; i < ORDER_WORLD_RUNS; i++)
        world->questions[i].world = world;
}

static inline void order_world_open(struct order_world *world, const char *plugin, uint64_t seed,
                                    enum cmb_journal_mode mode)
{
    order_world_open_with(world, plugin, seed, mode, 0);
}

static inline void order_world_on_ghost(struct cmb_run *run, void *user)
{
    (void)user;
    (void)run;
}

static inline int order_world_keep_back(struct cmb_run *run, void *user)
{
    (void)run;
    (void)user;
    return CAMBIST_CLOSED;
}

/* Nobody is left who could hear the answer, or send what has not left. */
static inline void order_world_silence(struct order_world *world)
{
    for (size_t i = 0; i < ORDER_WORLD_RUNS; i++) {
        struct order_world_question *question = &world->questions[i];
        if (!question->is_under_way)
            continue;
        world->asked--;
        question->is_under_way = false;
        question->run->on_done = order_world_on_ghost;
        question->run->on_leave = order_world_keep_back;
        world->ghosts[world->ghost_count++] = question->run;
        CU_ASSERT_FATAL(world->ghost_count < ORDER_WORLD_GHOSTS);
        question->run = NULL;
    }
}

/* The process is killed (or, with `is_power`, the machine loses its power) and begins anew. */
static inline void order_world_kill(struct order_world *world, bool is_power, uint64_t seed)
{
    struct memory_disk *disk = order_world_disk();
    if (is_power)
        memory_disk_crash(world->disk, world->disk->log_count, seed, disk);
    else
        memory_disk_kill(world->disk, world->disk->log_count, disk);
    memory_disk_settle(disk);
    cmb_orders_stop(world->orders);
    order_world_silence(world);
    CU_ASSERT_FATAL(world->deaths < ORDER_WORLD_LIVES);
    world->dead[world->deaths] = world->orders;
    world->dead_journals[world->deaths] = world->journal;
    world->dead_disks[world->deaths++] = world->disk;
    cmb_recovery_clear(&world->recovery);
    world->disk = disk;
    world->boots += is_power;
    order_world_begin_process(world);
}

static inline void order_world_close(struct order_world *world)
{
    cmb_orders_stop(world->orders);
    cmb_stream_stop(world->practice.stream);
    cmb_practice_network_free(world->practice.network);
    world->practice.network = NULL;
    cmb_orders_free(world->orders);
    cmb_journal_close(world->journal);
    memory_disk_clear(world->disk);
    free(world->disk);
    for (int i = 0; i < world->deaths; i++) {
        cmb_orders_free(world->dead[i]);
        cmb_journal_close(world->dead_journals[i]);
        memory_disk_clear(world->dead_disks[i]);
        free(world->dead_disks[i]);
    }
    cmb_recovery_clear(&world->recovery);
    practice_world_close(&world->practice);
    for (size_t i = 0; i < ORDER_WORLD_RUNS; i++)
        cmb_run_free(world->questions[i].run);
    for (size_t i = 0; i < world->ghost_count; i++)
        cmb_run_free(world->ghosts[i]);
}

/* ---- asking ---- */

static inline void order_world_on_done(struct cmb_run *run, void *user)
{
    struct order_world_question *question = user;
    CU_ASSERT(question->is_under_way); /* each question is answered once */
    question->is_under_way = false;
    question->world->answered++;
    order_world_mix(question->world, run->error.status * 8 + run->error.outcome);
    question->world->endings[run->error.status ? run->error.outcome : CAMBIST_OUTCOME_DONE]++;
}

static inline struct order_world_question *order_world_take(struct order_world *world)
{
    for (size_t i = 0; i < ORDER_WORLD_RUNS; i++) {
        struct order_world_question *question = &world->questions[i];
        if (question->is_under_way)
            continue;
        if (!question->run)
            question->run = cmb_run_new();
        CU_ASSERT_FATAL(question->run != NULL);
        return question;
    }
    return NULL;
}

static inline void order_world_ask(struct order_world_question *question)
{
    question->is_under_way = true;
    question->world->asked++;
    cmb_orders_run(question->world->orders, question->run, order_world_on_done, question);
}

/* Begins a question by the order way: "name=value;name=value".  False: too many are under way. */
static inline bool order_world_begin(struct order_world *world, uint32_t operation,
                                     const char *arguments)
{
    struct order_world_question *question = order_world_take(world);
    if (!question)
        return false;
    cmb_run_init(question->run, world->practice.desk, operation);
    practice_world_set(&world->practice, question->run,
                       cmb_arena_copy(&question->run->call->arena, cmb_text_of(arguments)));
    order_world_ask(question);
    return true;
}

/* The same with a list of orders. */
static inline bool order_world_begin_list(struct order_world *world, uint32_t operation,
                                          char (*items)[ORDER_WORLD_TEXT], uint32_t count)
{
    struct order_world_question *question = order_world_take(world);
    if (!question)
        return false;
    cmb_run_init(question->run, world->practice.desk, operation);
    struct cmb_call *call = question->run->call;
    struct cmb_arguments *list = cmb_arena_take(&call->arena, count * sizeof *list);
    CU_ASSERT_FATAL(list != NULL);
    for (uint32_t i = 0; i < count; i++) {
        practice_world_set(&world->practice, question->run,
                           cmb_arena_copy(&call->arena, cmb_text_of(items[i])));
        list[i] = call->arguments;
        memset(&call->arguments, 0, sizeof call->arguments);
    }
    call->arguments.items = list;
    call->arguments.item_count = count;
    order_world_ask(question);
    return true;
}

/* Somebody else's order of the same account, far from the market. */
static inline struct cmb_engine_order *order_world_place_elsewhere(struct order_world *world)
{
    struct cmb_engine *engine = world->practice.exchange->practice->engine;
    int market = cmb_engine_find_market(cmb_text_of("BTC/USDT"));
    struct cmb_engine_order *order = NULL;
    int status = cmb_engine_submit(engine, CMB_CUSTOMER, &(struct cmb_engine_intent){
        .market = market, .side = CAMBIST_SIDE_BUY, .type = CAMBIST_TYPE_LIMIT,
        .time_in_force = CAMBIST_TIME_IN_FORCE_GTC, .is_external = true,
        .price = engine->markets[market].rules->start_price / 2, .amount = 100 }, &order,
        &world->practice.error);
    CU_ASSERT_FATAL(status == CAMBIST_OK && order != NULL);
    return order;
}

/* The journal's thread is played, too: it syncs now and then. */
static inline void order_world_play_ms(struct order_world *world, int64_t ms)
{
    int64_t until_ns = world->practice.clock.turned_monotonic_ns + ms * 1000000;
    do {
        while (cmb_journal_step(world->journal))
            continue;
    } while (cmb_practice_network_step(world->practice.network, until_ns));
}

/* ---- the oracle ---- */

struct order_verdict {
    uint32_t lost, doubled, unknown, wrong, untold, unasked;
};

static inline bool order_world_is_told(const struct order_world *world,
                                       const struct cmb_engine_trade *trade)
{
    char id[24];
    snprintf(id, sizeof id, "%llu", (unsigned long long)trade->id);
    uint64_t hash = order_world_fill_name(trade->client_id, id);
    for (uint32_t i = 0; i < world->told_count; i++)
        if (world->told[i] == hash)
            return true;
    return false;
}

/* An order that the exchange has executed, against what is known of it. */
static inline void order_world_judge_executed(const struct order_world *world,
                                              const struct cmb_engine_order *real,
                                              struct order_verdict *verdict)
{
    const struct cmb_order *known = cmb_orders_find(world->orders, cmb_text_of(real->client_id));
    const struct cmb_engine_market *market = &order_world_engine(world)->markets[real->market];
    bool is_external = !cmb_client_id_is_ours(world->recovery.install,
                                              cmb_text_of(real->client_id));
    verdict->lost += !known && !is_external;
    if (!known)
        return;
    struct cambist_decimal filled = cmb_record_number(real->filled, market->rules->amount_scale);
    bool is_equal = known->filled.is_set ? cmb_decimal_compare(&known->filled, &filled) == 0
                                         : real->filled == 0;
    if (!order_state_is(known->life, real->state) || !is_equal) {
        verdict->wrong++;
        printf("\n    %s: %s, really state %u, filled %lld", known->client_id,
               cambist_life_name(known->life), real->state, (long long)real->filled);
    }
}

static inline void order_world_judge_fills(const struct order_world *world,
                                           struct order_verdict *verdict)
{
    const struct cmb_engine *engine = order_world_engine(world);
    for (size_t i = 0; i < engine->fill_count; i++)
        if (cmb_orders_find(world->orders, cmb_text_of(engine->fills[i].client_id)))
            verdict->untold += !order_world_is_told(world, &engine->fills[i]);
}

struct order_world_count {
    const struct order_world *world;
    struct order_verdict *verdict;
};

/* What is believed never to have come into being must not be there, and nothing twice. */
static inline bool order_world_judge_known(const struct cmb_order *order, void *user)
{
    const struct order_world_count *count = user;
    const struct cmb_engine *engine = order_world_engine(count->world);
    unsigned executed = 0;
    for (size_t i = 0; i < engine->order_count; i++)
        executed += strcmp(engine->orders[i]->client_id, order->client_id) == 0;
    count->verdict->doubled += executed > 1;
    count->verdict->unknown += order->life <= CAMBIST_LIFE_UNKNOWN;
    if (order->life >= CAMBIST_LIFE_REJECTED && executed) {
        count->verdict->wrong++;
        printf("\n    %s: %s by %s, but executed", order->client_id,
               cambist_life_name(order->life), cambist_proof_name(order->proof));
    }
    return true;
}

static inline struct order_verdict order_world_judge(const struct order_world *world)
{
    struct order_verdict verdict = { .unasked = (uint32_t)(world->asked - world->answered) };
    struct order_world_count count = { world, &verdict };
    const struct cmb_engine *engine = order_world_engine(world);
    for (size_t i = 0; i < engine->order_count; i++)
        order_world_judge_executed(world, engine->orders[i], &verdict);
    order_world_judge_fills(world, &verdict);
    cmb_orders_each(world->orders, order_world_judge_known, &count);
    return verdict;
}

static inline bool order_world_is_right(const struct order_world *world)
{
    struct order_verdict verdict = order_world_judge(world);
    bool is_right = !verdict.lost && !verdict.doubled && !verdict.unknown && !verdict.wrong &&
                    !verdict.untold && !verdict.unasked && !world->orphans &&
                    !world->understated &&
                    (!world->twice || world->boots); /* what was told may be lost with the power */
    if (!is_right)
        printf("\n    lost %u, doubled %u, unknown %u, wrong %u, fills untold %u, told twice %llu, "
               "questions unanswered %u, orphans %llu, understated %llu", verdict.lost, verdict.doubled,
               verdict.unknown, verdict.wrong, verdict.untold, (unsigned long long)world->twice,
               verdict.unasked, (unsigned long long)world->orphans,
               (unsigned long long)world->understated);
    return is_right;
}

#endif
