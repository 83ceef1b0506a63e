/* How does a call get memory that is released all at once and reused by the next call? */
#include "base/arena.h"

#include <stdlib.h>

#include "base/memory.h"

enum { FIRST_BLOCK_BYTES = 4096, LARGE_BLOCK_BYTES = 256 << 10 };

struct cmb_arena_block {
    struct cmb_arena_block *next;
    size_t size;
    alignas(max_align_t) char bytes[];
};

void cmb_arena_init(struct cmb_arena *arena, size_t ceiling)
{
    *arena = (struct cmb_arena){ .ceiling = ceiling };
}

void cmb_arena_clear(struct cmb_arena *arena)
{
    for (struct cmb_arena_block *block = arena->first; block;) {
        struct cmb_arena_block *next = block->next;
        free(block);
        block = next;
    }
    cmb_arena_init(arena, arena->ceiling);
}

static void enter(struct cmb_arena *arena, struct cmb_arena_block *block)
{
    arena->current = block;
    arena->next = block ? block->bytes : NULL;
    arena->end = block ? block->bytes + block->size : NULL;
}

void cmb_arena_reset(struct cmb_arena *arena)
{
    arena->used = 0;
    enter(arena, arena->first);
}

void cmb_arena_trim(struct cmb_arena *arena, size_t kept_bytes)
{
    size_t size = 0;
    for (const struct cmb_arena_block *block = arena->first; block; block = block->next)
        size += block->size;
    if (size > kept_bytes)
        cmb_arena_clear(arena);
    else
        cmb_arena_reset(arena);
}

/* Enters the next kept block that is large enough, or makes one twice as large as the last, as long
 * as that is not large itself: half of it may stay empty. */
bool cmb_arena_advance(struct cmb_arena *arena, size_t size)
{
    struct cmb_arena_block *last = arena->current;
    for (struct cmb_arena_block *block = last ? last->next : NULL; block; block = block->next) {
        if (block->size >= size) {
            enter(arena, block);
            return true;
        }
        last = block;
    }
    size_t block_size = !last                           ? FIRST_BLOCK_BYTES
                        : last->size < LARGE_BLOCK_BYTES ? last->size * 2
                                                         : LARGE_BLOCK_BYTES;
    while (block_size < size)
        block_size *= 2;
    struct cmb_arena_block *block = cmb_malloc(sizeof *block + block_size);
    if (!block)
        return false;
    *block = (struct cmb_arena_block){ .size = block_size };
    *(last ? &last->next : &arena->first) = block;
    enter(arena, block);
    return true;
}

void *cmb_arena_take(struct cmb_arena *arena, size_t size)
{
    void *taken = cmb_arena_room(arena, size);
    return taken ? memset(taken, 0, size) : NULL;
}

const char *cmb_arena_copy(struct cmb_arena *arena, struct cmb_text text)
{
    if (!text.at)
        return NULL;
    char *copy = cmb_arena_room(arena, text.length + 1);
    if (!copy)
        return NULL;
    if (text.length)
        memcpy(copy, text.at, text.length);
    copy[text.length] = 0;
    return copy;
}
