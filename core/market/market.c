/* Which market does a name mean? */
#include "market/market.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/schema.h"
#include "base/key.h"
#include "number/decimal.h"

enum { SYMBOL_BYTES = 128, SUGGESTIONS = 3 };

/* One name of one market.  A name may stand for several markets, told apart by kind. */
struct name {
    struct cmb_text text;
    uint32_t market; /* number + 1; 0: free */
    bool is_id;      /* the exchange's own name, not the unified symbol */
};

struct cmb_markets {
    struct cmb_arena arena;
    struct cambist_market **rows;
    uint32_t count, capacity;
    struct name *names; /* open addressing, a power of two, at most half full */
    uint32_t name_count, name_capacity;
};

struct cmb_markets *cmb_markets_new(void)
{
    struct cmb_markets *markets = cmb_calloc(1, sizeof *markets);
    if (markets)
        cmb_arena_init(&markets->arena, CMB_MARKETS_BYTES_MOST);
    return markets;
}

void cmb_markets_free(struct cmb_markets *markets)
{
    if (!markets)
        return;
    cmb_arena_clear(&markets->arena);
    free(markets->rows);
    free(markets->names);
    free(markets);
}

/* ---- names ---- */

static void place_name(struct cmb_markets *markets, struct name name)
{
    uint32_t mask = markets->name_capacity - 1;
    uint32_t at = (uint32_t)cmb_key_hash(name.text, 0) & mask;
    while (markets->names[at].market)
        at = (at + 1) & mask;
    markets->names[at] = name;
}

static bool grow_names(struct cmb_markets *markets)
{
    struct name *old = markets->names;
    uint32_t old_capacity = markets->name_capacity;
    uint32_t capacity = old_capacity ? old_capacity * 2 : 256;
    struct name *names = cmb_calloc(capacity, sizeof *names);
    if (!names)
        return false;
    markets->names = names;
    markets->name_capacity = capacity;
    for (uint32_t i = 0; i < old_capacity; i++)
        if (old[i].market)
            place_name(markets, old[i]);
    free(old);
    return true;
}

static bool add_name(struct cmb_markets *markets, const char *text, bool is_id)
{
    if (!text)
        return true;
    if (markets->name_count * 2 >= markets->name_capacity && !grow_names(markets))
        return false;
    markets->name_count++;
    place_name(markets, (struct name){ cmb_text_of(text), markets->count, is_id });
    return true;
}

static const struct cambist_market *find(const struct cmb_markets *markets, struct cmb_text text,
                                         uint32_t kinds, bool is_id)
{
    if (!markets || !markets->name_capacity)
        return NULL;
    uint32_t mask = markets->name_capacity - 1;
    for (uint32_t at = (uint32_t)cmb_key_hash(text, 0) & mask; markets->names[at].market;
         at = (at + 1) & mask) {
        const struct name *name = &markets->names[at];
        const struct cambist_market *market = markets->rows[name->market - 1];
        if (name->is_id == is_id && cmb_text_is(name->text, text) &&
            (!kinds || (market->kind & kinds)))
            return market;
    }
    return NULL;
}

const struct cambist_market *cmb_markets_find(const struct cmb_markets *markets,
                                              struct cmb_text name, uint32_t kinds)
{
    const struct cambist_market *found = find(markets, name, kinds, false);
    return found ? found : find(markets, name, kinds, true);
}

const struct cambist_market *cmb_markets_find_id(const struct cmb_markets *markets,
                                                 struct cmb_text id, uint32_t kinds)
{
    const struct cambist_market *found = find(markets, id, kinds, true);
    return found ? found : find(markets, id, kinds, false);
}

/* ---- rows ---- */

/* A copy whose texts live in the set. */
static struct cambist_market *copy_market(struct cmb_markets *markets,
                                          const struct cambist_market *from)
{
    struct cambist_market *copy = cmb_arena_take(&markets->arena, sizeof *copy);
    if (!copy)
        return NULL;
    *copy = *from;
    const struct cmb_record_schema *schema = cmb_record_schema_of(CAMBIST_RECORD_MARKET);
    for (uint32_t i = 0; i < schema->count; i++) {
        uint32_t kind = schema->members[i].kind;
        if (kind != CMB_MEMBER_TEXT && kind != CMB_MEMBER_CURRENCY)
            continue;
        const char **text = (const char **)(void *)((char *)copy + schema->members[i].offset);
        const char *kept = cmb_arena_copy(&markets->arena, cmb_text_of(*text));
        if (*text && !kept)
            return NULL;
        *text = kept;
    }
    return copy;
}

static bool add_row(struct cmb_markets *markets, struct cambist_market *row)
{
    if (markets->count == markets->capacity) {
        uint32_t capacity = markets->capacity ? markets->capacity * 2 : 64;
        struct cambist_market **rows = cmb_realloc(markets->rows, capacity * sizeof(void *));
        if (!rows)
            return false;
        markets->rows = rows;
        markets->capacity = capacity;
    }
    markets->rows[markets->count++] = row;
    bool has_alias = row->alias && row->id && strcmp(row->alias, row->id) != 0;
    return add_name(markets, row->symbol, false) && add_name(markets, row->id, true) &&
           (!has_alias || add_name(markets, row->alias, true));
}

int cmb_markets_add(struct cmb_markets *markets, const struct cambist_market *market)
{
    struct cambist_market named = *market;
    char symbol[SYMBOL_BYTES];
    if (!named.symbol) {
        if (!cmb_market_format_symbol(market, symbol, sizeof symbol))
            return CAMBIST_OK;
        named.symbol = symbol;
    }
    struct cambist_market *row = copy_market(markets, &named);
    return row && add_row(markets, row) ? CAMBIST_OK : CAMBIST_NO_MEMORY;
}

uint32_t cmb_markets_count(const struct cmb_markets *markets)
{
    return markets ? markets->count : 0;
}

const struct cambist_market *cmb_markets_get(const struct cmb_markets *markets, uint32_t i)
{
    return markets->rows[i];
}

/* Alike: the same base, or letters that begin the same. */
static bool is_alike(struct cmb_text symbol, struct cmb_text name)
{
    struct cmb_text base, asked;
    cmb_text_cut(symbol, '/', &base);
    cmb_text_cut(name, '/', &asked);
    return asked.length >= 2 && (cmb_text_is(base, asked) || cmb_text_begins(name, base));
}

void cmb_markets_suggest(const struct cmb_markets *markets, struct cmb_text name,
                         struct cmb_buffer *ret)
{
    uint32_t found = 0;
    for (uint32_t i = 0; markets && i < markets->count && found < SUGGESTIONS; i++) {
        struct cmb_text symbol = cmb_text_of(markets->rows[i]->symbol);
        if (!is_alike(symbol, name))
            continue;
        if (found++)
            cmb_buffer_add(ret, CMB_TEXT(", "));
        cmb_buffer_add(ret, symbol);
    }
}
