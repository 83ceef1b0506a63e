/* Is there an answer to this key that is still good? */
#include "cache/cache.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/key.h"

enum { ENTRIES_LEAST = 5, PARTS = 5, BLOCK_BYTES = 64 };

struct entry {
    uint64_t hash;
    int64_t expires_ns;
    char *block; /* key, then value */
    size_t key_length, value_length, capacity;
    uint32_t next; /* in its chain, or among the free: place + 1, 0 ends */
    bool is_used;
};

struct cmb_cache {
    struct entry *entries;
    uint32_t *chains; /* by the hash's low bits: place + 1 of the first entry */
    size_t entry_count, chain_mask;
    size_t bytes, bytes_most; /* of blocks, also those of free entries */
    size_t cursor;            /* where the next sweep begins */
    uint32_t first_free;
    bool is_secret;
    struct cmb_cache_counts counts;
};

static void link_free(struct cmb_cache *cache)
{
    cache->first_free = 0;
    for (size_t i = cache->entry_count; i-- > 0;) {
        cache->entries[i].next = cache->first_free;
        cache->first_free = (uint32_t)i + 1;
    }
}

struct cmb_cache *cmb_cache_new(size_t entries_most, size_t bytes_most, bool is_secret)
{
    size_t count = entries_most < ENTRIES_LEAST ? ENTRIES_LEAST : entries_most, chains = 8;
    if (count > UINT32_MAX / 4)
        return NULL;
    while (chains < count)
        chains *= 2;
    struct cmb_cache *cache = cmb_calloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    cache->entries = cmb_calloc(count, sizeof *cache->entries);
    cache->chains = cmb_calloc(chains, sizeof *cache->chains);
    cache->entry_count = cache->entries ? count : 0;
    cache->chain_mask = chains - 1;
    cache->bytes_most = bytes_most;
    cache->is_secret = is_secret;
    if (!cache->entries || !cache->chains) {
        cmb_cache_free(cache);
        return NULL;
    }
    link_free(cache);
    return cache;
}

static void free_block(struct cmb_cache *cache, struct entry *entry)
{
    if (cache->is_secret && entry->block)
        explicit_bzero(entry->block, entry->capacity);
    free(entry->block);
    cache->bytes -= entry->capacity;
    entry->block = NULL;
    entry->capacity = 0;
}

void cmb_cache_free(struct cmb_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < cache->entry_count; i++)
        free_block(cache, &cache->entries[i]);
    free(cache->entries);
    free(cache->chains);
    free(cache);
}

/* The seed differs from cache to cache, so that nobody can choose keys for one chain. */
static uint64_t hash_of(const struct cmb_cache *cache, struct cmb_text key)
{
    return cmb_key_hash(key, (uintptr_t)cache);
}

static bool is_key(const struct entry *entry, uint64_t hash, struct cmb_text key)
{
    return entry->hash == hash && entry->key_length == key.length &&
           (key.length == 0 || memcmp(entry->block, key.at, key.length) == 0);
}

static struct entry *find_entry(struct cmb_cache *cache, uint64_t hash, struct cmb_text key)
{
    for (uint32_t place = cache->chains[hash & cache->chain_mask]; place;) {
        struct entry *entry = &cache->entries[place - 1];
        if (is_key(entry, hash, key))
            return entry;
        place = entry->next;
    }
    return NULL;
}

/* Takes the entry out of its chain; its memory stays for the next. */
static void forget(struct cmb_cache *cache, struct entry *entry)
{
    uint32_t place = (uint32_t)(entry - cache->entries) + 1;
    uint32_t *link = &cache->chains[entry->hash & cache->chain_mask];
    while (*link != place)
        link = &cache->entries[*link - 1].next;
    *link = entry->next;
    if (cache->is_secret)
        explicit_bzero(entry->block, entry->key_length + entry->value_length);
    entry->is_used = false;
    entry->next = cache->first_free;
    cache->first_free = place;
    cache->counts.entries--;
}

/* Looks through a fifth of the table.  With `must_free`, and nothing expired there, the entry that
 * expires first gives way.  Returns how many were forgotten. */
static size_t sweep(struct cmb_cache *cache, int64_t now_ns, bool must_free)
{
    size_t span = (cache->entry_count + PARTS - 1) / PARTS, forgotten = 0;
    struct entry *first = NULL;
    for (size_t i = 0; i < span; i++) {
        struct entry *entry = &cache->entries[cache->cursor];
        cache->cursor = cache->cursor + 1 == cache->entry_count ? 0 : cache->cursor + 1;
        if (!entry->is_used)
            continue;
        if (entry->expires_ns <= now_ns) {
            forget(cache, entry);
            forgotten++;
        } else if (!first || entry->expires_ns < first->expires_ns) {
            first = entry;
        }
    }
    if (forgotten || !must_free || !first)
        return forgotten;
    forget(cache, first);
    cache->counts.evictions++;
    return 1;
}

