/* Which known name was probably meant, and does a name promise a secret? */
#include "config/keys.h"

enum { NAME_MOST = 40 };

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Edits (insert, delete, replace, swap neighbours) from `a` to `b`; NAME_MOST for long names. */
static size_t find_distance(struct cmb_text a, struct cmb_text b)
{
    size_t rows[3][NAME_MOST + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    if (a.length > NAME_MOST || b.length > NAME_MOST)
        return NAME_MOST;
    for (size_t j = 0; j <= b.length; j++)
        above[j] = before[j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            bool is_same = a.at[i - 1] == b.at[j - 1];
            row[j] = least_of(above[j] + 1, row[j - 1] + 1, above[j - 1] + !is_same);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                row[j] = least_of(row[j], before[j - 2] + 1, NAME_MOST);
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[b.length];
}

/* A third of the letters may be wrong, but one always. */
static size_t most_edits(struct cmb_text name)
{
    return name.length / 3 + 1;
}

const char *cmb_keys_nearest_word(struct cmb_text name, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t least = most_edits(name) + 1;
    for (size_t i = 0; i < count; i++) {
        size_t distance = find_distance(name, cmb_text_of(words[i]));
        if (distance < least) {
            least = distance;
            nearest = words[i];
        }
    }
    return nearest;
}

const struct cmb_key *cmb_keys_nearest(enum cmb_key_section section, struct cmb_text name)
{
    const struct cmb_key *nearest = NULL;
    size_t least = most_edits(name) + 1;
    for (const struct cmb_key *key = cmb_keys; key < cmb_keys + cmb_key_count; key++) {
        size_t distance =
            key->section == section ? find_distance(name, cmb_text_of(key->name)) : NAME_MOST;
        if (distance < least) {
            least = distance;
            nearest = key;
        }
    }
    return nearest;
}

bool cmb_keys_looks_secret(struct cmb_text name)
{
    static const char *const parts[] = {
        "secret", "passphrase", "password", "passwd",  "private",
        "token",  "apikey",     "api_key",  "api-key", "mnemonic"
    };
    static const char *const whole[] = { "key", "pass", "seed", "pin", "uid", "wallet_address" };
    char lower[NAME_MOST];
    struct cmb_text text = { lower, name.length < NAME_MOST ? name.length : NAME_MOST };
    for (size_t i = 0; i < text.length; i++)
        lower[i] = (char)(name.at[i] >= 'A' && name.at[i] <= 'Z' ? name.at[i] + 32 : name.at[i]);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (cmb_text_contains(text, cmb_text_of(parts[i])))
            return true;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (cmb_text_is(text, cmb_text_of(whole[i])))
            return true;
    return false;
}
