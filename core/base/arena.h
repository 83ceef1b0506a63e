/* base/arena.h - memory that dies together.
 *
 * Everything made while a call runs comes from its arena and is released by one reset.  Blocks are
 * kept over a reset, so that a warmed-up arena allocates nothing.  One thread at a time.
 */
#ifndef CMB_BASE_ARENA_H
#define CMB_BASE_ARENA_H

#include <stdalign.h>

#include "base/text.h"

struct cmb_arena_block;

struct cmb_arena {
    struct cmb_arena_block *first, *current;
    size_t used;    /* bytes given out since the reset */
    size_t ceiling; /* never gives out more than this */
    char *next, *end;
};

/* Prepares an arena that gives out `ceiling` bytes at most between two resets. */
void cmb_arena_init(struct cmb_arena *arena, size_t ceiling);
void cmb_arena_clear(struct cmb_arena *arena);
/* Everything given out so far is gone; the memory stays for what comes next. */
void cmb_arena_reset(struct cmb_arena *arena);

/* The same, but the memory only stays where it is no more than `kept_bytes`. */
void cmb_arena_trim(struct cmb_arena *arena, size_t kept_bytes);

/* Enters a block with room for `size` bytes; false without memory. */
bool cmb_arena_advance(struct cmb_arena *arena, size_t size);

/* `size` bytes, aligned for any type, with whatever stands in them; NULL at the ceiling or without
 * memory. */
static inline void *cmb_arena_room(struct cmb_arena *arena, size_t size)
{
    if (size > arena->ceiling - arena->used)
        return NULL;
    size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if ((size_t)(arena->end - arena->next) < rounded && !cmb_arena_advance(arena, rounded))
        return NULL;
    void *room = arena->next;
    arena->next += rounded;
    arena->used += size;
    return room;
}

/* The same, zeroed. */
void *cmb_arena_take(struct cmb_arena *arena, size_t size);
/* A NUL-terminated copy; NULL as above, and for the absent text. */
const char *cmb_arena_copy(struct cmb_arena *arena, struct cmb_text text);

#endif
