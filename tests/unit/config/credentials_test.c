/* Are credentials read from one trustworthy source only, and do they stay in the vault? */
#include "config/credentials.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "config/source.h"
#include "crypto/sign.h"
#include "support/test.h"

static struct cmb_vault vault;
static char folder[] = "/tmp/cambist-test-XXXXXX";

static void opens_a_vault(void)
{
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
    CU_ASSERT_FATAL(cmb_vault_open(&vault, CMB_VAULT_SIZE_BYTES, NULL) == CAMBIST_OK);
}

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *content, mode_t mode)
{
    FILE *file = fopen(path_of(name), "w");
    CU_ASSERT_FATAL(file != NULL);
    fputs(content, file);
    fclose(file);
    chmod(path_of(name), mode);
}

static struct cmb_credentials credentials;
static struct cambist_error error;

/* Reads `source`; returns "" or the reason. */
static const char *read_source(const char *source)
{
    cmb_fail_reset(&error);
    int status = cmb_credentials_read(&credentials, &vault, source, &error);
    CU_ASSERT(status == (int)error.status);
    return error.message;
}

static const char *read_file(const char *name)
{
    char source[160];
    snprintf(source, sizeof source, "file:%s", path_of(name));
    return read_source(source);
}

static void assert_value(const char *name, const char *expected)
{
    struct cmb_text is = cmb_secret_reveal(cmb_credentials_get(&credentials, name));
    CU_ASSERT(cmb_text_is(is, cmb_text_of(expected)));
}

static void assert_vault_is_empty(void)
{
    ASSERT_NUMBER(cmb_vault_free_bytes(&vault), CMB_VAULT_SIZE_BYTES);
}

static void reads_a_file(void)
{
    write_file("good", "# okx\n\nkey = abc=def \r\nsecret=  s3cr3t\n passphrase = two words\n",
               0600);
    ASSERT_TEXT(read_file("good"), "");
    ASSERT_NUMBER(credentials.count, 3);
    assert_value("key", "abc=def");
    assert_value("secret", "s3cr3t");
    assert_value("passphrase", "two words");
    assert_value("uid", NULL);
    struct cmb_secret secret = cmb_credentials_get(&credentials, "secret");
    CU_ASSERT(secret.hidden_at >= vault.at && secret.hidden_at < vault.at + vault.size_bytes);
    cmb_credentials_clear(&credentials);
    assert_vault_is_empty();
}

#define PEM_BODY                                                                                   \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZ3Md5q8U0tsPU/uk\n"                           \
    "ZYCIOnZOwZy0wPrtTXM7Afu2yXqhRANCAAS+dTGUoJGP1c6L1WLsJG93pEkyWbuh\n"                           \
    "RGlLdHzy4RY9R/ccWge2Vaq/sAcFXPnykQIDugUHKQNgZY7kHPQsLMRO\n"
#define PEM "-----BEGIN PRIVATE KEY-----\n" PEM_BODY "-----END PRIVATE KEY-----"

static void assert_is_key(const char *name)
{
    struct cmb_text text = cmb_secret_reveal(cmb_credentials_get(&credentials, name));
    struct cmb_sign_key *key = cmb_sign_key_new(&vault, CMB_SIGN_ES256, text, false, NULL);
    CU_ASSERT(key != NULL);
    cmb_sign_key_free(key);
}

static void reads_armoured_keys(void)
{
    write_file("pem", "key = organizations/x\nsecret = " PEM "\nuid = 1\nprivate_key =\n" PEM "\n",
               0400);
    ASSERT_TEXT(read_file("pem"), "");
    ASSERT_NUMBER(credentials.count, 4);
    assert_is_key("secret");
    assert_is_key("private_key");
    assert_value("uid", "1");
    cmb_credentials_clear(&credentials);
    write_file("pem",
               "secret = -----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIGdzHeavFNLbD1P7pGWAiDp2TsGct"
               "MD67U1zOwH7tsl6oAoGCCqGSM49\\nAwEHoUQDQgAEvnUxlKCRj9XOi9Vi7CRvd6RJMlm7oURpS3R88"
               "uEWPUf3HFoHtlWq\\nv7AHBVz58pECA7oFBykDYGWO5Bz0LCzETg==\\n-----END EC PRIVATE KE"
               "Y-----\\n\nkey = k\n",
               0400);
    ASSERT_TEXT(read_file("pem"), "");
    assert_is_key("secret");
    assert_value("key", "k");
    cmb_credentials_clear(&credentials);
    assert_vault_is_empty();
}

