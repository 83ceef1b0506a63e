/* What does the configuration say, and is all of it right? */
#include <glib.h>
#include <stdio.h>

#include "base/fail.h"
#include "config/credentials.h"
#include "config/keys.h"
#include "config/lines.h"
#include "config/settings.h"

enum { KEYS_MOST = 64, VALUE_SHOWN_BYTES = 40 };

/* One reading: the section that is being filled, and what was found wrong so far. */
struct reading {
    struct cmb_settings *settings;
    GKeyFile *values;
    struct cmb_buffer *report; /* NULL: nobody wants all of them */
    struct cambist_error *error;
    size_t wrong_count;
    const char *section_name;     /* as it stands in the file; NULL: none, or a wrong one */
    enum cmb_key_section section; /* what it holds */
    void *filled;                 /* its struct */
    size_t host_line;
    size_t set_at[KEYS_MOST]; /* line that set the key of this place in cmb_keys; 0: none */
};

/* Writes "FILE:LINE: WHAT" down. */
static void __attribute__((format(printf, 3, 4)))
complain(struct reading *reading, size_t line, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    reading->wrong_count++;
    cmb_fail(reading->error, CAMBIST_BAD_CONFIG, "%s:%zu: %s", reading->settings->file, line, text);
    if (reading->report)
        cmb_buffer_addf(reading->report, "%s:%zu: %s\n", reading->settings->file, line, text);
}

/* A copy of `text` that is fit to be shown; "" where even its form might tell a secret. */
static const char *shown(struct reading *reading, struct cmb_text text)
{
    struct cmb_buffer buffer;
    cmb_buffer_init(&buffer, 8 * VALUE_SHOWN_BYTES);
    cmb_buffer_add_escaped(&buffer, text, VALUE_SHOWN_BYTES);
    const char *copy = cmb_arena_copy(&reading->settings->arena, cmb_buffer_text(&buffer));
    cmb_buffer_clear(&buffer);
    return copy ? copy : "";
}

static void complain_unknown(struct reading *reading, const struct cmb_line *line)
{
    if (cmb_keys_looks_secret(line->name)) {
        complain(reading, line->number,
                 "%s: looks like a secret; secrets stand in a source of their own that "
                 "`credentials` names, never here",
                 shown(reading, line->name));
        return;
    }
    const struct cmb_key *nearest = cmb_keys_nearest(reading->section, line->name);
    if (nearest)
        complain(reading, line->number, "%s: no such key; did you mean %s?",
                 shown(reading, line->name), nearest->name);
    else
        complain(reading, line->number, "%s: no such key in [%s]", shown(reading, line->name),
                 reading->section_name);
}

static void complain_value(struct reading *reading, size_t line, const struct cmb_key *key,
                           const char *value, const char *expected)
{
    const char *is = shown(reading, cmb_text_of(value));
    if (key->type == CMB_KEY_NUMBER)
        complain(reading, line, "%s: is \"%s\", should be %s from %lld to %lld", key->name, is,
                 expected, (long long)key->least, (long long)key->most);
    else if (key->words)
        complain(reading, line, "%s: is \"%s\", should be %s %s", key->name, is, expected,
                 key->words);
    else
        complain(reading, line, "%s: should be %s", key->name, expected);
}

static void set_value(struct reading *reading, size_t line, const struct cmb_key *key)
{
    GError *reason = NULL;
    if (!reading->values)
        return;
    gchar *read = g_key_file_get_string(reading->values, reading->section_name, key->name, &reason);
    const char *value =
        reason ? NULL : cmb_arena_copy(&reading->settings->arena, cmb_text_of(read));
    g_free(read);
    g_clear_error(&reason);
    if (!value) {
        complain(reading, line, "%s: the value is not UTF-8, or has a wrong \\ escape", key->name);
        return;
    }
    const char *expected = cmb_keys_parse(key, value, (char *)reading->filled + key->offset);
    if (expected)
        complain_value(reading, line, key, value, expected);
    else if (key->type == CMB_KEY_SOURCE && value[0] &&
             (expected = cmb_credentials_check_source(value)))
        complain(reading, line, "%s: %s", key->name, expected);
}

