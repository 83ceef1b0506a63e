/* request/exchange.h - a plugin, an account and the places it talks to: what requests are made with.
 *
 * An exchange is opened once from a plugin and settings and is read-only from then on, but for the
 * nonce (atomic) and the markets (replaced as a whole by the I/O thread).  Requests of many threads
 * may be rendered with it at the same time.
 */
#ifndef CMB_REQUEST_EXCHANGE_H
#define CMB_REQUEST_EXCHANGE_H

#include <stdatomic.h>

#include "base/clock.h"
#include "config/credentials.h"
#include "config/settings.h"
#include "crypto/mac.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "limit/table.h"
#include "market/market.h"
#include "plugin/plugin.h"
#include "request/exchange_clock.h"

enum { CMB_SERVERS_MOST = 16, CMB_DERIVED_MOST = 16 };

/* A named text: a credential as it is given, an argument as a person writes it. */
struct cmb_pair {
    struct cmb_text name, value;
};

struct cmb_exchange_settings {
    struct cmb_text name;        /* of the config section; the plugin's when absent */
    uint32_t environment;        /* enum cmb_environment */
    uint32_t kind;               /* CAMBIST_KIND_... meant when nothing says it; 0: spot */
    uint32_t kinds;              /* CAMBIST_KIND_... or-ed: of these markets are loaded; 0: all */
    uint32_t receive_window_ms;  /* 0: the plugin's own default */
    struct cmb_text limits;      /* "private:20/20,...": weight in seconds, where it is not as the
                                  * plugin says; absent: nowhere */
    bool is_key_cached;          /* keeps asymmetric keys ready; see crypto/sign.h */
    const struct cmb_pair *servers; /* name -> URL, instead of the plugin's; only when simulated.  A
                                     * wss:// row keeps its path where the URL has none */
    uint32_t server_count;
    const struct cmb_pair *credentials; /* copied into the vault */
    uint32_t credential_count;
    const struct cmb_clock *clock; /* NULL: the system's */
    struct cmb_random *random;     /* NULL: the system's */
};

/* Where a server's requests go, cut up once. */
struct cmb_server {
    struct cmb_text name;
    const char *url;       /* scheme, host and port: what the pool connects to */
    struct cmb_text host;  /* as it stands in the Host header and in signed texts */
    struct cmb_text base;  /* path in front of every endpoint's; mostly empty */
};

struct cmb_exchange {
    struct cmb_text name;
    uint64_t number; /* no two of a process have the same; never 0 */
    const struct cmb_plugin *plugin;
    uint32_t environment, kind;
    uint32_t kinds; /* of which markets are loaded; 0: of all */
    struct cmb_text receive_window; /* decimal text; absent: not configured */
    const struct cambist_limit *limits; /* by the plugin's rows */
    struct cmb_server servers[CMB_SERVERS_MOST];
    struct cmb_vault *vault;
    struct cmb_secret credentials[CMB_CREDENTIALS_MOST];
    struct cmb_text secret_form;                   /* text, base64, rsa, ed25519, ec */
    struct cmb_mac *macs[CMB_DERIVED_MOST];        /* by derived row; NULL: needs none */
    struct cmb_sign_key *sign_keys[CMB_DERIVED_MOST];
    struct cmb_markets *markets;                   /* NULL: not loaded */
    struct cmb_exchange_clock time;
    _Atomic int64_t last_nonce;      /* of this process */
    _Atomic int64_t *nonce_mark;     /* of all processes with this key; else &last_nonce */
    struct cmb_nonce_keeper {
        /* Nonces up to `reserved` may be given out; before a higher one is, `keep` writes down that
         * those up to `until` may have been used.  NULL: nobody keeps them. */
        void (*keep)(int64_t until, void *user);
        void *user;
        _Atomic int64_t reserved;
    } nonces;
    const struct cmb_clock *clock;
    struct cmb_random *random;
    struct cmb_stencils *stencils; /* of its answers; NULL: each is read by the tables */
    struct cmb_arena arena;
};

/* Opens an exchange.  `plugin` and `vault` outlive it; everything in `settings` is copied, except
 * clock and random.  *ret is the caller's (cmb_exchange_close).  BAD_CONFIG names what is wrong. */
int cmb_exchange_open(const struct cmb_plugin *plugin, struct cmb_vault *vault,
                      const struct cmb_exchange_settings *settings, struct cmb_exchange **ret,
                      struct cambist_error *error);
/* Has the exchange's limits be the plugin's but for what `text` says: "private:20/20,...".  BAD_CONFIG
 * names the entry that is wrong. */
int cmb_exchange_set_limits(struct cmb_exchange *exchange, struct cmb_text text,
                            struct cambist_error *error);
/* Wipes the account's secrets; accepts NULL. */
void cmb_exchange_close(struct cmb_exchange *exchange);

/* What time it is at the exchange, as far as that is known; else by the machine's clock. [any thread] */
static inline int64_t cmb_exchange_now_ns(const struct cmb_exchange *exchange)
{
    if (!cmb_exchange_clock_is_known(&exchange->time))
        return cmb_clock_wall_ns(exchange->clock);
    return cmb_exchange_clock_tell(&exchange->time, cmb_clock_monotonic_ns(exchange->clock));
}

/* A number larger than any given before for this key, by this process or by others that share the
 * table, starting from the time in the plugin's unit.  Has the keeper of nonces write in time, on
 * this thread. [any thread; with a keeper, the keeper's] */
int64_t cmb_exchange_nonce(struct cmb_exchange *exchange);
/* Nonces up to this one were used: none below is given any more. [any thread] */
void cmb_exchange_raise_nonce(struct cmb_exchange *exchange, int64_t nonce);
/* Has the key's nonces counted in the table, for all processes; NULL, or a table without place: by
 * this one alone. */
void cmb_exchange_share_nonce(struct cmb_exchange *exchange, struct cmb_limit_table *table);

/* The name of what the exchange counts: `what` of it, `by` whom.  One-way: nothing can be read out
 * of it. */
struct cmb_limit_name cmb_limit_name_of(const struct cmb_exchange *exchange, struct cmb_text what,
                                        struct cmb_text by);
/* What is sent of the account's credentials; "" without any. */
struct cmb_text cmb_exchange_account(const struct cmb_exchange *exchange);

#endif
