/* config/settings.h - the configuration as structs, checked before anything starts.
 *
 * One key file with [host] and any number of [exchange NAME].  It is strict: a key that is not in
 * the table of config/keys.h is an error with the nearest name, and so is one that is set twice,
 * a value outside its range, and everything that looks like a secret.  Every error names file,
 * line and key.
 */
#ifndef CMB_CONFIG_SETTINGS_H
#define CMB_CONFIG_SETTINGS_H

#include <cambist/status.h>

#include "base/arena.h"

/* A larger file is refused. */
#define CMB_SETTINGS_MOST_BYTES     ((size_t)1024 * 1024)
#define CMB_SETTINGS_MOST_EXCHANGES 64
#define CMB_NO_CPU                  (-1)

enum cmb_environment {
    CMB_ENVIRONMENT_NONE = 0,
    CMB_ENVIRONMENT_LIVE = 1,
    CMB_ENVIRONMENT_SANDBOX = 2,
    CMB_ENVIRONMENT_SIMULATED = 3
};

/* What each member means, its default and its range stand in the table: `cambist config keys`.
 * Texts are "" where nothing was set. */
struct cmb_settings_host {
    const char *plugin_path;
    int64_t connections_total, connections_per_host, connections_kept_for_orders;
    int64_t connect_timeout_ms, answer_timeout_ms, dns_cache_s, connection_life_s;
    int64_t keep_alive_idle_s, keep_alive_interval_s, keep_alive_probes;
    int64_t warm_connections;
    const char *ca_file, *proxy;
    bool busy_poll, key_cache, metrics, shared_limits, live_arbitrage;
    const char *journal;
    int64_t durability; /* enum cmb_journal_mode */
    int64_t cpu;        /* that the I/O thread is pinned to; CMB_NO_CPU: it is not */
};

struct cmb_settings_exchange {
    const char *name; /* of the section: "okx-hedge" */
    size_t line;
    const char *plugin;
    bool enabled;
    int64_t environment; /* enum cmb_environment */
    const char *account;
    const char *rest, *stream; /* only with environment = simulated */
    const char *ca_file;       /* only with environment = simulated */
    const char *credentials;   /* a source, see config/credentials.h */
    const char *plugin_sha256; /* 64 hex digits */
    int64_t receive_window_ms; /* 0: the plugin's */
    const char *limits;        /* "private:20/20,..."; "": the plugin's */
    int64_t kinds;             /* CAMBIST_KIND_... or-ed; 0: all that the plugin has */
    int64_t dead_man_s;
    const char *taker_fee;     /* "": the exchange's own */
};

struct cmb_settings {
    const char *file;
    struct cmb_settings_host host;
    struct cmb_settings_exchange *exchanges; /* in the file's order */
    size_t exchange_count;
    struct cmb_arena arena; /* all texts lie here */
};

/* Reads the file at `path`.  With an error the settings are the defaults, `error` (NULL allowed)
 * has the first reason and `report` (NULL allowed) all of them, a line each.  A file that is
 * missing, that others may write, or that belongs to somebody else is an error.  The caller clears
 * the settings in either case. */
int cmb_settings_read(struct cmb_settings *settings, const char *path, struct cmb_buffer *report,
                      struct cambist_error *error);
/* The same for content that was read before; `file` is its name in the errors. */
int cmb_settings_parse(struct cmb_settings *settings, struct cmb_text content, const char *file,
                       struct cmb_buffer *report, struct cambist_error *error);
/* What holds without a file: the defaults and no exchange. */
void cmb_settings_init(struct cmb_settings *settings);
/* Releases the texts.  Accepts a zeroed struct. */
void cmb_settings_clear(struct cmb_settings *settings);

/* The exchange's section, NULL where there is none. */
const struct cmb_settings_exchange *cmb_settings_find(const struct cmb_settings *settings,
                                                      const char *name);

#endif
