/* How do exchanges, faults and servers become a simulator? */
#include "simulator/simulator.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fail.h"
#include "simulator/faults.h"
#include "simulator/reception.h"
#include "simulator/seat.h"

enum { VAULT_BYTES = 512 << 10, TEXT_BYTES_MOST = 64 << 10 };

struct cmb_seat {
    struct cmb_simulator *simulator;
    struct cmb_server_seat server;
    uint32_t number;
    struct cmb_reception reception;
    char url[64], stream_url[64];
    struct cmb_buffer description;
};

struct cmb_simulator {
    struct cmb_simulator_settings settings;
    const struct cmb_clock *clock;
    struct cmb_vault vault;
    pthread_mutex_t lock; /* of everything below: one request at a time */
    struct cmb_practice practices[CMB_SIMULATOR_EXCHANGES_MOST];
    struct cmb_seat seats[CMB_SIMULATOR_EXCHANGES_MOST];
    uint32_t count;
    struct cmb_faults faults;
    struct cmb_ledger ledger;
    SSL_CTX *tls;
    char ca[64];
};

/* ---- requests ---- */

static void answer(void *user, struct cmb_received *received, struct cmb_text target,
                   struct cmb_sending *ret)
{
    struct cmb_seat *seat = user;
    cmb_received_cut(received, target);
    pthread_mutex_lock(&seat->simulator->lock);
    cmb_reception_take(&seat->reception, received, cmb_clock_wall_ns(seat->simulator->clock), ret);
    pthread_mutex_unlock(&seat->simulator->lock);
}

static bool collect(void *user, uint64_t ticket, struct cmb_sending *ret)
{
    struct cmb_seat *seat = user;
    pthread_mutex_lock(&seat->simulator->lock);
    bool is_here = cmb_reception_collect(&seat->reception, ticket, cmb_seat_now_ns(seat), ret);
    pthread_mutex_unlock(&seat->simulator->lock);
    return is_here;
}

static bool accept_peer(void *user)
{
    struct cmb_seat *seat = user;
    struct cmb_simulator *simulator = seat->simulator;
    pthread_mutex_lock(&simulator->lock);
    uint32_t fault = cmb_faults_draw_stream(&simulator->faults, seat->number, CMB_AT_ACCEPT,
                                            CAMBIST_OPERATION_NONE);
    pthread_mutex_unlock(&simulator->lock);
    return fault == CMB_FAULT_NONE;
}

/* ---- streams ---- */

void cmb_seat_lock(struct cmb_seat *seat)
{
    pthread_mutex_lock(&seat->simulator->lock);
}

void cmb_seat_unlock(struct cmb_seat *seat)
{
    pthread_mutex_unlock(&seat->simulator->lock);
}

int64_t cmb_seat_now_ns(const struct cmb_seat *seat)
{
    return cmb_clock_wall_ns(seat->simulator->clock);
}

void cmb_seat_turn(struct cmb_seat *seat)
{
    cmb_reception_turn(&seat->reception, cmb_seat_now_ns(seat));
}

struct cmb_quota_word cmb_seat_connect(struct cmb_seat *seat, const struct cmb_session *session)
{
    return cmb_reception_connect(&seat->reception, cmb_session_dialect(session),
                                 cmb_seat_now_ns(seat));
}

bool cmb_seat_open_session(struct cmb_seat *seat, struct cmb_session *session,
                           struct cmb_text target)
{
    struct cmb_simulator *simulator = seat->simulator;
    return cmb_session_open(session, &simulator->practices[seat->number], &simulator->faults,
                            seat->number, target, cmb_seat_now_ns(seat));
}

/* ---- life ---- */

struct cmb_simulator *cmb_simulator_new(const struct cmb_simulator_settings *settings,
                                        struct cambist_error *error)
{
    struct cmb_simulator *simulator = calloc(1, sizeof *simulator);
    if (!simulator) {
        cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for a simulator");
        return NULL;
    }
    simulator->settings = *settings;
    simulator->clock = settings->clock ? settings->clock : &cmb_clock_system;
    pthread_mutex_init(&simulator->lock, NULL);
    cmb_faults_init(&simulator->faults, settings->seed);
    int status = cmb_vault_open(&simulator->vault, VAULT_BYTES, error);
    if (status == CAMBIST_OK && !settings->is_plain) {
        simulator->tls = cmb_certificate_new(settings->certificate, simulator->ca,
                                             sizeof simulator->ca);
        if (!simulator->tls)
            status = cmb_fail(error, CAMBIST_BAD_CONFIG, "no certificate can be made");
    }
    if (status == CAMBIST_OK)
        return simulator;
    cmb_simulator_free(simulator);
    return NULL;
}

