/* cambist simulate: which practice exchanges are served, until when, and what is left behind? */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "simulator/simulator.h"

/* What the words of the command ask for. */
struct wish {
    struct cmb_simulator_settings settings;
    uint16_t port;
    const char *ledger;
    const char *exchanges[CMB_SIMULATOR_EXCHANGES_MOST];
    uint32_t exchange_count;
    const char *faults[CMB_SIMULATOR_FAULTS_MOST];
    uint32_t fault_count;
    const char *leans[CMB_SIMULATOR_EXCHANGES_MOST]; /* EXCHANGE:SYMBOL=PPM */
    uint32_t lean_count;
};

static bool read_number(const char *text, unsigned long long most, unsigned long long *ret)
{
    char *end;
    errno = 0;
    *ret = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno && *ret <= most;
}

static bool read_certificate(const char *text, uint32_t *ret)
{
    static const char *const names[] = {
        [CMB_CERTIFICATE_GOOD] = "good", [CMB_CERTIFICATE_EXPIRED] = "expired",
        [CMB_CERTIFICATE_NOT_YET] = "not-yet", [CMB_CERTIFICATE_WRONG_NAME] = "wrong-name",
        [CMB_CERTIFICATE_SELF_SIGNED] = "self-signed",
        [CMB_CERTIFICATE_UNKNOWN_CA] = "unknown-ca",
    };
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], text) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

/* An option with a value; false when the value is none. */
static bool read_option(struct wish *wish, const char *option, const char *value)
{
    unsigned long long number;
    if (strcmp(option, "--port") == 0) {
        bool is_fine = read_number(value, UINT16_MAX, &number);
        wish->port = (uint16_t)number;
        return is_fine;
    }
    if (strcmp(option, "--seed") == 0) {
        bool is_fine = read_number(value, UINT64_MAX, &number);
        wish->settings.seed = number;
        return is_fine;
    }
    if (strcmp(option, "--certificate") == 0)
        return read_certificate(value, &wish->settings.certificate);
    if (strcmp(option, "--ledger") == 0) {
        wish->ledger = value;
        return true;
    }
    if (strcmp(option, "--lean") == 0 && wish->lean_count < CMB_SIMULATOR_EXCHANGES_MOST) {
        wish->leans[wish->lean_count++] = value;
        return true;
    }
    if (strcmp(option, "--fault") != 0 || wish->fault_count == CMB_SIMULATOR_FAULTS_MOST)
        return false;
    wish->faults[wish->fault_count++] = value;
    return true;
}

/* An option without a value. */
static bool read_switch(struct wish *wish, const char *word)
{
    if (strcmp(word, "--plain") == 0)
        return wish->settings.is_plain = true;
    if (strcmp(word, "--generous") == 0)
        return wish->settings.is_generous = true;
    return strcmp(word, "--tls") == 0;
}

static bool read_words(struct wish *wish, int count, char **words)
{
    for (int i = 1; i < count; i++) {
        bool is_option = strncmp(words[i], "--", 2) == 0;
        if (is_option && read_switch(wish, words[i]))
            continue;
        if (is_option) {
            if (i + 1 == count || !read_option(wish, words[i], words[i + 1]))
                return false;
            i++;
            continue;
        }
        if (wish->exchange_count == CMB_SIMULATOR_EXCHANGES_MOST)
            return false;
        wish->exchanges[wish->exchange_count++] = words[i];
    }
    return wish->exchange_count > 0;
}

/* "okx:BTC/USDT=5000": dearer by half a percent. */
static int add_lean(struct cmb_simulator *simulator, const char *text, struct cambist_error *error)
{
    char exchange[64], symbol[64];
    const char *colon = strchr(text, ':'), *equals = strrchr(text, '=');
    unsigned long long ppm;
    bool is_below = equals && equals[1] == '-';
    if (!colon || !equals || equals < colon || (size_t)(colon - text) >= sizeof exchange ||
        (size_t)(equals - colon) > sizeof symbol ||
        !read_number(equals + 1 + is_below, 500000, &ppm))
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "--lean %s is not EXCHANGE:SYMBOL=PPM", text);
    snprintf(exchange, sizeof exchange, "%.*s", (int)(colon - text), text);
    snprintf(symbol, sizeof symbol, "%.*s", (int)(equals - colon - 1), colon + 1);
    return cmb_simulator_lean(simulator, exchange, symbol, is_below ? -(int64_t)ppm : (int64_t)ppm,
                              error);
}

