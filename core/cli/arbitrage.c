/* cambist arbitrage: what could be bought here and sold there at a gain? */
#include <stdlib.h>

#include "cli/board.h"
#include "cli/feeds.h"
#include "cli/opportunity.h"
#include "number/scaled.h"

enum { SYMBOLS_MOST = 64, LINE_BYTES_MOST = 1 << 16, WAIT_S = 30, DRAW_MS = 100 };

struct command {
    struct cmb_feeds feeds; /* its rows are the exchanges */
    struct cambist_arbitrage_settings settings;
    char *symbol_list; /* cut into symbols */
    const char *symbols[SYMBOLS_MOST];
    const char *exchanges[CMB_FEEDS_MOST];
    struct cambist_arbitrage *arbitrage;
    struct cmb_buffer line;
    bool is_screen;
    struct cmb_board board;
    struct cmb_terminal terminal;
    uint64_t open;       /* executions that have begun and are not settled */
    int rest_count;      /* words that are none of its own */
    char *rest[CMB_FEED_WORDS_MOST];
};

/* ---- the command line ---- */

static bool read_scaled(const char *text, unsigned scale, uint64_t *ret)
{
    int64_t number;
    if (cmb_scaled_parse(cmb_text_of(text), scale, &number) != CMB_NUMBER_FINE || number < 0)
        return false;
    *ret = (uint64_t)number;
    return true;
}

static bool read_symbols(struct command *command, const char *text)
{
    command->symbol_list = strdup(text);
    for (char *at = command->symbol_list; at && *at;) {
        char *end = at + strcspn(at, ",");
        bool is_last = !*end;
        if (command->settings.symbol_count == SYMBOLS_MOST)
            return false;
        *end = 0;
        if (end > at)
            command->symbols[command->settings.symbol_count++] = at;
        at = is_last ? end : end + 1;
    }
    command->settings.symbols = command->symbols;
    return command->settings.symbol_count > 0;
}

/* An option without a value. */
static bool set_flag(struct cambist_arbitrage_settings *settings, const char *option)
{
    uint64_t *flag = strcmp(option, "--triangular") == 0 ? &settings->is_triangular
                     : strcmp(option, "--execute") == 0  ? &settings->is_executed
                     : strcmp(option, "--hedge") == 0    ? &settings->is_hedged
                     : strcmp(option, "--live") == 0     ? &settings->is_live_allowed
                                                         : NULL;
    if (flag)
        *flag = 1;
    return flag != NULL;
}

static bool is_value_option(const char *option)
{
    static const char *const options[] = { "--symbols", "--min-edge", "--max-age", "--max-cost",
                                           "--max-executions", "--max-loss", "--fee" };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(option, options[i]) == 0)
            return true;
    return false;
}

/* A basis point is 100 millionths, a second 1,000 ms. */
static bool set_value(struct command *command, const char *option, const char *value)
{
    struct cambist_arbitrage_settings *settings = &command->settings;
    if (strcmp(option, "--symbols") == 0)
        return read_symbols(command, value);
    if (strcmp(option, "--min-edge") == 0)
        return read_scaled(value, 2, &settings->edge_least_ppm);
    if (strcmp(option, "--max-age") == 0)
        return read_scaled(value, 3, &settings->age_most_ms);
    if (strcmp(option, "--max-executions") == 0)
        return read_scaled(value, 0, &settings->executions_most);
    const char **text = strcmp(option, "--max-cost") == 0   ? &settings->cost_most
                        : strcmp(option, "--max-loss") == 0 ? &settings->loss_most
                                                            : &settings->taker_fee;
    *text = value;
    return true;
}

/* Takes the command's own options out; the rest is read as for all commands that watch. */
static bool read_options(struct command *command, int count, char **words)
{
    command->rest[command->rest_count++] = words[0];
    for (int i = 1; i < count; i++) {
        if (set_flag(&command->settings, words[i]))
            continue;
        if (is_value_option(words[i])) {
            if (i + 1 == count || !set_value(command, words[i], words[i + 1]))
                return false;
            i++;
        } else if (command->rest_count < CMB_FEED_WORDS_MOST) {
            command->rest[command->rest_count++] = words[i];
        }
    }
    return command->settings.symbol_count > 0;
}

static int read_command(struct command *command, int count, char **words)
{
    command->settings.size = sizeof command->settings;
    if (!read_options(command, count, words))
        return cmb_cli_usage(words[0], "needs --symbols, and every option its value");
    int code = cmb_feeds_read(&command->feeds, command->rest_count, command->rest);
    if (code != CMB_EXIT_DONE)
        return code;
    for (int i = 0; i < command->feeds.word_count; i++) {
        if (!cmb_feeds_add_at(&command->feeds, CAMBIST_TOPIC_watch_order_book,
                              cmb_text_of(command->feeds.words[i]), NULL))
            return cmb_cli_usage(words[0], "too many exchanges");
        command->exchanges[i] = command->feeds.words[i];
    }
    command->settings.exchanges = command->exchanges;
    command->settings.exchange_count = (uint64_t)command->feeds.word_count;
    if (!command->feeds.word_count && !command->feeds.config)
        return cmb_cli_usage(words[0], "names no exchange, and there is no configuration");
    return CMB_EXIT_DONE;
}

