/* Which journal and which exchanges does a command speak of? */
#include "cli/known.h"

#include <stdlib.h>

static bool read_option(struct cmb_known *known, int count, char **words, int *at)
{
    const char *word = words[*at];
    const char *value = *at + 1 < count ? words[*at + 1] : NULL;
    if (strcmp(word, "--json") == 0)
        return known->is_json = true;
    if (strcmp(word, "--unknown") == 0)
        return known->is_unknown = true;
    if (strcmp(word, "--release") == 0)
        return known->is_release = true;
    if (!value)
        return false;
    *at += 1;
    if (strcmp(word, "--config") == 0)
        known->config = value;
    else if (strcmp(word, "--for") == 0)
        known->for_s = strtol(value, NULL, 10);
    else
        return false;
    return true;
}

int cmb_known_open(struct cmb_known *known, uint32_t flags, int count, char **words)
{
    known->command = words[0];
    known->config = getenv("CAMBIST_CONFIG");
    for (int i = 1; i < count; i++) {
        if (strncmp(words[i], "--", 2) != 0 && known->count < CMB_WORDS_MOST)
            known->words[known->count++] = words[i];
        else if (!read_option(known, count, words, &i))
            return cmb_cli_usage(known->command, "has no such option");
    }
    if (!known->config)
        return cmb_cli_usage(known->command, "needs --config FILE");
    int status = cambist_open_with(known->config, flags, &known->host, &known->error);
    return status == CAMBIST_OK ? CMB_EXIT_DONE : cmb_cli_fail(&known->error);
}

int cmb_known_each(struct cmb_known *known,
                   int (*on_exchange)(struct cmb_known *known, struct cambist_exchange *exchange))
{
    int code = CMB_EXIT_DONE;
    struct cambist_exchange *exchange;
    for (int i = 0; i < known->count && code == CMB_EXIT_DONE; i++) {
        exchange = cambist_find_exchange(known->host, known->words[i]);
        if (!exchange)
            fprintf(stderr, "cambist: %s enables no exchange \"%s\"\n", known->config,
                    known->words[i]);
        code = exchange ? on_exchange(known, exchange) : CMB_EXIT_FAILED;
    }
    for (size_t i = 0; !known->count && (exchange = cambist_exchange_at(known->host, i)); i++) {
        int one = on_exchange(known, exchange);
        code = code == CMB_EXIT_DONE ? one : code;
    }
    return code;
}
