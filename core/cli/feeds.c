/* What does a command watch, and how does it wait for it? */
#include "cli/feeds.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "number/scaled.h"

/* ---- the command line ---- */

static bool read_count(const char *text, uint64_t *ret)
{
    int64_t number;
    if (cmb_scaled_parse(cmb_text_of(text), 0, &number) != CMB_NUMBER_FINE || number < 1)
        return false;
    *ret = (uint64_t)number;
    return true;
}

static bool read_seconds(const char *text, int64_t *ret_ns)
{
    return cmb_scaled_parse(cmb_text_of(text), 9, ret_ns) == CMB_NUMBER_FINE && *ret_ns > 0;
}

/* An option with a value; false where there is none, or it is no good. */
static bool set_option(struct cmb_feeds *feeds, const char *option, const char *value)
{
    if (strcmp(option, "--depth") == 0)
        return read_count(value, &feeds->depth);
    if (strcmp(option, "--frames") == 0)
        return read_count(value, &feeds->frames);
    if (strcmp(option, "--for") == 0)
        return read_seconds(value, &feeds->for_ns);
    const char **text = strcmp(option, "--config") == 0      ? &feeds->config
                        : strcmp(option, "--timeframe") == 0 ? &feeds->timeframe
                        : strcmp(option, "--to") == 0        ? &feeds->to
                                                             : NULL;
    if (text)
        *text = value;
    return text != NULL;
}

int cmb_feeds_read(struct cmb_feeds *feeds, int count, char **words)
{
    feeds->command = words[0];
    feeds->config = getenv("CAMBIST_CONFIG");
    feeds->signal_fd = -1;
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--json") == 0) {
            feeds->is_json = true;
        } else if (strncmp(words[i], "--", 2) == 0) {
            if (i + 1 == count || !set_option(feeds, words[i], words[i + 1]))
                return cmb_cli_usage(feeds->command, "an option is unknown, or its value is none");
            i++;
        } else if (feeds->word_count < CMB_FEED_WORDS_MOST) {
            feeds->words[feeds->word_count++] = words[i];
        }
    }
    return CMB_EXIT_DONE;
}

uint32_t cmb_feeds_find_topic(struct cmb_text word)
{
    static const struct {
        const char *name;
        uint32_t topic;
    } rows[] = {
        { "book", CAMBIST_TOPIC_watch_order_book },
        { "best", CAMBIST_TOPIC_watch_bids_asks },
#define X(name, RECORD, access, help) { #name, CAMBIST_TOPIC_##name },
        CAMBIST_TOPIC_LIST(X)
#undef X
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *name = rows[i].name;
        if (cmb_text_is(word, cmb_text_of(name)) ||
            (strncmp(name, "watch_", 6) == 0 && cmb_text_is(word, cmb_text_of(name + 6))))
            return rows[i].topic;
    }
    return CAMBIST_TOPIC_NONE;
}

bool cmb_feeds_add_at(struct cmb_feeds *feeds, uint32_t topic, struct cmb_text exchange,
                      const char *symbol)
{
    if (feeds->count == CMB_FEEDS_MOST || exchange.length >= CMB_FEED_NAME_SIZE)
        return false;
    struct cmb_feed *feed = &feeds->rows[feeds->count++];
    *feed = (struct cmb_feed){ .feeds = feeds, .topic = topic, .symbol = symbol };
    if (exchange.length)
        memcpy(feed->exchange_name, exchange.at, exchange.length);
    return true;
}

/* A symbol has a "/" and perhaps a ":" behind it; an exchange's name has neither. */
bool cmb_feeds_add(struct cmb_feeds *feeds, uint32_t topic, const char *word)
{
    size_t end = strcspn(word, ":/");
    struct cmb_text exchange = { word, word[end] == '/' ? 0 : end };
    const char *symbol = word[end] == '/' ? word : word[end] && word[end + 1] ? word + end + 1 : NULL;
    return cmb_feeds_add_at(feeds, topic, exchange, symbol);
}

/* ---- the host ---- */

static bool is_named_before(const struct cmb_feeds *feeds, size_t i)
{
    for (size_t before = 0; before < i; before++)
        if (strcmp(feeds->rows[before].exchange_name, feeds->rows[i].exchange_name) == 0)
            return true;
    return false;
}

/* Without a configuration every plugin is open for public data. */
static int write_public(struct cmb_feeds *feeds, struct cmb_buffer *config)
{
    for (size_t i = 0; i < feeds->count; i++) {
        const char *name = feeds->rows[i].exchange_name;
        const struct cmb_plugin *plugin;
        uint32_t kind;
        if (!*name)
            return cmb_fail(&feeds->error, CAMBIST_BAD_ARGUMENT,
                            "\"%.60s\" names no exchange, and there is no configuration: "
                            "EXCHANGE:SYMBOL", feeds->rows[i].symbol);
        if (is_named_before(feeds, i))
            continue;
        int status = cmb_cli_find_plugin(cmb_text_of(name), &plugin, &kind, &feeds->error);
        if (status != CAMBIST_OK)
            return status;
        const char *word = cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_KIND), kind).at;
        cmb_buffer_addf(config, "[exchange %s]\nplugin = %s\n%s%s\n", name, plugin->tables.name,
                        word ? "kinds = " : "", word ? word : "");
    }
    return CAMBIST_OK;
}