size_t cmb_cache_sweep(struct cmb_cache *cache, int64_t now_ns)
{
    return sweep(cache, now_ns, /* must_free= */ false);
}

static void free_spare_blocks(struct cmb_cache *cache)
{
    for (size_t i = 0; i < cache->entry_count; i++)
        if (!cache->entries[i].is_used)
            free_block(cache, &cache->entries[i]);
}

/* Makes sure that `more` bytes may be allocated: memory of free entries goes first, then what
 * expires first. */
static bool make_room(struct cmb_cache *cache, size_t more, int64_t now_ns)
{
    if (cache->bytes + more > cache->bytes_most)
        free_spare_blocks(cache);
    while (cache->bytes + more > cache->bytes_most && cache->counts.entries > 0) {
        sweep(cache, now_ns, /* must_free= */ true);
        free_spare_blocks(cache);
    }
    return cache->bytes + more <= cache->bytes_most;
}

/* A free entry with a block of at least `size` bytes, still on top of the free list; NULL when
 * memory ran out. */
static struct entry *prepare_entry(struct cmb_cache *cache, size_t size, int64_t now_ns)
{
    while (!cache->first_free)
        sweep(cache, now_ns, /* must_free= */ true);
    struct entry *entry = &cache->entries[cache->first_free - 1];
    if (entry->capacity >= size)
        return entry;
    size_t capacity = (size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    free_block(cache, entry);
    if (!make_room(cache, capacity, now_ns))
        return NULL;
    entry = &cache->entries[cache->first_free - 1]; /* making room may have freed another */
    free_block(cache, entry);
    entry->block = cmb_malloc(capacity);
    if (!entry->block)
        return NULL;
    entry->capacity = capacity;
    cache->bytes += capacity;
    return entry;
}

/* Takes the entry off the free list and enters it under its hash. */
static void enter(struct cmb_cache *cache, struct entry *entry, uint64_t hash)
{
    uint32_t *chain = &cache->chains[hash & cache->chain_mask];
    cache->first_free = entry->next;
    entry->hash = hash;
    entry->is_used = true;
    entry->next = *chain;
    *chain = (uint32_t)(entry - cache->entries) + 1;
    cache->counts.entries++;
}

bool cmb_cache_put(struct cmb_cache *cache, struct cmb_text key, struct cmb_text value,
                   int64_t now_ns, int64_t expires_ns)
{
    cmb_cache_drop(cache, key);
    size_t most = cache->bytes_most / PARTS;
    if (expires_ns <= now_ns || key.length > most || value.length > most - key.length)
        return false;
    /* One byte at least, so that an empty value is not taken for an absent one. */
    struct entry *entry = prepare_entry(cache, key.length + value.length + 1, now_ns);
    if (!entry)
        return false;
    if (key.length)
        memcpy(entry->block, key.at, key.length);
    if (value.length)
        memcpy(entry->block + key.length, value.at, value.length);
    entry->key_length = key.length;
    entry->value_length = value.length;
    entry->expires_ns = expires_ns;
    enter(cache, entry, hash_of(cache, key));
    return true;
}

struct cmb_text cmb_cache_find(struct cmb_cache *cache, struct cmb_text key, int64_t now_ns)
{
    struct entry *entry = find_entry(cache, hash_of(cache, key), key);
    if (entry && entry->expires_ns > now_ns) {
        cache->counts.hits++;
        return (struct cmb_text){ entry->block + entry->key_length, entry->value_length };
    }
    if (entry)
        forget(cache, entry);
    cache->counts.misses++;
    return (struct cmb_text){ 0 };
}

bool cmb_cache_drop(struct cmb_cache *cache, struct cmb_text key)
{
    struct entry *entry = find_entry(cache, hash_of(cache, key), key);
    if (entry)
        forget(cache, entry);
    return entry != NULL;
}

void cmb_cache_reset(struct cmb_cache *cache)
{
    for (size_t i = 0; i < cache->entry_count; i++)
        if (cache->entries[i].is_used)
            forget(cache, &cache->entries[i]);
}

struct cmb_cache_counts cmb_cache_counts(const struct cmb_cache *cache)
{
    struct cmb_cache_counts counts = cache->counts;
    counts.bytes = cache->bytes;
    return counts;
}
