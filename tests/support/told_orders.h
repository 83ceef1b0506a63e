/* support/told_orders.h - what somebody who follows orders was told, and whether that can be.
 *
 * One for each account.  Events are noted in the I/O thread; everything else takes the lock. */
#ifndef TEST_SUPPORT_TOLD_ORDERS_H
#define TEST_SUPPORT_TOLD_ORDERS_H

#include <cambist/orders.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "support/test.h"

enum { TOLD_BUCKETS = 1 << 16, TOLD_TEXT = 80, TOLD_TRAIL = 16 };

/* One event, for whoever looks into a failure. */
struct told_event {
    uint32_t tiding, life, proof, pending;
    struct cambist_decimal amount, price, filled, exposure;
    int64_t time_ns;
};

/* An order as it was told last. */
struct told_order {
    char client_id[TOLD_TEXT], symbol[24];
    uint64_t sequence, side, type;
    uint32_t life, proof, pending, is_settled;
    struct cambist_decimal amount, filled, exposure;
    bool was_unknown, is_restless;
    size_t place; /* among those that work, from 1; 0: it is not */
    struct told_event trail[TOLD_TRAIL]; /* ring: the event of a number at number % TOLD_TRAIL */
    struct told_order *next; /* in its bucket */
};

struct told_fill {
    char client_id[TOLD_TEXT], id[TOLD_TEXT];
    struct cambist_decimal price, amount;
    struct told_fill *next;
};

struct told_orders {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct told_order *buckets[TOLD_BUCKETS], **orders; /* in the order of their first event */
    size_t count, capacity;
    struct told_order **working; /* in any order */
    size_t working_count;
    size_t restless; /* orders of which something has to become known */
    struct told_fill *fills[TOLD_BUCKETS];
    uint64_t events, fill_count, late, syncs, externals;
    uint64_t twice;   /* fills that were told before */
    uint64_t skipped; /* events whose number does not follow on the last one's */
    uint64_t illegal; /* lives that no order has */
    uint64_t orphans;
};

static inline void told_orders_init(struct told_orders *told)
{
    memset(told, 0, sizeof *told);
    pthread_mutex_init(&told->lock, NULL);
    pthread_cond_init(&told->changed, NULL);
}

static inline void told_orders_clear(struct told_orders *told)
{
    for (size_t i = 0; i < told->count; i++)
        free(told->orders[i]);
    for (size_t i = 0; i < TOLD_BUCKETS; i++)
        for (struct told_fill *fill = told->fills[i], *next; fill; fill = next) {
            next = fill->next;
            free(fill);
        }
    free(told->orders);
    free(told->working);
    pthread_mutex_destroy(&told->lock);
    pthread_cond_destroy(&told->changed);
}

/* ---- finding; under the lock ---- */

static inline size_t told_bucket(const char *one, const char *other)
{
    return (cmb_text_hash(cmb_text_of(one)) * 31 + cmb_text_hash(cmb_text_of(other))) %
           TOLD_BUCKETS;
}

static inline struct told_order *told_orders_find(const struct told_orders *told,
                                                  const char *client_id)
{
    struct told_order *order = told->buckets[told_bucket(client_id, "")];
    while (order && strcmp(order->client_id, client_id) != 0)
        order = order->next;
    return order;
}

static inline struct told_fill *told_orders_find_fill(const struct told_orders *told,
                                                      const char *client_id, const char *id)
{
    struct told_fill *fill = told->fills[told_bucket(client_id, id)];
    while (fill && (strcmp(fill->client_id, client_id) != 0 || strcmp(fill->id, id) != 0))
        fill = fill->next;
    return fill;
}

/* ---- noting; under the lock ---- */

static inline struct told_order *told_orders_add(struct told_orders *told, const char *client_id)
{
    struct told_order *order = calloc(1, sizeof *order);
    struct told_order **bucket = &told->buckets[told_bucket(client_id, "")];
    if (told->count == told->capacity) {
        told->capacity = told->capacity ? 2 * told->capacity : 1024;
        told->orders = realloc(told->orders, told->capacity * sizeof(void *));
        told->working = realloc(told->working, told->capacity * sizeof(void *));
    }
    if (!order || !told->orders || !told->working)
        abort();
    snprintf(order->client_id, sizeof order->client_id, "%s", client_id);
    order->next = *bucket;
    *bucket = order;
    told->orders[told->count++] = order;
    return order;
}

/* What is over stays so, but for what seemed never to have been, and for a late fill. */
static inline bool told_is_legal(uint32_t before, uint32_t now)
{
    bool may_return = before == CAMBIST_LIFE_REJECTED || before == CAMBIST_LIFE_NOT_SENT;
    if (before < CAMBIST_LIFE_FILLED || before == now || may_return)
        return before < CAMBIST_LIFE_WORKING || now >= CAMBIST_LIFE_UNKNOWN;
    return now == CAMBIST_LIFE_FILLED;
}

