/* bench/host_client.h - a host with exchanges of Binance's kind at the bench's own server.
 *
 * All that a program has, through the public interface, but for one thing: nothing is limited, so
 * that more may be asked in a second than any exchange allows.
 */
#ifndef BENCH_HOST_CLIENT_H
#define BENCH_HOST_CLIENT_H

#include <cambist/cambist.h>

#include "bench/bench.h"
#include "bench/transport_server.h"
#include "host/host.h"

#include <sys/stat.h>

#define HOST_KEY    "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
#define HOST_SECRET "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"

struct host_client {
    struct cambist *host;
    struct cambist_exchange *exchanges[BENCH_PORTS];
    size_t count;
    char keys[64];
    struct cmb_bucket unlimited;
};

static inline void host_write_keys_(struct host_client *client)
{
    snprintf(client->keys, sizeof client->keys, "/tmp/cambist-bench-XXXXXX");
    int file = mkstemp(client->keys);
    bench_require(file >= 0 && fchmod(file, 0600) == 0, "no file for credentials");
    dprintf(file, "key = %s\nsecret = %s\n", HOST_KEY, HOST_SECRET);
    close(file);
}

/* Every limit of every exchange admits a thousand million a second. */
static inline void host_lift_limits_(struct host_client *client)
{
    struct cmb_bucket_rule rule = { .model = CMB_BUCKET_TOKENS, .capacity = 1000000000,
                                    .window_ns = 1000000000 };
    bench_require(cmb_bucket_init(&client->unlimited, &rule), "no such bucket");
    for (size_t i = 0; i < client->host->exchange_count; i++)
        for (size_t limit = 0; limit < CMB_LIMITS_MOST; limit++)
            if (client->host->exchanges[i].desk->buckets[limit])
                client->host->exchanges[i].desk->buckets[limit] = &client->unlimited;
}

/* `count` sections that name one plugin, each with a port of the server and, where it has one, an
 * account; the program drives I/O. */
static inline void host_open_with(struct host_client *client, const struct bench_server *server,
                                  size_t count, bool has_account)
{
    static char config[16384];
    struct cambist_error error = { 0 };
    int length = snprintf(config, sizeof config,
                          "[host]\nconnections_per_host = 60\nconnections_total = 1200\n"
                          "shared_limits = false\nwarm_connections = 0\n");
    host_write_keys_(client);
    for (size_t i = 0; i < count; i++)
        length += snprintf(config + length, sizeof config - (size_t)length,
                           "[exchange binance-%zu]\nplugin = binance\nenvironment = simulated\n"
                           "rest = https://127.0.0.1:%u\nca_file = %s\nkinds = spot\n%s%s\n",
                           i, server->ports[i], test_certificates_ca_file(),
                           has_account ? "credentials = file:" : "",
                           has_account ? client->keys : "");
    if (cambist_open_text(config, "bench", CAMBIST_NO_THREAD, &client->host, &error) != CAMBIST_OK)
        bench_fail(error.message);
    host_lift_limits_(client);
    client->count = count;
    for (size_t i = 0; i < count; i++)
        client->exchanges[i] = cambist_exchange_at(client->host, i);
}

static inline void host_open(struct host_client *client, const struct bench_server *server,
                             size_t count)
{
    host_open_with(client, server, count, true);
}

static inline void host_close(struct host_client *client)
{
    cambist_close(client->host);
    unlink(client->keys);
}

#endif
