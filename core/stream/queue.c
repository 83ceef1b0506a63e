/* Which events wait for a reader, and what becomes of them when it is slow? */
#include "stream/queue.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"

enum { CAPACITY = 1024, FIRST_SLOTS = 16 };

/* An event with all that it points to: record and texts stand in `bytes`. */
struct slot {
    struct cambist_event event;
    struct cambist_error error;
    char *bytes;
    size_t size;
};

struct cmb_queue {
    pthread_mutex_t lock;
    struct slot **slots; /* a ring */
    uint32_t capacity, slot_count, first, count;
    uint32_t droppable; /* of those that wait: so many may go */
    uint32_t delivery;
    uint64_t dropped;
    bool is_broken;
    struct slot taken; /* what the reader holds */
    int fd;
};

/* ---- copies ---- */

static size_t text_size(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static bool is_text(uint32_t kind)
{
    return kind == CMB_MEMBER_TEXT || kind == CMB_MEMBER_CURRENCY || kind == CMB_MEMBER_MARKET;
}

static const char *text_of(const void *record, const struct cmb_member *member)
{
    const char *text;
    memcpy(&text, (const char *)record + member->offset, sizeof text);
    return text;
}

/* Bytes that the event needs besides itself. */
static size_t size_of(const struct cambist_event *event)
{
    size_t size = text_size(event->symbol);
    if (!event->row)
        return size;
    const struct cmb_record_schema *schema = cmb_record_schema_of(event->record);
    size += schema->size;
    for (uint32_t i = 0; i < schema->count; i++)
        if (is_text(schema->members[i].kind))
            size += text_size(text_of(event->row, &schema->members[i]));
    return size;
}

static const char *put_text(char **at, const char *text)
{
    size_t size = text_size(text);
    char *to = *at;
    if (!text)
        return NULL;
    memcpy(to, text, size);
    *at += size;
    return to;
}

/* The record first, because it has to be aligned; levels are in no record that is queued. */
static void put_record(struct slot *slot, const struct cambist_event *event, char **at)
{
    const struct cmb_record_schema *schema = cmb_record_schema_of(event->record);
    char *record = *at;
    memcpy(record, event->row, schema->size);
    *at += schema->size;
    for (uint32_t i = 0; i < schema->count; i++) {
        const struct cmb_member *member = &schema->members[i];
        if (!is_text(member->kind))
            continue;
        const char *kept = put_text(at, text_of(event->row, member));
        memcpy(record + member->offset, &kept, sizeof kept);
    }
    slot->event.row = record;
}

static bool fill(struct slot *slot, const struct cambist_event *event)
{
    size_t size = size_of(event);
    if (size > slot->size) {
        char *bytes = cmb_realloc(slot->bytes, size);
        if (!bytes)
            return false;
        slot->bytes = bytes;
        slot->size = size;
    }
    char *at = slot->bytes;
    slot->event = *event;
    if (event->row)
        put_record(slot, event, &at);
    slot->event.symbol = put_text(&at, event->symbol);
    if (event->error) {
        slot->error = *event->error;
        slot->event.error = &slot->error;
    }
    return true;
}

/* ---- the ring ---- */

struct cmb_queue *cmb_queue_new(uint32_t delivery, uint32_t capacity)
{
    struct cmb_queue *queue = cmb_calloc(1, sizeof *queue);
    if (!queue)
        return NULL;
    pthread_mutex_init(&queue->lock, NULL);
    queue->delivery = delivery;
    queue->capacity = capacity ? capacity : CAPACITY;
    queue->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (queue->fd >= 0)
        return queue;
    cmb_queue_free(queue);
    return NULL;
}

void cmb_queue_free(struct cmb_queue *queue)
{
    if (!queue)
        return;
    for (uint32_t i = 0; i < queue->slot_count; i++) {
        free(queue->slots[i]->bytes);
        free(queue->slots[i]);
    }
    free(queue->slots);
    free(queue->taken.bytes);
    if (queue->fd >= 0)
        close(queue->fd);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

static struct slot *slot_at(const struct cmb_queue *queue, uint32_t i)
{
    return queue->slots[(queue->first + i) % queue->slot_count];
}

/* Twice the slots; those that wait come first in the new ring. */
static bool grow(struct cmb_queue *queue)
{
    uint32_t count = queue->slot_count ? queue->slot_count * 2 : FIRST_SLOTS;
    struct slot **slots = cmb_calloc(count, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < queue->slot_count; i++)
        slots[i] = slot_at(queue, i);
    uint32_t made = queue->slot_count;
    while (made < count && (slots[made] = cmb_calloc(1, sizeof **slots)))
        made++;
    for (uint32_t i = queue->slot_count; made < count && i < made; i++)
        free(slots[i]);
    if (made < count) {
        free(slots);
        return false;
    }
    free(queue->slots);
    queue->slots = slots;
    queue->slot_count = count;
    queue->first = 0;
    return true;
}

static bool is_kept(const struct cambist_event *event)
{
    return event->is_state || event->error || cmb_topic_is_private(event->topic);
}

/* ---- policies ---- */

/* Those that came before it move up. */
static void drop_at(struct cmb_queue *queue, uint32_t at)
{
    struct slot *dropped = slot_at(queue, at);
    for (; at > 0; at--)
        queue->slots[(queue->first + at) % queue->slot_count] = slot_at(queue, at - 1);
    queue->slots[queue->first] = dropped;
    queue->first = (queue->first + 1) % queue->slot_count;
    queue->count--;
    queue->droppable--;
    queue->dropped++;
}

/* Drops the waiting event that a newer one replaces.  The newer one waits at the end, behind the
 * states that came meanwhile: else a reader would take an old state for the present one. */
static void drop_older(struct cmb_queue *queue, const struct cambist_event *event)
{
    for (uint32_t i = queue->droppable ? queue->count : 0; i-- > 0;) {
        struct slot *slot = slot_at(queue, i);
        if (!is_kept(&slot->event) && slot->event.topic == event->topic &&
            cmb_text_is(cmb_text_of(slot->event.symbol), cmb_text_of(event->symbol))) {
            drop_at(queue, i);
            return;
        }
    }
}

/* The oldest event that may go makes room. */
static void drop_oldest(struct cmb_queue *queue)
{
    uint32_t at = 0;
    if (!queue->droppable)
        return;
    while (is_kept(&slot_at(queue, at)->event))
        at++;
    drop_at(queue, at);
}

/* Makes the queue ready for one more event; false: nothing may go, and it is full. */
static bool make_room(struct cmb_queue *queue, const struct cambist_event *event)
{
    if (queue->count >= queue->capacity && queue->delivery != CAMBIST_EVERY_EVENT)
        drop_oldest(queue);
    bool may_grow = is_kept(event) || queue->delivery != CAMBIST_EVERY_EVENT;
    uint32_t most = may_grow ? CMB_QUEUE_EVENTS_MOST : queue->capacity;
    if (queue->count >= most)
        return false;
    return queue->count < queue->slot_count || grow(queue);
}

/* The last event: it stands for all that will not come. */
static void break_off(struct cmb_queue *queue, const struct cambist_event *event)
{
    struct cambist_error error = { 0 };
    cmb_fail_plain(&error, CAMBIST_TOO_LARGE, CMB_TEXT("the reader of this watch was too slow"));
    struct cambist_event last = { .topic = event->topic, .state = CAMBIST_WATCH_FAILED,
                                  .is_state = 1, .sequence = event->sequence,
                                  .received_ns = event->received_ns, .error = &error };
    queue->is_broken = true;
    if ((queue->count < queue->slot_count || grow(queue)) &&
        fill(slot_at(queue, queue->count), &last))
        queue->count++;
}

static bool add(struct cmb_queue *queue, const struct cambist_event *event)
{
    if (queue->delivery == CAMBIST_NEWEST && !is_kept(event))
        drop_older(queue, event);
    if (!make_room(queue, event) || !fill(slot_at(queue, queue->count), event)) {
        break_off(queue, event);
        return false;
    }
    queue->count++;
    queue->droppable += !is_kept(event);
    return true;
}

bool cmb_queue_add(struct cmb_queue *queue, const struct cambist_event *event)
{
    pthread_mutex_lock(&queue->lock);
    bool was_empty = queue->count == 0;
    bool is_added = !queue->is_broken && add(queue, event);
    if (was_empty && queue->count > 0)
        (void)eventfd_write(queue->fd, 1);
    pthread_mutex_unlock(&queue->lock);
    return is_added;
}

/* ---- reading ---- */

/* The reader's own slot and the ring's change places: nothing is copied under the lock. */
static bool take(struct cmb_queue *queue)
{
    eventfd_t ignored;
    pthread_mutex_lock(&queue->lock);
    bool has_any = queue->count > 0;
    if (has_any) {
        struct slot *slot = slot_at(queue, 0);
        struct slot held = queue->taken;
        queue->taken = *slot;
        *slot = held;
        queue->first = (queue->first + 1) % queue->slot_count;
        queue->count--;
        queue->droppable -= !is_kept(&queue->taken.event);
        queue->taken.event.dropped = queue->dropped;
        if (queue->taken.event.error)
            queue->taken.event.error = &queue->taken.error;
    }
    if (queue->count == 0)
        (void)eventfd_read(queue->fd, &ignored);
    pthread_mutex_unlock(&queue->lock);
    return has_any;
}

int cmb_queue_take(struct cmb_queue *queue, int timeout_ms, const struct cambist_event **ret)
{
    if (!take(queue)) {
        struct pollfd ready = { .fd = queue->fd, .events = POLLIN };
        if (timeout_ms == 0 || poll(&ready, 1, timeout_ms) <= 0 || !take(queue))
            return CAMBIST_AGAIN;
    }
    *ret = &queue->taken.event;
    return CAMBIST_OK;
}

int cmb_queue_fd(const struct cmb_queue *queue)
{
    return queue->fd;
}