static int open_public(struct cmb_feeds *feeds)
{
    struct cmb_buffer config;
    cmb_buffer_init(&config, 1 << 16);
    int status = write_public(feeds, &config);
    if (status == CAMBIST_OK)
        status = cambist_open_text(cmb_buffer_string(&config), "(no configuration)",
                                   CAMBIST_NO_THREAD, &feeds->host, &feeds->error);
    cmb_buffer_clear(&config);
    return status;
}

/* A symbol without an exchange is watched at each. */
static void expand(struct cmb_feeds *feeds)
{
    size_t given = feeds->count;
    for (size_t i = 0; i < given; i++) {
        struct cambist_exchange *exchange;
        if (*feeds->rows[i].exchange_name)
            continue;
        for (size_t e = 0; (exchange = cambist_exchange_at(feeds->host, e)); e++) {
            struct cmb_text name = cmb_text_of(cambist_exchange_name(exchange));
            if (e == 0)
                snprintf(feeds->rows[i].exchange_name, CMB_FEED_NAME_SIZE, "%s", name.at);
            else
                (void)cmb_feeds_add_at(feeds, feeds->rows[i].topic, name, feeds->rows[i].symbol);
        }
    }
}

static int find_exchanges(struct cmb_feeds *feeds)
{
    expand(feeds);
    for (size_t i = 0; i < feeds->count; i++) {
        struct cmb_feed *feed = &feeds->rows[i];
        feed->exchange = cambist_find_exchange(feeds->host, feed->exchange_name);
        if (!feed->exchange)
            return cmb_fail(&feeds->error, CAMBIST_BAD_ARGUMENT, "%s enables no exchange \"%s\"",
                            feeds->config, feed->exchange_name);
    }
    return CAMBIST_OK;
}

static void take_signals(struct cmb_feeds *feeds)
{
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGHUP);
    sigaddset(&wanted, SIGWINCH);
    sigaddset(&wanted, SIGTSTP);
    sigprocmask(SIG_BLOCK, &wanted, &feeds->signals_before);
    feeds->signal_fd = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}

int cmb_feeds_open(struct cmb_feeds *feeds)
{
    take_signals(feeds);
    int status = feeds->config ? cambist_open_with(feeds->config, CAMBIST_NO_THREAD, &feeds->host,
                                                   &feeds->error)
                               : open_public(feeds);
    if (status == CAMBIST_OK)
        status = find_exchanges(feeds);
    if (feeds->for_ns)
        feeds->end_ns = cmb_clock_monotonic_ns(&cmb_clock_system) + feeds->for_ns;
    return status == CAMBIST_OK ? CMB_EXIT_DONE : cmb_cli_fail(&feeds->error);
}

int cmb_feed_start(struct cmb_feed *feed, cambist_event_fn *on_event)
{
    struct cambist_arguments arguments = { .symbol = feed->symbol };
    if (feed->topic == CAMBIST_TOPIC_watch_ohlcv)
        arguments.timeframe = feed->feeds->timeframe;
    return cambist_watch(feed->exchange, feed->topic, &arguments, on_event, feed, &feed->watch,
                         &feed->feeds->error);
}

/* ---- waiting ---- */

static void read_signals(struct cmb_feeds *feeds)
{
    struct signalfd_siginfo told;
    while (read(feeds->signal_fd, &told, sizeof told) == sizeof told) {
        if (told.ssi_signo == SIGWINCH)
            feeds->is_resized = true;
        else if (told.ssi_signo == SIGTSTP && feeds->has_screen)
            feeds->is_suspended = true;
        else if (told.ssi_signo == SIGTSTP)
            raise(SIGSTOP);
        else
            feeds->is_over = true;
    }
}

static int bounded_ms(const struct cmb_feeds *feeds, int timeout_ms)
{
    if (!feeds->end_ns)
        return timeout_ms;
    int64_t left_ms =
        (feeds->end_ns - cmb_clock_monotonic_ns(&cmb_clock_system) + 999999) / 1000000;
    if (left_ms < 0)
        left_ms = 0;
    return timeout_ms < 0 || left_ms < timeout_ms ? (int)left_ms : timeout_ms;
}

bool cmb_feeds_turn(struct cmb_feeds *feeds, int timeout_ms)
{
    struct pollfd waiting[] = { { .fd = cambist_fd(feeds->host), .events = POLLIN },
                                { .fd = feeds->signal_fd, .events = POLLIN } };
    poll(waiting, 2, bounded_ms(feeds, timeout_ms));
    cambist_dispatch(feeds->host);
    read_signals(feeds);
    if (feeds->end_ns && cmb_clock_monotonic_ns(&cmb_clock_system) >= feeds->end_ns)
        feeds->is_over = true;
    return !feeds->is_over;
}

void cmb_feeds_close(struct cmb_feeds *feeds)
{
    for (size_t i = 0; i < feeds->count; i++)
        cambist_unwatch(feeds->rows[i].watch);
    cambist_close(feeds->host);
    if (feeds->signal_fd < 0)
        return;
    close(feeds->signal_fd);
    sigprocmask(SIG_SETMASK, &feeds->signals_before, NULL);
}
