/* Is a book true whenever it says live, however the updates are damaged on their way?
 *
 * A model exchange sends its book in the form of each kind of rule through a channel that loses,
 * repeats, swaps, delays and falsifies; snapshots come late, old or never.  After every delivery a
 * live book must be the model's at that number.  `test_book_damage SEED` replays one seed.
 */
#include "support/book_model.h"

#include <inttypes.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UPDATES 10000
#else
#define UPDATES 50000
#endif
#define QUEUE         64
#define KEPT          8    /* messages that may come again later */
#define NOT_LIVE_MOST 1000 /* steps */
#define CROSSED_MOST  50
#define WAITING_MOST  60 /* steps until an answer is taken for lost */

struct run {
    const char *name;
    struct cambist_book_rule rule;
    unsigned batch_most; /* states in a message */
    bool is_timed;       /* messages carry the exchange's time */
    bool is_benign;      /* nothing gets lost or swapped: nothing could tell */
};

static const struct run runs[] = {
    { "range", { .kind = CAMBIST_BOOK_RANGE, .snapshot_limit = 1000 }, 4, true, false },
    { "range, no times", { .kind = CAMBIST_BOOK_RANGE, .snapshot_limit = 1000 }, 4, false, false },
    { "range, cut snapshots",
      { .kind = CAMBIST_BOOK_RANGE, .snapshot_limit = 20 },
      4,
      true,
      false },
    { "range and previous",
      { .kind = CAMBIST_BOOK_RANGE_PREVIOUS, .snapshot_limit = 1000 },
      4,
      true,
      false },
    { "changes", { .kind = CAMBIST_BOOK_CHANGES, .snapshot_limit = 1000 }, 4, true, false },
    { "changes, cut, no times",
      { .kind = CAMBIST_BOOK_CHANGES, .snapshot_limit = 20 },
      4,
      false,
      false },
    { "version", { .kind = CAMBIST_BOOK_VERSION, .snapshot_limit = 1000 }, 4, true, false },
    { "previous", { .kind = CAMBIST_BOOK_PREVIOUS }, 4, true, false },
    { "previous, no times", { .kind = CAMBIST_BOOK_PREVIOUS }, 4, false, false },
    { "counted", { .kind = CAMBIST_BOOK_COUNTED }, 1, true, false },
    { "counted, no times, depth 12",
      { .kind = CAMBIST_BOOK_COUNTED, .depth = 12 },
      1,
      false,
      false },
    { "counted, restarts at 1",
      { .kind = CAMBIST_BOOK_COUNTED, .restarts_at = 1 },
      1,
      true,
      false },
    { "counted and checksum",
      { .kind = CAMBIST_BOOK_COUNTED,
        .depth = 30,
        .checksum_order = CAMBIST_ASKS_THEN_BIDS,
        .checksum_depth = 10,
        .checksum_digits = CAMBIST_DIGITS_BARE },
      1,
      true,
      false },
    { "checksum",
      { .kind = CAMBIST_BOOK_CHECKSUM,
        .depth = 10,
        .checksum_order = CAMBIST_ASKS_THEN_BIDS,
        .checksum_depth = 10,
        .checksum_digits = CAMBIST_DIGITS_BARE },
      1,
      true,
      false },
    { "unchained, whole books", { .kind = CAMBIST_BOOK_UNCHAINED }, 4, true, false },
    { "unchained changes, benign",
      { .kind = CAMBIST_BOOK_UNCHAINED, .snapshot_limit = 1000 },
      4,
      true,
      true },
};

struct scene {
    const struct run *run;
    struct model *model;
    struct cmb_book *book;
    struct model_message queue[QUEUE], kept[KEPT], answer;
    size_t queued, lag, kept_count;
    int64_t step, answer_at, asked_at; /* answer_at: 0: nothing comes; asked_at: 0: not asked */
    int64_t live_steps, not_live, not_live_longest, corrupted;
    const char *wrong; /* the first thing that was */
};

static uint64_t pick(struct scene *scene, uint64_t below)
{
    return model_random(scene->model, below);
}