/* ---- what happens ---- */

static void on_event(const struct cambist_arbitrage_event *event, void *user)
{
    struct command *command = user;
    if (command->is_screen)
        cmb_board_take(&command->board, event);
    else if (command->feeds.is_json)
        cmb_opportunity_write_json(event, &command->line);
    else
        cmb_opportunity_write_plain(event, &command->line);
    if (!command->is_screen)
        cmb_cli_print(&command->line);
    command->open += event->tiding == CAMBIST_ARBITRAGE_SENT;
    command->open -= event->tiding == CAMBIST_ARBITRAGE_SETTLED;
}

/* ---- the screen ---- */

static void draw(struct command *command)
{
    struct cambist_arbitrage_counts counts;
    cambist_arbitrage_count(command->arbitrage, &counts);
    cmb_board_draw(&command->board, &counts, &command->terminal.screen);
    cmb_terminal_draw(&command->terminal);
}

/* A changed size, and Ctrl-Z: the shell gets its terminal, and all is drawn anew behind it. */
static bool heed_signals(struct command *command)
{
    struct cmb_feeds *feeds = &command->feeds;
    bool is_resized = feeds->is_resized, is_suspended = feeds->is_suspended;
    feeds->is_resized = feeds->is_suspended = false;
    if (is_suspended) {
        cmb_terminal_close(&command->terminal);
        raise(SIGSTOP);
        return cmb_terminal_open(&command->terminal, CMB_TERMINAL_WHOLE, 0);
    }
    return !is_resized || cmb_terminal_resize(&command->terminal);
}

static void run_screen(struct command *command)
{
    struct cmb_feeds *feeds = &command->feeds;
    feeds->has_screen = cmb_terminal_open(&command->terminal, CMB_TERMINAL_WHOLE, 0);
    for (bool goes_on = feeds->has_screen; goes_on && heed_signals(command);) {
        int64_t end_ns = cmb_clock_monotonic_ns(&cmb_clock_system) + DRAW_MS * 1000000ll;
        draw(command);
        while (goes_on && cmb_clock_monotonic_ns(&cmb_clock_system) < end_ns)
            goes_on = cmb_feeds_turn(feeds, DRAW_MS);
    }
    cmb_terminal_close(&command->terminal);
    command->is_screen = false; /* what is still to come is told in lines */
}

/* ---- the end ---- */

/* Orders that are under way are waited for a while, so that their end is seen. */
static void wait_for_orders(struct command *command)
{
    int64_t end_ns = cmb_clock_monotonic_ns(&cmb_clock_system) + WAIT_S * 1000000000ll;
    command->feeds.is_over = false;
    command->feeds.end_ns = end_ns;
    while (command->open && cmb_feeds_turn(&command->feeds, 1000))
        continue;
}

static void print_summary(const struct command *command)
{
    struct cambist_arbitrage_counts counts;
    cambist_arbitrage_count(command->arbitrage, &counts);
    fprintf(stderr, "%llu updates of books over %llu routes: %llu looked at exactly, %llu "
                    "opportunities appeared\n",
            (unsigned long long)counts.updates, (unsigned long long)counts.routes,
            (unsigned long long)counts.checks, (unsigned long long)counts.opportunities);
    if (command->settings.is_executed)
        fprintf(stderr, "%llu executions, %llu settled, %llu in doubt for a while, %llu left "
                        "something open; orders: %llu filled, %llu partial, %llu nothing\n",
                (unsigned long long)counts.executions, (unsigned long long)counts.settled,
                (unsigned long long)counts.doubted, (unsigned long long)counts.left_open,
                (unsigned long long)counts.legs[CAMBIST_LEG_FILLED],
                (unsigned long long)counts.legs[CAMBIST_LEG_PARTIAL],
                (unsigned long long)counts.legs[CAMBIST_LEG_NOTHING]);
}

static int run(struct command *command)
{
    struct cmb_feeds *feeds = &command->feeds;
    if (cambist_arbitrage_open(feeds->host, &command->settings, on_event, command,
                               &command->arbitrage, &feeds->error) != CAMBIST_OK)
        return cmb_cli_fail(&feeds->error);
    if (command->is_screen)
        run_screen(command);
    while (!feeds->is_over && cmb_feeds_turn(feeds, 1000))
        continue;
    wait_for_orders(command);
    print_summary(command);
    cambist_arbitrage_close(command->arbitrage);
    return command->open ? CMB_EXIT_UNKNOWN : CMB_EXIT_DONE;
}

int cmb_cli_arbitrage(int count, char **words)
{
    struct command *command = calloc(1, sizeof *command);
    if (!command)
        return CMB_EXIT_FAILED;
    cmb_buffer_init(&command->line, LINE_BYTES_MOST);
    cmb_board_init(&command->board);
    command->feeds.signal_fd = -1;
    int code = read_command(command, count, words);
    if (code == CMB_EXIT_DONE)
        code = cmb_feeds_open(&command->feeds);
    command->is_screen = !command->feeds.is_json && cmb_terminal_is_there();
    if (code == CMB_EXIT_DONE)
        code = run(command);
    cmb_feeds_close(&command->feeds);
    cmb_buffer_clear(&command->line);
    cmb_board_clear(&command->board);
    free(command->symbol_list);
    free(command);
    return code;
}
