/* order/journal_read.h - what does a folder of segments hold, and where does it end? */
#ifndef CMB_ORDER_JOURNAL_READ_H
#define CMB_ORDER_JOURNAL_READ_H

#include "order/journal_format.h"

/* What is read, and for whom. */
struct cmb_journal_source {
    const struct cmb_disk *disk;
    int folder;
    const char *path;                /* the folder's, for messages */
    cmb_journal_record_fn on_record; /* may be NULL */
    void *user;
};

/* Where the records end, and what the next one must say. */
struct cmb_journal_end {
    uint64_t segment;        /* the last one with records; 0: there are none at all */
    int64_t at;              /* the offset in it */
    uint64_t next;           /* the next record's number */
    uint32_t chain;          /* the crc of the last record */
    uint64_t run;            /* of the last record; 0: there is none */
    uint64_t start;          /* the segment that was begun with */
    uint64_t size_bytes;     /* of the records behind the last checkpoint */
    uint64_t oldest, newest; /* segments in the folder, needed or not; 0: none */
};

/* Reads all records from the last whole checkpoint on.  Fails as cmb_journal_open says; changes
 * nothing. */
int cmb_journal_read(const struct cmb_journal_source *source, struct cmb_journal_end *ret_end,
                     struct cambist_error *error);

#endif