static int add_exchanges(struct cmb_simulator *simulator, const struct wish *wish,
                         struct cambist_error *error)
{
    int status = CAMBIST_OK;
    for (uint32_t i = 0; i < wish->exchange_count && status == CAMBIST_OK; i++) {
        const struct cmb_plugin *plugin;
        uint32_t kind;
        uint16_t port = wish->port ? (uint16_t)(wish->port + i) : 0;
        status = cmb_cli_find_plugin(cmb_text_of(wish->exchanges[i]), &plugin, &kind, error);
        if (status == CAMBIST_OK)
            status = cmb_simulator_add(simulator, plugin, port, error);
    }
    for (uint32_t i = 0; i < wish->fault_count && status == CAMBIST_OK; i++)
        status = cmb_simulator_add_fault(simulator, wish->faults[i], error);
    for (uint32_t i = 0; i < wish->lean_count && status == CAMBIST_OK; i++)
        status = add_lean(simulator, wish->leans[i], error);
    return status;
}

static int write_ledger(struct cmb_simulator *simulator, const char *path,
                        struct cambist_error *error)
{
    char *text = path ? cmb_simulator_ledger(simulator) : NULL;
    FILE *file = text ? fopen(path, "w") : NULL;
    bool is_written = file && fputs(text, file) >= 0;
    if (file)
        is_written = fclose(file) == 0 && is_written;
    free(text);
    return !path || is_written ? CAMBIST_OK
                               : cmb_fail(error, CAMBIST_BAD_CONFIG, "%s cannot be written", path);
}

/* Serves until somebody says that it is enough. */
static int serve(struct cmb_simulator *simulator, const struct wish *wish, const sigset_t *ends,
                 struct cambist_error *error)
{
    int status = cmb_simulator_start(simulator, error), signal_number;
    if (status != CAMBIST_OK)
        return status;
    for (uint32_t i = 0; i < wish->exchange_count; i++) {
        const char *name = wish->exchanges[i];
        const struct cmb_plugin *plugin;
        uint32_t kind;
        if (cmb_cli_find_plugin(cmb_text_of(name), &plugin, &kind, NULL) == CAMBIST_OK)
            puts(cmb_simulator_describe(simulator, plugin->name.at));
    }
    fflush(stdout);
    sigwait(ends, &signal_number);
    cmb_simulator_stop(simulator);
    return write_ledger(simulator, wish->ledger, error);
}

/* What can go wrong, a line each. */
static int list_faults(void)
{
    const char *name, *help;
    for (uint32_t i = 0; (name = cmb_simulator_fault(i, &help)); i++)
        printf("%-22s %s\n", name, help);
    return CMB_EXIT_DONE;
}

int cmb_cli_simulate(int count, char **words)
{
    struct wish wish = { .settings.seed = 1 };
    struct cambist_error error = { 0 };
    if (count == 2 && strcmp(words[1], "--faults") == 0)
        return list_faults();
    if (!read_words(&wish, count, words))
        return cmb_cli_usage("simulate", "needs an exchange, and options that exist");
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    struct cmb_simulator *simulator = cmb_simulator_new(&wish.settings, &error);
    int status = simulator ? add_exchanges(simulator, &wish, &error) : (int)error.status;
    if (status == CAMBIST_OK)
        status = serve(simulator, &wish, &ends, &error);
    cmb_simulator_free(simulator);
    return status == CAMBIST_OK ? CMB_EXIT_DONE : cmb_cli_fail(&error);
}