static const struct {
    const char *content, *reason;
} garbled[] = {
    { "canary\n", ":1: should be: name = value" },
    { "key = a\n\ncanary canary = b\n", ":3: should be: name = value, the name in lower-case" },
    { "Key = canary\n", ":1: should be: name = value, the name in lower-case" },
    { "secrets = canary\n", ":1: secrets: did you mean secret?" },
    { "passprase = canary\n", ":1: passprase: did you mean passphrase?" },
    { "key =\n", ":1: key: the value is missing" },
    { "key = \"canary\"\n", ":1: key: the value is in quotes" },
    { "key = canary\nkey = canary\n", ":2: key: set twice" },
    { "key = can\tary\n", ":1: key: the value has a control character" },
    { "secret = -----BEGIN PRIVATE KEY-----\ncanary\n", "the key's -----END line is missing" },
    { "# nothing\n", "no credentials in it" },
};

static void refuses_garbled_content(void)
{
    for (size_t i = 0; i < sizeof garbled / sizeof *garbled; i++) {
        write_file("garbled", garbled[i].content, 0600);
        const char *reason = read_file("garbled");
        if (!strstr(reason, garbled[i].reason))
            printf("\n    is \"%s\", should say \"%s\"", reason, garbled[i].reason);
        CU_ASSERT(strstr(reason, garbled[i].reason) != NULL);
        CU_ASSERT(strstr(reason, "canary") == NULL || strstr(garbled[i].reason, "lower-case"));
        assert_vault_is_empty();
    }
}

static void refuse(const char *name, const char *reason)
{
    const char *is = read_file(name);
    if (!strstr(is, reason))
        printf("\n    %s: is \"%s\", should say \"%s\"", name, is, reason);
    CU_ASSERT(strstr(is, reason) != NULL);
    assert_vault_is_empty();
}

static void refuses_files_that_others_can_read_or_write(void)
{
    static const mode_t open_modes[] = { 0604, 0606, 0660, 0666, 0644, 0610, 0601 };
    for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
        write_file("open", "key = a\n", open_modes[i]);
        refuse("open", open_modes[i] & 022 ? "may be written by others" : "is open to others");
    }
    write_file("foreign", "key = a\n", 0600);
    if (geteuid() == 0) {
        CU_ASSERT(chown(path_of("foreign"), 12345, 12345) == 0);
        refuse("foreign", "belongs to somebody else");
        CU_ASSERT(chown(path_of("foreign"), 0, getegid()) == 0);
        chmod(path_of("foreign"), 0640);
        ASSERT_TEXT(read_file("foreign"), "");
        cmb_credentials_clear(&credentials);
        CU_ASSERT(chown(path_of("foreign"), 0, 12345) == 0);
        refuse("foreign", "is open to others");
    }
}

static void refuses_links_and_folders(void)
{
    write_file("good", "key = a\n", 0600);
    CU_ASSERT(symlink("good", path_of("link")) == 0);
    refuse("link", "is a link, or not a folder");
    CU_ASSERT(mkdir(path_of("real"), 0700) == 0);
    write_file("real/file", "key = a\n", 0600);
    CU_ASSERT(symlink("real", path_of("way")) == 0);
    refuse("way/file", "/way: is a link, or not a folder");
    ASSERT_TEXT(read_file("real/file"), "");
    cmb_credentials_clear(&credentials);
    refuse("real/../good", "is not a path to a file");
    refuse("real", "is not a regular file");
    refuse("real/", "is not a path to a file");
    refuse("none", "does not exist");
    CU_ASSERT(mkfifo(path_of("pipe"), 0600) == 0);
    refuse("pipe", "is not a regular file");
}

