/* cli/cli.h - what the files of the command share.
 *
 * One file per command; commands.c lists them.  A command gets the words behind its name and
 * answers an exit code: 0 done, 1 failed, 2 wrong usage, 3 the exchange refused, 4 the outcome is
 * unknown.
 */
#ifndef CMB_CLI_CLI_H
#define CMB_CLI_CLI_H

#include <stdio.h>

#include "base/fail.h"
#include "request/answer.h"

enum cmb_exit { CMB_EXIT_DONE = 0, CMB_EXIT_FAILED, CMB_EXIT_USAGE, CMB_EXIT_REFUSED,
                CMB_EXIT_UNKNOWN };

struct cmb_command {
    const char *name, *usage, *help;
    const char *example;
    int (*run)(int count, char **words); /* words[0] is the command's name */
};

extern const struct cmb_command cmb_commands[];
extern const size_t cmb_command_count;

/* Prints "cambist: reason" to standard error and answers the exit code of the failure. */
int cmb_cli_fail(const struct cambist_error *error);
/* Prints usage and example of a command to standard error; answers CMB_EXIT_USAGE. */
int cmb_cli_usage(const char *command, const char *reason);

/* The plugin of that name or alias, opened once per run.  *ret_kind: the market kind that an alias
 * means, 0 for a name. */
int cmb_cli_find_plugin(struct cmb_text name, const struct cmb_plugin **ret, uint32_t *ret_kind,
                        struct cambist_error *error);
/* The process's vault for secrets. */
struct cmb_vault *cmb_cli_vault(void);
/* Appends "name=value" as an argument; BAD_ARGUMENT without a "=". */
int cmb_cli_set_argument(struct cmb_arguments *arguments, const char *word,
                         struct cambist_error *error);

/* Writes what is in `line` and a newline to standard output and empties it. */
void cmb_cli_print(struct cmb_buffer *line);

/* The batch modes: one JSON object a line on standard input, one on standard output. */
int cmb_cli_request_batch(void);
int cmb_cli_map_batch(void);

/* Opens every plugin of the search path, as far as it can be opened.  *ret lives on. */
size_t cmb_cli_open_plugins(struct cmb_plugin *const **ret);

/* The request of a call that was filled and signed: method, url, headers, body. */
void cmb_cli_write_request(struct cmb_json_writer *writer, const struct cmb_call *call);

/* ---- the commands ---- */
int cmb_cli_arbitrage(int count, char **words);
int cmb_cli_balance(int count, char **words);
int cmb_cli_bench(int count, char **words);
int cmb_cli_book(int count, char **words);
int cmb_cli_books(int count, char **words);
int cmb_cli_config(int count, char **words);
int cmb_cli_doctor(int count, char **words);
int cmb_cli_demo(int count, char **words);
int cmb_cli_limits(int count, char **words);
int cmb_cli_map(int count, char **words);
int cmb_cli_markets(int count, char **words);
int cmb_cli_metrics(int count, char **words);
int cmb_cli_ohlcv(int count, char **words);
int cmb_cli_kill(int count, char **words);
int cmb_cli_order(int count, char **words);
int cmb_cli_orders(int count, char **words);
int cmb_cli_plugins(int count, char **words);
int cmb_cli_record(int count, char **words);
int cmb_cli_replay(int count, char **words);
int cmb_cli_resolve(int count, char **words);
int cmb_cli_request(int count, char **words);
int cmb_cli_simulate(int count, char **words);
int cmb_cli_ticker(int count, char **words);
int cmb_cli_trace(int count, char **words);
int cmb_cli_trades(int count, char **words);
int cmb_cli_watch(int count, char **words);

#endif
