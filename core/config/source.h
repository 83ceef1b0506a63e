/* config/source.h - the bytes of a source of credentials, read into the vault: private to
 * core/config.  What each form means stands in config/credentials.h. */
#ifndef CMB_CONFIG_SOURCE_H
#define CMB_CONFIG_SOURCE_H

#include "crypto/vault.h"

struct cmb_source {
    char *at; /* taken from the vault; the caller gives it back */
    size_t size;
};

/* Each reads the part of the source behind its ":".  On failure nothing is taken. */
int cmb_source_read_file(struct cmb_source *source, struct cmb_vault *vault, const char *path,
                         struct cambist_error *error);
int cmb_source_read_systemd(struct cmb_source *source, struct cmb_vault *vault, const char *name,
                            struct cambist_error *error);
int cmb_source_read_fd(struct cmb_source *source, struct cmb_vault *vault, const char *digits,
                       struct cambist_error *error);
int cmb_source_read_env(struct cmb_source *source, struct cmb_vault *vault, const char *name,
                        struct cambist_error *error);
int cmb_source_read_command(struct cmb_source *source, struct cmb_vault *vault, const char *words,
                            struct cambist_error *error);

/* Reads `fd` to its end within `deadline_ms` of the monotonic clock, at most
 * CMB_CREDENTIALS_PIPE_MOST_BYTES. */
int cmb_source_read_stream(struct cmb_source *source, struct cmb_vault *vault, int fd,
                           int64_t deadline_ms, struct cambist_error *error);
int64_t cmb_source_now_ms(void);

#endif
