/* Is every damage found, and called by its place, unless it touches nothing that was promised? */
#include "journals.h"

#include "base/crc32c.h"
#include "order/journal_read.h"

enum { LARGE = 65536, PLACES_MOST = 1024 };

/* A segment as it was left, and where its records stand. */
static unsigned char whole[LARGE];
static size_t whole_size;
static size_t places[PLACES_MOST + 1]; /* offset of each record; of the end */
static size_t place_count, promised_count;

static size_t same_count;
static bool is_same;

/* The records come in order and as they were. */
static int compare_record(const struct cmb_journal_record *record, void *user,
                          struct cambist_error *ret_error)
{
    (void)user, (void)ret_error;
    size_t at = record->offset + CMB_JOURNAL_HEAD_BYTES;
    is_same = is_same && same_count < place_count && places[same_count] == record->offset &&
              memcmp(record->payload.at, whole + at, record->payload.length) == 0 &&
              record->number == same_count + 1;
    same_count++;
    return CAMBIST_OK;
}

/* Reads the folder; the first segment is compared with `whole`. */
static int read_folder(void)
{
    struct cmb_journal_source source = {
        .disk = &disk.disk, .folder = MEMORY_FOLDER, .path = "/j", .on_record = compare_record
    };
    struct cmb_journal_end read_end;
    error = (struct cambist_error){ 0 };
    same_count = 0;
    is_same = true;
    return cmb_journal_read(&source, &read_end, &error);
}

static int note_place(const struct cmb_journal_record *record, void *user,
                      struct cambist_error *ret_error)
{
    (void)user, (void)ret_error;
    places[place_count++] = record->offset;
    places[place_count] = record->offset + cmb_journal_record_size(record->payload.length);
    return CAMBIST_OK;
}

/* Keeps the first segment of the disk as the whole one. */
static void keep_whole(void)
{
    const struct memory_file *file = memory_disk_file(&disk, "00000001.journal");
    struct cmb_journal_source source = {
        .disk = &disk.disk, .folder = MEMORY_FOLDER, .path = "/j", .on_record = note_place
    };
    struct cmb_journal_end read_end;
    place_count = 0;
    CU_ASSERT_FATAL(cmb_journal_read(&source, &read_end, NULL) == CAMBIST_OK);
    whole_size = file->size;
    memcpy(whole, file->bytes, whole_size);
    disk.forgets = true;
}

/* Opens a journal of one segment of that size, and fills it with `count` records of mixed size, of
 * which all but the last `unsynced` are promised. */
static void fill(enum cmb_journal_mode mode, uint32_t size, int count, int unsynced)
{
    char payload[600];
    struct noted_wait wait;
    struct cmb_journal_settings settings = {
        .disk = &disk.disk, .folder = "/j", .mode = mode, .loop = loop, .segment_bytes = size
    };
    CU_ASSERT_FATAL(cmb_journal_open(&settings, &journal, NULL) == CAMBIST_OK);
    for (int i = 0; i < count; i++) {
        uint64_t number = 0;
        size_t length = (size_t)(i * 37 % 600);
        for (size_t at = 0; at < length; at++)
            payload[at] = (char)(i + (int)at * 7);
        cmb_journal_write(journal, CMB_JOURNAL_EVENT, (struct cmb_text){ payload, length }, &number,
                          NULL);
        bool is_awaited = i == count - unsynced - 1 || (i % 5 == 0 && i < count - unsynced);
        if (is_awaited && wait_for(&wait, number) == CAMBIST_AGAIN)
            work();
        cmb_clock_turn(&turnable, 1000);
    }
}