static bool is_whole(const struct run *run)
{
    return run->rule.kind == CAMBIST_BOOK_UNCHAINED && !run->rule.snapshot_limit;
}

/* -- what a live book must be -- */

static const struct model_state *find_state(struct scene *scene, const struct cmb_book_view *view)
{
    struct model *model = scene->model;
    bool is_by_time = scene->run->rule.kind == CAMBIST_BOOK_CHECKSUM || is_whole(scene->run) ||
                      scene->run->rule.restarts_at;
    int64_t oldest = model->at < MODEL_STATES ? 0 : model->at - MODEL_STATES + 1;
    if (is_by_time)
        return view->timestamp_ns < oldest || view->timestamp_ns > model->at
                   ? NULL
                   : model_state(model, view->timestamp_ns);
    for (int64_t at = model->at; at >= oldest; at--)
        if (model_state(model, at)->number == view->sequence)
            return model_state(model, at);
    return NULL;
}

static bool equals(const struct scene *scene, const struct model_state *state, int side,
                   const struct cmb_book_view *view)
{
    const struct cmb_scaled_level *levels = side == MODEL_BID ? view->bids : view->asks;
    size_t count = side == MODEL_BID ? view->bid_count : view->ask_count, at = 0;
    uint32_t depth = scene->run->rule.depth;
    int64_t price_unit = cmb_powers_of_ten[view->price_scale - MODEL_PRICE_SCALE];
    int64_t amount_unit = cmb_powers_of_ten[view->amount_scale - MODEL_AMOUNT_SCALE];
    int tick = model_next_best(state, side, model_before_best(side));
    for (; tick >= 0 && at < count; at++) {
        if (levels[at].price != tick * price_unit ||
            levels[at].amount != state->amounts[side][tick] * amount_unit)
            return false;
        tick = model_next_best(state, side, tick);
    }
    bool is_cut = scene->run->rule.snapshot_limit == 20;
    return at == count && (tick < 0 || (depth && at == depth) || (is_cut && at >= 3));
}

static void check(struct scene *scene)
{
    static struct cmb_scaled_level bids[MODEL_TICKS], asks[MODEL_TICKS];
    struct cmb_book_view view = { .bids = bids, .asks = asks };
    struct cmb_book_best best;
    bool is_live = cmb_book_read(scene->book, MODEL_TICKS, 0, &view);
    if (cmb_book_best(scene->book, &best) != is_live)
        scene->wrong = "the best level and the levels disagree about live";
    if (!is_live) {
        if (view.bid_count || view.ask_count)
            scene->wrong = "levels of a book that is not live";
        return;
    }
    const struct model_state *state = find_state(scene, &view);
    if (!state)
        scene->wrong = "live at a number that is none";
    else if (!equals(scene, state, MODEL_BID, &view) || !equals(scene, state, MODEL_ASK, &view))
        scene->wrong = "live, but not the true book at its number";
}

/* -- deliveries -- */

static void convert_side(struct scene *scene, const struct model_message *message, int side,
                         struct cmb_scaled_level *levels, struct cmb_scaled_digits *digits,
                         int64_t *numbers)
{
    struct cmb_book_view view = { 0 };
    cmb_book_read(scene->book, 0, 0, &view);
    for (size_t i = 0; i < message->counts[side]; i++) {
        const struct model_level *level = &message->levels[side][i];
        levels[i] = (struct cmb_scaled_level){
            level->tick * cmb_powers_of_ten[view.price_scale - MODEL_PRICE_SCALE],
            level->amount * cmb_powers_of_ten[view.amount_scale - MODEL_AMOUNT_SCALE],
        };
        digits[i] = model_digits(level->tick, level->amount);
        numbers[i] = level->number;
    }
}

