/* Which records does a folder hold, and is nothing missing that was promised to be there? */
#include "order/journal_read.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fail.h"
#include "base/memory.h"

struct reader {
    const struct cmb_journal_source *source;
    uint64_t *segments;        /* the numbers in the folder, rising */
    size_t count, room, begin; /* `begin`: the index that reading begins with */
    bool lacks_memory;
    unsigned char *bytes; /* the segment that is being read */
    size_t size, bytes_room, offset;
    int64_t file_size;
    char name[CMB_JOURNAL_NAME_SIZE];
    struct cmb_journal_end end; /* so far */
    uint64_t first;             /* the number of the first record that is read */
    uint64_t checkpoint;        /* the number of the CHECKPOINT that says all up to it; 0: none */
    uint32_t mode;              /* of the last run */
    bool delivers;
};

static int refuse(const struct reader *reader, const char *reason, struct cambist_error *error)
{
    return cmb_fail(error, CAMBIST_JOURNAL, "%s/%s at %zu: %s", reader->source->path, reader->name,
                    reader->offset, reason);
}

static int refuse_disk(const struct reader *reader, int64_t status, struct cambist_error *error)
{
    return cmb_fail(error, CAMBIST_JOURNAL, "%s/%s: cannot be read: %s", reader->source->path,
                    reader->name, strerror((int)-status));
}

static int refuse_memory(struct cambist_error *error)
{
    return cmb_fail(error, CAMBIST_NO_MEMORY, "no memory to read the journal");
}

/* --- the folder --- */

static void add_segment(const char *name, void *user)
{
    struct reader *reader = user;
    uint64_t segment = cmb_journal_name_parse(name);
    if (!segment || reader->lacks_memory)
        return;
    if (reader->count == reader->room) {
        size_t room = reader->room ? reader->room * 2 : 16;
        uint64_t *larger = cmb_realloc(reader->segments, room * sizeof *larger);
        reader->lacks_memory = !larger;
        if (!larger)
            return;
        reader->segments = larger;
        reader->room = room;
    }
    reader->segments[reader->count++] = segment;
}

