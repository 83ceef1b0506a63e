/* Where do secrets lie, and who cannot reach them there? */
#include "crypto/vault.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/fail.h"
#include "base/memory.h"

/* OpenSSL keeps the private numbers of a key that is being used here.  Powers of two. */
enum { SECURE_HEAP_BYTES = 64 * 1024, SECURE_HEAP_LEAST = 32 };

static size_t cells_of(size_t size_bytes)
{
    return (size_bytes + CMB_VAULT_CELL_BYTES - 1) / CMB_VAULT_CELL_BYTES;
}

static bool is_taken(const struct cmb_vault *vault, size_t cell)
{
    return vault->taken[cell / 64] >> (cell % 64) & 1;
}

static void mark(struct cmb_vault *vault, size_t first, size_t count, bool taken)
{
    for (size_t cell = first; cell < first + count; cell++) {
        uint64_t bit = (uint64_t)1 << (cell % 64);
        if (taken)
            vault->taken[cell / 64] |= bit;
        else
            vault->taken[cell / 64] &= ~bit;
    }
}

static void open_secure_heap(void)
{
    if (!CRYPTO_secure_malloc_initialized())
        CRYPTO_secure_malloc_init(SECURE_HEAP_BYTES, SECURE_HEAP_LEAST);
}

/* The pages between two guards, NULL when the system has none. */
static char *map_pages(size_t size_bytes, size_t page_bytes)
{
    char *all =
        mmap(NULL, size_bytes + 2 * page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return NULL;
    char *at = all + page_bytes;
    if (mprotect(at, size_bytes, PROT_READ | PROT_WRITE) != 0 ||
        madvise(at, size_bytes, MADV_DONTDUMP) != 0 ||
        madvise(at, size_bytes, MADV_WIPEONFORK) != 0) {
        munmap(all, size_bytes + 2 * page_bytes);
        return NULL;
    }
    return at;
}

static void unmap_pages(char *at, size_t size_bytes)
{
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    munmap(at - page_bytes, size_bytes + 2 * page_bytes);
}

int cmb_vault_open(struct cmb_vault *vault, size_t size_bytes, struct cambist_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    *vault = (struct cmb_vault){ 0 };
    if (size_bytes == 0 || size_bytes > CMB_VAULT_MOST_BYTES)
        return cmb_fail(error, CAMBIST_BAD_ARGUMENT, "a vault of %zu bytes", size_bytes);
    pthread_once(&once, open_secure_heap);
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    size_t size = (size_bytes + page_bytes - 1) / page_bytes * page_bytes;
    uint64_t *taken = cmb_calloc(cells_of(size) / 64 + 1, sizeof *taken);
    char *at = taken ? map_pages(size, page_bytes) : NULL;
    if (!at) {
        free(taken);
        return cmb_fail(error, CAMBIST_NO_MEMORY, "no pages for the vault of secrets");
    }
    *vault = (struct cmb_vault){ .at = at, .size_bytes = size, .taken = taken };
    vault->is_locked = mlock(at, size) == 0;
    pthread_mutex_init(&vault->lock, NULL);
    return CAMBIST_OK;
}

void cmb_vault_close(struct cmb_vault *vault)
{
    if (!vault->at)
        return;
    explicit_bzero(vault->at, vault->size_bytes);
    unmap_pages(vault->at, vault->size_bytes);
    free(vault->taken);
    pthread_mutex_destroy(&vault->lock);
    *vault = (struct cmb_vault){ 0 };
}

/* The first run of `count` free cells; the number of all cells when there is none. */
static size_t find_run(const struct cmb_vault *vault, size_t count)
{
    size_t all = vault->size_bytes / CMB_VAULT_CELL_BYTES;
    size_t run = 0;
    for (size_t cell = 0; cell < all; cell++) {
        run = is_taken(vault, cell) ? 0 : run + 1;
        if (run == count)
            return cell + 1 - count;
    }
    return all;
}

void *cmb_vault_take(struct cmb_vault *vault, size_t size)
{
    if (!vault->at || size == 0 || size > vault->size_bytes)
        return NULL;
    size_t count = cells_of(size);
    pthread_mutex_lock(&vault->lock);
    size_t first = find_run(vault, count);
    char *at = NULL;
    if (first < vault->size_bytes / CMB_VAULT_CELL_BYTES) {
        mark(vault, first, count, true);
        at = vault->at + first * CMB_VAULT_CELL_BYTES;
    }
    pthread_mutex_unlock(&vault->lock);
    return at;
}

void cmb_vault_trim(struct cmb_vault *vault, void *at, size_t size, size_t kept)
{
    if (!at || kept >= size)
        return;
    explicit_bzero((char *)at + kept, size - kept);
    size_t first = (size_t)((char *)at - vault->at) / CMB_VAULT_CELL_BYTES;
    pthread_mutex_lock(&vault->lock);
    mark(vault, first + cells_of(kept), cells_of(size) - cells_of(kept), false);
    pthread_mutex_unlock(&vault->lock);
}

void cmb_vault_give(struct cmb_vault *vault, void *at, size_t size)
{
    cmb_vault_trim(vault, at, size, /* kept= */ 0);
}

size_t cmb_vault_free_bytes(struct cmb_vault *vault)
{
    size_t free_cells = 0;
    if (!vault->at)
        return 0;
    pthread_mutex_lock(&vault->lock);
    for (size_t cell = 0; cell < vault->size_bytes / CMB_VAULT_CELL_BYTES; cell++)
        free_cells += !is_taken(vault, cell);
    pthread_mutex_unlock(&vault->lock);
    return free_cells * CMB_VAULT_CELL_BYTES;
}

bool cmb_crypto_is_equal(const void *a, const void *b, size_t length)
{
    return length == 0 || CRYPTO_memcmp(a, b, length) == 0;
}
