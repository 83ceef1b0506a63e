/* What does an exchange need to be open for questions? */
#include "request/request_run.h"

#include <stdlib.h>

enum { ANSWERS_MOST = 1024, ANSWER_BYTES_MOST = 32 << 20, FLIGHTS_MOST = 256 };
enum { SIGNATURES_MOST = 256, SIGNATURE_BYTES_MOST = 1 << 20, KEY_BYTES_MOST = 4096 };

static const int64_t millisecond_ns = 1000000;

void cmb_office_init(struct cmb_office *office, struct cmb_loop *loop, struct cmb_network *network)
{
    *office = (struct cmb_office){ .loop = loop, .network = network };
    cmb_backoff_init(&office->backoff, 5 * millisecond_ns, 50 * millisecond_ns,
                     2000 * millisecond_ns);
}

void cmb_office_clear(struct cmb_office *office)
{
    for (struct cmb_shared_limits *shared = office->shared; shared;) {
        struct cmb_shared_limits *next = shared->next;
        free(shared);
        shared = next;
    }
    office->shared = NULL;
}

/* ---- limits ---- */

/* The exchange's rule, and how far from it the host stays: a tenth is kept for cancels, and where
 * passing it means a ban, a twentieth of the rule is not used at all. */
static struct cmb_bucket_rule rule_of(const struct cambist_limit *row)
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

static void open_buckets(const struct cmb_plugin *plugin, struct cmb_bucket *buckets)
{
    for (uint32_t i = 0; i < plugin->tables.limits.count && i < CMB_LIMITS_MOST; i++) {
        struct cmb_bucket_rule rule = rule_of(CMB_ROW(plugin->tables.limits, i));
        (void)cmb_bucket_init(&buckets[i], &rule); /* a rule without sense admits nothing */
    }
}

static struct cmb_shared_limits *share_limits(struct cmb_office *office,
                                              const struct cmb_plugin *plugin)
{
    for (struct cmb_shared_limits *shared = office->shared; shared; shared = shared->next)
        if (shared->plugin == plugin)
            return shared;
    struct cmb_shared_limits *shared = calloc(1, sizeof *shared);
    if (!shared)
        return NULL;
    shared->plugin = plugin;
    shared->next = office->shared;
    office->shared = shared;
    open_buckets(plugin, shared->buckets);
    return shared;
}

struct cmb_bucket *cmb_desk_bucket(struct cmb_desk *desk, uint32_t limit)
{
    const struct cambist_limit *row = CMB_ROW(desk->exchange->plugin->tables.limits, limit);
    return row->scope == CAMBIST_PER_ADDRESS ? &desk->shared->buckets[limit] : &desk->own[limit];
}

/* ---- desks ---- */

struct cmb_desk *cmb_desk_new(struct cmb_office *office, struct cmb_exchange *exchange)
{
    struct cmb_desk *desk = calloc(1, sizeof *desk);
    if (!desk)
        return NULL;
    desk->office = office;
    desk->exchange = exchange;
    desk->answers = cmb_cache_new(ANSWERS_MOST, ANSWER_BYTES_MOST, /* is_secret= */ false);
    desk->signatures = cmb_cache_new(SIGNATURES_MOST, SIGNATURE_BYTES_MOST, /* is_secret= */ true);
    desk->flights = cmb_flights_new(FLIGHTS_MOST);
    cmb_buffer_init(&desk->key, KEY_BYTES_MOST);
    desk->shared = share_limits(office, exchange->plugin);
    for (int stage = 0; stage < CMB_STAGE_COUNT; stage++)
        cmb_histogram_init(&desk->stages[stage], /* is_on= */ true);
    open_buckets(exchange->plugin, desk->own);
    if (desk->answers && desk->signatures && desk->flights && desk->shared)
        return desk;
    cmb_desk_free(desk);
    return NULL;
}

void cmb_desk_free(struct cmb_desk *desk)
{
    if (!desk)
        return;
    cmb_run_free(desk->loader);
    cmb_markets_free(desk->loading);
    cmb_cache_free(desk->answers);
    cmb_cache_free(desk->signatures);
    cmb_buffer_clear(&desk->key);
    cmb_flights_free(desk->flights);
    free(desk);
}

void cmb_desk_warm(struct cmb_desk *desk, uint32_t count)
{
    struct cmb_network *network = desk->office->network;
    for (uint32_t i = 0; i < desk->exchange->plugin->endpoint_count; i++) {
        uint32_t server = desk->exchange->plugin->endpoints[i].server;
        const char *url = desk->exchange->servers[server].url;
        if (desk->origins[server] || !url)
            continue;
        desk->origins[server] = network->open_origin(network, url, NULL);
        if (desk->origins[server])
            network->warm(network, desk->origins[server], count);
    }
}
