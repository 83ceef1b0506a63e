/* Which keys does the configuration know, and what may stand behind them? */
#include "config/keys.h"

#include <stdlib.h>

#include <cambist/types.h>

#include "config/settings.h"

#define HOST(member)                                                                               \
    .section = CMB_KEY_HOST, .name = #member, .offset = offsetof(struct cmb_settings_host, member)
#define EXCHANGE(member)                                                                           \
    .section = CMB_KEY_EXCHANGE, .name = #member,                                                  \
    .offset = offsetof(struct cmb_settings_exchange, member)
#define NUMBER(value, from, to)                                                                    \
    .type = CMB_KEY_NUMBER, .standard = #value, .least = (from), .most = (to)
#define FLAG(value) .type = CMB_KEY_FLAG, .standard = #value

const struct cmb_key cmb_keys[] = {
    { HOST(plugin_path), .type = CMB_KEY_TEXT, .standard = "",
      .help = "folders with plugins, separated by \":\"; the built-in one when empty" },
    { HOST(connections_total), NUMBER(200, 1, 10000), .help = "connections open at once" },
    { HOST(connections_per_host), NUMBER(50, 1, 1000), .help = "of them to one host" },
    { HOST(connections_kept_for_orders), NUMBER(2, 0, 100),
      .help = "of a host's connections, only for what changes something" },
    { HOST(connect_timeout_ms), NUMBER(2000, 10, 60000),
      .help = "from name to finished TLS handshake" },
    { HOST(answer_timeout_ms), NUMBER(5000, 10, 300000),
      .help = "from the request's last byte to the answer's last" },
    { HOST(dns_cache_s), NUMBER(600, 0, 86400), .help = "how long an address is believed" },
    { HOST(connection_life_s), NUMBER(1200, 10, 86400),
      .help = "a kept connection is replaced after this" },
    { HOST(keep_alive_idle_s), NUMBER(30, 1, 7200), .help = "TCP probes begin after this silence" },
    { HOST(keep_alive_interval_s), NUMBER(10, 1, 600), .help = "between two probes" },
    { HOST(keep_alive_probes), NUMBER(3, 1, 20), .help = "unanswered ones that end a connection" },
    { HOST(warm_connections), NUMBER(1, 0, 50),
      .help = "to each enabled exchange, opened before ready and kept open" },
    { HOST(ca_file), .type = CMB_KEY_PATH, .standard = "",
      .help = "certificates that are trusted; the system's when empty" },
    { HOST(proxy), .type = CMB_KEY_URL, .standard = "",
      .help = "for all connections; the environment's proxy is never used" },
    { HOST(busy_poll), FLAG(false), .help = "give a core to latency: the loop never sleeps" },
    { HOST(cpu), .type = CMB_KEY_CPU, .standard = "",
      .help = "the CPU that the I/O thread stays on, and nothing else should; any when empty" },
    { HOST(key_cache), FLAG(false),
      .help = "keep asymmetric keys ready: half the time, but a copy on the ordinary heap" },
    { HOST(journal), .type = CMB_KEY_PATH, .standard = "",
      .help = "folder of the order journal, 0700; without one orders are forgotten at the end" },
    { HOST(durability), .type = CMB_KEY_WORD, .standard = "power", .words = "power|process|off",
      .help = "what written orders outlive: a loss of power, the process, or nothing" },
    { HOST(live_arbitrage), FLAG(false),
      .help = "let arbitrage place orders at exchanges that are live; its command wants --live, too" },
    { HOST(shared_limits), FLAG(true),
      .help = "share the exchanges' limits, and nonces, with all processes of this user" },
    { HOST(metrics), FLAG(true), .help = "count and time; off costs one branch" },

    { EXCHANGE(plugin), .type = CMB_KEY_TEXT, .standard = "",
      .help = "the plugin's name; the section's when empty" },
    { EXCHANGE(enabled), FLAG(true), .help = "false: as if the section were not there" },
    { EXCHANGE(environment), .type = CMB_KEY_WORD, .standard = "live",
      .words = "live|sandbox|simulated", .help = "which of the plugin's servers" },
    { EXCHANGE(account), .type = CMB_KEY_TEXT, .standard = "main",
      .help = "shown wherever this account is meant" },
    { EXCHANGE(rest), .type = CMB_KEY_URL, .standard = "", .is_for_simulated = true,
      .help = "where the practice exchange listens" },
    { EXCHANGE(stream), .type = CMB_KEY_URL, .standard = "", .is_for_simulated = true,
      .help = "the same for streams; derived from rest when empty" },
    { EXCHANGE(ca_file), .type = CMB_KEY_PATH, .standard = "", .is_for_simulated = true,
      .help = "the practice exchange's certificate" },
    { EXCHANGE(credentials), .type = CMB_KEY_SOURCE, .standard = "",
      .help = "systemd:NAME, file:/PATH, fd:N, env:NAME or command:/PATH;ARGUMENT;..." },
    { EXCHANGE(plugin_sha256), .type = CMB_KEY_DIGEST, .standard = "",
      .help = "the plugin file's SHA-256; the daemon wants it" },
    { EXCHANGE(receive_window_ms), NUMBER(0, 0, 60000),
      .help = "how old a request may arrive; 0: as the plugin says" },
    { EXCHANGE(limits), .type = CMB_KEY_TEXT, .standard = "",
      .help = "NAME:WEIGHT/SECONDS,...: what your tier allows, where it is not what "
              "`cambist limits` prints" },
    { EXCHANGE(kinds), .type = CMB_KEY_WORDS, .standard = "", .words = "spot|swap|future|option",
      .help = "market kinds to load; all when empty" },
    { EXCHANGE(dead_man_s), NUMBER(0, 0, 3600),
      .help = "the exchange cancels all orders when it has not heard of us for so long; 0: never" },
    { EXCHANGE(taker_fee), .type = CMB_KEY_TEXT, .standard = "",
      .help = "the rate that arbitrage counts with: 0.001; else the exchange is asked" },
};