static void read_key(struct reading *reading, const struct cmb_line *line)
{
    if (line->has_marker) {
        complain(reading, line->number, "a private key; secrets never stand here");
        return;
    }
    if (!reading->section_name)
        return; /* the section was complained about */
    const struct cmb_key *key = cmb_keys_find(reading->section, line->name);
    if (!key) {
        complain_unknown(reading, line);
        return;
    }
    size_t *set_at = &reading->set_at[key - cmb_keys];
    if (*set_at)
        complain(reading, line->number, "%s: set twice, first in line %zu", key->name, *set_at);
    else
        set_value(reading, line->number, key);
    *set_at = *set_at ? *set_at : line->number;
}

static bool is_exchange_name(struct cmb_text name)
{
    bool is_good = name.length > 0 && name.length <= 40;
    for (size_t i = 0; is_good && i < name.length; i++)
        is_good = (name.at[i] >= 'a' && name.at[i] <= 'z') ||
                  (name.at[i] >= '0' && name.at[i] <= '9') || name.at[i] == '-' ||
                  name.at[i] == '_';
    return is_good;
}

/* Keys that are only for a practice exchange, and what else one section alone can have wrong. */
static void end_section(struct reading *reading)
{
    struct cmb_settings_exchange *exchange = reading->filled;
    if (reading->section != CMB_KEY_EXCHANGE || !exchange)
        return;
    for (size_t i = 0; i < cmb_key_count; i++)
        if (cmb_keys[i].is_for_simulated && reading->set_at[i] &&
            exchange->environment != CMB_ENVIRONMENT_SIMULATED)
            complain(reading, reading->set_at[i], "%s: only with environment = simulated",
                     cmb_keys[i].name);
    if (!exchange->plugin[0])
        exchange->plugin = exchange->name;
}

static void begin_host(struct reading *reading, const struct cmb_line *line)
{
    if (reading->host_line) {
        complain(reading, line->number, "[host] begins twice, first in line %zu",
                 reading->host_line);
        return;
    }
    reading->host_line = line->number;
    reading->section = CMB_KEY_HOST;
    reading->filled = &reading->settings->host;
    reading->section_name = "host";
}

static void begin_exchange(struct reading *reading, const struct cmb_line *line,
                           struct cmb_text name)
{
    struct cmb_settings *settings = reading->settings;
    const char *copy = cmb_arena_copy(&settings->arena, name);
    const struct cmb_settings_exchange *first = copy ? cmb_settings_find(settings, copy) : NULL;
    if (!is_exchange_name(name) || !copy) {
        complain(reading, line->number,
                 "[exchange NAME]: a name is made of a to z, 0 to 9, - and _, 40 at most");
    } else if (first) {
        complain(reading, line->number, "[exchange %s] begins twice, first in line %zu", copy,
                 first->line);
    } else if (settings->exchange_count == CMB_SETTINGS_MOST_EXCHANGES) {
        complain(reading, line->number, "more than %d exchanges", CMB_SETTINGS_MOST_EXCHANGES);
    } else {
        struct cmb_settings_exchange *made = &settings->exchanges[settings->exchange_count++];
        cmb_keys_fill(CMB_KEY_EXCHANGE, made);
        made->name = copy;
        made->line = line->number;
        reading->section = CMB_KEY_EXCHANGE;
        reading->filled = made;
        reading->section_name = cmb_arena_copy(&settings->arena, line->name);
    }
}

static void begin_section(struct reading *reading, const struct cmb_line *line)
{
    struct cmb_text kind, name = cmb_text_cut(line->name, ' ', &kind);
    end_section(reading);
    reading->section = CMB_KEY_NONE;
    reading->filled = NULL;
    reading->section_name = NULL;
    memset(reading->set_at, 0, sizeof reading->set_at);
    if (cmb_text_is(line->name, CMB_TEXT("host")))
        begin_host(reading, line);
    else if (cmb_text_is(kind, CMB_TEXT("exchange")))
        begin_exchange(reading, line, name);
    else
        complain(reading, line->number, "[%s]: there are only [host] and [exchange NAME]",
                 shown(reading, line->name));
}

