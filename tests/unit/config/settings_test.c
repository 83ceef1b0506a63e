/* Does the configuration refuse what is wrong, and say where? */
#include "config/settings.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cambist/types.h>

#include "base/fail.h"
#include "config/keys.h"
#include "support/test.h"

/* Parses and returns all complaints; "" when there are none. */
static const char *complaints(struct cmb_text content)
{
    static char text[8192];
    struct cmb_settings settings;
    struct cmb_buffer report;
    struct cambist_error error = { 0 };
    cmb_buffer_init(&report, sizeof text - 1);
    int status = cmb_settings_parse(&settings, content, "cambist.conf", &report, &error);
    CU_ASSERT((status == CAMBIST_OK) == (report.length == 0));
    CU_ASSERT(status == (int)error.status);
    if (status != CAMBIST_OK) {
        CU_ASSERT(cmb_text_begins(cmb_buffer_text(&report), cmb_text_of(error.message)));
        ASSERT_NUMBER(settings.exchange_count, 0);
    }
    snprintf(text, sizeof text, "%s", cmb_buffer_string(&report));
    cmb_buffer_clear(&report);
    cmb_settings_clear(&settings);
    return text;
}

static const struct {
    const char *content, *complaint;
} wrong[] = {
    { "[host]\nconect_timeout_ms = 3\n",
      "cambist.conf:2: conect_timeout_ms: no such key; did you mean connect_timeout_ms?\n" },
    { "[host]\nanswer_timout = 3\n",
      "cambist.conf:2: answer_timout: no such key; did you mean answer_timeout_ms?\n" },
    { "[host]\nzzz = 3\n", "cambist.conf:2: zzz: no such key in [host]\n" },
    { "[exchange okx]\nconnections_total = 3\n",
      "cambist.conf:2: connections_total: no such key in [exchange okx]\n" },
    { "# c\n\n[host]\n\nconnections_total = 0\n",
      "cambist.conf:5: connections_total: is \"0\", should be a whole number from 1 to 10000\n" },
    { "[host]\nconnections_total = -5\n",
      "cambist.conf:2: connections_total: is \"-5\", should be a whole number from 1 to 10000\n" },
    { "[host]\nconnections_total = 10s\n",
      "cambist.conf:2: connections_total: is \"10s\", should be a whole number from 1 to 10000\n" },
    { "[host]\nconnections_total = 99999999999999999999\n",
      "cambist.conf:2: connections_total: is \"99999999999999999999\", should be a whole number "
      "from 1 to 10000\n" },
    { "[host]\nbusy_poll = yes\n", "cambist.conf:2: busy_poll: should be true or false\n" },
    { "[host]\ncpu = -1\n", "cambist.conf:2: cpu: should be the number of a CPU\n" },
    { "[host]\ncpu = first\n", "cambist.conf:2: cpu: should be the number of a CPU\n" },
    { "[host]\nca_file = certs.pem\n", "cambist.conf:2: ca_file: should be an absolute path\n" },
    { "[host]\nproxy = localhost\n",
      "cambist.conf:2: proxy: should be a URL with http, https, ws or wss\n" },
    { "[exchange okx]\nenvironment = test\n",
      "cambist.conf:2: environment: is \"test\", should be one of live|sandbox|simulated\n" },
    { "[exchange okx]\nkinds = spot, swop\n",
      "cambist.conf:2: kinds: is \"spot, swop\", should be some of spot|swap|future|option\n" },
    { "[exchange okx]\nplugin_sha256 = abc\n",
      "cambist.conf:2: plugin_sha256: should be 64 hex digits\n" },
    { "[exchange okx]\nrest = https://127.0.0.1:1\n",
      "cambist.conf:2: rest: only with environment = simulated\n" },
    { "[exchange okx]\nca_file = /a\nenvironment = sandbox\n",
      "cambist.conf:2: ca_file: only with environment = simulated\n" },
    { "[exchange okx]\nsecret = canary\n",
      "cambist.conf:2: secret: looks like a secret; secrets stand in a source of their own that "
      "`credentials` names, never here\n" },
    { "[exchange okx]\nApiKey = canary\n",
      "cambist.conf:2: ApiKey: looks like a secret; secrets stand in a source of their own that "
      "`credentials` names, never here\n" },
    { "[exchange okx]\naccount = -----BEGIN PRIVATE KEY-----\n",
      "cambist.conf:2: a private key; secrets never stand here\n" },
    { "[exchange okx]\ncredentials = canary\n",
      "cambist.conf:2: credentials: should be systemd:NAME, file:/PATH, fd:N, env:NAME or "
      "command:/PATH;ARGUMENT\n" },
    { "[exchange okx]\ncredentials = file:canary\n",
      "cambist.conf:2: credentials: file: wants an absolute path\n" },
    { "[exchange okx]\ncredentials = env:A\ncredentials = env:B\n",
      "cambist.conf:3: credentials: set twice, first in line 2\n" },
    { "[exchange okx]\ncredentials=env:A\n[exchange okx-b]\nplugin=okx\ncredentials=env:B\n",
      "cambist.conf:3: [exchange okx-b]: a second source of credentials for account \"main\" of "
      "[exchange okx]; name another account\n" },
    { "[host]\n[exchange a]\n[host]\n", "cambist.conf:3: [host] begins twice, first in line 1\n" },
    { "[exchange a]\n[exchange a]\n",
      "cambist.conf:2: [exchange a] begins twice, first in line 1\n" },
    { "[exchange A]\n", "cambist.conf:1: [exchange NAME]: a name is made of a to z, 0 to 9, - and "
                        "_, 40 at most\n" },
    { "[exchange]\n", "cambist.conf:1: [exchange NAME]: a name is made of a to z, 0 to 9, - and "
                      "_, 40 at most\n" },
    { "[venue okx]\n", "cambist.conf:1: [venue okx]: there are only [host] and [exchange NAME]\n" },
    { "busy_poll = true\n", "cambist.conf:1: a key before the first [section]\n" },
    { "[host]\nbusy_poll\n",
      "cambist.conf:2: neither [section], nor key = value, nor # comment\n" },
    { "[host\n", "cambist.conf:1: neither [section], nor key = value, nor # comment\n" },
    { "[host]\nplugin_path = \\q\n",
      "cambist.conf:2: plugin_path: the value is not UTF-8, or has a wrong \\ escape\n" },
    { "[host]\nconnections_total = 10\n",
      "cambist.conf:1: connections_per_host: is more than connections_total\n" },
};