const size_t cmb_key_count = sizeof cmb_keys / sizeof *cmb_keys;

/* The bits of `kinds` are the words' places. */
_Static_assert(CAMBIST_KIND_SPOT == 1 && CAMBIST_KIND_SWAP == 2 && CAMBIST_KIND_FUTURE == 4 &&
                   CAMBIST_KIND_OPTION == 8,
               "the words of `kinds` stand in the order of their bits");

const struct cmb_key *cmb_keys_find(enum cmb_key_section section, struct cmb_text name)
{
    for (const struct cmb_key *key = cmb_keys; key < cmb_keys + cmb_key_count; key++)
        if (key->section == section && cmb_text_is(name, cmb_text_of(key->name)))
            return key;
    return NULL;
}

/* The place of `word` in "a|b|c" from 1, 0 when it is none of them. */
static int64_t place_of(struct cmb_text word, const char *words)
{
    struct cmb_text rest = cmb_text_of(words), head;
    for (int64_t place = 1; rest.at; place++) {
        rest = cmb_text_cut(rest, '|', &head);
        if (cmb_text_is(head, word))
            return place;
    }
    return 0;
}

static bool parse_words(const struct cmb_key *key, const char *text, int64_t *ret_bits)
{
    int64_t bits = 0;
    struct cmb_text rest = cmb_text_of(text), head;
    while (rest.length) {
        rest = cmb_text_cut(rest, ',', &head);
        int64_t place = place_of(cmb_text_trim(head), key->words);
        if (place == 0)
            return false;
        bits |= (int64_t)1 << (place - 1);
    }
    *ret_bits = bits;
    return true;
}

/* Decimal digits alone: no sign, no blank, no 0x. */
static bool parse_digits(const char *text, int64_t least, int64_t most, int64_t *ret_number)
{
    size_t length = strlen(text);
    if (length == 0 || length > 18 || strspn(text, "0123456789") != length)
        return false;
    int64_t number = strtoll(text, NULL, 10);
    if (number < least || number > most)
        return false;
    *ret_number = number;
    return true;
}

/* Whether this machine has it is asked when a host is opened: files are checked elsewhere, too. */
static bool parse_cpu(const char *text, int64_t *ret_cpu)
{
    if (*text)
        return parse_digits(text, 0, INT16_MAX, ret_cpu);
    *ret_cpu = CMB_NO_CPU;
    return true;
}

