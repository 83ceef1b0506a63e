/* How do a plugin, credentials and settings become an exchange that requests are made with? */
#include "request/exchange.h"

#include <stdlib.h>

#include "base/fail.h"
#include "base/memory.h"
#include "crypto/encode.h"
#include "number/time.h"
#include "request/stencil.h"

enum { EXCHANGE_BYTES_MOST = 1 << 20, KEY_BYTES_MOST = 8192 };

/* ---- servers ---- */

static const struct cmb_text *find_pair(const struct cmb_pair *pairs, uint32_t count,
                                        struct cmb_text name)
{
    for (uint32_t i = 0; i < count; i++)
        if (cmb_text_is(pairs[i].name, name))
            return &pairs[i].value;
    return NULL;
}

/* Cuts https://host:port/base. */
static int cut_url(struct cmb_exchange *exchange, struct cmb_text url, struct cmb_server *server,
                   struct cambist_error *error)
{
    const char *host = memmem(url.at, url.length, "://", 3);
    if (!host)
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "%.*s: the URL of server %.*s has no scheme",
                        (int)exchange->name.length, exchange->name.at, (int)server->name.length,
                        server->name.at);
    host += 3;
    struct cmb_text rest = { host, url.length - (size_t)(host - url.at) };
    struct cmb_text path = cmb_text_cut(rest, '/', &server->host);
    server->base = path.length ? (struct cmb_text){ path.at - 1, path.length + 1 } : path;
    if (server->base.length && server->base.at[server->base.length - 1] == '/')
        server->base.length--;
    size_t origin = (size_t)(server->host.at - url.at) + server->host.length;
    server->url = cmb_arena_copy(&exchange->arena, (struct cmb_text){ url.at, origin });
    return server->url ? CAMBIST_OK : CAMBIST_NO_MEMORY;
}

/* A practice exchange serves all streams at one place: the live URL's path tells them apart. */
static const char *practice_url(struct cmb_exchange *exchange, const struct cambist_server *row,
                                struct cmb_text given)
{
    struct cmb_text path = { 0 }, rest = cmb_text_of(row->live);
    if (strncmp(row->live, "wss:", 4) == 0)
        path = cmb_text_cut((struct cmb_text){ rest.at + 6, rest.length - 6 }, '/', &rest);
    char *url = cmb_arena_take(&exchange->arena, given.length + path.length + 2);
    if (!url)
        return NULL;
    memcpy(url, given.at, given.length);
    if (path.length) {
        url[given.length] = '/';
        memcpy(url + given.length + 1, path.at, path.length);
    }
    return url;
}

/* One practice exchange stands for all servers of streams, which it tells apart by their paths. */
static void keep_stream_path(const struct cambist_server *row, struct cmb_server *server)
{
    if (server->base.length || strncmp(row->live, "wss://", 6) != 0)
        return;
    server->base = cmb_text_of(strchrnul(row->live + 6, '/'));
    if (server->base.length && server->base.at[server->base.length - 1] == '/')
        server->base.length--;
}

static int open_server(struct cmb_exchange *exchange, const struct cmb_exchange_settings *settings,
                       uint32_t i, struct cambist_error *error)
{
    const struct cambist_server *row = CMB_ROW(exchange->plugin->tables.servers, i);
    struct cmb_server *server = &exchange->servers[i];
    server->name = cmb_text_of(row->name);
    const char *url = settings->environment == CMB_ENVIRONMENT_SANDBOX ? row->sandbox : row->live;
    const struct cmb_text *given =
        find_pair(settings->servers, settings->server_count, server->name);
    if (settings->environment == CMB_ENVIRONMENT_SIMULATED) {
        if (!given)
            return CAMBIST_OK; /* a request to it will say so */
        url = practice_url(exchange, row, *given);
    }
    int status = url ? cut_url(exchange, cmb_text_of(url), server, error) : CAMBIST_OK;
    if (status == CAMBIST_OK && url && settings->environment == CMB_ENVIRONMENT_SIMULATED)
        keep_stream_path(row, server);
    return status;
}

static int open_servers(struct cmb_exchange *exchange, const struct cmb_exchange_settings *settings,
                        struct cambist_error *error)
{
    uint32_t count = exchange->plugin->tables.servers.count;
    if (count > CMB_SERVERS_MOST)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%.*s: more than %d servers",
                        (int)exchange->name.length, exchange->name.at, CMB_SERVERS_MOST);
    if (settings->server_count && settings->environment != CMB_ENVIRONMENT_SIMULATED)
        return cmb_fail(error, CAMBIST_BAD_CONFIG,
                        "%.*s: other servers than the plugin's are only for environment = simulated",
                        (int)exchange->name.length, exchange->name.at);
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < count && status == CAMBIST_OK; i++)
        status = open_server(exchange, settings, i, error);
    return status;
}

/* ---- credentials ---- */

