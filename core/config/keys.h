/* config/keys.h - every key that the configuration knows.
 *
 * One table drives the parser, the defaults, the check of ranges, the suggestion behind an unknown
 * key, and the list that `cambist config keys` prints.  A new setting is a row here and a member in
 * config/settings.h. [any thread]
 */
#ifndef CMB_CONFIG_KEYS_H
#define CMB_CONFIG_KEYS_H

#include "base/text.h"

enum cmb_key_section { CMB_KEY_NONE = 0, CMB_KEY_HOST = 1, CMB_KEY_EXCHANGE = 2 };

enum cmb_key_type {
    CMB_KEY_FLAG = 1,   /* bool: true or false */
    CMB_KEY_NUMBER = 2, /* int64_t within least and most */
    CMB_KEY_TEXT = 3,   /* const char * */
    CMB_KEY_PATH = 4,   /* the same, absolute */
    CMB_KEY_URL = 5,    /* the same, http(s) or ws(s) */
    CMB_KEY_WORD = 6,   /* int64_t: the place of the word in `words`, from 1 */
    CMB_KEY_WORDS = 7,  /* int64_t: bit n for the nth of `words`, separated by "," */
    CMB_KEY_DIGEST = 8, /* const char *: 64 hex digits */
    CMB_KEY_SOURCE = 9, /* const char *: where credentials come from; never shown */
    CMB_KEY_CPU = 10    /* int64_t: a number of a CPU; CMB_NO_CPU when empty */
};

struct cmb_key {
    uint32_t section, type;
    const char *name;
    const char *standard;  /* the default as one would write it; "" for nothing */
    int64_t least, most;   /* of a number */
    const char *words;     /* "live|sandbox|simulated"; NULL for other types */
    size_t offset;         /* of the member in the section's struct */
    bool is_for_simulated; /* refused unless environment = simulated */
    const char *help;
};

extern const struct cmb_key cmb_keys[];
extern const size_t cmb_key_count;

/* NULL when the section has no such key. */
const struct cmb_key *cmb_keys_find(enum cmb_key_section section, struct cmb_text name);
/* The section's key that `name` is probably a misspelling of; NULL when none is near. */
const struct cmb_key *cmb_keys_nearest(enum cmb_key_section section, struct cmb_text name);
/* The nearest of `count` words by edit distance, NULL when none is near. */
const char *cmb_keys_nearest_word(struct cmb_text name, const char *const *words, size_t count);
/* Whether a key of this name would hold a secret: key, secret, passphrase, token ... */
bool cmb_keys_looks_secret(struct cmb_text name);

/* Turns `text` into the member at `at`.  Returns NULL, or what is expected instead ("true or
 * false"); texts stay where they are.  `ret_at` is written only on success. */
const char *cmb_keys_parse(const struct cmb_key *key, const char *text, void *ret_at);
/* Writes every key's default into a section's struct. */
void cmb_keys_fill(enum cmb_key_section section, void *ret_struct);
/* Appends the whole table for people: section, name, default, range or words, help. */
void cmb_keys_list(struct cmb_buffer *buffer);

#endif