void cmb_simulator_free(struct cmb_simulator *simulator)
{
    if (!simulator)
        return;
    cmb_simulator_stop(simulator);
    for (uint32_t i = 0; i < simulator->count; i++) {
        cmb_reception_clear(&simulator->seats[i].reception);
        cmb_practice_close(&simulator->practices[i]);
        cmb_buffer_clear(&simulator->seats[i].description);
    }
    cmb_ledger_clear(&simulator->ledger);
    cmb_vault_close(&simulator->vault);
    SSL_CTX_free(simulator->tls);
    if (*simulator->ca)
        unlink(simulator->ca);
    pthread_mutex_destroy(&simulator->lock);
    free(simulator);
}

int cmb_simulator_add(struct cmb_simulator *simulator, const struct cmb_plugin *plugin,
                      uint16_t port, struct cambist_error *error)
{
    uint32_t number = simulator->count;
    if (number == CMB_SIMULATOR_EXCHANGES_MOST)
        return cmb_fail(error, CAMBIST_TOO_LARGE, "too many practice exchanges");
    struct cmb_practice *practice = &simulator->practices[number];
    int status = cmb_practice_open(practice, plugin, &simulator->vault, simulator->settings.seed,
                                   simulator->clock, error);
    if (status != CAMBIST_OK)
        return status;
    practice->is_generous = simulator->settings.is_generous;
    simulator->seats[number] = (struct cmb_seat){
        .simulator = simulator, .number = number,
        .server = { .port = port, .tls = simulator->tls, .accept = accept_peer, .answer = answer,
                    .collect = collect, .stream = cmb_seat_serve_stream,
                    .user = &simulator->seats[number] } };
    cmb_reception_init(&simulator->seats[number].reception, practice, &simulator->faults,
                       &simulator->ledger, number);
    cmb_buffer_init(&simulator->seats[number].description, TEXT_BYTES_MOST);
    simulator->count++;
    return CAMBIST_OK;
}

int cmb_simulator_start(struct cmb_simulator *simulator, struct cambist_error *error)
{
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < simulator->count && status == CAMBIST_OK; i++) {
        struct cmb_seat *seat = &simulator->seats[i];
        status = cmb_server_start(&seat->server, error);
        snprintf(seat->url, sizeof seat->url, "%s://127.0.0.1:%u",
                 simulator->tls ? "https" : "http", seat->server.port);
        snprintf(seat->stream_url, sizeof seat->stream_url, "%s://127.0.0.1:%u",
                 simulator->tls ? "wss" : "ws", seat->server.port);
        simulator->practices[i].stream_url = seat->stream_url;
    }
    if (status != CAMBIST_OK)
        cmb_simulator_stop(simulator);
    return status;
}

void cmb_simulator_stop(struct cmb_simulator *simulator)
{
    for (uint32_t i = 0; i < simulator->count; i++)
        cmb_server_stop(&simulator->seats[i].server);
}

static int find_exchange(const struct cmb_simulator *simulator, const char *name)
{
    for (uint32_t i = 0; i < simulator->count; i++)
        if (cmb_text_is(simulator->practices[i].plugin->name, cmb_text_of(name)))
            return (int)i;
    return -1;
}

int cmb_simulator_add_fault(struct cmb_simulator *simulator, const char *text,
                            struct cambist_error *error)
{
    pthread_mutex_lock(&simulator->lock);
    int status = cmb_faults_add(&simulator->faults, text, error);
    pthread_mutex_unlock(&simulator->lock);
    return status;
}

int cmb_simulator_strike(struct cmb_simulator *simulator, const char *exchange, const char *fault,
                         uint32_t count, struct cambist_error *error)
{
    int number = find_exchange(simulator, exchange);
    if (number < 0 || !count)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "there is no practice exchange \"%s\"",
                        exchange);
    pthread_mutex_lock(&simulator->lock);
    int status = cmb_faults_strike(&simulator->faults, (uint32_t)number, fault, count,
                                   cmb_clock_wall_ns(simulator->clock), error);
    pthread_mutex_unlock(&simulator->lock);
    return status;
}

int cmb_simulator_lean(struct cmb_simulator *simulator, const char *exchange, const char *symbol,
                       int64_t ppm, struct cambist_error *error)
{
    int number = find_exchange(simulator, exchange);
    int market = cmb_engine_find_market(cmb_text_of(symbol));
    if (number < 0 || market < 0)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "there is no practice market %s at \"%s\"",
                        symbol, exchange);
    pthread_mutex_lock(&simulator->lock);
    simulator->practices[number].engine->markets[market].lean_ppm = ppm;
    pthread_mutex_unlock(&simulator->lock);
    return CAMBIST_OK;
}

