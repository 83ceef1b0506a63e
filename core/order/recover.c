/* What has an earlier run left, and what became of it? */
#include "order/way.h"

#include <stdio.h>
#include <stdlib.h>

#include "json/number.h"
#include "json/writer.h"

/* ---- reading ---- */

static int misplaced(const struct cmb_journal_record *record, const char *reason,
                     struct cambist_error *error)
{
    return cmb_fail(error, CAMBIST_JOURNAL, "%s, record %llu at %llu: %s", record->file,
                    (unsigned long long)record->number, (unsigned long long)record->offset,
                    reason);
}

static int misplaced_account(const struct cmb_journal_record *record, const char *exchange,
                             struct cambist_error *error)
{
    char reason[160];
    snprintf(reason, sizeof reason, "an order at \"%.40s\", which the configuration does not have: "
             "enable that exchange, or take another journal", exchange);
    return misplaced(record, reason, error);
}

static int take_news(struct cmb_orders *orders, struct cmb_news *news, bool is_same_boot,
                     const struct cmb_journal_record *record, struct cambist_error *error)
{
    struct cmb_kept *kept =
        cmb_kept_find(orders, cmb_text_of(news->client_id), (struct cmb_text){ 0 });
    bool begins = news->kind == CMB_NEWS_INTENT || news->kind == CMB_NEWS_KEPT;
    if (!begins && !kept)
        return misplaced(record, "news of an order that was never intended", error);
    if (begins && kept && !kept->is_settled)
        return misplaced(record, "an order is intended twice", error);
    if (begins && kept) /* its id was given away again, or a checkpoint was not finished */
        cmb_kept_free(kept);
    int status = begins ? cmb_orders_intend(orders, news, &kept, error) : CAMBIST_OK;
    if (!begins)
        cmb_kept_take(kept, news);
    else if (status == CAMBIST_OK)
        kept->may_be_unsent = is_same_boot;
    return status;
}

static int take_order(struct cmb_recovery *recovery, const struct cmb_journal_record *record,
                      struct cambist_error *error)
{
    struct cmb_news news;
    struct cambist_error reason = { 0 };
    cmb_arena_reset(&recovery->arena);
    int status = cmb_news_read(record->payload, &recovery->arena, &news, &reason);
    if (status != CAMBIST_OK)
        return misplaced(record, reason.message, error);
    for (size_t i = 0; i < recovery->count; i++) {
        struct cmb_orders *orders = recovery->orders[i];
        if (strcmp(orders->exchange->name.at, news.exchange) != 0)
            continue;
        orders->is_recovering = true;
        status = take_news(orders, &news, recovery->is_same_boot, record, error);
        orders->is_recovering = false;
        return status;
    }
    return misplaced_account(record, news.exchange, error);
}

/* {"install":123,"boot":"..."}: whose client ids, and since when the machine has run. */
static int take_config(struct cmb_recovery *recovery, const struct cmb_journal_record *record,
                       struct cambist_error *error)
{
    struct cmb_json_reader reader;
    struct cmb_json_value key, boot = { 0 };
    int64_t install = 0;
    cmb_json_init(&reader, record->payload, 0);
    cmb_json_enter_object(&reader);
    while (cmb_json_next_member(&reader, &key))
        if (cmb_json_is(&key, CMB_TEXT("install")))
            cmb_json_read_integer(&reader, &install);
        else if (cmb_json_is(&key, CMB_TEXT("boot")))
            cmb_json_read_string(&reader, &boot);
        else
            cmb_json_skip(&reader);
    if (!cmb_json_finish(&reader) || install <= 0)
        return misplaced(record, "settings that cannot be read", error);
    recovery->install = (uint64_t)install;
    recovery->is_same_boot = cmb_text_is(boot.raw, cmb_text_of(recovery->boot));
    return CAMBIST_OK;
}

int cmb_recovery_take(const struct cmb_journal_record *record, void *user,
                      struct cambist_error *error)
{
    struct cmb_recovery *recovery = user;
    switch (record->type) {
    case CMB_JOURNAL_CONFIG: return take_config(recovery, record, error);
    case CMB_JOURNAL_NONCE:
        return cmb_orders_take_nonce(recovery->orders, recovery->count, record->payload)
                   ? CAMBIST_OK : misplaced(record, "nonces that cannot be read", error);
    case CMB_JOURNAL_RUN:
    case CMB_JOURNAL_CHECKPOINT: return CAMBIST_OK;
    default: return take_order(recovery, record, error);
    }
}

/* ---- beginning a run ---- */

static void read_boot(char boot[static 40])
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (!file || !fgets(boot, 40, file))
        boot[0] = '\0';
    boot[strcspn(boot, "\n")] = '\0';
    if (file)
        fclose(file);
}

void cmb_recovery_init(struct cmb_recovery *recovery, struct cmb_orders *const *orders,
                       size_t count)
{
    *recovery = (struct cmb_recovery){ .orders = orders, .count = count };
    cmb_arena_init(&recovery->arena, CMB_JOURNAL_PAYLOAD_MOST * 2);
    read_boot(recovery->boot);
}

void cmb_recovery_clear(struct cmb_recovery *recovery)
{
    cmb_arena_clear(&recovery->arena);
}

