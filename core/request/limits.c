/* Which bucket does a row of limits mean, and who else takes from it?
 *
 * A bucket is named by what the exchange counts by: the exchange's server and the limit, the proxy
 * that requests leave through where it counts by address, and the key where it counts by account.
 * Whoever makes the same name takes from the same bucket, in this process and, with a table, in all
 * processes of the machine.
 */
#include "request/request_run.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "crypto/digest.h"

static const int64_t millisecond_ns = 1000000;

enum {
    DELAY_FIRST_MS = 50,    /* before the first answer */
    ALIGN_REST_MS = 30000,  /* what is not known of the exchange's clock grows meanwhile */
    NARROW_MS = 3600000,    /* a narrower limit is believed so long */
};

/* A bucket of this process alone. */
struct cmb_office_bucket {
    struct cmb_limit_name name;
    struct cmb_bucket bucket;
    struct cmb_office_bucket *next;
};

void cmb_office_clear(struct cmb_office *office)
{
    while (office->buckets) {
        struct cmb_office_bucket *next = office->buckets->next;
        free(office->buckets);
        office->buckets = next;
    }
}

/* ---- names ---- */

/* Where requests go: live, sandbox and each simulator have hosts of their own. */
static struct cmb_text host_of(const struct cmb_exchange *exchange)
{
    for (uint32_t i = 0; i < exchange->plugin->tables.servers.count; i++)
        if (exchange->servers[i].url)
            return exchange->servers[i].host;
    return CMB_TEXT("");
}

struct cmb_limit_name cmb_limit_name_of(const struct cmb_exchange *exchange, struct cmb_text what,
                                        struct cmb_text by)
{
    static const struct cmb_text end = { "\0", 1 };
    struct cmb_text pieces[] = { CMB_TEXT("cambist"), end, exchange->plugin->name, end,
                                 host_of(exchange),   end, what, end, by };
    unsigned char digest[CMB_DIGEST_MOST_BYTES];
    struct cmb_limit_name name;
    cmb_digest(CMB_HASH_SHA256, pieces, sizeof pieces / sizeof *pieces, digest);
    memcpy(&name, digest, sizeof name);
    return name;
}

/* A bucket keeps the rule that it was made by, so another tier's is another one. */
static struct cmb_limit_name name_of(const struct cmb_desk *desk, uint32_t i)
{
    const struct cambist_limit *row = &desk->exchange->limits[i];
    const struct cambist_limit *usual = CMB_ROW(desk->exchange->plugin->tables.limits, i);
    struct cmb_text by = row->scope == CAMBIST_PER_ADDRESS ? cmb_text_of(desk->office->proxy)
                                                           : cmb_exchange_account(desk->exchange);
    char tier[80];
    snprintf(tier, sizeof tier, "%.40s:%u/%u", row->name, row->capacity, row->window_ms);
    bool is_usual = row->capacity == usual->capacity && row->window_ms == usual->window_ms;
    return cmb_limit_name_of(desk->exchange, cmb_text_of(is_usual ? row->name : tier), by);
}

/* ---- buckets ---- */

/* A tenth is kept for cancels; where passing the rule means a ban, a twentieth is not used at all. */
struct cmb_bucket_rule cmb_limits_rule(const struct cambist_limit *row)
{
    static const uint32_t models[] = { [CAMBIST_FIXED_WINDOW] = CMB_BUCKET_FIXED,
                                       [CAMBIST_ROLLING_WINDOW] = CMB_BUCKET_ROLLING,
                                       [CAMBIST_TOKEN_BUCKET] = CMB_BUCKET_TOKENS };
    uint32_t capacity = row->is_fatal && row->capacity >= 20 ? row->capacity - row->capacity / 20
                                                             : row->capacity;
    uint32_t share = row->cancel_share ? row->cancel_share : 10;
    return (struct cmb_bucket_rule){ .model = models[row->model],
                                     .capacity = capacity,
                                     .reserve = (uint32_t)((uint64_t)capacity * share / 100),
                                     .window_ns = row->window_ms * millisecond_ns };
}

static struct cmb_bucket *own_bucket(struct cmb_office *office, struct cmb_limit_name name,
                                     const struct cmb_bucket_rule *rule)
{
    struct cmb_office_bucket *own = office->buckets;
    while (own && (own->name.low != name.low || own->name.high != name.high))
        own = own->next;
    if (own)
        return &own->bucket;
    own = cmb_calloc(1, sizeof *own);
    if (!own)
        return NULL;
    own->name = name;
    (void)cmb_bucket_init(&own->bucket, rule); /* a rule without sense admits nothing */
    own->next = office->buckets;
    office->buckets = own;
    return &own->bucket;
}

