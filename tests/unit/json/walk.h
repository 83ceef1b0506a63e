/* walk.h - two ways through a JSON text, for the tests of this folder.
 *
 * Every text is laid into memory of exactly its size, so that a sanitizer sees a byte read too far.
 */
#ifndef TEST_JSON_WALK_H
#define TEST_JSON_WALK_H

#include "json/reader.h"

#include <stdlib.h>

static inline struct cmb_text exact_copy(struct cmb_text text)
{
    char *at = malloc(text.length ? text.length : 1);
    if (!at)
        abort();
    if (text.length)
        memcpy(at, text.at, text.length);
    return (struct cmb_text){ at, text.length };
}

/* Reads one value with enter and next, down to its scalars.  Recursion is bounded by the reader's
 * ceiling. */
static inline void walk(struct cmb_json_reader *reader)
{
    struct cmb_json_value value;
    switch (cmb_json_peek(reader)) {
    case CMB_JSON_OBJECT:
        if (cmb_json_enter_object(reader))
            while (cmb_json_next_member(reader, &value))
                walk(reader);
        break;
    case CMB_JSON_ARRAY:
        if (cmb_json_enter_array(reader))
            while (cmb_json_next_element(reader))
                walk(reader);
        break;
    default:
        cmb_json_read_value(reader, &value);
    }
}

static inline bool is_walked(struct cmb_text text)
{
    struct cmb_json_reader reader;
    cmb_json_init(&reader, text, 0);
    walk(&reader);
    return cmb_json_finish(&reader);
}

/* 1 accepted, 0 refused, -1 the two ways disagree. */
static inline int judge(struct cmb_text text)
{
    struct cmb_text copy = exact_copy(text);
    bool is_skipped = cmb_json_check(copy), is_read = is_walked(copy);
    free((void *)(uintptr_t)copy.at);
    return is_skipped == is_read ? is_read : -1;
}

#endif
