/* Which dialects can a path mean?
 *
 * Other programs reach a server through folders in front and numbers behind.  So a dialect is meant
 * where its own path stands somewhere in what was asked for; of several the longest. */
#include "simulator/stream.h"

#include <stdio.h>

/* What stands behind the host of a server's URL. */
static struct cmb_text path_of(const char *url)
{
    const char *host = url ? strstr(url, "://") : NULL;
    return cmb_text_of(host ? strchrnul(host + 3, '/') : "");
}

static bool is_end(char c)
{
    return c == '&' || c == '/' || c == '?';
}

/* A name takes what stands up to the next mark. */
static size_t take_name(struct cmb_session *session, const struct cmb_step *step,
                        struct cmb_text text)
{
    size_t length = 0;
    while (length < text.length && !is_end(text.at[length]))
        length++;
    if (step->name == CMB_NAME_TOKEN)
        snprintf(session->token, sizeof session->token, "%.*s",
                 (int)(length < 64 ? length : 64), text.at);
    return length;
}

/* How many characters of its own the dialect finds from here on; 0: it is not here. */
static size_t match_from(struct cmb_session *session, struct cmb_text base,
                         const struct cmb_template *path, struct cmb_text text)
{
    size_t own = base.length;
    if (!cmb_text_begins(text, base))
        return 0;
    text = (struct cmb_text){ text.at + own, text.length - own };
    for (uint32_t i = 0; i < path->count; i++) {
        const struct cmb_step *step = &path->steps[i];
        bool is_literal = step->name == CMB_NAME_LITERAL;
        if (is_literal && !cmb_text_begins(text, step->text))
            return 0;
        size_t length = is_literal ? step->text.length : take_name(session, step, text);
        own += is_literal ? length : 0;
        text = (struct cmb_text){ text.at + length, text.length - length };
    }
    return own + 1;
}

static size_t find_dialect(struct cmb_session *session, const struct cmb_dialect *dialect,
                           struct cmb_text target)
{
    const struct cmb_plugin *plugin = session->practice->plugin;
    struct cmb_text base = path_of(plugin->tables.servers.rows[dialect->server].live);
    size_t own = 0;
    for (size_t i = 0; i < target.length && !own; i++)
        own = match_from(session, base, &dialect->path,
                         (struct cmb_text){ target.at + i, target.length - i });
    return own;
}

bool cmb_session_find_dialects(struct cmb_session *session, struct cmb_text target)
{
    const struct cmb_plugin *plugin = session->practice->plugin;
    size_t longest = 0;
    for (uint32_t i = 0; i < plugin->dialect_count; i++) {
        char before[sizeof session->token];
        memcpy(before, session->token, sizeof before);
        size_t own = find_dialect(session, &plugin->dialects[i], target);
        if (own < longest || !own) {
            memcpy(session->token, before, sizeof before);
            continue;
        }
        if (own > longest)
            session->dialect_count = 0;
        longest = own;
        if (session->dialect_count < CMB_SESSION_DIALECTS)
            session->dialects[session->dialect_count++] = i;
    }
    return session->dialect_count > 0;
}