static enum cmb_book_outcome deliver(struct scene *scene, const struct model_message *message)
{
    static struct cmb_scaled_level levels[MODEL_SIDES][MODEL_LEVELS_MOST];
    static struct cmb_scaled_digits digits[MODEL_SIDES][MODEL_LEVELS_MOST];
    static int64_t numbers[MODEL_SIDES][MODEL_LEVELS_MOST];
    for (int side = 0; side < MODEL_SIDES; side++)
        convert_side(scene, message, side, levels[side], digits[side], numbers[side]);
    const struct cambist_book_rule *rule = &scene->run->rule;
    bool has_number = rule->kind != CAMBIST_BOOK_CHECKSUM && !is_whole(scene->run);
    struct cmb_book_update update = {
        .is_snapshot = message->is_snapshot,
        .has_first = has_number && !message->is_snapshot,
        .has_sequence = has_number,
        .has_previous = has_number,
        .has_checksum = message->has_checksum,
        .first = message->first,
        .sequence = message->number,
        .previous = message->previous,
        .checksum = message->checksum,
        .timestamp_ns = message->timestamp_ns,
        .received_ns = scene->step,
        .bids = levels[MODEL_BID],
        .asks = levels[MODEL_ASK],
        .bid_count = message->counts[MODEL_BID],
        .ask_count = message->counts[MODEL_ASK],
        .bid_digits = digits[MODEL_BID],
        .ask_digits = digits[MODEL_ASK],
        .bid_sequences = numbers[MODEL_BID],
        .ask_sequences = numbers[MODEL_ASK],
    };
    bool was_live = cmb_book_state(scene->book) == CMB_BOOK_LIVE;
    enum cmb_book_outcome outcome = cmb_book_apply(scene->book, &update);
    bool is_live = cmb_book_state(scene->book) == CMB_BOOK_LIVE;
    if ((outcome == CMB_BOOK_APPLIED || outcome == CMB_BOOK_CONFIRMED) != is_live &&
        outcome != CMB_BOOK_PASSED_OVER)
        scene->wrong = "the outcome and the state disagree";
    if (outcome == CMB_BOOK_PASSED_OVER && is_live != was_live)
        scene->wrong = "passed over, but the state changed";
    check(scene);
    return outcome;
}

static void enqueue(struct scene *scene, const struct model_message *message)
{
    if (scene->queued < QUEUE)
        scene->queue[scene->queued++] = *message;
}

static void take_from_queue(struct scene *scene)
{
    struct model_message message = scene->queue[0];
    memmove(scene->queue, scene->queue + 1, --scene->queued * sizeof *scene->queue);
    if (deliver(scene, &message) == CMB_BOOK_APPLIED && message.is_snapshot)
        scene->asked_at = 0;
}

/* -- damage -- */

/* A wrong amount among the best levels, where a checksum will tell. */
static void corrupt(struct scene *scene, struct model_message *message)
{
    for (int side = 0; side < MODEL_SIDES; side++)
        for (size_t i = 0; i < message->counts[side]; i++) {
            struct model_level *level = &message->levels[side][i];
            if (level->amount &&
                model_is_seen(model_state(scene->model, scene->model->at), side, level->tick, 10)) {
                level->amount += 1;
                scene->corrupted++;
                return;
            }
        }
}

/* Removals of levels that are not there. */
static void add_unknown_removals(struct scene *scene, struct model_message *message)
{
    const struct model_state *state = model_state(scene->model, scene->model->at);
    for (int side = 0; side < MODEL_SIDES; side++) {
        int tick = (int)pick(scene, MODEL_TICKS);
        if (!state->amounts[side][tick])
            model_add(message, side, tick, 0, message->number);
    }
}

static void send_damaged(struct scene *scene, struct model_message *message)
{
    bool is_benign = scene->run->is_benign;
    uint64_t dice = pick(scene, 1000);
    if (dice < 10)
        add_unknown_removals(scene, message);
    if (message->has_checksum && dice >= 990)
        message->checksum ^= 1 + (uint32_t)pick(scene, 1000);
    if (message->has_checksum && dice >= 980 && dice < 990)
        corrupt(scene, message);
    scene->kept[scene->kept_count++ % KEPT] = *message;
    if (dice >= 20 && dice < 25 && !is_benign)
        return; /* lost */
    enqueue(scene, message);
    if (dice >= 30 && dice < 35)
        enqueue(scene, message);
    if (dice >= 40 && dice < 44 && scene->kept_count >= KEPT)
        enqueue(scene, &scene->kept[pick(scene, KEPT)]);
    if (dice >= 50 && dice < 55 && scene->queued > 1 && !is_benign) {
        struct model_message last = scene->queue[scene->queued - 1];
        scene->queue[scene->queued - 1] = scene->queue[scene->queued - 2];
        scene->queue[scene->queued - 2] = last;
    }
}