static void names_file_line_and_key(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ASSERT_TEXT(complaints(cmb_text_of(wrong[i].content)), wrong[i].complaint);
}

static void shows_no_secret(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT(strstr(complaints(cmb_text_of(wrong[i].content)), "canary") == NULL);
}

static void collects_all_complaints(void)
{
    ASSERT_TEXT(
        complaints(CMB_TEXT("[host]\nbusy_pol = true\nmetrics = 1\n\n[exchange x]\nrest=\n")),
        "cambist.conf:2: busy_pol: no such key; did you mean busy_poll?\n"
        "cambist.conf:3: metrics: should be true or false\n"
        "cambist.conf:6: rest: only with environment = simulated\n");
    CU_ASSERT(complaints((struct cmb_text){ "[host]\n\0", 8 })[0] != 0);
}

static void reads_on_behind_a_wrong_line(void)
{
    ASSERT_TEXT(complaints(CMB_TEXT("[host]\nbusy_poll\nmetrics = true\nmetrix = 1\n")),
                "cambist.conf:2: neither [section], nor key = value, nor # comment\n"
                "cambist.conf:4: metrix: no such key; did you mean metrics?\n");
}

static void has_defaults(void)
{
    struct cmb_settings settings;
    CU_ASSERT(cmb_settings_parse(&settings, (struct cmb_text){ 0 }, "none", NULL, NULL) ==
              CAMBIST_OK);
    ASSERT_NUMBER(settings.host.connections_total, 200);
    ASSERT_NUMBER(settings.host.connections_per_host, 50);
    ASSERT_NUMBER(settings.host.connect_timeout_ms, 2000);
    ASSERT_NUMBER(settings.host.answer_timeout_ms, 5000);
    ASSERT_NUMBER(settings.host.dns_cache_s, 600);
    ASSERT_TEXT(settings.host.plugin_path, "");
    CU_ASSERT(settings.host.metrics && !settings.host.busy_poll);
    ASSERT_NUMBER(settings.host.cpu, CMB_NO_CPU);
    ASSERT_NUMBER(settings.exchange_count, 0);
    cmb_settings_clear(&settings);
    cmb_settings_clear(&settings);
}