static int keep_credential(struct cmb_exchange *exchange, uint32_t i, struct cmb_text value,
                           struct cambist_error *error)
{
    char *kept = value.length ? cmb_vault_take(exchange->vault, value.length) : NULL;
    if (value.length && !kept)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("the vault for secrets is full"));
    if (kept)
        memcpy(kept, value.at, value.length);
    exchange->credentials[i] = (struct cmb_secret){ kept, value.length };
    return CAMBIST_OK;
}

static int keep_credentials(struct cmb_exchange *exchange,
                            const struct cmb_exchange_settings *settings,
                            struct cambist_error *error)
{
    uint32_t count = exchange->plugin->tables.credentials.count;
    if (count > CMB_CREDENTIALS_MOST)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%.*s: more than %d credentials",
                        (int)exchange->name.length, exchange->name.at, CMB_CREDENTIALS_MOST);
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < count && status == CAMBIST_OK; i++) {
        const char *name = exchange->plugin->tables.credentials.rows[i].name;
        const struct cmb_text *value =
            find_pair(settings->credentials, settings->credential_count, cmb_text_of(name));
        if (value)
            status = keep_credential(exchange, i, *value, error);
    }
    return status;
}

/* What the row "secret" holds decides which of the derived rows apply. */
static int find_secret_form(struct cmb_exchange *exchange, struct cambist_error *error)
{
    static const struct cmb_text forms[] = { [CMB_SIGN_ED25519] = CMB_TEXT("ed25519"),
                                             [CMB_SIGN_ES256] = CMB_TEXT("ec"),
                                             [CMB_SIGN_RSA_SHA256] = CMB_TEXT("rsa") };
    int row = exchange->plugin->secret;
    if (row < 0 || !exchange->credentials[row].hidden_at)
        return CAMBIST_OK;
    struct cmb_text secret = cmb_secret_reveal(exchange->credentials[row]);
    exchange->secret_form = CMB_TEXT("text");
    if (!cmb_text_contains(secret, CMB_TEXT("-----BEGIN ")))
        return CAMBIST_OK;
    struct cmb_sign_key *key =
        cmb_sign_key_new(exchange->vault, CMB_SIGN_NONE, secret, false, error);
    if (!key)
        return error && error->status ? (int)error->status : CAMBIST_BAD_CONFIG;
    exchange->secret_form = forms[cmb_sign_key_kind(key)];
    cmb_sign_key_free(key);
    return CAMBIST_OK;
}

/* ---- keys ---- */

static bool needs_form(const struct cmb_derived *derived, struct cmb_text form)
{
    for (uint32_t i = 0; i < derived->when.count; i++) {
        const struct cmb_term *term = &derived->when.terms[i];
        if (term->name != CMB_NAME_SECRET_FORM || term->test != CMB_ONE_OF)
            continue;
        bool is_one = false;
        for (uint32_t v = 0; v < term->count; v++)
            is_one |= cmb_text_is(term->values[v], form);
        if (!is_one)
            return false;
    }
    return true;
}

static int open_mac(struct cmb_exchange *exchange, uint32_t i, enum cmb_hash hash,
                    struct cmb_text key, uint32_t form, struct cambist_error *error)
{
    struct cmb_text raw = key;
    unsigned char *decoded = NULL;
    if (form != CAMBIST_AS_TEXT) {
        decoded = cmb_vault_take(exchange->vault, KEY_BYTES_MOST);
        bool is_fine = decoded && (form == CAMBIST_AS_HEX
                                       ? cmb_decode_hex(key, decoded, KEY_BYTES_MOST, &raw.length)
                                       : cmb_decode_base64(key, decoded, KEY_BYTES_MOST,
                                                           &raw.length));
        if (!is_fine) {
            cmb_vault_give(exchange->vault, decoded, KEY_BYTES_MOST);
            return cmb_fail(error, CAMBIST_BAD_CONFIG, "%.*s: the secret is not valid %s",
                            (int)exchange->name.length, exchange->name.at,
                            form == CAMBIST_AS_HEX ? "hex" : "base64");
        }
        raw.at = (const char *)decoded;
    }
    exchange->macs[i] = cmb_mac_new(exchange->vault, hash, raw);
    cmb_vault_give(exchange->vault, decoded, KEY_BYTES_MOST);
    return exchange->macs[i] ? CAMBIST_OK
                             : cmb_fail_plain(error, CAMBIST_NO_MEMORY,
                                              CMB_TEXT("the vault for secrets is full"));
}

static const enum cmb_hash mac_hashes[] = { [CAMBIST_HMAC_SHA256] = CMB_HASH_SHA256,
                                            [CAMBIST_HMAC_SHA384] = CMB_HASH_SHA384,
                                            [CAMBIST_HMAC_SHA512] = CMB_HASH_SHA512 };
