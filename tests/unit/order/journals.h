/* journals.h - a journal on a disk in memory, and what was read from it */
#ifndef TEST_ORDER_JOURNALS_H
#define TEST_ORDER_JOURNALS_H

#include "order/journal.h"

#include <stdlib.h>

#include "support/memory_crash.h"

#include "order/journal_format.h"
#include "support/test.h"

enum { SEGMENT = 4096, READ_MOST = 4096, TEXT_MOST = 64 };

/* A record as it was read. */
struct read_record {
    uint64_t number, run;
    uint32_t type;
    int64_t wall_ns, monotonic_ns;
    size_t length;
    char text[TEXT_MOST]; /* the payload's beginning */
};

static struct memory_disk disk;
static struct cmb_clock turnable;
static struct cmb_loop *loop;
static struct cmb_journal *journal;
static struct cambist_error error;
static struct read_record records[READ_MOST];
static size_t record_count;

static inline int note_record(const struct cmb_journal_record *record, void *user,
                              struct cambist_error *ret_error)
{
    (void)user, (void)ret_error;
    struct read_record *noted = &records[record_count++];
    *noted = (struct read_record){ .number = record->number,
                                   .run = record->run,
                                   .type = record->type,
                                   .wall_ns = record->wall_ns,
                                   .monotonic_ns = record->monotonic_ns,
                                   .length = record->payload.length };
    memcpy(noted->text, record->payload.at,
           record->payload.length < TEXT_MOST ? record->payload.length : TEXT_MOST - 1);
    return CAMBIST_OK;
}

/* A loop and an empty disk. */
static inline void begin(void)
{
    memory_disk_init(&disk);
    cmb_clock_init_turnable(&turnable, 1700000000000000000);
    loop = cmb_loop_new(&turnable);
    journal = NULL;
}

static inline void end(void)
{
    cmb_journal_close(journal);
    journal = NULL;
    cmb_loop_free(loop);
    memory_disk_clear(&disk);
}

static inline int open_on(const struct cmb_disk *on, enum cmb_journal_mode mode)
{
    struct cmb_journal_settings settings = { .disk = on,
                                             .folder = "/journal",
                                             .mode = mode,
                                             .loop = loop,
                                             .segment_bytes = SEGMENT,
                                             .on_record = note_record };
    record_count = 0;
    error = (struct cambist_error){ 0 };
    return cmb_journal_open(&settings, &journal, &error);
}

static inline int open_journal(enum cmb_journal_mode mode)
{
    return open_on(&disk.disk, mode);
}

static inline void close_journal(void)
{
    cmb_journal_close(journal);
    journal = NULL;
}

/* Writes a text and answers its number, 0 if that failed. */
static inline uint64_t write_text(enum cmb_journal_type type, const char *text)
{
    uint64_t number = 0;
    error = (struct cambist_error){ 0 };
    cmb_journal_write(journal, type, cmb_text_of(text), &number, &error);
    return number;
}

/* Does all work that is left, and has the loop hear of it. */
static inline void work(void)
{
    do
        while (cmb_journal_step(journal))
            ;
    while (cmb_loop_run_once(loop, 0) > 0);
}

/* The records but RUN, as one line of texts. */
static inline const char *read_texts(void)
{
    static char line[READ_MOST * 8];
    size_t length = 0;
    line[0] = 0;
    for (size_t i = 0; i < record_count && length < sizeof line - TEXT_MOST - 2; i++)
        if (records[i].type != CMB_JOURNAL_RUN && records[i].type != CMB_JOURNAL_CHECKPOINT)
            length += (size_t)snprintf(line + length, sizeof line - length, "%s%s",
                                       length ? " " : "", records[i].text);
    return line;
}

/* A wait that notes how it ended. */
struct noted_wait {
    struct cmb_journal_wait wait;
    int status; /* -1: not told yet */
    int order;  /* the how manyth that was told */
};

static int told;

static inline void note_durable(struct cmb_journal_wait *wait, int status, void *user)
{
    struct noted_wait *noted = user;
    CU_ASSERT(wait == &noted->wait);
    noted->status = status;
    noted->order = ++told;
}

static inline int wait_for(struct noted_wait *noted, uint64_t number)
{
    *noted =
        (struct noted_wait){ .wait = { .on_durable = note_durable, .user = noted }, .status = -1 };
    error = (struct cambist_error){ 0 };
    return cmb_journal_when_durable(journal, number, &noted->wait, &error);
}

#endif
