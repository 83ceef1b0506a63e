/* order/journal_format.h - which bytes make a journal?
 *
 * A segment begins with a header of CMB_JOURNAL_HEADER_BYTES; records follow, each a head of
 * CMB_JOURNAL_HEAD_BYTES, the payload, and zeros up to the next multiple of eight.  Behind the last
 * record stands a mark: a head alone, which the next record overwrites.  The rest is zero.  All
 * numbers are little-endian.
 *
 *     header   magic[8] crc:4 version:4 segment:8 first:8 previous:4 flags:4 size:4 zeros[20]
 *     head     crc:4 previous:4 length:4 type:2 flags:2 number:8 promised:8
 *              wall:8 monotonic:8 run:8
 *
 * `crc` is the CRC-32C of all other bytes of the header or record; `previous` is that of the record
 * before, so that a record can be checked by itself and its place in the chain as well.
 */
#ifndef CMB_ORDER_JOURNAL_FORMAT_H
#define CMB_ORDER_JOURNAL_FORMAT_H

#include "order/journal.h"

#define CMB_JOURNAL_HEADER_BYTES 64
#define CMB_JOURNAL_HEAD_BYTES   56
#define CMB_JOURNAL_MARK         0xffff /* the type of a mark */

/* "00000001.journal" and its end. */
#define CMB_JOURNAL_NAME_SIZE 17

/* The segment was begun by a checkpoint. */
#define CMB_JOURNAL_HEADER_CHECKPOINT 1u
/* The record says again what older segments say: written during a checkpoint. */
#define CMB_JOURNAL_HEAD_RESTATES     1u

struct cmb_journal_header {
    uint32_t version;
    uint64_t segment;  /* its number: 1, 2, 3 ... */
    uint64_t first;    /* the number of its first record */
    uint32_t previous; /* the crc of the record before that */
    uint32_t flags;
    uint32_t size_bytes; /* of the segment: it never gets shorter */
};

struct cmb_journal_head {
    uint32_t crc, previous, length;
    uint16_t type, flags;
    uint64_t number;   /* of a mark: the next record's */
    uint64_t promised; /* everything up to this number was safe when this was written */
    int64_t wall_ns, monotonic_ns;
    uint64_t run;
};

/* The bytes that a record with such a payload takes. */
static inline size_t cmb_journal_record_size(size_t payload_length)
{
    return CMB_JOURNAL_HEAD_BYTES + ((payload_length + 7) & ~(size_t)7);
}

/* Writes a header to `to`. */
void cmb_journal_header_format(const struct cmb_journal_header *header,
                               unsigned char to[static CMB_JOURNAL_HEADER_BYTES]);
/* Reads one; false: it is none. */
bool cmb_journal_header_parse(const unsigned char from[static CMB_JOURNAL_HEADER_BYTES],
                              struct cmb_journal_header *ret_header);

/* Writes a record to `to`, which has room for cmb_journal_record_size; its length and crc are
 * computed and put into `head`. */
void cmb_journal_record_format(struct cmb_journal_head *head, struct cmb_text payload,
                               unsigned char *to);
/* Reads the record or mark at the beginning of `size` bytes; false: none stands there whole. */
bool cmb_journal_record_parse(const unsigned char *from, size_t size,
                              struct cmb_journal_head *ret_head);
/* Whether in `size` bytes from `from` on there is a record or mark that says that `number` was
 * promised. */
bool cmb_journal_find_promise(const unsigned char *from, size_t size, uint64_t number);

/* What the journal's own records say: 8 bytes each.  The mode of a run (0 if it is none); the
 * number of the first record of a checkpoint, 0 if it is none. */
void cmb_journal_run_format(struct cmb_journal_run run, unsigned char to[static 8]);
uint32_t cmb_journal_run_mode(struct cmb_text payload);
void cmb_journal_checkpoint_format(uint64_t first, unsigned char to[static 8]);
uint64_t cmb_journal_checkpoint_first(struct cmb_text payload);

/* Whether the type is one of CMB_JOURNAL_TYPE_LIST; whether such a one begins something. */
bool cmb_journal_type_is_known(uint32_t type);
bool cmb_journal_type_begins(uint32_t type);

/* A segment's file name, and its number back; 0: no such name. */
void cmb_journal_name_format(uint64_t segment, char to[static CMB_JOURNAL_NAME_SIZE]);
uint64_t cmb_journal_name_parse(const char *name);

#endif
