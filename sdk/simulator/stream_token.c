/* Which tokens have been given, and until when do they live? */
#include "simulator/stream.h"

#include "crypto/encode.h"

enum { TOKEN_BYTES = 20 };
static const int64_t life_otherwise_ms = 900000, short_life_ns = 2000000000;

/* The shortest of what the dialects that need one say. */
static int64_t life_ns(const struct cmb_plugin *plugin)
{
    int64_t life_ms = 0;
    for (uint32_t i = 0; i < plugin->dialect_count; i++) {
        int64_t own = plugin->dialects[i].row->token_life_ms;
        if (plugin->dialects[i].row->needs_token && own && (!life_ms || own < life_ms))
            life_ms = own;
    }
    return (life_ms ? life_ms : life_otherwise_ms) * 1000000;
}

const char *cmb_practice_new_token(struct cmb_practice *practice, int64_t now_ns)
{
    unsigned char bytes[TOKEN_BYTES];
    struct cmb_token *token = &practice->tokens[practice->token_count++ % CMB_TOKENS];
    cmb_random_fill(&practice->random, bytes, sizeof bytes);
    *cmb_encode_hex(bytes, sizeof bytes, token->text) = 0;
    token->ends_ns = now_ns + life_ns(practice->plugin);
    token->is_told = practice->token_fault == CMB_FAULT_KEY_EXPIRES;
    if (practice->token_fault == CMB_FAULT_DEAD_KEY)
        token->ends_ns = now_ns;
    else if (practice->token_fault)
        token->ends_ns = now_ns + short_life_ns;
    return token->text;
}

bool cmb_practice_tells_end(const struct cmb_practice *practice, struct cmb_text token)
{
    for (int i = 0; token.length && i < CMB_TOKENS; i++)
        if (cmb_text_is(cmb_text_of(practice->tokens[i].text), token))
            return practice->tokens[i].is_told;
    return false;
}

void cmb_practice_renew_tokens(struct cmb_practice *practice, int64_t now_ns)
{
    for (int i = 0; i < CMB_TOKENS; i++)
        if (practice->tokens[i].ends_ns > now_ns)
            practice->tokens[i].ends_ns = now_ns + life_ns(practice->plugin);
}

bool cmb_practice_is_token(const struct cmb_practice *practice, struct cmb_text token,
                           int64_t now_ns)
{
    for (int i = 0; token.length && i < CMB_TOKENS; i++)
        if (cmb_text_is(cmb_text_of(practice->tokens[i].text), token))
            return practice->tokens[i].ends_ns > now_ns;
    return false;
}
