/* How do the bytes of credentials get from a file, a descriptor or a variable into the vault? */
#include "config/source.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "config/credentials.h"
#include "config/trusted_file.h"

int64_t cmb_source_now_ms(void)
{
    return cmb_clock_monotonic_ns(&cmb_clock_system) / 1000000;
}

static int fail_full(struct cambist_error *error)
{
    return cmb_fail(error, CAMBIST_NO_MEMORY, "the vault of secrets is full");
}

/* Exactly `size` bytes straight into the vault: no stdio, whose buffer would keep a copy. */
static int read_sized(struct cmb_source *source, struct cmb_vault *vault, int fd, size_t size,
                      struct cambist_error *error)
{
    if (size == 0)
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "the credentials are empty");
    char *at = cmb_vault_take(vault, size);
    if (!at)
        return fail_full(error);
    size_t length = 0;
    ssize_t got = 1;
    while (length < size && (got > 0 || (got < 0 && errno == EINTR))) {
        got = read(fd, at + length, size - length);
        length += got > 0 ? (size_t)got : 0;
    }
    if (length == size) {
        *source = (struct cmb_source){ at, size };
        return CAMBIST_OK;
    }
    cmb_vault_give(vault, at, size);
    return cmb_fail(error, CAMBIST_BAD_CONFIG, "the credentials changed while they were read");
}

static int read_path(struct cmb_source *source, struct cmb_vault *vault, const char *path,
                     enum cmb_trust trust, struct cambist_error *error)
{
    struct cmb_trusted_file file;
    int status = cmb_trusted_file_open(&file, path, trust, CMB_CREDENTIALS_FILE_MOST_BYTES, error);
    if (status != CAMBIST_OK)
        return status;
    status = read_sized(source, vault, file.fd, file.size_bytes, error);
    close(file.fd);
    return status;
}

int cmb_source_read_file(struct cmb_source *source, struct cmb_vault *vault, const char *path,
                         struct cambist_error *error)
{
    return read_path(source, vault, path, CMB_TRUST_SECRET, error);
}

int cmb_source_read_systemd(struct cmb_source *source, struct cmb_vault *vault, const char *name,
                            struct cambist_error *error)
{
    char path[4096];
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (!folder)
        return cmb_fail(error, CAMBIST_BAD_CONFIG,
                        "systemd:%s: the service has no $CREDENTIALS_DIRECTORY", name);
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "$CREDENTIALS_DIRECTORY is too long");
    return read_path(source, vault, path, CMB_TRUST_SERVICE, error);
}

/* Waits until `fd` has something to say; false when the deadline passed. */
static bool wait_for(int fd, int64_t deadline_ms)
{
    for (;;) {
        int64_t left_ms = deadline_ms - cmb_source_now_ms();
        struct pollfd asked = { .fd = fd, .events = POLLIN };
        if (left_ms <= 0)
            return false;
        int ready = poll(&asked, 1, (int)left_ms);
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

/* Reads until the end; returns the length, or -1 with *ret_reason. */
static ssize_t read_to_end(char *at, int fd, int64_t deadline_ms, const char **ret_reason)
{
    size_t length = 0;
    for (;;) {
        if (!wait_for(fd, deadline_ms)) {
            *ret_reason = "no end within 10 s";
            return -1;
        }
        ssize_t got = read(fd, at + length, CMB_CREDENTIALS_PIPE_MOST_BYTES - length);
        if (got == 0 && length < CMB_CREDENTIALS_PIPE_MOST_BYTES)
            return (ssize_t)length;
        if (got > 0)
            length += (size_t)got;
        else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
            *ret_reason = got == 0 ? "16 KiB or more" : "a descriptor that cannot be read";
            return -1;
        }
    }
}

int cmb_source_read_stream(struct cmb_source *source, struct cmb_vault *vault, int fd,
                           int64_t deadline_ms, struct cambist_error *error)
{
    const char *reason = "nothing";
    char *at = cmb_vault_take(vault, CMB_CREDENTIALS_PIPE_MOST_BYTES);
    if (!at)
        return fail_full(error);
    ssize_t length = read_to_end(at, fd, deadline_ms, &reason);
    if (length <= 0) {
        cmb_vault_give(vault, at, CMB_CREDENTIALS_PIPE_MOST_BYTES);
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "the source of credentials gave %s", reason);
    }
    cmb_vault_trim(vault, at, CMB_CREDENTIALS_PIPE_MOST_BYTES, (size_t)length);
    *source = (struct cmb_source){ at, (size_t)length };
    return CAMBIST_OK;
}

int cmb_source_read_fd(struct cmb_source *source, struct cmb_vault *vault, const char *digits,
                       struct cambist_error *error)
{
    int fd = (int)strtol(digits, NULL, 10);
    int64_t deadline_ms = cmb_source_now_ms() + CMB_CREDENTIALS_TIMEOUT_MS;
    int status = cmb_source_read_stream(source, vault, fd, deadline_ms, error);
    close(fd);
    return status;
}

int cmb_source_read_env(struct cmb_source *source, struct cmb_vault *vault, const char *name,
                        struct cambist_error *error)
{
    char *value = getenv(name);
    size_t size = value ? strlen(value) : 0;
    if (size == 0)
        return cmb_fail(error, CAMBIST_BAD_CONFIG, "env:%s: not set, or read before", name);
    char *at = cmb_vault_take(vault, size);
    if (at)
        memcpy(at, value, size);
    /* unsetenv() leaves the bytes where /proc/PID/environ shows them. */
    explicit_bzero(value, size);
    unsetenv(name);
    if (!at)
        return fail_full(error);
    *source = (struct cmb_source){ at, size };
    return CAMBIST_OK;
}
