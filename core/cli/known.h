/* cli/known.h - commands that speak of orders in the journal: options, the host, the exchanges. */
#ifndef CMB_CLI_KNOWN_H
#define CMB_CLI_KNOWN_H

#include "cli/ask.h"

struct cmb_known {
    const char *command, *config;
    bool is_json, is_unknown, is_release;
    int64_t for_s; /* how long to wait; 0: not said */
    char *words[CMB_WORDS_MOST];
    int count;
    struct cambist *host;
    struct cambist_error error;
};

/* Reads options and words and opens the host; `flags` are cambist_open_with's.  CMB_EXIT_DONE, or
 * the exit code to end with; then nothing has to be closed. */
int cmb_known_open(struct cmb_known *known, uint32_t flags, int count, char **words);
/* Calls for each exchange that the words name, all without words.  CMB_EXIT_DONE, the first other
 * exit code, or CMB_EXIT_FAILED for a word that is no exchange. */
int cmb_known_each(struct cmb_known *known,
                   int (*on_exchange)(struct cmb_known *known, struct cambist_exchange *exchange));

#endif