/* The index of the record that the byte at `offset` belongs to; place_count: to none. */
static size_t record_at(size_t offset)
{
    size_t low = 0, high = place_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (places[middle + 1] <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What must be read when a byte of that record was changed:
 *   of the header, or of a promised record: nothing; it is refused, and the place said;
 *   of a record that was not promised: exactly those before it;
 *   of anything behind the records: all. */
static bool is_right(size_t offset, int status)
{
    char place[128];
    size_t record = record_at(offset), at = offset < CMB_JOURNAL_HEADER_BYTES ? 0 : places[record];
    if (offset >= CMB_JOURNAL_HEADER_BYTES && record >= promised_count)
        return status == CAMBIST_OK && is_same && same_count == record;
    snprintf(place, sizeof place, "/j/00000001.journal at %zu: damaged: record %zu is not there",
             at, at ? record + 1 : 1);
    return status == CAMBIST_JOURNAL && is_same &&
           strncmp(error.message, place, strlen(place)) == 0;
}

static size_t flip_every_bit(void)
{
    size_t wrong = 0;
    unsigned char *bytes = memory_disk_file(&disk, "00000001.journal")->bytes;
    for (size_t bit = 0; bit < whole_size * 8; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        bool right = is_right(bit / 8, read_folder());
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (!right && wrong++ < 5)
            printf("\n    bit %zu (record %zu): %zu read; %s", bit, record_at(bit / 8), same_count,
                   error.message);
    }
    return wrong;
}

static void each_flipped_bit_of_a_journal_of_64_kib_is_found_or_harmless(void)
{
    begin();
    fill(CMB_JOURNAL_POWER, LARGE, 182, 0);
    close_journal();
    keep_whole();
    promised_count = place_count;
    ASSERT_NUMBER(whole_size, LARGE);
    CU_ASSERT(places[place_count] > LARGE - 1024);
    ASSERT_NUMBER(flip_every_bit(), 0);
    end();
}

static void flip_after_kill(enum cmb_journal_mode mode, int unsynced)
{
    begin();
    fill(mode, SEGMENT, 9, unsynced);
    keep_whole(); /* nothing is closed */
    ASSERT_NUMBER(place_count, 10);
    promised_count = mode == CMB_JOURNAL_POWER ? place_count - (size_t)unsynced : place_count;
    CU_ASSERT(read_folder() == CAMBIST_OK && same_count == 10 && is_same);
    ASSERT_NUMBER(flip_every_bit(), 0);
    end();
}

static void flipped_bits_after_a_kill_are_found_or_harmless(void)
{
    for (int unsynced = 0; unsynced < 4; unsynced++) {
        flip_after_kill(CMB_JOURNAL_POWER, unsynced);
        flip_after_kill(CMB_JOURNAL_PROCESS, unsynced);
    }
}

/* The mark gone, too, as when a write over it is torn: the last record tells of those before it. */
static void without_the_mark_the_last_record_tells(void)
{
    begin();
    fill(CMB_JOURNAL_PROCESS, SEGMENT, 9, 0);
    keep_whole();
    unsigned char *bytes = memory_disk_file(&disk, "00000001.journal")->bytes;
    memset(bytes + places[place_count], 0, CMB_JOURNAL_HEAD_BYTES);
    ASSERT_NUMBER(read_folder(), CAMBIST_OK);
    ASSERT_NUMBER(same_count, 10);
    promised_count = place_count - 1;
    ASSERT_NUMBER(flip_every_bit(), 0);
    end();
}

static void a_journal_that_was_cut_short_is_refused_at_every_length(void)
{
    begin();
    fill(CMB_JOURNAL_POWER, SEGMENT, 9, 0);
    close_journal();
    keep_whole();
    struct memory_file *file = memory_disk_file(&disk, "00000001.journal");
    int refused = 0;
    for (file->size = 0; file->size < whole_size; file->size++)
        refused += read_folder() == CAMBIST_JOURNAL && same_count == 0 &&
                   strstr(error.message, "/j/00000001.journal at 0: damaged: ");
    ASSERT_NUMBER(refused, whole_size);
    ASSERT_TEXT(error.message, "/j/00000001.journal at 0: damaged: the segment was longer once");
    ASSERT_NUMBER(read_folder(), CAMBIST_OK);
    ASSERT_NUMBER(same_count, 10);
    end();
}

/* Whole sectors that turn to zero, and to noise. */
static void lost_sectors_are_found(void)
{
    begin();
    fill(CMB_JOURNAL_POWER, LARGE, 182, 0);
    close_journal();
    keep_whole();
    promised_count = place_count;
    unsigned char *bytes = memory_disk_file(&disk, "00000001.journal")->bytes;
    size_t wrong = 0;
    for (size_t at = 0; at + MEMORY_SECTOR <= places[place_count]; at += 64)
        for (int filler = 0; filler < 256; filler += 85) {
            memset(bytes + at, filler, MEMORY_SECTOR);
            wrong += !is_right(at, read_folder());
            memcpy(bytes + at, whole + at, MEMORY_SECTOR);
        }
    ASSERT_NUMBER(wrong, 0);
    end();
}

/* --- several segments --- */

static void make_segments(int count)
{
    begin();
    cmb_clock_turn(&turnable, count); /* no two journals are alike */
    open_journal(CMB_JOURNAL_POWER);
    for (int i = 0; i < count; i++) {
        write_text(CMB_JOURNAL_EVENT, "text");
        work();
    }
    close_journal();
}

static void a_segment_that_is_missing_is_named(void)
{
    make_segments(200);
    memory_disk_unlink(&disk, "00000002.journal");
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message, "/journal/00000002.journal: damaged: the segment is missing");
    memory_disk_unlink(&disk, "00000001.journal");
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message, "/journal/00000003.journal at 0: damaged: the segments before this "
                               "one are missing");
    ASSERT_NUMBER(record_count, 0);
    end();
}

