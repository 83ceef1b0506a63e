/* Who is reached over a network that is only played, and how does time pass there? */
#include "simulator/practice_network_inner.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"

enum { VAULT_BYTES = 64 << 10, ARENA_BYTES_MOST = 8 << 20 };

/* ---- addresses ---- */

static struct cmb_practice_place *find_by_name(const struct cmb_practice_network *network,
                                               struct cmb_text name)
{
    for (uint32_t i = 0; i < network->place_count; i++)
        if (cmb_text_is(network->places[i]->practice.plugin->name, name))
            return network->places[i];
    return NULL;
}

struct cmb_practice_place *cmb_practice_network_find_place(struct cmb_practice_network *network,
                                                           const char *url)
{
    const char *host = strstr(url, "://");
    struct cmb_text name;
    struct cmb_text rest = cmb_text_cut(cmb_text_of(host ? host + 3 : url), '.', &name);
    return cmb_text_begins(rest, CMB_TEXT("practice")) ? find_by_name(network, name) : NULL;
}

/* An origin is a place. */
static struct cmb_origin *open_origin(struct cmb_network *way, const char *url,
                                      struct cambist_error *error)
{
    struct cmb_practice_place *place =
        cmb_practice_network_find_place(cmb_practice_network_of(way), url);
    if (!place)
        cmb_fail(error, CAMBIST_BAD_ARGUMENT, "no practice exchange is at %s", url);
    return (struct cmb_origin *)(void *)place;
}

static void warm(struct cmb_network *way, struct cmb_origin *origin, uint32_t count)
{
    (void)way;
    (void)origin;
    (void)count; /* nothing has to be opened */
}

/* ---- delays ---- */

int64_t cmb_practice_network_delay_ns(struct cmb_practice_network *network)
{
    const struct cmb_practice_delays *delays = &network->settings.delays;
    uint64_t chance = cmb_random_number(&network->random);
    uint64_t span_us = delays->most_us - delays->least_us + (uint64_t)1;
    uint64_t us = delays->least_us + (chance & 0xffffffff) % span_us;
    if ((chance >> 32) % 1000000 < delays->tail_per_million)
        us += cmb_random_number(&network->random) % (delays->tail_most_us + 1);
    return (int64_t)us * 1000;
}

int64_t cmb_practice_network_wall_ns(const struct cmb_practice_network *network)
{
    return cmb_clock_wall_ns(network->settings.clock);
}

void cmb_practice_network_start_at(struct cmb_practice_network *network, struct cmb_timer *timer,
                                   int64_t wall_ns)
{
    const struct cmb_clock *clock = network->settings.clock;
    cmb_loop_start_timer_at(network->loop, timer,
                            wall_ns - clock->turned_wall_ns + clock->turned_monotonic_ns);
}

/* ---- what is done later ---- */

void cmb_practice_network_await_late(struct cmb_practice_place *place)
{
    int64_t next_ns = cmb_reception_next_ns(&place->reception);
    if (next_ns < INT64_MAX)
        cmb_practice_network_start_at(place->network, &place->late, next_ns);
}

static void on_late(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_practice_place *place = user;
    cmb_reception_turn(&place->reception, cmb_practice_network_wall_ns(place->network));
    cmb_practice_socket_stir(place);
    cmb_practice_network_await_late(place);
}

/* ---- life ---- */

static const struct cmb_network table = {
    .open_origin = open_origin,
    .warm = warm,
    .send = cmb_practice_flight_send,
    .cancel = cmb_practice_flight_cancel,
    .open_websocket = cmb_practice_socket_open,
    .send_text = cmb_practice_socket_send,
    .send_ping = cmb_practice_socket_ping,
    .close_websocket = cmb_practice_socket_close,
};

static struct cmb_practice_delays usual_delays(const struct cmb_practice_delays *asked)
{
    static const struct cmb_practice_delays usual = { 2000, 30000, 8000000, 2000 };
    bool is_asked = asked->most_us >= asked->least_us && asked->most_us;
    return is_asked ? *asked : usual;
}

struct cmb_practice_network *
cmb_practice_network_new(const struct cmb_practice_network_settings *settings,
                         struct cambist_error *error)
{
    struct cmb_practice_network *network = calloc(1, sizeof *network);
    if (!network) {
        cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a network"));
        return NULL;
    }
    network->way = table;
    network->settings = *settings;
    network->settings.delays = usual_delays(&settings->delays);
    network->loop = settings->loop;
    TAILQ_INIT(&network->unused);
    TAILQ_INIT(&network->flying);
    TAILQ_INIT(&network->sockets);
    cmb_faults_init(&network->faults, settings->seed);
    cmb_random_init_seeded(&network->random, settings->seed ^ 0x6e6574u);
    cmb_http_init(&network->http);
    cmb_arena_init(&network->received.arena, ARENA_BYTES_MOST);
    if (cmb_vault_open(&network->vault, VAULT_BYTES, error) == CAMBIST_OK)
        return network;
    cmb_practice_network_free(network);
    return NULL;
}