static void read_lines(struct reading *reading, struct cmb_text content)
{
    struct cmb_lines lines;
    bool has_section = false;
    cmb_lines_init(&lines, content);
    for (struct cmb_line line; (line = cmb_lines_next(&lines)).number;) {
        has_section |= line.form == CMB_LINE_SECTION;
        if (line.form == CMB_LINE_SECTION)
            begin_section(reading, &line);
        else if (line.form == CMB_LINE_WRONG)
            complain(reading, line.number, "neither [section], nor key = value, nor # comment");
        else if (!has_section)
            complain(reading, line.number, "a key before the first [section]");
        else
            read_key(reading, &line);
    }
    end_section(reading);
}

/* One account has one source: two sections of the same account must not disagree. */
static void check_accounts(struct reading *reading)
{
    struct cmb_settings *settings = reading->settings;
    for (size_t i = 1; i < settings->exchange_count; i++)
        for (size_t j = 0; j < i; j++) {
            const struct cmb_settings_exchange *one = &settings->exchanges[j];
            const struct cmb_settings_exchange *other = &settings->exchanges[i];
            if (strcmp(one->plugin, other->plugin) == 0 &&
                strcmp(one->account, other->account) == 0 &&
                one->environment == other->environment && one->credentials[0] &&
                other->credentials[0] && strcmp(one->credentials, other->credentials) != 0)
                complain(reading, other->line,
                         "[exchange %s]: a second source of credentials for account \"%s\" of "
                         "[exchange %s]; name another account",
                         other->name, one->account, one->name);
        }
}

static void check_whole(struct reading *reading)
{
    const struct cmb_settings_host *host = &reading->settings->host;
    if (host->connections_per_host > host->connections_total)
        complain(reading, reading->host_line,
                 "connections_per_host: is more than connections_total");
    if (host->connections_kept_for_orders >= host->connections_per_host)
        complain(reading, reading->host_line,
                 "connections_kept_for_orders: leaves none of connections_per_host");
    check_accounts(reading);
}

/* GKeyFile reads the values: escapes and UTF-8 are its matter.  When it refuses the file, the scan
 * goes on without values, because it knows the line. */
static void read_content(struct reading *reading, struct cmb_text content)
{
    GKeyFile *values = g_key_file_new();
    bool is_loaded =
        content.length == 0 ||
        g_key_file_load_from_data(values, content.at, content.length, G_KEY_FILE_NONE, NULL);
    reading->values = is_loaded ? values : NULL;
    read_lines(reading, content);
    g_key_file_free(values);
    if (reading->wrong_count == 0 && !is_loaded)
        complain(reading, 1, "not a key file");
    if (reading->wrong_count == 0)
        check_whole(reading);
}

int cmb_settings_parse(struct cmb_settings *settings, struct cmb_text content, const char *file,
                       struct cmb_buffer *report, struct cambist_error *error)
{
    cmb_settings_init(settings);
    settings->exchanges =
        cmb_arena_take(&settings->arena, CMB_SETTINGS_MOST_EXCHANGES * sizeof *settings->exchanges);
    settings->file = cmb_arena_copy(&settings->arena, cmb_text_of(file));
    if (!settings->exchanges || !settings->file)
        return cmb_fail(error, CAMBIST_NO_MEMORY, "no memory for %s", file);
    struct reading reading = { .settings = settings, .report = report, .error = error };
    if (content.length > CMB_SETTINGS_MOST_BYTES ||
        memchr(content.at ? content.at : "", 0, content.length)) {
        complain(&reading, 1, "larger than 1 MiB, or with a zero byte");
    } else {
        read_content(&reading, content);
    }
    if (reading.wrong_count == 0)
        return CAMBIST_OK;
    cmb_settings_clear(settings);
    cmb_settings_init(settings);
    return CAMBIST_BAD_CONFIG;
}