static const enum cmb_sign_kind sign_kinds[] = { [CAMBIST_ED25519] = CMB_SIGN_ED25519,
                                                 [CAMBIST_ES256] = CMB_SIGN_ES256,
                                                 [CAMBIST_RSA_SHA256] = CMB_SIGN_RSA_SHA256 };

/* Level 0 of signing: what depends on the key alone is computed once. */
static int open_key(struct cmb_exchange *exchange, uint32_t i, bool is_kept,
                    struct cambist_error *error)
{
    const struct cmb_derived *derived = &exchange->plugin->derived[i];
    if (derived->credential < 0 || !exchange->credentials[derived->credential].hidden_at ||
        !needs_form(derived, exchange->secret_form))
        return CAMBIST_OK;
    struct cmb_text key = cmb_secret_reveal(exchange->credentials[derived->credential]);
    uint32_t algorithm = derived->row->algorithm;
    uint32_t form = exchange->plugin->tables.credentials.rows[derived->credential].form;
    if (algorithm < CAMBIST_ED25519)
        return open_mac(exchange, i, mac_hashes[algorithm], key, form, error);
    exchange->sign_keys[i] =
        cmb_sign_key_new(exchange->vault, sign_kinds[algorithm], key, is_kept, error);
    return exchange->sign_keys[i] ? CAMBIST_OK : CAMBIST_BAD_CONFIG;
}

static int open_keys(struct cmb_exchange *exchange, const struct cmb_exchange_settings *settings,
                     struct cambist_error *error)
{
    if (exchange->plugin->derived_count > CMB_DERIVED_MOST)
        return cmb_fail(error, CAMBIST_BAD_PLUGIN, "%.*s: more than %d derived values",
                        (int)exchange->name.length, exchange->name.at, CMB_DERIVED_MOST);
    int status = find_secret_form(exchange, error);
    for (uint32_t i = 0; i < exchange->plugin->derived_count && status == CAMBIST_OK; i++)
        status = open_key(exchange, i, settings->is_key_cached, error);
    return status;
}

int cmb_exchange_open(const struct cmb_plugin *plugin, struct cmb_vault *vault,
                      const struct cmb_exchange_settings *settings, struct cmb_exchange **ret,
                      struct cambist_error *error)
{
    struct cmb_exchange *exchange = cmb_calloc(1, sizeof *exchange);
    if (!exchange)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for an exchange"));
    static _Atomic uint64_t last_number;
    exchange->number = atomic_fetch_add(&last_number, 1) + 1;
    cmb_arena_init(&exchange->arena, EXCHANGE_BYTES_MOST);
    exchange->plugin = plugin;
    exchange->nonce_mark = &exchange->last_nonce;
    exchange->vault = vault;
    exchange->environment = settings->environment;
    exchange->kind = settings->kind ? settings->kind : CAMBIST_KIND_SPOT;
    exchange->kinds = settings->kinds;
    exchange->clock = settings->clock ? settings->clock : &cmb_clock_system;
    exchange->random = settings->random ? settings->random : &cmb_random_system;
    exchange->stencils = cmb_stencils_new();
    struct cmb_text name = settings->name.at ? settings->name : plugin->name;
    exchange->name = cmb_text_of(cmb_arena_copy(&exchange->arena, name));
    if (settings->receive_window_ms) {
        char digits[CMB_TIME_TEXT_SIZE];
        cmb_time_format_number((int64_t)settings->receive_window_ms * 1000000, CMB_TIME_MS, digits);
        exchange->receive_window =
            cmb_text_of(cmb_arena_copy(&exchange->arena, cmb_text_of(digits)));
    }
    int status = exchange->stencils ? open_servers(exchange, settings, error)
                                    : cmb_fail_plain(error, CAMBIST_NO_MEMORY,
                                                     CMB_TEXT("no memory for an exchange"));
    if (status == CAMBIST_OK)
        status = cmb_exchange_set_limits(exchange, settings->limits, error);
    if (status == CAMBIST_OK)
        status = keep_credentials(exchange, settings, error);
    if (status == CAMBIST_OK)
        status = open_keys(exchange, settings, error);
    if (status != CAMBIST_OK) {
        cmb_exchange_close(exchange);
        return status;
    }
    *ret = exchange;
    return CAMBIST_OK;
}

void cmb_exchange_close(struct cmb_exchange *exchange)
{
    if (!exchange)
        return;
    for (uint32_t i = 0; i < CMB_DERIVED_MOST; i++) {
        cmb_mac_free(exchange->vault, exchange->macs[i]);
        cmb_sign_key_free(exchange->sign_keys[i]);
    }
    for (uint32_t i = 0; i < CMB_CREDENTIALS_MOST; i++) {
        struct cmb_secret *secret = &exchange->credentials[i];
        cmb_vault_give(exchange->vault, (void *)(uintptr_t)secret->hidden_at, secret->length);
    }
    cmb_markets_free(exchange->markets);
    cmb_stencils_free(exchange->stencils);
    cmb_arena_clear(&exchange->arena);
    free(exchange);
}
