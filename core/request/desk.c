/* What does an exchange need to be open for questions? */
#include "request/request_run.h"

#include <stdlib.h>

#include "base/memory.h"

enum { ANSWERS_MOST = 1024, SIGNATURES_MOST = 256, FLIGHTS_MOST = 256, KEY_BYTES_MOST = 4096 };

static const int64_t millisecond_ns = 1000000;

void cmb_office_init(struct cmb_office *office, struct cmb_loop *loop, struct cmb_network *network)
{
    *office = (struct cmb_office){ .loop = loop, .network = network, .is_timed = true };
    cmb_backoff_init(&office->backoff, 5 * millisecond_ns, 50 * millisecond_ns,
                     2000 * millisecond_ns);
}

/* ---- desks ---- */

/* Whether anything is signed with a time, for an account that is there. */
static bool needs_time(const struct cmb_desk *desk)
{
    const struct cmb_plugin *plugin = desk->exchange->plugin;
    bool is_needed = false;
    for (uint32_t i = 0; i < plugin->endpoint_count; i++)
        is_needed |= plugin->endpoints[i].is_timed;
    return is_needed && cmb_exchange_account(desk->exchange).length;
}

struct cmb_desk *cmb_desk_new(struct cmb_office *office, struct cmb_exchange *exchange)
{
    struct cmb_desk *desk = cmb_calloc(1, sizeof *desk);
    if (!desk)
        return NULL;
    desk->office = office;
    desk->exchange = exchange;
    desk->answers = cmb_cache_new(ANSWERS_MOST, CMB_ANSWERS_BYTES_MOST, /* is_secret= */ false);
    desk->signatures = cmb_cache_new(SIGNATURES_MOST, CMB_SIGNATURES_BYTES_MOST,
                                     /* is_secret= */ true);
    desk->flights = cmb_flights_new(FLIGHTS_MOST);
    cmb_buffer_init(&desk->key, KEY_BYTES_MOST);
    desk->needs_time = needs_time(desk);
    cmb_way_times_init(&desk->times, &cmb_request_way, desk->stages, office->is_timed);
    if (desk->answers && desk->signatures && desk->flights && cmb_limits_open(desk))
        return desk;
    cmb_desk_free(desk);
    return NULL;
}

void cmb_desk_free(struct cmb_desk *desk)
{
    if (!desk)
        return;
    cmb_run_forget(desk->loader, desk->office->loop);
    cmb_run_forget(desk->time_run, desk->office->loop);
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
    if (desk->needs_time)
        cmb_time_ask(desk);
}