/* The exchange counts anew, from lower numbers. */
static int64_t restart(struct scene *scene)
{
    struct model *model = scene->model;
    model->epochs++;
    model->epoch_first = model->at + 1;
    int64_t number =
        scene->run->rule.restarts_at ? 1 : (int64_t)(100000 - model->epochs) * 10000000;
    if (scene->run->rule.kind != CAMBIST_BOOK_PREVIOUS)
        model->sent_number = number - 1;
    return number;
}

static void send_update(struct scene *scene)
{
    static struct model_message message;
    struct model *model = scene->model;
    bool may_restart = !scene->run->is_benign && model->at - model->epoch_first > 400;
    bool is_restart = may_restart && pick(scene, 1500) == 0;
    int64_t number = is_restart ? restart(scene) : model_state(model, model->at)->number + 1;
    for (uint64_t i = 1 + pick(scene, scene->run->batch_most); i > 0; i--)
        model_step(model, number++);
    model_write_update(model, &message);
    bool is_whole_now = is_whole(scene->run) || (is_restart && scene->run->rule.restarts_at);
    if (is_whole_now) {
        model_write_snapshot(model, model->at, 0, &message);
        message.is_snapshot = false;
    }
    send_damaged(scene, &message);
}

/* -- the feeder's part -- */

/* Asks as the book says, and takes an answer that does not come for lost. */
static void ask(struct scene *scene)
{
    enum cmb_book_need need = cmb_book_need(scene->book);
    if (scene->asked_at && scene->step - scene->asked_at > WAITING_MOST)
        scene->asked_at = 0;
    bool is_refresh = scene->run->rule.snapshot_limit && pick(scene, 500) == 0;
    if (scene->asked_at || (need == CMB_BOOK_NEEDS_NOTHING && !is_refresh))
        return;
    scene->asked_at = scene->step;
    scene->answer_at = pick(scene, 20) ? scene->step + 1 + (int64_t)pick(scene, 20) : 0;
    struct model *model = scene->model;
    int64_t late = scene->run->rule.snapshot_limit ? (int64_t)pick(scene, 60) : 0;
    if (scene->answer_at && scene->run->rule.snapshot_limit)
        model_write_snapshot(model, model->at > late ? model->at - late : model->at,
                             scene->run->rule.snapshot_limit, &scene->answer);
}

static void answer(struct scene *scene)
{
    if (!scene->answer_at || scene->step < scene->answer_at)
        return;
    scene->answer_at = 0;
    if (scene->run->rule.snapshot_limit) {
        scene->asked_at = 0;
        deliver(scene, &scene->answer);
    } else if (!is_whole(scene->run)) {
        /* Sent in the stream, as the state of the last update; damaged like the others. */
        static struct model_message message;
        model_write_snapshot(scene->model, scene->model->sent, scene->run->rule.depth, &message);
        send_damaged(scene, &message);
    }
}

static void disturb(struct scene *scene)
{
    uint64_t dice = pick(scene, 5000);
    if (dice == 0) {
        cmb_book_break(scene->book, CMB_BOOK_DISCONNECTED);
        scene->queued = scene->kept_count = 0; /* a new connection repeats nothing of the old */
        scene->asked_at = scene->answer_at = 0;
    } else if (dice < 5) {
        cmb_book_mark_stale(scene->book);
    } else if (dice < 20) {
        unsigned price_scale = MODEL_PRICE_SCALE + (unsigned)pick(scene, 3);
        unsigned amount_scale = MODEL_AMOUNT_SCALE + (unsigned)pick(scene, 3);
        if (cmb_book_rescale(scene->book, price_scale, amount_scale) != CMB_NUMBER_FINE)
            scene->wrong = "a rescale that should go did not";
    } else if (dice < 100) {
        scene->lag = (size_t)pick(scene, 20);
    }
    cmb_book_pass_time(scene->book, scene->step);
    check(scene);
}

