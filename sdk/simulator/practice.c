/* What happens to a request, from its first byte to the answer's last? */
#include "simulator/exchange.h"

#include <stdlib.h>

#include "base/fail.h"

/* ---- life ---- */

static int open_exchange(struct cmb_practice *practice, struct cmb_vault *vault,
                         const struct cmb_clock *clock, struct cambist_error *error)
{
    const struct cambist_plugin *tables = &practice->plugin->tables;
    struct cmb_pair servers[CMB_SERVERS_MOST], secrets[CMB_CREDENTIAL_TEXTS];
    struct cmb_exchange_settings settings = { .environment = CMB_ENVIRONMENT_SIMULATED,
                                              .is_key_cached = true, .servers = servers,
                                              .credentials = secrets, .clock = clock };
    for (uint32_t i = 0; i < tables->servers.count && i < CMB_SERVERS_MOST; i++)
        servers[settings.server_count++] = (struct cmb_pair){
            cmb_text_of(tables->servers.rows[i].name), CMB_TEXT("https://127.0.0.1") };
    for (uint32_t i = 0; i < tables->credentials.count && i < CMB_CREDENTIAL_TEXTS; i++)
        secrets[settings.credential_count++] = (struct cmb_pair){
            cmb_text_of(tables->credentials.rows[i].name), cmb_text_of(practice->credentials[i]) };
    return cmb_exchange_open(practice->plugin, vault, &settings, &practice->exchange, error);
}

int cmb_practice_open(struct cmb_practice *practice, const struct cmb_plugin *plugin,
                      struct cmb_vault *vault, uint64_t seed, const struct cmb_clock *clock,
                      struct cambist_error *error)
{
    *practice = (struct cmb_practice){ .plugin = plugin };
    seed ^= cmb_text_hash(plugin->name); /* two exchanges have two markets */
    cmb_random_init_seeded(&practice->random, seed + 1);
    practice->engine = cmb_engine_new(seed, cmb_clock_wall_ns(clock));
    practice->call = cmb_call_new();
    int status = practice->engine && practice->call && cmb_practice_make_credentials(practice, seed)
                     ? open_exchange(practice, vault, clock, error)
                     : cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for a practice exchange");
    if (status == CAMBIST_OK)
        practice->exchange->markets = cmb_practice_name_markets(plugin);
    if (status != CAMBIST_OK)
        cmb_practice_close(practice);
    return status;
}

void cmb_practice_close(struct cmb_practice *practice)
{
    cmb_engine_free(practice->engine);
    cmb_call_free(practice->call);
    cmb_exchange_close(practice->exchange);
    for (int i = 0; i < CMB_CREDENTIAL_TEXTS; i++)
        free(practice->credentials[i]);
    *practice = (struct cmb_practice){ 0 };
}

/* ---- a request ---- */

uint32_t cmb_practice_read(struct cmb_practice *practice, struct cmb_received *received)
{
    for (uint32_t i = 0; i < CMB_SERVERS_MOST; i++)
        practice->exchange->servers[i].host = received->host;
    practice->error = (struct cambist_error){ 0 };
    practice->capture = (struct cmb_capture){ .call = practice->call };
    practice->is_known = cmb_question_read(&practice->capture, practice->exchange, received,
                                           &practice->error);
    cmb_fail_reset(&practice->error);
    return practice->is_known ? practice->call->operation : CAMBIST_OPERATION_NONE;
}

int cmb_practice_prove(struct cmb_practice *practice)
{
    if (!practice->is_known)
        return cmb_fail(&practice->error, CAMBIST_NOT_SUPPORTED, "there is no such path");
    int status = cmb_proof_check(&practice->capture, &practice->error);
    if (status == CAMBIST_OK)
        cmb_fail_reset(&practice->error);
    return status;
}

static bool tell(struct json_object *json, struct cmb_reply *ret)
{
    const char *text = json ? json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
                                                                       JSON_C_TO_STRING_NOSLASHESCAPE)
                            : NULL;
    ret->body = text ? strdup(text) : NULL;
    json_object_put(json);
    return ret->body != NULL;
}

bool cmb_practice_finish(struct cmb_practice *practice, int status, struct cmb_reply *ret)
{
    int64_t now_ns = practice->capture.received->time_ns;
    cmb_engine_turn(practice->engine, now_ns - now_ns % 1000000);
    if (status == CAMBIST_OK)
        status = cmb_practice_serve(practice, &practice->capture, &practice->error);
    ret->http_status = 200;
    if (status == CAMBIST_OK)
        return tell(cmb_practice_write(practice->call), ret);
    if (!practice->is_known && practice->is_generous)
        return tell(cmb_practice_write_nothing(practice->plugin), ret);
    practice->error.status = (uint32_t)status;
    uint32_t operation = practice->is_known ? practice->call->operation : CAMBIST_OPERATION_NONE;
    return tell(cmb_practice_write_refusal(practice->plugin, operation, &practice->error,
                                           &ret->http_status), ret);
}

bool cmb_practice_run(struct cmb_practice *practice, struct cmb_reply *ret)
{
    return cmb_practice_finish(practice, cmb_practice_prove(practice), ret);
}