void cmb_practice_network_free(struct cmb_practice_network *network)
{
    if (!network)
        return;
    network->is_closing = true;
    cmb_practice_socket_free_all(network);
    cmb_practice_flight_end_all(network);
    for (uint32_t i = 0; i < network->place_count; i++) {
        cmb_loop_stop_timer(network->loop, &network->places[i]->late);
        cmb_reception_clear(&network->places[i]->reception);
        cmb_practice_close(&network->places[i]->practice);
        free(network->places[i]);
    }
    cmb_ledger_clear(&network->ledger);
    cmb_http_clear(&network->http);
    cmb_arena_clear(&network->received.arena);
    cmb_vault_close(&network->vault);
    free(network);
}

int cmb_practice_network_add(struct cmb_practice_network *network, const struct cmb_plugin *plugin,
                             struct cambist_error *error)
{
    uint32_t number = network->place_count;
    struct cmb_practice_place *place =
        number < CMB_SIMULATOR_EXCHANGES_MOST ? calloc(1, sizeof *place) : NULL;
    if (!place)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no room for an exchange"));
    int status = cmb_practice_open(&place->practice, plugin, &network->vault,
                                   network->settings.seed, network->settings.clock, error);
    if (status != CAMBIST_OK) {
        free(place);
        return status;
    }
    place->network = network;
    if (network->settings.house_rest_ms)
        place->practice.engine->rest_ns = network->settings.house_rest_ms * (int64_t)1000000;
    place->late = (struct cmb_timer){ .on_due = on_late, .user = place };
    cmb_reception_init(&place->reception, &place->practice, &network->faults, &network->ledger,
                       number);
    snprintf(place->url, sizeof place->url, "https://%s.practice", plugin->name.at);
    snprintf(place->stream_url, sizeof place->stream_url, "wss://%s.practice", plugin->name.at);
    place->practice.stream_url = place->stream_url;
    network->places[network->place_count++] = place;
    return CAMBIST_OK;
}

/* ---- what others need ---- */

struct cmb_network *cmb_practice_network_way(struct cmb_practice_network *network)
{
    return &network->way;
}

struct cmb_reception *cmb_practice_network_find(struct cmb_practice_network *network,
                                                const char *exchange)
{
    struct cmb_practice_place *place = find_by_name(network, cmb_text_of(exchange));
    return place ? &place->reception : NULL;
}

const char *cmb_practice_network_url(struct cmb_practice_network *network, const char *exchange,
                                     bool is_stream)
{
    struct cmb_practice_place *place = find_by_name(network, cmb_text_of(exchange));
    return !place ? NULL : is_stream ? place->stream_url : place->url;
}

const char *cmb_practice_network_credential(struct cmb_practice_network *network,
                                            const char *exchange, const char *name)
{
    struct cmb_practice_place *place = find_by_name(network, cmb_text_of(exchange));
    return place ? cmb_practice_credential(&place->practice, name) : NULL;
}

/* ---- faults ---- */

int cmb_practice_network_add_fault(struct cmb_practice_network *network, const char *text,
                                   struct cambist_error *error)
{
    return cmb_faults_add(&network->faults, text, error);
}

int cmb_practice_network_strike(struct cmb_practice_network *network, const char *exchange,
                                const char *fault, uint32_t count, struct cambist_error *error)
{
    struct cmb_reception *reception = cmb_practice_network_find(network, exchange);
    if (!reception || !count)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "there is no practice exchange \"%s\"",
                        exchange);
    return cmb_faults_strike(&network->faults, reception->exchange, fault, count,
                             cmb_practice_network_wall_ns(network), error);
}

void cmb_practice_network_clear_faults(struct cmb_practice_network *network)
{
    network->faults.count = 0;
}

uint64_t cmb_practice_network_struck(const struct cmb_practice_network *network, uint32_t fault)
{
    return network->faults.struck[fault];
}

/* ---- time ---- */

bool cmb_practice_network_step(struct cmb_practice_network *network, int64_t until_ns)
{
    struct cmb_clock *clock = network->settings.clock;
    int64_t due_ns = cmb_loop_next_due_ns(network->loop);
    bool is_left = due_ns < INT64_MAX && due_ns <= until_ns;
    int64_t to_ns = is_left ? due_ns : until_ns;
    if (cmb_loop_has_posts(network->loop)) {
        (void)cmb_loop_run_once(network->loop, 0);
        return true;
    }
    if (to_ns < INT64_MAX && to_ns > clock->turned_monotonic_ns)
        cmb_clock_turn(clock, to_ns - clock->turned_monotonic_ns);
    if (is_left)
        (void)cmb_loop_run_due(network->loop);
    return is_left;
}

void cmb_practice_network_run(struct cmb_practice_network *network, int64_t until_ns)
{
    while (cmb_practice_network_step(network, until_ns))
        continue;
}