/* In a full table there is no place; then this process counts alone. */
static struct cmb_bucket *find_bucket(struct cmb_office *office, struct cmb_limit_name name,
                                      const struct cmb_bucket_rule *rule)
{
    struct cmb_bucket *bucket =
        office->table ? cmb_limit_table_bucket(office->table, name, rule) : NULL;
    return bucket ? bucket : own_bucket(office, name, rule);
}

static uint32_t count_of(const struct cmb_desk *desk)
{
    uint32_t count = desk->exchange->plugin->tables.limits.count;
    return count < CMB_LIMITS_MOST ? count : CMB_LIMITS_MOST;
}

bool cmb_limits_open(struct cmb_desk *desk)
{
    for (uint32_t i = 0; i < count_of(desk); i++) {
        struct cmb_bucket_rule rule = cmb_limits_rule(&desk->exchange->limits[i]);
        desk->buckets[i] = find_bucket(desk->office, name_of(desk, i), &rule);
        if (!desk->buckets[i])
            return false;
    }
    desk->delay_ns = DELAY_FIRST_MS * millisecond_ns;
    cmb_limits_align(desk);
    cmb_exchange_share_nonce(desk->exchange, desk->office->table);
    return true;
}

/* ---- when windows begin ---- */

/* Ours begin late by what is not known of the exchange's clock, so that they never begin early, and
 * are kept still at their end for as long again and for the way there.  By the machine's own clock
 * only a bucket is aligned that nobody has aligned yet. */
void cmb_limits_align(struct cmb_desk *desk)
{
    const struct cmb_exchange *exchange = desk->exchange;
    int64_t now_ns = cmb_loop_now_ns(desk->office->loop);
    int64_t later_ns = now_ns + ALIGN_REST_MS * millisecond_ns;
    struct cmb_exchange_time time = cmb_exchange_clock_read(&exchange->time, later_ns);
    int64_t wall_ahead_ns =
        cmb_clock_wall_ns(exchange->clock) - cmb_clock_monotonic_ns(exchange->clock);
    int64_t guard_ns = desk->delay_ns + (time.is_known ? 2 * time.bound_ns : 0);
    desk->aligned_ns = now_ns;
    for (uint32_t i = 0; i < count_of(desk); i++) {
        struct cmb_bucket *bucket = desk->buckets[i];
        if (time.is_known)
            cmb_bucket_align(bucket, time.offset_ns - time.bound_ns, now_ns);
        else if (atomic_load(&bucket->offset_ns) == 0)
            cmb_bucket_align(bucket, wall_ahead_ns, now_ns);
        cmb_bucket_set_guard(bucket, guard_ns);
    }
}

/* What was narrower may have been a mistake, or be over. */
static void try_rules_again(struct cmb_desk *desk, int64_t now_ns)
{
    if (!desk->narrowed_ns || now_ns - desk->narrowed_ns < NARROW_MS * millisecond_ns)
        return;
    desk->narrowed_ns = 0;
    for (uint32_t i = 0; i < count_of(desk); i++) {
        struct cmb_bucket_rule rule = cmb_limits_rule(&desk->exchange->limits[i]);
        struct cmb_bucket_report report = { -1, -1, rule.capacity, -1 };
        cmb_bucket_correct(desk->buckets[i], &report, now_ns);
    }
}

/* The slowest of late; what was slow once is forgotten by and by.  A quarter more is reckoned with,
 * so that it is seldom exceeded. */
void cmb_limits_learn_delay(struct cmb_desk *desk, int64_t delay_ns)
{
    int64_t slowest_ns = desk->slowest_ns - desk->slowest_ns / 64;
    desk->slowest_ns = delay_ns > slowest_ns ? delay_ns : slowest_ns;
    bool is_other = desk->slowest_ns > desk->delay_ns || desk->slowest_ns < desk->delay_ns / 2;
    if (is_other)
        desk->delay_ns = desk->slowest_ns + desk->slowest_ns / 4;
    int64_t now_ns = cmb_loop_now_ns(desk->office->loop);
    if (is_other || now_ns - desk->aligned_ns > ALIGN_REST_MS * millisecond_ns)
        cmb_limits_align(desk);
    try_rules_again(desk, now_ns);
}
