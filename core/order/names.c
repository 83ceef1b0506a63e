/* What are the states of an order called? */
#include <cambist/orders.h>

#include "base/schema.h"

static const char *find(const struct cmb_word *words, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (words[i].number == number)
            return words[i].text.at;
    return "?";
}

#define X(NAME, number, text) { number, CMB_TEXT(text) },
#define NAMES(LIST)           static const struct cmb_word words[] = { LIST(X) };                  \
                              return find(words, sizeof words / sizeof *words, number)

const char *cambist_life_name(uint32_t number)
{
    NAMES(CAMBIST_LIFE_LIST);
}

const char *cambist_proof_name(uint32_t number)
{
    NAMES(CAMBIST_PROOF_LIST);
}

const char *cambist_pending_name(uint32_t number)
{
    NAMES(CAMBIST_PENDING_LIST);
}
