/* Can any bytes as a segment break the reading of a journal, or be read and then not written to? */
#include <stdlib.h>

#include "order/journal_format.h"
#include "order/journal_read.h"
#include "support/memory_disk.h"

/* The first byte says how the rest is used. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEGMENT_MOST = 16384, HEAD = CMB_JOURNAL_HEAD_BYTES };

static uint64_t last_number;

/* Numbers rise by one, payloads lie within the segment. */
static int check_record(const struct cmb_journal_record *record, void *user,
                        struct cambist_error *error)
{
    (void)user, (void)error;
    if (last_number && record->number <= last_number)
        abort();
    last_number = record->number;
    uint8_t sum = 0;
    for (size_t i = 0; i < record->payload.length; i++)
        sum = (uint8_t)(sum + (uint8_t)record->payload.at[i]);
    return sum == 255 && record->payload.length == 255 ? CAMBIST_GARBLED : CAMBIST_OK;
}

/* Makes the checksums right, so that more than checksums is tried. */
static void mend(unsigned char *bytes, size_t size)
{
    struct cmb_journal_header header = {
        .version = 1, .segment = 1, .first = 1, .flags = bytes[0] & 1
    };
    uint32_t chain = 0;
    uint64_t number = 1;
    cmb_journal_header_format(&header, bytes);
    for (size_t at = CMB_JOURNAL_HEADER_BYTES; at + HEAD <= size; number++) {
        unsigned char *record = bytes + at;
        struct cmb_journal_head head = { .previous = chain,
                                         .type = record[0] % 12,
                                         .flags = record[1] % 2,
                                         .number = number,
                                         .promised = number - 1 - record[2] % number,
                                         .run = 1 };
        size_t length = record[3];
        if (head.type == 0)
            head.type = CMB_JOURNAL_MARK;
        if (at + cmb_journal_record_size(length) > size)
            break;
        char payload[256];
        memcpy(payload, record + HEAD, length);
        cmb_journal_record_format(&head, (struct cmb_text){ payload, length }, record);
        chain = head.crc;
        at += cmb_journal_record_size(length);
    }
}

/* Opens it, and if that is possible writes to it and opens it again. */
static void open_twice(struct memory_disk *disk, struct cmb_loop *loop)
{
    struct cmb_journal *journal;
    struct cambist_error error = { 0 };
    struct cmb_journal_settings settings = { .disk = &disk->disk,
                                             .folder = "/fuzz",
                                             .mode = CMB_JOURNAL_POWER,
                                             .loop = loop,
                                             .segment_bytes = 4096,
                                             .on_record = check_record };
    last_number = 0;
    int status = cmb_journal_open(&settings, &journal, &error);
    if (status != CAMBIST_OK) {
        if (!error.message[0] && status != CAMBIST_GARBLED)
            abort();
        return;
    }
    uint64_t number;
    if (cmb_journal_write(journal, CMB_JOURNAL_EVENT, CMB_TEXT("one more"), &number, NULL) !=
        CAMBIST_OK)
        abort();
    cmb_journal_close(journal);
    last_number = 0;
    if (cmb_journal_open(&settings, &journal, NULL) != CAMBIST_OK || last_number != number)
        abort();
    cmb_journal_close(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct memory_disk disk;
    static struct cmb_clock clock;
    static struct cmb_loop *loop;
    unsigned char bytes[SEGMENT_MOST] = { 0 };
    if (!loop) {
        cmb_clock_init_turnable(&clock, 0);
        loop = cmb_loop_new(&clock);
        memory_disk_init(&disk);
    }
    if (size == 0)
        return 0;
    size_t length = size - 1 < SEGMENT_MOST ? size - 1 : SEGMENT_MOST;
    memcpy(bytes, data + 1, length);
    size_t first = data[0] & 2 && length > 1024 ? length / 2 : length;
    if (data[0] & 1 && first >= CMB_JOURNAL_HEADER_BYTES)
        mend(bytes, first);
    memory_disk_put(&disk, "00000001.journal", bytes, first);
    if (first < length)
        memory_disk_put(&disk, data[0] & 4 ? "00000002.journal" : "00000003.journal", bytes + first,
                        length - first);
    disk.forgets = true;
    open_twice(&disk, loop);
    memory_disk_clear(&disk);
    return 0;
}