static int compare_segments(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int list_segments(struct reader *reader, struct cambist_error *error)
{
    const struct cmb_journal_source *source = reader->source;
    int status = cmb_disk_list(source->disk, source->folder, add_segment, reader);
    if (status < 0)
        return cmb_fail(error, CAMBIST_JOURNAL, "%s: cannot be listed: %s", source->path,
                        strerror(-status));
    if (reader->lacks_memory)
        return refuse_memory(error);
    if (reader->count)
        qsort(reader->segments, reader->count, sizeof *reader->segments, compare_segments);
    return CAMBIST_OK;
}

/* Reads `most` bytes of an open segment, or all that it has. */
static int load_open(struct reader *reader, int file, size_t most, struct cambist_error *error)
{
    const struct cmb_disk *disk = reader->source->disk;
    int64_t size = cmb_disk_size(disk, file);
    if (size < 0)
        return refuse_disk(reader, size, error);
    reader->file_size = size;
    size_t wanted = (size_t)size < most ? (size_t)size : most;
    if (wanted > reader->bytes_room) {
        free(reader->bytes);
        reader->bytes = cmb_malloc(wanted);
        reader->bytes_room = reader->bytes ? wanted : 0;
        if (!reader->bytes)
            return refuse_memory(error);
    }
    size = cmb_disk_read(disk, file, reader->bytes, wanted, 0);
    if (size < 0)
        return refuse_disk(reader, size, error);
    reader->size = (size_t)size;
    return CAMBIST_OK;
}

/* Makes the segment at `index` the one that is read; its first `most` bytes. */
static int load(struct reader *reader, size_t index, size_t most, struct cambist_error *error)
{
    const struct cmb_journal_source *source = reader->source;
    cmb_journal_name_format(reader->segments[index], reader->name);
    reader->offset = 0;
    int file = cmb_disk_open_file(source->disk, source->folder, reader->name, CMB_DISK_EXISTING);
    if (file < 0)
        return refuse_disk(reader, file, error);
    int status = load_open(reader, file, most, error);
    cmb_disk_close(source->disk, file);
    return status;
}

/* --- headers --- */

static int refuse_version(const struct reader *reader, uint32_t version,
                          struct cambist_error *error)
{
    return cmb_fail(error, CAMBIST_JOURNAL,
                    "%s/%s: a journal of version %u; this program reads version %d",
                    reader->source->path, reader->name, version, CMB_JOURNAL_VERSION);
}

/* Reads the header of the loaded segment at `index`; *ret_is_begun false: none stands there. */
static int read_header(struct reader *reader, size_t index, struct cmb_journal_header *ret_header,
                       bool *ret_is_begun, struct cambist_error *error)
{
    if (reader->size < CMB_JOURNAL_HEADER_BYTES)
        return refuse(reader, "damaged: shorter than a header", error);
    *ret_is_begun = cmb_journal_header_parse(reader->bytes, ret_header);
    if (!*ret_is_begun)
        return CAMBIST_OK;
    if (ret_header->version != CMB_JOURNAL_VERSION)
        return refuse_version(reader, ret_header->version, error);
    if (ret_header->segment != reader->segments[index])
        return refuse(reader, "damaged: its header is that of another segment", error);
    if ((int64_t)ret_header->size_bytes > reader->file_size)
        return refuse(reader, "damaged: the segment was longer once", error);
    return CAMBIST_OK;
}

/* --- records --- */

/* The place where the next record should stand has none, though it was promised. */
static int refuse_damaged(const struct reader *reader, struct cambist_error *error)
{
    char reason[160];
    snprintf(reason, sizeof reason, "damaged: record %llu is not there, though it was kept%s",
             (unsigned long long)reader->end.next,
             reader->mode == CMB_JOURNAL_PROCESS
                 ? "; its mode was process, which does not outlive a loss of power"
                 : "");
    return refuse(reader, reason, error);
}

/* Whether a record is meant for the caller: what a checkpoint says again is, in the one that all
 * was begun with. */
static bool is_delivered(const struct reader *reader, const struct cmb_journal_head *head)
{
    bool is_restated = head->flags & CMB_JOURNAL_HEAD_RESTATES;
    return reader->delivers && (!is_restated || head->number <= reader->checkpoint);
}

static int deliver(const struct reader *reader, const struct cmb_journal_head *head,
                   struct cmb_text payload, struct cambist_error *error)
{
    const struct cmb_journal_source *source = reader->source;
    struct cmb_journal_record record = {
        .number = head->number,
        .run = head->run,
        .type = head->type,
        .wall_ns = head->wall_ns,
        .monotonic_ns = head->monotonic_ns,
        .payload = payload,
        .file = reader->name,
        .offset = reader->offset,
    };
    return source->on_record ? source->on_record(&record, source->user, error) : CAMBIST_OK;
}

/* What records of the journal's own say about reading it. */
static void learn(struct reader *reader, const struct cmb_journal_head *head,
                  struct cmb_text payload)
{
    if (head->type == CMB_JOURNAL_RUN)
        reader->mode = cmb_journal_run_mode(payload);
    if (head->type != CMB_JOURNAL_CHECKPOINT)
        return;
    reader->end.size_bytes = 0;
    if (cmb_journal_checkpoint_first(payload) == reader->first)
        reader->checkpoint = head->number;
}

static int read_record(struct reader *reader, const struct cmb_journal_head *head,
                       struct cambist_error *error)
{
    size_t size = cmb_journal_record_size(head->length);
    struct cmb_text payload = {
        (const char *)reader->bytes + reader->offset + CMB_JOURNAL_HEAD_BYTES, head->length
    };
    if (!cmb_journal_type_is_known(head->type)) {
        char reason[80];
        snprintf(reason, sizeof reason, "a record of type %u, which version %d does not know",
                 head->type, CMB_JOURNAL_VERSION);
        return refuse(reader, reason, error);
    }
    int status = is_delivered(reader, head) ? deliver(reader, head, payload, error) : CAMBIST_OK;
    reader->end.size_bytes += size;
    learn(reader, head, payload);
    reader->end.next = head->number + 1;
    reader->end.chain = head->crc;
    reader->end.run = head->run;
    reader->offset += size;
    return status;
}

/* Whether the next record of the chain stands at the offset. */
static bool find_next(const struct reader *reader, struct cmb_journal_head *ret_head)
{
    if (!cmb_journal_record_parse(reader->bytes + reader->offset, reader->size - reader->offset,
                                  ret_head) ||
        ret_head->type == CMB_JOURNAL_MARK)
        return false;
    return ret_head->number == reader->end.next && ret_head->previous == reader->end.chain;
}

/* Reads the records of the loaded segment; what stands behind them promised no more. */
static int read_segment(struct reader *reader, size_t index, struct cambist_error *error)
{
    struct cmb_journal_head head;
    int status = CAMBIST_OK;
    reader->offset = CMB_JOURNAL_HEADER_BYTES;
    while (status == CAMBIST_OK && find_next(reader, &head))
        status = read_record(reader, &head, error);
    if (status != CAMBIST_OK)
        return status;
    reader->end.segment = reader->segments[index];
    reader->end.at = (int64_t)reader->offset;
    if (cmb_journal_find_promise(reader->bytes + reader->offset, reader->size - reader->offset,
                                 reader->end.next))
        return refuse_damaged(reader, error);
    return CAMBIST_OK;
}

/* --- segments --- */

/* Makes the segment at `index` the one that is read: none before it is missing. */
static int load_following(struct reader *reader, size_t index, struct cambist_error *error)
{
    if (index > reader->begin && reader->segments[index] != reader->segments[index - 1] + 1) {
        cmb_journal_name_format(reader->segments[index - 1] + 1, reader->name);
        return cmb_fail(error, CAMBIST_JOURNAL, "%s/%s: damaged: the segment is missing",
                        reader->source->path, reader->name);
    }
    return load(reader, index, SIZE_MAX, error);
}

/* The chain ends before the segment at `index`: neither that one nor a later one promised that it
 * goes on at this place of that segment. */
static int check_rest(struct reader *reader, size_t index, uint64_t segment, size_t at,
                      struct cambist_error *error)
{
    for (; index < reader->count; index++) {
        int status = load_following(reader, index, error);
        if (status != CAMBIST_OK)
            return status;
        if (cmb_journal_find_promise(reader->bytes, reader->size, reader->end.next)) {
            cmb_journal_name_format(segment, reader->name);
            reader->offset = at;
            return refuse_damaged(reader, error);
        }
    }
    return CAMBIST_OK;
}

/* Reads from the segment at `index` on, whose first record begins the chain. */
static int read_from(struct reader *reader, size_t index, const struct cmb_journal_header *begin,
                     struct cambist_error *error)
{
    struct cmb_journal_header header;
    struct cmb_journal_end *end = &reader->end;
    bool is_begun = false;
    reader->begin = index;
    reader->first = begin->first;
    *end = (struct cmb_journal_end){ .start = reader->segments[index],
                                     .next = begin->first,
                                     .chain = begin->previous,
                                     .oldest = reader->segments[0],
                                     .newest = reader->segments[reader->count - 1] };
    for (; index < reader->count; index++) {
        int status = load_following(reader, index, error);
        if (status == CAMBIST_OK)
            status = read_header(reader, index, &header, &is_begun, error);
        if (status != CAMBIST_OK)
            return status;
        if (!is_begun || header.first != end->next || header.previous != end->chain)
            break;
        status = read_segment(reader, index, error);
        if (status != CAMBIST_OK)
            return status;
    }
    if (index == reader->count)
        return CAMBIST_OK;
    if (is_begun && end->segment) /* the later one is whole, the former one breaks off */
        return check_rest(reader, index, end->segment, (size_t)end->at, error);
    return check_rest(reader, index, reader->segments[index], 0, error);
}

/* Whether the segment at `index` begins with a checkpoint, and a whole one. */
static int check_checkpoint(struct reader *reader, size_t index,
                            struct cmb_journal_header *ret_header, bool *ret_is_whole,
                            struct cambist_error *error)
{
    bool is_begun;
    *ret_is_whole = false;
    int status = load(reader, index, CMB_JOURNAL_HEADER_BYTES, error);
    if (status == CAMBIST_OK)
        status = read_header(reader, index, ret_header, &is_begun, error);
    if (status != CAMBIST_OK || !is_begun || !(ret_header->flags & CMB_JOURNAL_HEADER_CHECKPOINT))
        return status;
    reader->checkpoint = 0;
    status = read_from(reader, index, ret_header, error);
    *ret_is_whole = status == CAMBIST_OK && reader->checkpoint != 0;
    return status;
}

/* Where everything begins that still counts: the last whole checkpoint, or the first segment. */
static int find_start(struct reader *reader, size_t *ret_index,
                      struct cmb_journal_header *ret_header, struct cambist_error *error)
{
    bool is_whole;
    for (size_t index = reader->count; index-- > 0;) {
        int status = check_checkpoint(reader, index, ret_header, &is_whole, error);
        if (status != CAMBIST_OK)
            return status;
        if (is_whole) {
            *ret_index = index;
            return CAMBIST_OK;
        }
    }
    *ret_index = 0;
    *ret_header = (struct cmb_journal_header){ .first = 1 };
    reader->checkpoint = 0;
    if (reader->segments[0] != 1) {
        cmb_journal_name_format(reader->segments[0], reader->name);
        return refuse(reader, "damaged: the segments before this one are missing", error);
    }
    return CAMBIST_OK;
}

static int read_all(struct reader *reader, struct cambist_error *error)
{
    size_t index;
    struct cmb_journal_header header;
    int status = list_segments(reader, error);
    if (status != CAMBIST_OK || !reader->count)
        return status;
    status = find_start(reader, &index, &header, error);
    reader->delivers = true;
    return status == CAMBIST_OK ? read_from(reader, index, &header, error) : status;
}

int cmb_journal_read(const struct cmb_journal_source *source, struct cmb_journal_end *ret_end,
                     struct cambist_error *error)
{
    struct reader reader = { .source = source, .end.next = 1 };
    int status = read_all(&reader, error);
    if (status == CAMBIST_OK)
        *ret_end = reader.end;
    free(reader.segments);
    free(reader.bytes);
    return status;
}