static void the_last_segment_with_records_cannot_vanish(void)
{
    make_segments(200);
    CU_ASSERT(memory_disk_file(&disk, "00000005.journal") != NULL); /* made ahead, empty */
    memory_disk_unlink(&disk, "00000004.journal");
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message, "/journal/00000004.journal: damaged: the segment is missing");
    end();
}

static void a_segment_that_is_missing_behind_damage_is_named(void)
{
    make_segments(200);
    memory_disk_file(&disk, "00000002.journal")->bytes[20] ^= 1;
    memset(memory_disk_file(&disk, "00000002.journal")->bytes + 64, 0, SEGMENT - 64);
    memory_disk_unlink(&disk, "00000003.journal");
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message, "/journal/00000003.journal: damaged: the segment is missing");
    end();
}

static int write_state(struct cmb_journal *to, void *user, struct cambist_error *ret_error)
{
    (void)user;
    return cmb_journal_write(to, CMB_JOURNAL_INTENT, CMB_TEXT("state"), NULL, ret_error);
}

static void a_damaged_checkpoint_is_refused(void)
{
    begin();
    open_journal(CMB_JOURNAL_POWER);
    work();
    CU_ASSERT(cmb_journal_checkpoint(journal, write_state, NULL, NULL) == CAMBIST_OK);
    work();
    close_journal();
    struct memory_file *file = memory_disk_file(&disk, "00000002.journal");
    for (size_t at = 0; at < 64 + 3 * 64; at++) {
        file->bytes[at] ^= 16;
        CU_ASSERT(open_journal(CMB_JOURNAL_POWER) == CAMBIST_JOURNAL && record_count == 0);
        CU_ASSERT(strstr(error.message, "/journal/00000002.journal at ") == error.message);
        file->bytes[at] ^= 16;
    }
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    ASSERT_TEXT(read_texts(), "state");
    end();
}

static void segments_that_changed_places_are_found(void)
{
    make_segments(200);
    struct memory_name *one = memory_disk_find(&disk, "00000001.journal");
    struct memory_name *two = memory_disk_find(&disk, "00000002.journal");
    int file = one->file;
    one->file = two->file;
    two->file = file;
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message, "/journal/00000002.journal at 0: damaged: its header is that of "
                               "another segment");
    end();
}

static void damage_at_the_end_of_a_segment_is_called_by_that_segment(void)
{
    make_segments(200);
    struct memory_file *file = memory_disk_file(&disk, "00000001.journal");
    size_t last = 64 + 61 * 64; /* its last record */
    memset(file->bytes + last, 0, file->size - last);
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message,
                "/journal/00000001.journal at 3968: damaged: record 62 is not there, "
                "though it was kept");
    end();
}

static void a_header_that_is_damaged_is_called_by_its_segment(void)
{
    make_segments(200);
    memory_disk_file(&disk, "00000002.journal")->bytes[20] ^= 1;
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message, "/journal/00000002.journal at 0: damaged: record 63 is not there, "
                               "though it was kept");
    end();
}

