/* Which file do the settings come from, and who owns them? */
#include "config/settings.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/fail.h"
#include "config/keys.h"
#include "config/trusted_file.h"

enum { ARENA_MOST_BYTES = 4 * 1024 * 1024 };

void cmb_settings_init(struct cmb_settings *settings)
{
    *settings = (struct cmb_settings){ .file = "" };
    cmb_arena_init(&settings->arena, ARENA_MOST_BYTES);
    cmb_keys_fill(CMB_KEY_HOST, &settings->host);
}

void cmb_settings_clear(struct cmb_settings *settings)
{
    cmb_arena_clear(&settings->arena);
    *settings = (struct cmb_settings){ .file = "" };
}

/* The whole file into `buffer`. */
static int read_file(const char *path, struct cmb_buffer *buffer, struct cambist_error *error)
{
    struct cmb_trusted_file file;
    char *resolved = realpath(path, NULL); /* links are fine here: each real parent is checked */
    int status = cmb_trusted_file_open(&file, resolved ? resolved : path, CMB_TRUST_PUBLIC,
                                       CMB_SETTINGS_MOST_BYTES, error);
    free(resolved);
    if (status != CAMBIST_OK)
        return status;
    char *to = cmb_buffer_reserve(buffer, file.size_bytes);
    ssize_t got = -1;
    while (to && (got = read(file.fd, to, file.size_bytes - buffer->length)) > 0) {
        buffer->length += (size_t)got;
        to += got;
    }
    close(file.fd);
    return got == 0 ? CAMBIST_OK : cmb_fail(error, CAMBIST_BAD_CONFIG, "%s: cannot be read", path);
}

int cmb_settings_read(struct cmb_settings *settings, const char *path, struct cmb_buffer *report,
                      struct cambist_error *error)
{
    struct cmb_buffer content;
    struct cambist_error reason = { 0 };
    cmb_buffer_init(&content, CMB_SETTINGS_MOST_BYTES);
    cmb_settings_init(settings);
    int status = read_file(path, &content, &reason);
    if (status == CAMBIST_OK) {
        status = cmb_settings_parse(settings, cmb_buffer_text(&content), path, report, error);
    } else {
        cmb_fail(error, status, "%s", reason.message);
        if (report)
            cmb_buffer_addf(report, "%s\n", reason.message);
    }
    cmb_buffer_clear(&content);
    return status;
}

const struct cmb_settings_exchange *cmb_settings_find(const struct cmb_settings *settings,
                                                      const char *name)
{
    for (size_t i = 0; i < settings->exchange_count; i++)
        if (strcmp(settings->exchanges[i].name, name) == 0)
            return &settings->exchanges[i];
    return NULL;
}
