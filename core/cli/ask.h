/* cli/ask.h - commands that ask an exchange: options, the host, the question, the printing. */
#ifndef CMB_CLI_ASK_H
#define CMB_CLI_ASK_H

#include "cli/cli.h"
#include "host/host.h"

enum { CMB_WORDS_MOST = 48 };

/* What stood on the command line besides options. */
struct cmb_ask {
    const char *command;
    bool is_json;
    const char *config;              /* --config; NULL: $CAMBIST_CONFIG, else public data only */
    const char *exchange_name;       /* the first word */
    int count;                       /* plain words behind it */
    char *words[CMB_WORDS_MOST];
    struct cmb_pair pairs[CMB_WORDS_MOST]; /* NAME=VALUE words */
    size_t pair_count;
    struct cambist *host;
    struct cambist_exchange *exchange;
    struct cambist_answer *answer;
    struct cambist_error error;
};

/* Reads options and words and opens the host with the exchange.  CMB_EXIT_DONE, or the exit code
 * to end with; then nothing has to be closed. */
int cmb_ask_open(struct cmb_ask *ask, int count, char **words);
void cmb_ask_close(struct cmb_ask *ask);
/* Adds an argument; the texts are not copied. */
void cmb_ask_add(struct cmb_ask *ask, const char *name, const char *value);
/* Asks; with --json it prints the answer.  CMB_EXIT_DONE when `ask->answer` is there. */
int cmb_ask_run(struct cmb_ask *ask, uint32_t operation);

/* ---- tables for people ---- */

/* Columns are as wide as their widest cell; cells that look like numbers stand at the right. */
struct cmb_table;
struct cmb_table *cmb_table_new(const char *const *titles, size_t columns);
/* Adds a cell to the present row; NULL or "" for nothing.  The text is copied. */
void cmb_table_add(struct cmb_table *table, const char *text);
void cmb_table_add_decimal(struct cmb_table *table, const struct cambist_decimal *value);
/* Nanoseconds since the epoch as 2025-08-01 00:00:00; nothing for 0. */
void cmb_table_add_time(struct cmb_table *table, int64_t time_ns);
void cmb_table_add_word(struct cmb_table *table, uint32_t kind, uint64_t number);
/* Prints to standard output and frees. */
void cmb_table_print(struct cmb_table *table);

#endif
