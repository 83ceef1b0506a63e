/* What are an account's secrets, and which source are they read from? */
#include "config/credentials.h"

#include "base/fail.h"
#include "config/keys.h"
#include "config/source.h"

static bool is_word(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length < 128 &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") ==
               length &&
           text[0] != '.';
}

static bool is_path(const char *text)
{
    return text[0] == '/';
}

static bool is_small_number(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length <= 4 && strspn(text, "0123456789") == length;
}

static const struct {
    const char *prefix;
    bool (*check)(const char *rest);
    const char *expected;
    int (*read)(struct cmb_source *source, struct cmb_vault *vault, const char *rest,
                struct cambist_error *error);
} sources[] = {
    { "systemd:", is_word, "systemd: wants a name without folders", cmb_source_read_systemd },
    { "file:", is_path, "file: wants an absolute path", cmb_source_read_file },
    { "fd:", is_small_number, "fd: wants the number of a descriptor", cmb_source_read_fd },
    { "env:", is_word, "env: wants the name of a variable", cmb_source_read_env },
    { "command:", is_path, "command: wants an absolute path", cmb_source_read_command },
};

/* The place of the source's form in the table; -1 for none. */
static int find_form(const char *source)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (strncmp(source, sources[i].prefix, strlen(sources[i].prefix)) == 0)
            return (int)i;
    return -1;
}

const char *cmb_credentials_check_source(const char *source)
{
    int form = find_form(source);
    if (form < 0)
        return "should be systemd:NAME, file:/PATH, fd:N, env:NAME or command:/PATH;ARGUMENT";
    return sources[form].check(source + strlen(sources[form].prefix)) ? NULL
                                                                      : sources[form].expected;
}

int cmb_credentials_read(struct cmb_credentials *credentials, struct cmb_vault *vault,
                         const char *source, struct cambist_error *error)
{
    struct cmb_source bytes = { 0 };
    *credentials = (struct cmb_credentials){ 0 };
    const char *wrong = cmb_credentials_check_source(source);
    if (wrong)
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "credentials: %s", wrong);
    int form = find_form(source);
    const char *rest = source + strlen(sources[form].prefix);
    int status = sources[form].read(&bytes, vault, rest, error);
    if (status != CAMBIST_OK)
        return status;
    bool may_show = sources[form].check != is_path || strcmp(sources[form].prefix, "file:") == 0;
    return cmb_credentials_parse(credentials, vault, bytes.at, bytes.size,
                                 may_show ? source : "the helper's output", error);
}

/* The content line by line. */
struct content {
    struct cmb_text rest;
    size_t line;
    const char *origin;
    struct cambist_error *error;
};

static int refuse(const struct content *content, const char *reason)
{
    return cmb_fail(content->error, CAMBIST_BAD_CONFIG, "%s:%zu: %s", content->origin,
                    content->line, reason);
}

static struct cmb_text next_line(struct content *content)
{
    struct cmb_text line;
    content->rest = cmb_text_cut(content->rest, '\n', &line);
    content->line++;
    if (line.length && line.at[line.length - 1] == '\r')
        line.length--;
    return cmb_text_trim(line);
}

/* The armour that begins at `start`, to the end of its last line; absent when that is missing. */
static struct cmb_text read_armour(struct content *content, const char *start)
{
    while (content->rest.length) {
        struct cmb_text line = next_line(content);
        if (cmb_text_begins(line, CMB_TEXT("-----END ")))
            return (struct cmb_text){ start, (size_t)(line.at + line.length - start) };
    }
    return (struct cmb_text){ 0 };
}

static bool begins_armour(struct cmb_text text)
{
    return cmb_text_begins(text, CMB_TEXT("-----BEGIN "));
}

/* The value behind "name =": `first` is what stands in the same line. */
static struct cmb_text read_value(struct content *content, struct cmb_text first)
{
    if (first.length == 0) {
        struct cmb_text peeked;
        cmb_text_cut(content->rest, '\n', &peeked);
        if (begins_armour(cmb_text_trim(peeked)))
            first = next_line(content);
    }
    if (begins_armour(first) && !cmb_text_contains(first, CMB_TEXT("-----END ")))
        return read_armour(content, first.at);
    return first;
}

