/* How long does a host take until it is ready, with all plugins and no network?
 *
 * The whole of what an operator waits for: the configuration is read, every plugin is loaded, copied,
 * compiled and signs its known answers, authorities are loaded, and the exchanges are open.  Beside
 * it each plugin alone, and the system's dlopen of the same file. */
#include "bench/host_client.h"

#include "request/known_answers.h"

#include <dlfcn.h>

enum { ROUNDS = 41 };

#define HOST   "a host with all plugins, from its text to ready"
#define FIRST  "the first in this process"
#define AGAIN  "opened again"
#define LOADED "a plugin, loaded and checked"

static const char *const names[] = { "binance", "kraken", "okx", "coinbase" };
enum { NAMES = sizeof names / sizeof *names };
static char config[4096];

/* Exchanges that listen nowhere: nothing is asked of them. */
static void write_config(void)
{
    int length = snprintf(config, sizeof config, "[host]\nplugin_path = %s\n"
                          "shared_limits = false\n", PLUGINS);
    for (int i = 0; i < NAMES; i++)
        length += snprintf(config + length, sizeof config - (size_t)length,
                           "[exchange %s]\nenvironment = live\n", names[i]);
}

/* In a process of its own, because plugins stay loaded; what it measured, in us. */
static double in_child(double (*measure)(const char *name), const char *name)
{
    int ends[2];
    double us = 0;
    bench_require(pipe(ends) == 0, "no pipe");
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        us = measure(name);
        _exit(write(ends[1], &us, sizeof us) == sizeof us ? 0 : 1);
    }
    close(ends[1]);
    bench_require(read(ends[0], &us, sizeof us) == sizeof us, "a process has measured nothing");
    close(ends[0]);
    waitpid(child, NULL, 0);
    return us;
}

static double open_host(const char *name)
{
    struct cambist *host;
    struct cambist_error error = { 0 };
    (void)name;
    int64_t start_ns = bench_now_ns();
    if (cambist_open_text(config, "bench", CAMBIST_NO_THREAD, &host, &error) != CAMBIST_OK)
        bench_fail(error.message);
    double us = (double)(bench_now_ns() - start_ns) / 1e3;
    cambist_close(host);
    return us;
}

/* The second host of a process. */
static double open_again(const char *name)
{
    (void)open_host(name);
    return open_host(name);
}

static double load_plugin(const char *name)
{
    struct cmb_vault vault;
    struct cmb_plugin *plugin;
    struct cambist_error error = { 0 };
    struct cmb_plugin_rules rules = { .search_path = PLUGINS };
    bench_require(cmb_vault_open(&vault, CMB_VAULT_SIZE_BYTES, NULL) == CAMBIST_OK, "no vault");
    int64_t start_ns = bench_now_ns();
    if (cmb_plugin_open(name, &rules, &plugin, &error) != CAMBIST_OK ||
        cmb_known_answers_check(plugin, &vault, &error) != CAMBIST_OK)
        bench_fail(error.message);
    return (double)(bench_now_ns() - start_ns) / 1e3;
}

/* The floor: the system loads the file, and nothing looks into it. */
static double load_bare(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/cambist_%s.so", PLUGINS, name);
    int64_t start_ns = bench_now_ns();
    bench_require(dlopen(path, RTLD_NOW | RTLD_LOCAL) != NULL, "a plugin cannot be loaded");
    return (double)(bench_now_ns() - start_ns) / 1e3;
}

static const struct bench_goal goals[] = {
    { "host with all plugins, opened to ready, the first time", HOST, "ms", FIRST, .at_most = 50 },
    { "host with all plugins, opened to ready, again", HOST, "ms", AGAIN, .at_most = 50 },
};

int main(int count, char **words)
{
    char bare[NAMES][32];
    bench_begin(count, words);
    write_config();
    for (int round = 0; bench_has_round(round, ROUNDS); round++) {
        bench_note(HOST, FIRST, "ms", in_child(open_host, NULL) / 1e3);
        bench_note(HOST, AGAIN, "ms", in_child(open_again, NULL) / 1e3);
        for (int i = 0; i < NAMES; i++) {
            snprintf(bare[i], sizeof bare[i], "dlopen of %s", names[i]);
            bench_note(LOADED, bare[i], "us", in_child(load_bare, names[i]));
            bench_note(LOADED, names[i], "us", in_child(load_plugin, names[i]));
        }
    }
    bench_tell(HOST);
    bench_tell(LOADED);
    return bench_end(goals, sizeof goals / sizeof *goals);
}