static void a_segment_of_another_journal_is_no_continuation(void)
{
    make_segments(200);
    struct memory_file *second = memory_disk_file(&disk, "00000002.journal");
    unsigned char *other = second->bytes;
    second->bytes = calloc(1, second->room);
    end();
    make_segments(201);
    second = memory_disk_file(&disk, "00000002.journal");
    CU_ASSERT(memcmp(second->bytes, other, SEGMENT) != 0);
    memcpy(second->bytes, other, SEGMENT);
    free(other);
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message,
                "/journal/00000001.journal at 4032: damaged: record 63 is not there, "
                "though it was kept");
    end();
}

static void in_process_mode_a_hole_is_refused_and_the_mode_named(void)
{
    begin();
    fill(CMB_JOURNAL_PROCESS, SEGMENT, 9, 0);
    keep_whole();
    memset(memory_disk_file(&disk, "00000001.journal")->bytes + places[4], 0, 64);
    ASSERT_NUMBER(read_folder(), CAMBIST_JOURNAL);
    CU_ASSERT(strstr(error.message, "damaged: record 5 is not there, though it was kept; its mode "
                                    "was process, which does not outlive a loss of power") != NULL);
    ASSERT_NUMBER(same_count, 4);
    end();
}

static void damage_beside_an_opening_that_broke_off_is_found(void)
{
    static struct memory_disk left;
    make_segments(9);
    size_t before = disk.log_count, found = 0;
    open_journal(CMB_JOURNAL_POWER);
    struct cmb_journal *opened = journal;
    for (size_t moment = before; moment <= disk.log_count; moment++) {
        memory_disk_kill(&disk, moment, &left);
        memory_disk_file(&left, "00000001.journal")->bytes[64 + 9 * 64] ^= 1; /* the last one */
        found += open_on(&left.disk, CMB_JOURNAL_POWER) == CAMBIST_JOURNAL;
        memory_disk_clear(&left);
    }
    ASSERT_NUMBER(found, disk.log_count - before + 1);
    CU_ASSERT(journal == opened);
    end();
}

/* --- newer versions --- */

/* Writes a header of another kind over the first segment's. */
static void put_header(struct cmb_journal_header header)
{
    unsigned char bytes[CMB_JOURNAL_HEADER_BYTES];
    cmb_journal_header_format(&header, bytes);
    memory_file_put(memory_disk_file(&disk, "00000001.journal"), bytes, sizeof bytes, 0);
}

static void a_journal_of_a_newer_version_is_refused(void)
{
    make_segments(3);
    put_header((struct cmb_journal_header){ .version = 2, .segment = 1, .first = 1 });
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message,
                "/journal/00000001.journal: a journal of version 2; this program reads version 1");
    ASSERT_NUMBER(record_count, 0);
    end();
}

static void a_record_of_an_unknown_type_is_refused(void)
{
    make_segments(3);
    struct memory_file *file = memory_disk_file(&disk, "00000001.journal");
    struct cmb_journal_head head;
    size_t at = 64 + 64;
    CU_ASSERT(cmb_journal_record_parse(file->bytes + at, file->size - at, &head));
    head.type = 11;
    cmb_journal_record_format(&head, CMB_TEXT("text"), file->bytes + at);
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message,
                "/journal/00000001.journal at 128: a record of type 11, which version "
                "1 does not know");
    end();
}

/* Puts one more record behind the last one, as if another program had written it. */
static void put_record(struct cmb_journal_head head, struct cmb_text payload)
{
    struct memory_file *file = memory_disk_file(&disk, "00000001.journal");
    size_t at = CMB_JOURNAL_HEADER_BYTES;
    struct cmb_journal_head last = { .crc = 0 };
    for (struct cmb_journal_head next;
         cmb_journal_record_parse(file->bytes + at, file->size - at, &next) &&
         next.type != CMB_JOURNAL_MARK;
         at += cmb_journal_record_size(next.length))
        last = next;
    head.number += last.number + 1;
    head.previous ^= last.crc;
    cmb_journal_record_format(&head, payload, file->bytes + at);
}

static void records_of_the_journals_own_say_nothing_in_another_form(void)
{
    make_segments(3);
    put_record((struct cmb_journal_head){ .type = CMB_JOURNAL_RUN }, CMB_TEXT("four"));
    put_record((struct cmb_journal_head){ .type = CMB_JOURNAL_CHECKPOINT }, CMB_TEXT("four"));
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    ASSERT_NUMBER(record_count, 6);
    end();
}