uint64_t cmb_simulator_struck(struct cmb_simulator *simulator, const char *fault)
{
    pthread_mutex_lock(&simulator->lock);
    uint64_t struck = simulator->faults.struck[cmb_fault_find(cmb_text_of(fault))];
    pthread_mutex_unlock(&simulator->lock);
    return struck;
}

const char *cmb_simulator_fault(uint32_t number, const char **ret_help)
{
    if (number + 1 >= CMB_FAULT_COUNT)
        return NULL;
    *ret_help = cmb_fault_help(number + 1);
    return cmb_fault_name(number + 1);
}

void cmb_simulator_clear_faults(struct cmb_simulator *simulator)
{
    pthread_mutex_lock(&simulator->lock);
    simulator->faults.count = 0;
    pthread_mutex_unlock(&simulator->lock);
}

/* ---- what a client needs ---- */

const char *cmb_simulator_url(const struct cmb_simulator *simulator, const char *exchange)
{
    int number = find_exchange(simulator, exchange);
    return number < 0 ? NULL : simulator->seats[number].url;
}

const char *cmb_simulator_ca(const struct cmb_simulator *simulator)
{
    return *simulator->ca ? simulator->ca : NULL;
}

const char *cmb_simulator_credential(const struct cmb_simulator *simulator, const char *exchange,
                                     const char *name)
{
    int number = find_exchange(simulator, exchange);
    return number < 0 ? NULL : cmb_practice_credential(&simulator->practices[number], name);
}

static void add_member(struct json_object *json, const char *key, const char *text)
{
    struct json_object *there;
    if (!json_object_object_get_ex(json, key, &there) || text)
        json_object_object_add(json, key, text ? json_object_new_string(text) : NULL);
}

const char *cmb_simulator_describe(struct cmb_simulator *simulator, const char *exchange)
{
    static const char *const usual[] = { "key", "secret", "passphrase", "private_key" };
    int number = find_exchange(simulator, exchange);
    if (number < 0)
        return NULL;
    const struct cmb_practice *practice = &simulator->practices[number];
    struct cmb_seat *seat = &simulator->seats[number];
    struct json_object *json = json_object_new_object();
    add_member(json, "exchange", exchange);
    add_member(json, "rest", seat->url);
    add_member(json, "stream", practice->plugin->dialect_count ? seat->stream_url : NULL);
    add_member(json, "ca", cmb_simulator_ca(simulator));
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        add_member(json, usual[i], NULL);
    for (uint32_t i = 0; i < practice->plugin->tables.credentials.count &&
                         i < CMB_CREDENTIAL_TEXTS; i++)
        add_member(json, practice->plugin->tables.credentials.rows[i].name,
                   practice->credentials[i]);
    cmb_buffer_reset(&seat->description);
    cmb_buffer_add(&seat->description,
                   cmb_text_of(json_object_to_json_string_ext(
                       json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)));
    json_object_put(json);
    return cmb_buffer_string(&seat->description);
}

/* ---- what happened ---- */

char *cmb_simulator_ledger(struct cmb_simulator *simulator)
{
    pthread_mutex_lock(&simulator->lock);
    char *text = cmb_ledger_format(&simulator->ledger, simulator->practices, simulator->count);
    pthread_mutex_unlock(&simulator->lock);
    return text;
}

size_t cmb_simulator_count_orders(struct cmb_simulator *simulator, const char *exchange,
                                  const char *client_order_id)
{
    int number = find_exchange(simulator, exchange);
    size_t count = 0;
    if (number < 0)
        return 0;
    pthread_mutex_lock(&simulator->lock);
    const struct cmb_engine *engine = simulator->practices[number].engine;
    for (size_t i = 0; i < engine->order_count; i++)
        count += !client_order_id || strcmp(engine->orders[i]->client_id, client_order_id) == 0;
    pthread_mutex_unlock(&simulator->lock);
    return count;
}

bool cmb_simulator_look(struct cmb_simulator *simulator, const char *exchange,
                        cmb_simulator_look_fn *look, void *user)
{
    int number = find_exchange(simulator, exchange);
    if (number < 0)
        return false;
    pthread_mutex_lock(&simulator->lock);
    cmb_seat_turn(&simulator->seats[number]);
    look(&simulator->practices[number], &simulator->ledger, user);
    pthread_mutex_unlock(&simulator->lock);
    return true;
}
