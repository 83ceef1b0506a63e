/* What waits at the exchange until its time has come? */
#include "simulator/late.h"

#include <stdlib.h>

enum { ARENA_BYTES_MOST = 8 << 20 };

static struct cmb_text kept(struct cmb_arena *arena, struct cmb_text text)
{
    return (struct cmb_text){ text.at ? cmb_arena_copy(arena, text) : NULL, text.length };
}

static struct cmb_text kept_target(struct cmb_arena *arena, const struct cmb_received *received)
{
    size_t length = received->path.length + 1 + received->query.length;
    char *target = cmb_arena_take(arena, length + 1);
    if (!target)
        return CMB_TEXT("/");
    memcpy(target, received->path.at, received->path.length);
    target[received->path.length] = '?';
    if (received->query.length)
        memcpy(target + received->path.length + 1, received->query.at, received->query.length);
    return (struct cmb_text){ target, received->query.length ? length : received->path.length };
}

struct cmb_received *cmb_received_copy(const struct cmb_received *received)
{
    struct cmb_received *copy = calloc(1, sizeof *copy);
    if (!copy)
        return NULL;
    cmb_arena_init(&copy->arena, ARENA_BYTES_MOST);
    copy->method = kept(&copy->arena, received->method);
    copy->host = kept(&copy->arena, received->host);
    copy->body = kept(&copy->arena, received->body);
    copy->header_count = received->header_count;
    for (uint32_t i = 0; i < received->header_count; i++) {
        copy->headers[i].name = kept(&copy->arena, received->headers[i].name);
        copy->headers[i].value = kept(&copy->arena, received->headers[i].value);
    }
    cmb_received_cut(copy, kept_target(&copy->arena, received));
    return copy;
}

void cmb_received_free(struct cmb_received *received)
{
    if (!received)
        return;
    cmb_arena_clear(&received->arena);
    free(received);
}

void cmb_late_insert(struct cmb_late **list, struct cmb_late *late)
{
    while (*list && (*list)->due_ns <= late->due_ns)
        list = &(*list)->next;
    late->next = *list;
    *list = late;
}

struct cmb_late *cmb_late_take_due(struct cmb_late **list, int64_t now_ns)
{
    struct cmb_late *late = *list;
    if (!late || late->due_ns > now_ns)
        return NULL;
    *list = late->next;
    late->next = NULL;
    return late;
}

void cmb_late_free(struct cmb_late *late)
{
    if (!late)
        return;
    cmb_received_free(late->received);
    free(late->reply.body);
    free(late);
}