static bool parse_flag(const char *text, bool *ret_flag)
{
    bool is_true = strcmp(text, "true") == 0;
    if (!is_true && strcmp(text, "false") != 0)
        return false;
    *ret_flag = is_true;
    return true;
}

static bool is_url(struct cmb_text text)
{
    return cmb_text_begins(text, CMB_TEXT("http://")) ||
           cmb_text_begins(text, CMB_TEXT("https://")) ||
           cmb_text_begins(text, CMB_TEXT("ws://")) || cmb_text_begins(text, CMB_TEXT("wss://"));
}

/* Whether `text` may stand in a member that keeps it as it is; the empty text always may. */
static bool check_text(const struct cmb_key *key, const char *text)
{
    size_t length = strlen(text);
    if (length == 0 || key->type == CMB_KEY_TEXT || key->type == CMB_KEY_SOURCE)
        return true;
    if (key->type == CMB_KEY_PATH)
        return text[0] == '/';
    if (key->type == CMB_KEY_URL)
        return is_url(cmb_text_of(text));
    return length == 64 && strspn(text, "0123456789abcdefABCDEF") == length;
}

const char *cmb_keys_parse(const struct cmb_key *key, const char *text, void *ret_at)
{
    switch ((enum cmb_key_type)key->type) {
    case CMB_KEY_FLAG:
        return parse_flag(text, ret_at) ? NULL : "true or false";
    case CMB_KEY_NUMBER:
        return parse_digits(text, key->least, key->most, ret_at) ? NULL : "a whole number";
    case CMB_KEY_CPU:
        return parse_cpu(text, ret_at) ? NULL : "the number of a CPU";
    case CMB_KEY_WORD: {
        int64_t place = place_of(cmb_text_of(text), key->words);
        if (place)
            *(int64_t *)ret_at = place;
        return place ? NULL : "one of";
    }
    case CMB_KEY_WORDS:
        return parse_words(key, text, ret_at) ? NULL : "some of";
    case CMB_KEY_TEXT:
    case CMB_KEY_PATH:
    case CMB_KEY_URL:
    case CMB_KEY_DIGEST:
    case CMB_KEY_SOURCE:
        break;
    }
    if (!check_text(key, text))
        return key->type == CMB_KEY_PATH  ? "an absolute path"
               : key->type == CMB_KEY_URL ? "a URL with http, https, ws or wss"
                                          : "64 hex digits";
    *(const char **)ret_at = text;
    return NULL;
}

void cmb_keys_fill(enum cmb_key_section section, void *ret_struct)
{
    for (const struct cmb_key *key = cmb_keys; key < cmb_keys + cmb_key_count; key++)
        if (key->section == section)
            cmb_keys_parse(key, key->standard, (char *)ret_struct + key->offset);
}

static void list_key(struct cmb_buffer *buffer, const struct cmb_key *key)
{
    cmb_buffer_addf(buffer, "%-28s %-9s ", key->name, key->standard[0] ? key->standard : "-");
    if (key->type == CMB_KEY_NUMBER)
        cmb_buffer_addf(buffer, "%lld to %lld: ", (long long)key->least, (long long)key->most);
    else if (key->words)
        cmb_buffer_addf(buffer, "%s: ", key->words);
    cmb_buffer_addf(buffer, "%s%s\n", key->help,
                    key->is_for_simulated ? " (only with environment = simulated)" : "");
}

void cmb_keys_list(struct cmb_buffer *buffer)
{
    static const char *const heads[] = {
        [CMB_KEY_HOST] = "[host]", [CMB_KEY_EXCHANGE] = "\n[exchange NAME]"
    };
    for (uint32_t section = CMB_KEY_HOST; section <= CMB_KEY_EXCHANGE; section++) {
        cmb_buffer_addf(buffer, "%s\n", heads[section]);
        for (const struct cmb_key *key = cmb_keys; key < cmb_keys + cmb_key_count; key++)
            if (key->section == section)
                list_key(buffer, key);
    }
}
