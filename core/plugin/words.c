/* Which word of theirs is which word of ours? */
#include "plugin/plugin.h"

const struct cmb_words *cmb_words_find(const struct cmb_plugin *plugin, struct cmb_text name)
{
    for (uint32_t i = 0; i < plugin->word_table_count; i++)
        if (cmb_text_is(plugin->words[i].name, name))
            return &plugin->words[i];
    return NULL;
}

struct cmb_text cmb_words_theirs(const struct cmb_words *words, struct cmb_text ours)
{
    for (uint32_t i = 0; i < words->count; i++)
        if (cmb_text_is(words->rows[i].ours, ours))
            return words->rows[i].theirs;
    return (struct cmb_text){ 0 };
}

const struct cmb_word_row *cmb_words_read(const struct cmb_words *words, struct cmb_text theirs)
{
    const struct cmb_word_row *other = NULL;
    for (uint32_t i = 0; i < words->count; i++) {
        if (cmb_text_is(words->rows[i].theirs, theirs))
            return &words->rows[i];
        if (cmb_text_is(words->rows[i].theirs, CMB_TEXT("*")))
            other = &words->rows[i];
    }
    return other;
}