static void refuses_parents_that_others_can_write(void)
{
    chmod(path_of("real"), 0777);
    refuse("real/file", "/real: may be written by others");
    chmod(path_of("real"), 0770);
    refuse("real/file", "/real: may be written by others");
    chmod(path_of("real"), 01777);
    ASSERT_TEXT(read_file("real/file"), "");
    cmb_credentials_clear(&credentials);
    chmod(path_of("real"), 0700);
    if (geteuid() == 0) {
        CU_ASSERT(chown(path_of("real"), 12345, 12345) == 0);
        refuse("real/file", "/real: belongs to somebody else");
        CU_ASSERT(chown(path_of("real"), 0, 0) == 0);
    }
}

static void refuses_sizes_that_are_none(void)
{
    write_file("empty", "", 0600);
    refuse("empty", "the credentials are empty");
    FILE *file = fopen(path_of("large"), "w");
    CU_ASSERT(ftruncate(fileno(file), (off_t)CMB_CREDENTIALS_FILE_MOST_BYTES + 1) == 0);
    fclose(file);
    chmod(path_of("large"), 0600);
    refuse("large", "has more than 65536 bytes");
}

/* /proc/self/environ shows what the process was started with, so this program starts itself. */
static void wipes_the_variable_where_it_lies(void)
{
    char content[65536] = "";
    ASSERT_TEXT(read_source("env:CAMBIST_TEST_SECRETS"), "");
    assert_value("key", "canary-key");
    assert_value("secret", "canary-secret");
    cmb_credentials_clear(&credentials);
    CU_ASSERT(getenv("CAMBIST_TEST_SECRETS") == NULL);
    int fd = open("/proc/self/environ", O_RDONLY);
    ssize_t length = read(fd, content, sizeof content - 1);
    close(fd);
    CU_ASSERT_FATAL(length > 0);
    CU_ASSERT(memmem(content, (size_t)length, "CAMBIST_TEST_SECRETS=", 21) != NULL);
    CU_ASSERT(memmem(content, (size_t)length, "canary", 6) == NULL);
    CU_ASSERT(strstr(read_source("env:CAMBIST_TEST_SECRETS"), "not set, or read before") != NULL);
    assert_vault_is_empty();
}

static void reads_an_inherited_descriptor(void)
{
    int ends[2];
    char source[32];
    CU_ASSERT_FATAL(pipe(ends) == 0);
    CU_ASSERT(write(ends[1], "key = piped\n", 12) == 12);
    close(ends[1]);
    snprintf(source, sizeof source, "fd:%d", ends[0]);
    ASSERT_TEXT(read_source(source), "");
    assert_value("key", "piped");
    cmb_credentials_clear(&credentials);
    CU_ASSERT(fcntl(ends[0], F_GETFD) == -1);
    CU_ASSERT(strstr(read_source(source), "cannot be read") != NULL);
    assert_vault_is_empty();
}

static void reads_a_helpers_output(void)
{
    ASSERT_TEXT(read_source("command:/usr/bin/printf;key = %s\\nsecret=%s;a b;$HOME"), "");
    assert_value("key", "a b");
    assert_value("secret", "$HOME");
    cmb_credentials_clear(&credentials);
    CU_ASSERT(strstr(read_source("command:/bin/false"), "is a link") ||
              strstr(error.message, "gave nothing"));
    CU_ASSERT(strstr(read_source("command:/usr/bin/false"), "gave nothing") != NULL);
    write_file("helper", "#!/bin/sh\necho key = a\nexit 3\n", 0700);
    char source[160];
    snprintf(source, sizeof source, "command:%s", path_of("helper"));
    CU_ASSERT(strstr(read_source(source), "helper failed") != NULL);
    chmod(path_of("helper"), 0720);
    CU_ASSERT(strstr(read_source(source), "may be written by others") != NULL);
    write_file("helper", "#!/bin/sh\nhead -c 20000 /dev/zero\n", 0700);
    CU_ASSERT(strstr(read_source(source), "16 KiB or more") != NULL);
    assert_vault_is_empty();
}