/* Once in a step. */
static void count_live(struct scene *scene)
{
    bool is_live = cmb_book_state(scene->book) == CMB_BOOK_LIVE;
    scene->live_steps += is_live;
    scene->not_live = is_live ? 0 : scene->not_live + 1;
    if (scene->not_live > scene->not_live_longest)
        scene->not_live_longest = scene->not_live;
    if (scene->not_live > NOT_LIVE_MOST)
        scene->wrong = "not live again for too long";
}

/* -- runs -- */

static void tell(const struct scene *scene, uint64_t seed)
{
    struct cmb_book_counts counts;
    cmb_book_count(scene->book, &counts);
    printf("%-28s seed %" PRIu64 ": live %4.1f %%, longest not live %3" PRId64 ", applied %" PRIu64
           ", passed over %" PRIu64 ", refused %" PRIu64 ", resyncs %" PRIu64,
           scene->run->name, seed, 100.0 * (double)scene->live_steps / (double)scene->step,
           scene->not_live_longest, counts.applied, counts.passed_over, counts.refused,
           counts.resyncs);
    for (int i = 1; i < CMB_BOOK_REASONS; i++)
        if (counts.broken[i])
            printf(", %s %" PRIu64, cmb_book_reason_name((enum cmb_book_reason)i),
                   counts.broken[i]);
    printf("\n");
}

/* What holds over a whole run, besides every moment. */
static void check_counts(struct scene *scene)
{
    struct cmb_book_counts counts;
    cmb_book_count(scene->book, &counts);
    if (counts.broken[CMB_BOOK_DIFFERS] || counts.broken[CMB_BOOK_GARBLED])
        scene->wrong = "broken for a reason that there was not";
    if (counts.broken[CMB_BOOK_CHECKSUM] < (uint64_t)scene->corrupted / 4)
        scene->wrong = "wrong levels without a wrong checksum";
    if (scene->live_steps * 2 < scene->step)
        scene->wrong = "live for less than half of the time";
}

static bool run_once(const struct run *run, uint64_t seed, int64_t updates)
{
    static struct model model;
    static struct scene scene;
    memset(&model, 0, sizeof model);
    memset(&scene, 0, sizeof scene);
    model = (struct model){ .rule = &run->rule, .random = seed, .is_timed = run->is_timed };
    model.middle = 80;
    model.states[0].number = model.sent_number = (int64_t)100000 * 10000000;
    scene.run = run;
    scene.model = &model;
    scene.book = cmb_book_new(&run->rule, MODEL_PRICE_SCALE, MODEL_AMOUNT_SCALE);
    cmb_book_set_crossed_most(scene.book, CROSSED_MOST);
    for (scene.step = 1; scene.step <= updates && !scene.wrong; scene.step++) {
        send_update(&scene);
        while (scene.queued > scene.lag && !scene.wrong)
            take_from_queue(&scene);
        ask(&scene);
        answer(&scene);
        disturb(&scene);
        count_live(&scene);
    }
    if (!scene.wrong)
        check_counts(&scene);
    tell(&scene, seed);
    if (scene.wrong)
        printf("WRONG after %" PRId64 " steps: %s; replay with test_book_damage %" PRIu64 "\n",
               scene.step, scene.wrong, seed);
    cmb_book_free(scene.book);
    return !scene.wrong;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t last = argc > 1 ? first : first + 1;
    bool is_right = true;
    for (uint64_t seed = first; seed <= last; seed++)
        for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++)
            is_right &= run_once(&runs[i], seed * 1000003 + i, UPDATES);
    return !is_right;
}
