/* limit/table_inner.h - how a table lies in memory: private to core/limit and its tests. */
#ifndef CMB_LIMIT_TABLE_INNER_H
#define CMB_LIMIT_TABLE_INNER_H

#include <pthread.h>

#include "limit/table.h"

/* Another layout has another number, and with it another file. */
#define CMB_LIMIT_TABLE_VERSION 2

/* On cache lines of its own. */
struct cmb_limit_entry {
    _Alignas(64) struct cmb_limit_name name;
    bool is_mark;
    _Atomic int64_t mark;
    struct cmb_bucket bucket;
};

struct cmb_limit_file {
    _Atomic uint64_t magic; /* written last */
    uint32_t version, entry_size;
    char boot[40];
    pthread_mutex_t lock; /* robust, of all processes; guards `count` and entries behind it */
    _Atomic uint32_t count; /* entries below it are whole */
    struct cmb_limit_entry entries[CMB_LIMIT_TABLE_ENTRIES];
};

struct cmb_limit_table {
    int fd; /* locked: see table.c */
    struct cmb_limit_file *file;
};

#endif