static void gives_up_on_a_silent_source(void)
{
    int ends[2];
    struct cmb_source bytes;
    CU_ASSERT_FATAL(pipe(ends) == 0);
    CU_ASSERT(write(ends[1], "key = a\n", 8) == 8);
    cmb_fail_reset(&error);
    int status = cmb_source_read_stream(&bytes, &vault, ends[0], cmb_source_now_ms() + 5, &error);
    ASSERT_NUMBER(status, CAMBIST_BAD_CONFIG);
    CU_ASSERT(strstr(error.message, "no end within 10 s") != NULL);
    close(ends[0]);
    close(ends[1]);
    assert_vault_is_empty();
}

static void reads_a_systemd_credential(void)
{
    unsetenv("CREDENTIALS_DIRECTORY");
    CU_ASSERT(strstr(read_source("systemd:okx"), "no $CREDENTIALS_DIRECTORY") != NULL);
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    write_file("okx", "key = from-systemd\n", 0440);
    ASSERT_TEXT(read_source("systemd:okx"), "");
    assert_value("key", "from-systemd");
    cmb_credentials_clear(&credentials);
    write_file("okx2", "key = a\n", 0644);
    CU_ASSERT(strstr(read_source("systemd:okx2"), "is open to others") != NULL);
    CU_ASSERT(strstr(read_source("systemd:../okx"), "wants a name") != NULL);
}

static void knows_the_forms_of_sources(void)
{
    static const char *const good[] = { "systemd:a", "file:/a", "fd:3", "env:A_B",
                                        "command:/a;b;c" };
    static const char *const bad[] = { "",        "a",     "systemd:", "systemd:a/b", "file:a",
                                       "fd:",     "fd:x",  "fd:-1",    "fd:99999",    "env:",
                                       "env:a b", "env:=", "command:", "command:pass" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        CU_ASSERT(cmb_credentials_check_source(good[i]) == NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT(cmb_credentials_check_source(bad[i]) != NULL);
        CU_ASSERT(read_source(bad[i])[0] != 0);
    }
}

static void closes_the_vault(void)
{
    char command[64];
    assert_vault_is_empty();
    cmb_vault_close(&vault);
    snprintf(command, sizeof command, "rm -r %s", folder);
    CU_ASSERT(system(command) == 0);
}

/* Runs before main(): the variable has to be in what the kernel shows as environ. */
static void __attribute__((constructor)) start_with_secrets(int argc, char **argv)
{
    if (argc < 1 || getenv("CAMBIST_TEST_SECRETS"))
        return;
    setenv("CAMBIST_TEST_SECRETS", "key = canary-key\nsecret = canary-secret\n", 1);
    execv("/proc/self/exe", argv);
}

TEST_SUITE("config/credentials", { "(opens a vault)", opens_a_vault },
           { "reads a file into the vault", reads_a_file },
           { "reads armoured keys of several lines or one", reads_armoured_keys },
           { "refuses garbled content without showing it", refuses_garbled_content },
           { "refuses files that others can read or write",
             refuses_files_that_others_can_read_or_write },
           { "refuses links, folders, pipes and \"..\"", refuses_links_and_folders },
           { "refuses parents that others can write", refuses_parents_that_others_can_write },
           { "refuses empty and large files", refuses_sizes_that_are_none },
           { "wipes the variable where it lies", wipes_the_variable_where_it_lies },
           { "reads an inherited descriptor once", reads_an_inherited_descriptor },
           { "reads a helper's output, without a shell", reads_a_helpers_output },
           { "gives up on a source that does not end", gives_up_on_a_silent_source },
           { "reads a systemd credential", reads_a_systemd_credential },
           { "knows the forms of sources", knows_the_forms_of_sources },
           { "(closes the vault and misses nothing)", closes_the_vault })