static void reads_sections(void)
{
    struct cmb_settings settings;
    struct cambist_error error = { 0 };
    struct cmb_text content = CMB_TEXT(
        "# comment\r\n[host]\r\nbusy_poll=true\r\ncpu = 3\nplugin_path = /a:/b\r\n"
        "[exchange okx]\nenabled = false\n"
        "[exchange okx-hedge]\n  plugin = okx\nkinds = spot, option\naccount = hedge\n"
        "credentials = file:/etc/okx\n"
        "[exchange x]\nenvironment = simulated\nrest = https://127.0.0.1:9\nca_file = /tmp/ca\n");
    int status = cmb_settings_parse(&settings, content, "f", NULL, &error);
    ASSERT_TEXT(error.message, "");
    CU_ASSERT_FATAL(status == CAMBIST_OK && settings.exchange_count == 3);
    CU_ASSERT(settings.host.busy_poll);
    ASSERT_NUMBER(settings.host.cpu, 3);
    ASSERT_TEXT(settings.host.plugin_path, "/a:/b");
    const struct cmb_settings_exchange *okx = cmb_settings_find(&settings, "okx");
    const struct cmb_settings_exchange *hedge = cmb_settings_find(&settings, "okx-hedge");
    const struct cmb_settings_exchange *x = cmb_settings_find(&settings, "x");
    CU_ASSERT_FATAL(okx && hedge && x);
    ASSERT_TEXT(okx->plugin, "okx");
    CU_ASSERT(!okx->enabled && hedge->enabled);
    ASSERT_NUMBER(okx->environment, CMB_ENVIRONMENT_LIVE);
    ASSERT_TEXT(okx->account, "main");
    ASSERT_NUMBER(okx->kinds, 0);
    ASSERT_TEXT(hedge->plugin, "okx");
    ASSERT_NUMBER(hedge->kinds, CAMBIST_KIND_SPOT | CAMBIST_KIND_OPTION);
    ASSERT_TEXT(hedge->credentials, "file:/etc/okx");
    ASSERT_NUMBER(x->environment, CMB_ENVIRONMENT_SIMULATED);
    ASSERT_TEXT(x->rest, "https://127.0.0.1:9");
    CU_ASSERT(cmb_settings_find(&settings, "none") == NULL);
    cmb_settings_clear(&settings);
}

static void reads_a_file_that_only_we_can_write(void)
{
    char folder[] = "/tmp/cambist-test-XXXXXX", path[64], link_path[64];
    struct cmb_settings settings;
    struct cambist_error error = { 0 };
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/cambist.conf", folder);
    snprintf(link_path, sizeof link_path, "%s/link.conf", folder);
    FILE *file = fopen(path, "w");
    fputs("[host]\nconnections_total = 77\n", file);
    fclose(file);
    chmod(path, 0644);
    CU_ASSERT(symlink(path, link_path) == 0);
    CU_ASSERT(cmb_settings_read(&settings, link_path, NULL, &error) == CAMBIST_OK);
    ASSERT_NUMBER(settings.host.connections_total, 77);
    cmb_settings_clear(&settings);
    chmod(path, 0666);
    ASSERT_NUMBER(cmb_settings_read(&settings, path, NULL, &error), CAMBIST_BAD_CONFIG);
    CU_ASSERT(strstr(error.message, "cambist.conf: may be written by others") != NULL);
    cmb_settings_clear(&settings);
    unlink(link_path);
    unlink(path);
    cmb_fail_reset(&error);
    ASSERT_NUMBER(cmb_settings_read(&settings, path, NULL, &error), CAMBIST_BAD_CONFIG);
    CU_ASSERT(strstr(error.message, "does not exist") != NULL);
    cmb_settings_clear(&settings);
    rmdir(folder);
}

static void lists_every_key(void)
{
    struct cmb_buffer buffer;
    cmb_buffer_init(&buffer, 65536);
    cmb_keys_list(&buffer);
    const char *list = cmb_buffer_string(&buffer);
    for (size_t i = 0; i < cmb_key_count; i++)
        CU_ASSERT(strstr(list, cmb_keys[i].name) && strstr(list, cmb_keys[i].help));
    CU_ASSERT(cmb_key_count <= 64);
    cmb_buffer_clear(&buffer);
}

/* Every default is a value that the table itself accepts, and no key looks like a secret to the
 * check that unknown keys meet. */
static void has_a_table_that_agrees_with_itself(void)
{
    for (size_t i = 0; i < cmb_key_count; i++) {
        int64_t room[2] = { 0 };
        CU_ASSERT(cmb_keys_parse(&cmb_keys[i], cmb_keys[i].standard, room) == NULL);
        CU_ASSERT(cmb_keys_find(cmb_keys[i].section, cmb_text_of(cmb_keys[i].name)) ==
                  &cmb_keys[i]);
    }
}

static void knows_names_of_secrets(void)
{
    static const char *const secret[] = { "secret",      "API_SECRET", "key",      "Key",  "apikey",
                                          "private_key", "passphrase", "password", "token" };
    static const char *const plain[] = { "keep_alive", "kinds", "monkey", "account", "" };
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
        CU_ASSERT(cmb_keys_looks_secret(cmb_text_of(secret[i])));
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        CU_ASSERT(!cmb_keys_looks_secret(cmb_text_of(plain[i])));
}

TEST_SUITE("config/settings", { "names file, line and key, and suggests", names_file_line_and_key },
           { "shows no secret in a complaint", shows_no_secret },
           { "collects all complaints", collects_all_complaints },
           { "reads on behind a wrong line", reads_on_behind_a_wrong_line },
           { "has defaults without a file", has_defaults }, { "reads sections", reads_sections },
           { "reads a file that only we can write", reads_a_file_that_only_we_can_write },
           { "lists every key with its help", lists_every_key },
           { "has a table that agrees with itself", has_a_table_that_agrees_with_itself },
           { "knows the names of secrets", knows_names_of_secrets })
