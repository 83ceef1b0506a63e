/* How is a host opened, driven and closed? */
#include "host/host.h"

#include <stdlib.h>

#include "base/memory.h"

/* ---- opening and closing ---- */

static struct cambist *new_host(struct cambist_error *error)
{
    struct cambist *host = cmb_calloc(1, sizeof *host);
    if (host) {
        pthread_mutex_init(&host->lock, NULL);
        host->loop = cmb_loop_new(&cmb_clock_system);
    }
    if (host && host->loop)
        return host;
    cambist_close(host);
    cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a host"));
    return NULL;
}

/* `status` is how reading the settings ended. */
static int start_host(struct cambist *host, int status, uint32_t flags, struct cambist **ret,
                      struct cambist_error *error)
{
    if (status == CAMBIST_OK)
        status = cmb_host_check_cpu(host->settings.host.cpu, error);
    if (status == CAMBIST_OK)
        status = cmb_host_open_exchanges(host, error);
    if (status == CAMBIST_OK)
        status = cmb_host_open_orders(host, flags, error);
    if (status == CAMBIST_OK && !(flags & CAMBIST_NO_THREAD))
        status = cmb_host_start_thread(host, error);
    if (status == CAMBIST_OK)
        *ret = host;
    else
        cambist_close(host);
    return status;
}

int cambist_open_with(const char *config_path, uint32_t flags, struct cambist **ret,
                      struct cambist_error *error)
{
    cmb_fail_reset(error);
    struct cambist *host = new_host(error);
    if (!host)
        return CAMBIST_NO_MEMORY;
    int status = cmb_settings_read(&host->settings, config_path, NULL, error);
    return start_host(host, status, flags, ret, error);
}

int cambist_open_text(const char *config, const char *name, uint32_t flags, struct cambist **ret,
                      struct cambist_error *error)
{
    cmb_fail_reset(error);
    struct cambist *host = new_host(error);
    if (!host)
        return CAMBIST_NO_MEMORY;
    int status = cmb_settings_parse(&host->settings, cmb_text_of(config), name, NULL, error);
    return start_host(host, status, flags, ret, error);
}

int cambist_open(const char *config_path, struct cambist **ret, struct cambist_error *error)
{
    return cambist_open_with(config_path, 0, ret, error);
}

void cambist_close(struct cambist *host)
{
    if (!host)
        return;
    cmb_host_stop_thread(host);
    cmb_host_stop_orders(host);
    cmb_host_close_pools(host);
    cmb_questions_end(host);
    cmb_host_free_arbitrages(host, /* is_network_gone= */ true);
    cmb_host_close_orders(host);
    cmb_host_close_exchanges(host);
    cmb_loop_free(host->loop);
    cmb_settings_clear(&host->settings);
    pthread_mutex_destroy(&host->lock);
    free(host);
}

/* ---- looking ---- */

struct cambist_exchange *cambist_find_exchange(struct cambist *host, const char *name)
{
    for (size_t i = 0; i < host->exchange_count; i++)
        if (strcmp(host->exchanges[i].settings->name, name) == 0)
            return &host->exchanges[i];
    return NULL;
}

struct cambist_exchange *cambist_exchange_at(struct cambist *host, size_t i)
{
    return i < host->exchange_count ? &host->exchanges[i] : NULL;
}

const char *cambist_exchange_name(const struct cambist_exchange *exchange)
{
    return exchange->settings->name;
}

int cambist_exchange_has(const struct cambist_exchange *exchange, uint32_t operation,
                         uint32_t kinds)
{
    for (uint32_t i = 0; i < exchange->plugin->endpoint_count; i++) {
        const struct cmb_endpoint *endpoint = &exchange->plugin->endpoints[i];
        if (endpoint->operation == operation &&
            (!kinds || !endpoint->row->kinds || (endpoint->row->kinds & kinds)))
            return 1;
    }
    return 0;
}

int cambist_exchange_clock(const struct cambist_exchange *exchange, int64_t *ret_ahead_ns,
                           int64_t *ret_bound_ns)
{
    const struct cmb_clock *clock = exchange->exchange->clock;
    int64_t now_ns = cmb_clock_monotonic_ns(clock);
    struct cmb_exchange_time time = cmb_exchange_clock_read(&exchange->exchange->time, now_ns);
    if (!time.is_known)
        return 0;
    *ret_ahead_ns = now_ns + time.offset_ns - cmb_clock_wall_ns(clock);
    *ret_bound_ns = time.bound_ns;
    return 1;
}

int cambist_fd(struct cambist *host)
{
    return cmb_loop_fd(host->loop);
}

int cambist_dispatch(struct cambist *host)
{
    return cmb_loop_run_once(host->loop, 0);
}

/* ---- names and numbers ---- */

const char *cambist_status_name(uint32_t status)
{
    return cmb_status_name(status);
}

const char *cambist_status_text(uint32_t status)
{
    return cmb_status_text(status);
}

const char *cambist_operation_name(uint32_t operation)
{
    return operation < CAMBIST_OPERATION_COUNT ? cmb_operation_of(operation)->name.at : NULL;
}

uint32_t cambist_operation_find(const char *name)
{
    return cmb_operation_find(cmb_text_of(name));
}
