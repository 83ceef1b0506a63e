/* Which bytes make a journal, and which bytes do not? */
#include "order/journal_format.h"

#include <endian.h>
#include <stdio.h>

#include "base/crc32c.h"

static const unsigned char MAGIC[8] = { 'c', 'm', 'b', 'j', 'r', 'n', 'l', '\n' };

static void put(unsigned char **at, uint64_t number, size_t size)
{
    number = htole64(number);
    memcpy(*at, &number, size); /* its low bytes */
    *at += size;
}

static uint64_t get(const unsigned char **at, size_t size)
{
    uint64_t number = 0;
    memcpy(&number, *at, size);
    *at += size;
    return le64toh(number);
}

/* --- headers --- */

/* Of all but the crc itself, which stands behind the magic. */
static uint32_t header_crc(const unsigned char *header)
{
    return cmb_crc32c(cmb_crc32c(0, header, 8), header + 12, CMB_JOURNAL_HEADER_BYTES - 12);
}

void cmb_journal_header_format(const struct cmb_journal_header *header,
                               unsigned char to[static CMB_JOURNAL_HEADER_BYTES])
{
    unsigned char *at = to + 12;
    memset(to, 0, CMB_JOURNAL_HEADER_BYTES);
    memcpy(to, MAGIC, sizeof MAGIC);
    put(&at, header->version, 4);
    put(&at, header->segment, 8);
    put(&at, header->first, 8);
    put(&at, header->previous, 4);
    put(&at, header->flags, 4);
    put(&at, header->size_bytes, 4);
    at = to + 8;
    put(&at, header_crc(to), 4);
}

bool cmb_journal_header_parse(const unsigned char from[static CMB_JOURNAL_HEADER_BYTES],
                              struct cmb_journal_header *ret_header)
{
    const unsigned char *at = from + 8;
    if (memcmp(from, MAGIC, sizeof MAGIC) != 0 || get(&at, 4) != header_crc(from))
        return false;
    ret_header->version = (uint32_t)get(&at, 4);
    ret_header->segment = get(&at, 8);
    ret_header->first = get(&at, 8);
    ret_header->previous = (uint32_t)get(&at, 4);
    ret_header->flags = (uint32_t)get(&at, 4);
    ret_header->size_bytes = (uint32_t)get(&at, 4);
    return true;
}

/* --- records --- */

static void format_head(const struct cmb_journal_head *head, unsigned char *to)
{
    unsigned char *at = to + 4;
    put(&at, head->previous, 4);
    put(&at, head->length, 4);
    put(&at, head->type, 2);
    put(&at, head->flags, 2);
    put(&at, head->number, 8);
    put(&at, head->promised, 8);
    put(&at, (uint64_t)head->wall_ns, 8);
    put(&at, (uint64_t)head->monotonic_ns, 8);
    put(&at, head->run, 8);
}

static void parse_head(const unsigned char *from, struct cmb_journal_head *ret_head)
{
    ret_head->crc = (uint32_t)get(&from, 4);
    ret_head->previous = (uint32_t)get(&from, 4);
    ret_head->length = (uint32_t)get(&from, 4);
    ret_head->type = (uint16_t)get(&from, 2);
    ret_head->flags = (uint16_t)get(&from, 2);
    ret_head->number = get(&from, 8);
    ret_head->promised = get(&from, 8);
    ret_head->wall_ns = (int64_t)get(&from, 8);
    ret_head->monotonic_ns = (int64_t)get(&from, 8);
    ret_head->run = get(&from, 8);
}

void cmb_journal_record_format(struct cmb_journal_head *head, struct cmb_text payload,
                               unsigned char *to)
{
    size_t size = cmb_journal_record_size(payload.length);
    unsigned char *at = to;
    head->length = (uint32_t)payload.length;
    format_head(head, to);
    memset(to + size - 8, 0, payload.length ? 8 : 0); /* the zeros at its end */
    if (payload.length)
        memcpy(to + CMB_JOURNAL_HEAD_BYTES, payload.at, payload.length);
    head->crc = cmb_crc32c(0, to + 4, size - 4);
    put(&at, head->crc, 4);
}

/* Whether its numbers can be those of a record: cheap, before its bytes are summed. */
static bool may_be_record(const struct cmb_journal_head *head, size_t size)
{
    return head->promised < head->number && head->length <= CMB_JOURNAL_PAYLOAD_MOST &&
           cmb_journal_record_size(head->length) <= size;
}

bool cmb_journal_record_parse(const unsigned char *from, size_t size,
                              struct cmb_journal_head *ret_head)
{
    struct cmb_journal_head head;
    if (size < CMB_JOURNAL_HEAD_BYTES)
        return false;
    parse_head(from, &head);
    if (!may_be_record(&head, size) ||
        cmb_crc32c(0, from + 4, cmb_journal_record_size(head.length) - 4) != head.crc)
        return false;
    *ret_head = head;
    return true;
}

bool cmb_journal_find_promise(const unsigned char *from, size_t size, uint64_t number)
{
    enum { LENGTH_AT = 8, PROMISED_AT = 24 };
    struct cmb_journal_head head;
    for (; size >= CMB_JOURNAL_HEAD_BYTES; from += 8, size -= 8) {
        const unsigned char *promised = from + PROMISED_AT, *length = from + LENGTH_AT;
        if (get(&promised, 8) >= number && get(&length, 4) <= CMB_JOURNAL_PAYLOAD_MOST &&
            cmb_journal_record_parse(from, size, &head))
            return true;
    }
    return false;
}

/* --- the journal's own records --- */

void cmb_journal_run_format(struct cmb_journal_run run, unsigned char to[static 8])
{
    put(&to, run.mode, 4);
    put(&to, run.process, 4);
}

uint32_t cmb_journal_run_mode(struct cmb_text payload)
{
    const unsigned char *at = (const unsigned char *)payload.at;
    return payload.length == 8 ? (uint32_t)get(&at, 4) : 0;
}

void cmb_journal_checkpoint_format(uint64_t first, unsigned char to[static 8])
{
    put(&to, first, 8);
}

uint64_t cmb_journal_checkpoint_first(struct cmb_text payload)
{
    const unsigned char *at = (const unsigned char *)payload.at;
    return payload.length == 8 ? get(&at, 8) : 0;
}

/* --- types --- */

enum { UNKNOWN, GOES_ON, BEGINS };

static const unsigned char classes[] = {
#define X(name, number, class, text) [number] = class,
    CMB_JOURNAL_TYPE_LIST(X)
#undef X
};

bool cmb_journal_type_is_known(uint32_t type)
{
    return type < sizeof classes && classes[type] != UNKNOWN;
}

bool cmb_journal_type_begins(uint32_t type)
{
    return classes[type] == BEGINS;
}

/* --- names --- */

static const char ENDING[] = ".journal";
enum { DIGITS = 8 };

void cmb_journal_name_format(uint64_t segment, char to[static CMB_JOURNAL_NAME_SIZE])
{
    snprintf(to, CMB_JOURNAL_NAME_SIZE, "%0*u%s", DIGITS, (unsigned)(segment % 100000000), ENDING);
}

uint64_t cmb_journal_name_parse(const char *name)
{
    uint64_t segment = 0;
    if (strspn(name, "0123456789") != DIGITS || strcmp(name + DIGITS, ENDING) != 0)
        return 0;
    for (int i = 0; i < DIGITS; i++)
        segment = segment * 10 + (uint64_t)(name[i] - '0');
    return segment;
}