static inline void told_orders_note_fill(struct told_orders *told, const char *client_id,
                                         const struct cambist_trade *trade)
{
    if (told_orders_find_fill(told, client_id, trade->id)) {
        told->twice++;
        return;
    }
    struct told_fill *fill = calloc(1, sizeof *fill);
    struct told_fill **bucket = &told->fills[told_bucket(client_id, trade->id)];
    if (!fill)
        abort();
    snprintf(fill->client_id, sizeof fill->client_id, "%s", client_id);
    snprintf(fill->id, sizeof fill->id, "%s", trade->id);
    fill->price = trade->price;
    fill->amount = trade->amount;
    fill->next = *bucket;
    *bucket = fill;
    told->fill_count++;
}

/* Where the order stands among those that are picked from and waited for. */
static inline void told_orders_sort(struct told_orders *told, struct told_order *order)
{
    bool works = order->life == CAMBIST_LIFE_WORKING;
    bool is_restless = !order->is_settled && (!works || order->pending);
    told->restless += (size_t)is_restless - (size_t)order->is_restless;
    order->is_restless = is_restless;
    if (works && !order->place) {
        told->working[told->working_count++] = order;
        order->place = told->working_count;
    } else if (!works && order->place) {
        struct told_order *last = told->working[--told->working_count];
        told->working[order->place - 1] = last;
        last->place = order->place;
        order->place = 0;
    }
}

static inline struct told_order *told_orders_note_order(struct told_orders *told,
                                                        const struct cambist_order_event *event)
{
    const struct cambist_known_order *known = event->order;
    struct told_order *order = told_orders_find(told, known->client_order_id);
    if (!order)
        order = told_orders_add(told, known->client_order_id);
    told->skipped += event->sequence != order->sequence + 1;
    told->illegal += order->life && !told_is_legal(order->life, known->life);
    snprintf(order->symbol, sizeof order->symbol, "%s", known->symbol);
    order->sequence = event->sequence;
    order->side = known->side;
    order->type = known->type;
    order->life = known->life;
    order->proof = known->proof;
    order->pending = known->pending;
    order->is_settled = known->is_settled;
    order->amount = known->amount;
    order->filled = known->filled;
    order->exposure = known->exposure;
    order->trail[event->sequence % TOLD_TRAIL] =
        (struct told_event){ event->tiding, known->life, known->proof, known->pending,
                             known->amount, known->price, known->filled, known->exposure,
                             cmb_clock_wall_ns(&cmb_clock_system) };
    order->was_unknown |= known->life == CAMBIST_LIFE_UNKNOWN;
    told_orders_sort(told, order);
    if (event->tiding == CAMBIST_ORDER_TRADED)
        told_orders_note_fill(told, known->client_order_id, event->trade);
    return order;
}

/* The latest events of an order. */
static inline void told_order_print(const struct told_order *order)
{
    uint64_t first = order->sequence > TOLD_TRAIL ? order->sequence - TOLD_TRAIL + 1 : 1;
    for (uint64_t i = first; i <= order->sequence; i++) {
        const struct told_event *event = &order->trail[i % TOLD_TRAIL];
        char amount[CAMBIST_DECIMAL_TEXT_SIZE], price[CAMBIST_DECIMAL_TEXT_SIZE],
            filled[CAMBIST_DECIMAL_TEXT_SIZE],
            exposure[CAMBIST_DECIMAL_TEXT_SIZE];
        cambist_decimal_format(&event->amount, amount);
        cambist_decimal_format(&event->price, price);
        cambist_decimal_format(&event->filled, filled);
        cambist_decimal_format(&event->exposure, exposure);
        printf("\n        %llu at %lld ms: %s%s by %s, %s under way; %s at %s, filled %s, "
               "exposure %s", (unsigned long long)i, (long long)(event->time_ns / 1000000),
               event->tiding == CAMBIST_ORDER_TRADED ? "trade, " : "",
               cambist_life_name(event->life), cambist_proof_name(event->proof),
               cambist_pending_name(event->pending), amount, price, filled, exposure);
    }
}

/* Answers the order that the event was about; NULL: none of ours. */
static inline struct told_order *told_orders_note(struct told_orders *told,
                                                  const struct cambist_order_event *event)
{
    told->events++;
    told->late += event->is_late;
    told->syncs += event->tiding == CAMBIST_ORDERS_SYNCED;
    told->externals += event->tiding == CAMBIST_ORDER_EXTERNAL;
    told->orphans += event->tiding == CAMBIST_ORDER_ORPHAN;
    pthread_cond_broadcast(&told->changed);
    return event->order ? told_orders_note_order(told, event) : NULL;
}

#endif