static bool is_name(struct cmb_text name)
{
    bool is_good = name.length > 0 && name.length < CMB_CREDENTIALS_NAME_MOST;
    for (size_t i = 0; is_good && i < name.length; i++)
        is_good = (name.at[i] >= 'a' && name.at[i] <= 'z') || name.at[i] == '_' ||
                  (i > 0 && name.at[i] >= '0' && name.at[i] <= '9');
    return is_good;
}

/* What a name was probably meant to be; NULL when it is a known one or a plugin's own. */
static const char *find_meant(struct cmb_text name)
{
    static const char *const known[] = { "key", "secret",      "passphrase",
                                         "uid", "private_key", "wallet_address" };
    const char *nearest = cmb_keys_nearest_word(name, known, sizeof known / sizeof *known);
    return nearest && name.length > 3 && !cmb_text_is(name, cmb_text_of(nearest)) ? nearest : NULL;
}

/* NULL, or what is wrong with a value; never the value. */
static const char *check_value(struct cmb_text value)
{
    if (!value.at)
        return "the key's -----END line is missing";
    if (value.length == 0)
        return "the value is missing";
    if (value.length > 1 && (value.at[0] == '"' || value.at[0] == '\'') &&
        value.at[value.length - 1] == value.at[0])
        return "the value is in quotes: leave them off";
    bool may_break = begins_armour(value);
    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.at[i];
        if ((c < 0x20 && !(may_break && (c == '\n' || c == '\r'))) || c == 0x7f)
            return "the value has a control character";
    }
    return NULL;
}

static int add_row(struct cmb_credentials *credentials, const struct content *content,
                   struct cmb_text name, struct cmb_text value)
{
    char room[CMB_CREDENTIALS_NAME_MOST] = "";
    if (!is_name(name))
        return refuse(content, "should be: name = value, the name in lower-case letters");
    memcpy(room, name.at, name.length);
    const char *meant = find_meant(name);
    if (meant)
        return cmb_fail(content->error, CAMBIST_BAD_CONFIG, "%s:%zu: %s: did you mean %s?",
                        content->origin, content->line, room, meant);
    const char *wrong = check_value(value);
    if (wrong)
        return cmb_fail(content->error, CAMBIST_BAD_CONFIG, "%s:%zu: %s: %s", content->origin,
                        content->line, room, wrong);
    if (cmb_credentials_get(credentials, room).hidden_at)
        return cmb_fail(content->error, CAMBIST_BAD_CONFIG, "%s:%zu: %s: set twice",
                        content->origin, content->line, room);
    if (credentials->count == CMB_CREDENTIALS_MOST)
        return refuse(content, "too many names");
    struct cmb_credential *row = &credentials->rows[credentials->count++];
    memcpy(row->name, room, sizeof room);
    row->value = (struct cmb_secret){ value.at, value.length };
    return CAMBIST_OK;
}

static int read_rows(struct cmb_credentials *credentials, struct content *content)
{
    while (content->rest.length) {
        struct cmb_text name, line = next_line(content);
        if (line.length == 0 || line.at[0] == '#')
            continue;
        struct cmb_text first = cmb_text_cut(line, '=', &name);
        if (!first.at)
            return refuse(content, "should be: name = value");
        struct cmb_text value = read_value(content, cmb_text_trim(first));
        int status = add_row(credentials, content, cmb_text_trim(name), value);
        if (status != CAMBIST_OK)
            return status;
    }
    return credentials->count ? CAMBIST_OK : refuse(content, "no credentials in it");
}

int cmb_credentials_parse(struct cmb_credentials *credentials, struct cmb_vault *vault, char *at,
                          size_t size, const char *origin, struct cambist_error *error)
{
    *credentials = (struct cmb_credentials){ .vault = vault, .at = at, .size = size };
    struct content content = { .rest = { at, size }, .origin = origin, .error = error };
    int status = read_rows(credentials, &content);
    if (status != CAMBIST_OK)
        cmb_credentials_clear(credentials);
    return status;
}

void cmb_credentials_clear(struct cmb_credentials *credentials)
{
    if (credentials->at)
        cmb_vault_give(credentials->vault, credentials->at, credentials->size);
    *credentials = (struct cmb_credentials){ 0 };
}

struct cmb_secret cmb_credentials_get(const struct cmb_credentials *credentials, const char *name)
{
    for (size_t i = 0; i < credentials->count; i++)
        if (strcmp(credentials->rows[i].name, name) == 0)
            return credentials->rows[i].value;
    return (struct cmb_secret){ 0 };
}