static void a_record_of_another_chain_or_place_is_no_record(void)
{
    static const struct cmb_journal_head foreign[] = {
        { .type = CMB_JOURNAL_EVENT, .previous = 1 },
        { .type = CMB_JOURNAL_EVENT, .number = 1 },
    };
    for (size_t i = 0; i < 2; i++) {
        make_segments(3);
        put_record(foreign[i], CMB_TEXT("foreign"));
        ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
        ASSERT_NUMBER(record_count, 4);
        end();
    }
}

static void what_is_shorter_than_a_head_is_no_record(void)
{
    unsigned char bytes[CMB_JOURNAL_HEAD_BYTES];
    struct cmb_journal_head head = { .type = CMB_JOURNAL_EVENT, .number = 1 };
    cmb_journal_record_format(&head, CMB_TEXT(""), bytes);
    CU_ASSERT(cmb_journal_record_parse(bytes, sizeof bytes, &head));
    CU_ASSERT(!cmb_journal_record_parse(bytes, sizeof bytes - 1, &head));
}

static void a_header_that_says_too_much_is_refused(void)
{
    make_segments(3);
    put_header((struct cmb_journal_header){ .version = 1, .segment = 1, .first = 2 });
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_JOURNAL);
    ASSERT_TEXT(error.message, "/journal/00000001.journal at 0: damaged: record 1 is not there, "
                               "though it was kept");
    end();
}

static void other_files_in_the_folder_are_left_alone(void)
{
    begin();
    static const char *names[] = { "notes", "0000001.journal", "00000001.journal~", "x.journal",
                                   "00000000.journal" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        memory_disk_put(&disk, names[i], "mine", 4);
    ASSERT_NUMBER(open_journal(CMB_JOURNAL_POWER), CAMBIST_OK);
    close_journal();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CU_ASSERT(memory_disk_file(&disk, names[i])->size == 4);
    end();
}

TEST_SUITE("order/journal_damage",
           { "each flipped bit of a journal of 64 KiB is found or harmless",
             each_flipped_bit_of_a_journal_of_64_kib_is_found_or_harmless },
           { "flipped bits after a kill are found or harmless",
             flipped_bits_after_a_kill_are_found_or_harmless },
           { "without the mark, the last record tells", without_the_mark_the_last_record_tells },
           { "a journal that was cut short is refused at every length",
             a_journal_that_was_cut_short_is_refused_at_every_length },
           { "lost sectors are found", lost_sectors_are_found },
           { "a segment that is missing is named", a_segment_that_is_missing_is_named },
           { "the last segment with records cannot vanish",
             the_last_segment_with_records_cannot_vanish },
           { "a segment that is missing behind damage is named",
             a_segment_that_is_missing_behind_damage_is_named },
           { "a damaged checkpoint is refused", a_damaged_checkpoint_is_refused },
           { "segments that changed places are found", segments_that_changed_places_are_found },
           { "damage at the end of a segment is called by that segment",
             damage_at_the_end_of_a_segment_is_called_by_that_segment },
           { "a header that is damaged is called by its segment",
             a_header_that_is_damaged_is_called_by_its_segment },
           { "a segment of another journal is no continuation",
             a_segment_of_another_journal_is_no_continuation },
           { "in process mode a hole is refused, and the mode named",
             in_process_mode_a_hole_is_refused_and_the_mode_named },
           { "damage beside an opening that broke off is found",
             damage_beside_an_opening_that_broke_off_is_found },
           { "a journal of a newer version is refused", a_journal_of_a_newer_version_is_refused },
           { "a record of an unknown type is refused", a_record_of_an_unknown_type_is_refused },
           { "records of the journal's own say nothing in another form",
             records_of_the_journals_own_say_nothing_in_another_form },
           { "a record of another chain or place is no record",
             a_record_of_another_chain_or_place_is_no_record },
           { "what is shorter than a head is no record", what_is_shorter_than_a_head_is_no_record },
           { "a header that says too much is refused", a_header_that_says_too_much_is_refused },
           { "other files in the folder are left alone", other_files_in_the_folder_are_left_alone })