static int write_config(const struct cmb_recovery *recovery, struct cambist_error *error)
{
    struct cmb_buffer payload;
    struct cmb_json_writer writer;
    cmb_buffer_init(&payload, 256);
    cmb_json_writer_init(&writer, &payload);
    cmb_json_begin_object(&writer);
    cmb_json_write_key(&writer, CMB_TEXT("install"));
    cmb_json_write_integer(&writer, (int64_t)recovery->install);
    cmb_json_write_key(&writer, CMB_TEXT("boot"));
    cmb_json_write_string(&writer, cmb_text_of(recovery->boot));
    cmb_json_end_object(&writer);
    int status = cmb_journal_write(recovery->journal, CMB_JOURNAL_CONFIG,
                                   cmb_buffer_text(&payload), NULL, error);
    cmb_buffer_clear(&payload);
    return status;
}

/* Nobody is left who could tell how the requests of that run have ended: an order whose bytes may
 * have left is lost, and so is a cancel. */
static void end_of_run(struct cmb_orders *orders)
{
    struct cmb_kept *kept, *next;
    for (kept = TAILQ_FIRST(&orders->list); kept; kept = next) {
        next = TAILQ_NEXT(kept, link);
        const struct cmb_order *order = &kept->order;
        bool is_unsent = order->life == CAMBIST_LIFE_INTENT && kept->may_be_unsent;
        if (order->life <= CAMBIST_LIFE_SENT)
            cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_END,
                                                    .ending = is_unsent ? CMB_ENDED_UNSENT
                                                                        : CMB_ENDED_LOST });
        if (order->pending && !order->pending_ending)
            cmb_kept_take(kept, &(struct cmb_news){ .kind = CMB_NEWS_FINISH,
                                                    .pending = order->pending,
                                                    .ending = CMB_ENDED_LOST });
    }
}

int cmb_recovery_end(struct cmb_recovery *recovery, struct cmb_journal *journal,
                     struct cmb_random *random, struct cambist_error *error)
{
    recovery->journal = journal;
    while (!recovery->install)
        recovery->install = cmb_random_number(random) >> 44;
    int status = write_config(recovery, error);
    for (size_t i = 0; i < recovery->count && status == CAMBIST_OK; i++) {
        struct cmb_orders *orders = recovery->orders[i];
        orders->journal = journal;
        orders->install = recovery->install;
        orders->run_number = cmb_journal_run_id(journal);
        cmb_orders_keep_nonces(orders);
        end_of_run(orders);
    }
    return status;
}

/* ---- checkpoints ---- */

static void write_fills(const struct cmb_order *order, struct cmb_buffer *to)
{
    cmb_buffer_reset(to);
    for (uint32_t i = 0; i < order->fills.count; i++)
        cmb_buffer_addf(to, "%016llx", (unsigned long long)order->fills.ids[i]);
}

struct cmb_news cmb_kept_news(const struct cmb_kept *kept, struct cmb_buffer *fills)
{
    const struct cmb_order *order = &kept->order;
    write_fills(order, fills);
    return (struct cmb_news){
        .kind = CMB_NEWS_KEPT, .exchange = kept->orders->exchange->name.at,
        .client_id = order->client_id, .ending = order->pending_ending,
        .pending = order->pending, .proof = order->proof, .time_ns = order->asked_ns,
        .report = { .id = order->id[0] ? order->id : NULL, .symbol = order->symbol,
                    .side = order->side, .type = order->type, .amount = order->amount,
                    .price = order->price, .filled = order->filled,
                    .last_update_timestamp = order->told_ns },
        .life = order->life, .deadline_ns = order->deadline_ns,
        .new_amount = order->new_amount, .new_price = order->new_price,
        .doubted_amount = order->doubted_amount, .counted = order->counted, .fills = fills->length ? cmb_buffer_string(fills) : NULL,
    };
}

static int write_order(const struct cmb_kept *kept, struct cmb_buffer *fills,
                       struct cmb_buffer *payload, struct cambist_error *error)
{
    struct cmb_news news = cmb_kept_news(kept, fills);
    cmb_buffer_reset(payload);
    cmb_news_write(&news, payload);
    return cmb_journal_write(kept->orders->journal, cmb_news_type(&news),
                             cmb_buffer_text(payload), NULL, error);
}

static int write_state(struct cmb_journal *journal, void *user, struct cambist_error *error)
{
    (void)journal;
    struct cmb_recovery *recovery = user;
    struct cmb_buffer fills, payload;
    cmb_buffer_init(&fills, CMB_JOURNAL_PAYLOAD_MOST);
    cmb_buffer_init(&payload, CMB_JOURNAL_PAYLOAD_MOST);
    int status = write_config(recovery, error);
    for (size_t i = 0; i < recovery->count; i++) {
        struct cmb_kept *kept;
        cmb_orders_write_nonce(recovery->orders[i]);
        TAILQ_FOREACH(kept, &recovery->orders[i]->list, link) {
            kept->is_left_out = kept->is_settled;
            if (status == CAMBIST_OK && !kept->is_settled)
                status = write_order(kept, &fills, &payload, error);
        }
    }
    cmb_buffer_clear(&fills);
    cmb_buffer_clear(&payload);
    return status;
}

int cmb_recovery_checkpoint(struct cmb_recovery *recovery, struct cambist_error *error)
{
    return cmb_journal_checkpoint(recovery->journal, write_state, recovery, error);
}
