/* base/schema.h - the lists of cambist/types.h as tables that code can walk.
 *
 * Everything here is constant and may be used from any thread.  A name that is not in a list gives
 * NULL or 0, never a guess.
 */
#ifndef CMB_BASE_SCHEMA_H
#define CMB_BASE_SCHEMA_H

#include <cambist/types.h>

#include "base/text.h"

/* enum of the member kinds, CMB_MEMBER_TEXT ... */
enum cmb_member_kind {
    CMB_MEMBER_NONE = 0,
#define X(KIND, type, help) CMB_MEMBER_##KIND,
    CAMBIST_MEMBER_KIND_LIST(X)
#undef X
};

struct cmb_word {
    uint32_t number;
    struct cmb_text text;
};

/* The words of a vocabulary. */
struct cmb_vocabulary {
    struct cmb_text name; /* what tables call it: "side" */
    uint32_t kind;        /* enum cmb_member_kind of the members that hold its numbers */
    uint32_t count;
    const struct cmb_word *words;
};

struct cmb_member {
    struct cmb_text name, json;
    const char *help;
    uint32_t kind; /* enum cmb_member_kind */
    uint32_t offset;
};

struct cmb_record_schema {
    struct cmb_text name;
    uint32_t size, count;
    const struct cmb_member *members;
};

enum cmb_operation_class { CMB_READS = 1, CMB_WRITES, CMB_MOVES, CMB_WATCHES };

struct cmb_operation {
    struct cmb_text name;
    const char *help;
    uint32_t record; /* enum cambist_record */
    uint32_t class;  /* enum cmb_operation_class */
    bool is_many;    /* answers any number of rows */
};

/* The vocabulary of a kind, or of that name; NULL where the kind has none. */
const struct cmb_vocabulary *cmb_vocabulary_of(uint32_t kind);
const struct cmb_vocabulary *cmb_vocabulary_find(struct cmb_text name);
/* The number of a word, 0 when the vocabulary does not have it. */
uint32_t cmb_vocabulary_number(const struct cmb_vocabulary *vocabulary, struct cmb_text word);
/* The word of a number; absent for 0, "unknown" for CAMBIST_WORD_UNKNOWN. */
struct cmb_text cmb_vocabulary_word(const struct cmb_vocabulary *vocabulary, uint64_t number);

/* `record` is an enum cambist_record other than NONE. */
const struct cmb_record_schema *cmb_record_schema_of(uint32_t record);
/* The member of that name, -1 when the record has none. */
int cmb_record_schema_find(const struct cmb_record_schema *schema, struct cmb_text name);

/* `operation` is an enum cambist_operation or an enum cambist_topic, other than NONE. */
const struct cmb_operation *cmb_operation_of(uint32_t operation);
/* Whether it may use the share of a limit that is kept for cancels. */
bool cmb_operation_is_cancel(uint32_t operation);
/* CAMBIST_OPERATION_NONE when there is none of that name. */
uint32_t cmb_operation_find(struct cmb_text name);

/* CAMBIST_TOPIC_NONE when there is none of that name. */
uint32_t cmb_topic_find(struct cmb_text name);
/* Whether it tells of the account. */
bool cmb_topic_is_private(uint32_t topic);

/* The argument table: CAMBIST_ARGUMENT_COUNT members (offset is not used). */
const struct cmb_member *cmb_argument_of(uint32_t argument);
/* By name or by JSON name; -1 when there is none. */
int cmb_argument_find(struct cmb_text name);

#endif
