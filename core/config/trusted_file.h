/* config/trusted_file.h - opens a file only if nobody else could have written it.
 *
 * As sshd, sudo and PostgreSQL do: every component of the path is opened without following links,
 * and owner and mode are asked of the open descriptor, so that nothing can be swapped between the
 * check and the use.  Parents belong to root or to us and are not writable by others, unless sticky
 * (/tmp).  The file is a regular one, belongs to root or to us, and is not writable by others.
 */
#ifndef CMB_CONFIG_TRUSTED_FILE_H
#define CMB_CONFIG_TRUSTED_FILE_H

#include <cambist/status.h>

#include <stdbool.h>
#include <stddef.h>

enum cmb_trust {
    CMB_TRUST_PUBLIC = 1, /* others may read: configuration, plugins */
    CMB_TRUST_SECRET = 2, /* nobody else may read; 0640 only for root's file and our group */
    CMB_TRUST_SERVICE = 3 /* as systemd makes credentials: an ACL may let us read root's file */
};

struct cmb_trusted_file {
    int fd; /* the caller closes it; -1 while there is none */
    size_t size_bytes;
};

/* Opens `path` for reading.  It must be absolute and without "..".  BAD_CONFIG with the component
 * and what is wrong with it; TOO_LARGE beyond `most_bytes`. [any thread] */
int cmb_trusted_file_open(struct cmb_trusted_file *file, const char *path, enum cmb_trust trust,
                          size_t most_bytes, struct cambist_error *error);

#endif
