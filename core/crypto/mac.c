/* What is the HMAC of these pieces, with the key's two blocks hashed long ago? */
#include "crypto/mac.h"

#include "base/wide.h"
#include "crypto/block.h"

struct cmb_mac {
    enum cmb_hash hash;
    union cmb_block_state inner, outer; /* behind the key's block */
};

/* The key as one block: shorter ones are filled with zeros, longer ones are hashed. */
static void fill_block(enum cmb_hash hash, struct cmb_text key, unsigned char *block)
{
    size_t size = cmb_block_size(hash);
    memset(block, 0, size);
    if (key.length > size)
        cmb_digest(hash, &key, 1, block);
    else if (key.length)
        memcpy(block, key.at, key.length);
}

/* Hashes the block, every byte of it xored with `pad`. */
static void schedule(enum cmb_hash hash, const unsigned char *block, unsigned char pad,
                     union cmb_block_state *state)
{
    unsigned char padded[CMB_BLOCK_MOST_BYTES];
    size_t size = cmb_block_size(hash);
    for (size_t i = 0; i < size; i++)
        padded[i] = block[i] ^ pad;
    cmb_block_init(hash, state);
    cmb_block_add(hash, state, &(struct cmb_text){ (const char *)padded, size }, 1);
    explicit_bzero(padded, sizeof padded);
}

struct cmb_mac *cmb_mac_new(struct cmb_vault *vault, enum cmb_hash hash, struct cmb_text key)
{
    if (hash != CMB_HASH_SHA256 && hash != CMB_HASH_SHA384 && hash != CMB_HASH_SHA512)
        return NULL;
    struct cmb_mac *mac = cmb_vault_take(vault, sizeof *mac);
    if (!mac)
        return NULL;
    unsigned char block[CMB_BLOCK_MOST_BYTES];
    fill_block(hash, key, block);
    mac->hash = hash;
    schedule(hash, block, 0x36, &mac->inner);
    schedule(hash, block, 0x5c, &mac->outer);
    explicit_bzero(block, sizeof block);
    return mac;
}

void cmb_mac_free(struct cmb_vault *vault, struct cmb_mac *mac)
{
    cmb_vault_give(vault, mac, sizeof *mac);
}

size_t cmb_mac_size(const struct cmb_mac *mac)
{
    return cmb_digest_size(mac->hash);
}

/* The hash's words, high byte first.  In wide registers: who reads the digest by sixteen bytes need
 * not wait until eight narrow stores have come together. */
static void write_words(const SHA256_CTX *state, unsigned char *ret_digest)
{
#ifdef __SSE2__
    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i += 16) {
        __m128i words = cmb_wide_load((const char *)state->h + i);
        __m128i swapped = _mm_or_si128(_mm_slli_epi16(words, 8), _mm_srli_epi16(words, 8));
        swapped = _mm_shufflehi_epi16(_mm_shufflelo_epi16(swapped, 0xb1), 0xb1);
        _mm_storeu_si128((__m128i *)(void *)(ret_digest + i), swapped);
    }
#else
    for (size_t i = 0; i < 8; i++) {
        uint32_t word = __builtin_bswap32(state->h[i]);
        memcpy(ret_digest + 4 * i, &word, sizeof word);
    }
#endif
}

/* What is left of a text behind its whole blocks, and its padding, in one go. */
static void end_sha256(SHA256_CTX *state, struct cmb_text text, unsigned char *ret_digest)
{
    unsigned char last[2 * SHA256_CBLOCK];
    size_t rest = text.length % SHA256_CBLOCK;
    size_t size = rest + 9 <= SHA256_CBLOCK ? SHA256_CBLOCK : sizeof last;
    uint64_t bits = __builtin_bswap64((SHA256_CBLOCK + (uint64_t)text.length) * 8);
    const char *from = text.at + text.length - rest;
    memset(last, 0, sizeof last);
    memcpy(last, from, rest);
    last[rest] = 0x80;
    memcpy(last + size - sizeof bits, &bits, sizeof bits);
    SHA256_Update(state, text.at, text.length - rest);
    SHA256_Update(state, last, size);
    write_words(state, ret_digest);
}

/* SHA-256 apart: no branch per piece, and only the living part of the state is copied.  The outer
 * hash is one block, filled here and compressed without going through Update and Final. */
static void write_sha256(const struct cmb_mac *mac, const struct cmb_text *pieces, size_t count,
                         unsigned char *ret_bytes)
{
    SHA256_CTX state;
    memcpy(state.h, mac->inner.sha256.h, sizeof state.h);
    state.Nl = SHA256_CBLOCK * 8;
    state.Nh = 0;
    state.num = 0;
    state.md_len = SHA256_DIGEST_LENGTH;
    unsigned char last[SHA256_CBLOCK] = { [SHA256_DIGEST_LENGTH] = 0x80,
                                          [SHA256_CBLOCK - 2] = (SHA256_CBLOCK + 32) * 8 >> 8 };
    if (count == 1) {
        end_sha256(&state, *pieces, last);
    } else {
        for (size_t i = 0; i < count; i++)
            SHA256_Update(&state, pieces[i].at, pieces[i].length);
        SHA256_Final(last, &state);
    }
    memcpy(state.h, mac->outer.sha256.h, sizeof state.h);
    SHA256_Transform(&state, last);
    write_words(&state, ret_bytes);
}

static void write_any(const struct cmb_mac *mac, const struct cmb_text *pieces, size_t count,
                      unsigned char *ret_bytes)
{
    union cmb_block_state state = mac->inner;
    unsigned char inner[CMB_DIGEST_MOST_BYTES];
    cmb_block_add(mac->hash, &state, pieces, count);
    cmb_block_finish(mac->hash, &state, inner);
    state = mac->outer;
    struct cmb_text digest = { (const char *)inner, cmb_digest_size(mac->hash) };
    cmb_block_add(mac->hash, &state, &digest, 1);
    cmb_block_finish(mac->hash, &state, ret_bytes);
}

size_t cmb_mac_write(const struct cmb_mac *mac, const struct cmb_text *pieces, size_t count,
                     unsigned char *ret_bytes)
{
    if (mac->hash == CMB_HASH_SHA256)
        write_sha256(mac, pieces, count, ret_bytes);
    else
        write_any(mac, pieces, count, ret_bytes);
    return cmb_digest_size(mac->hash);
}

bool cmb_mac_check(const struct cmb_mac *mac, const struct cmb_text *pieces, size_t count,
                   struct cmb_text expected)
{
    unsigned char bytes[CMB_DIGEST_MOST_BYTES];
    size_t size = cmb_mac_write(mac, pieces, count, bytes);
    return expected.length == size && cmb_crypto_is_equal(bytes, expected.at, size);
}
