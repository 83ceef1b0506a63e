/* Which order has this id? */
#include "simulator/engine.h"

#include <stdlib.h>

enum { FIRST_SIZE = 256 };

static struct cmb_engine_order **place_of(const struct cmb_engine *engine,
                                          struct cmb_text client_id)
{
    return &engine->index[cmb_text_hash(client_id) & (engine->index_size - 1)];
}

static void put(struct cmb_engine *engine, struct cmb_engine_order *order)
{
    struct cmb_engine_order **place = place_of(engine, cmb_text_of(order->client_id));
    order->next_same = *place;
    *place = order;
}

/* Orders are put in again as they came, so that the last of a client id stays in front. */
static bool grow(struct cmb_engine *engine)
{
    size_t size = engine->index_size ? engine->index_size * 2 : FIRST_SIZE;
    struct cmb_engine_order **grown = calloc(size, sizeof(void *));
    if (!grown)
        return false;
    free(engine->index);
    engine->index = grown;
    engine->index_size = size;
    for (size_t i = 0; i < engine->order_count; i++)
        if (*engine->orders[i]->client_id)
            put(engine, engine->orders[i]);
    return true;
}

bool cmb_index_add(struct cmb_engine *engine, struct cmb_engine_order *order)
{
    if (!*order->client_id)
        return true;
    if (engine->indexed >= engine->index_size / 2 && !grow(engine))
        return false;
    put(engine, order);
    engine->indexed++;
    return true;
}

static struct cmb_engine_order *find_in_chain(struct cmb_engine_order *order,
                                              struct cmb_text client_id)
{
    while (order && !cmb_text_is(cmb_text_of(order->client_id), client_id))
        order = order->next_same;
    return order;
}

static struct cmb_engine_order *find_last(const struct cmb_engine *engine,
                                          struct cmb_text client_id)
{
    return engine->index_size && client_id.length
               ? find_in_chain(*place_of(engine, client_id), client_id) : NULL;
}

static struct cmb_engine_order *find_first(const struct cmb_engine *engine,
                                           struct cmb_text client_id)
{
    struct cmb_engine_order *order = find_last(engine, client_id), *before = order;
    while (before) {
        order = before;
        before = find_in_chain(order->next_same, client_id);
    }
    return order;
}

/* Ids rise in the order of arrival. */
static struct cmb_engine_order *find_by_id(const struct cmb_engine *engine, uint64_t id)
{
    size_t from = 0, to = engine->order_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (engine->orders[middle]->id < id)
            from = middle + 1;
        else
            to = middle;
    }
    return from < engine->order_count && engine->orders[from]->id == id ? engine->orders[from]
                                                                        : NULL;
}

struct cmb_engine_order *cmb_engine_find_order(const struct cmb_engine *engine, uint64_t id,
                                               struct cmb_text client_id)
{
    if (id)
        return find_by_id(engine, id);
    return engine->client_ids == CMB_IDS_ANY ? find_first(engine, client_id)
                                             : find_last(engine, client_id);
}

bool cmb_index_refuses(const struct cmb_engine *engine, struct cmb_text client_id)
{
    struct cmb_engine_order *order = find_last(engine, client_id);
    if (engine->client_ids == CMB_IDS_UNIQUE)
        return order != NULL;
    while (engine->client_ids == CMB_IDS_AMONG_OPEN && order) {
        if (order->state == CAMBIST_STATE_OPEN)
            return true;
        order = find_in_chain(order->next_same, client_id);
    }
    return false;
}
