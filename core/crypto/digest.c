/* What is the hash of these pieces? */
#include "crypto/digest.h"

#include "crypto/block.h"

size_t cmb_digest_size(enum cmb_hash hash)
{
    switch (hash) {
    case CMB_HASH_MD5:
        return MD5_DIGEST_LENGTH;
    case CMB_HASH_SHA256:
        return SHA256_DIGEST_LENGTH;
    case CMB_HASH_SHA384:
        return SHA384_DIGEST_LENGTH;
    case CMB_HASH_SHA512:
        return SHA512_DIGEST_LENGTH;
    case CMB_HASH_NONE:
        break;
    }
    return 0;
}

void cmb_block_init(enum cmb_hash hash, union cmb_block_state *state)
{
    if (hash == CMB_HASH_MD5)
        MD5_Init(&state->md5);
    else if (hash == CMB_HASH_SHA256)
        SHA256_Init(&state->sha256);
    else if (hash == CMB_HASH_SHA384)
        SHA384_Init(&state->sha512);
    else
        SHA512_Init(&state->sha512);
}

void cmb_block_add(enum cmb_hash hash, union cmb_block_state *state, const struct cmb_text *pieces,
                   size_t count)
{
    for (const struct cmb_text *piece = pieces; piece < pieces + count; piece++) {
        if (hash == CMB_HASH_SHA256)
            SHA256_Update(&state->sha256, piece->at, piece->length);
        else if (hash == CMB_HASH_MD5)
            MD5_Update(&state->md5, piece->at, piece->length);
        else
            SHA512_Update(&state->sha512, piece->at, piece->length);
    }
}

void cmb_block_finish(enum cmb_hash hash, union cmb_block_state *state, unsigned char *ret_digest)
{
    if (hash == CMB_HASH_SHA256)
        SHA256_Final(ret_digest, &state->sha256);
    else if (hash == CMB_HASH_MD5)
        MD5_Final(ret_digest, &state->md5);
    else
        SHA512_Final(ret_digest, &state->sha512);
}

size_t cmb_digest(enum cmb_hash hash, const struct cmb_text *pieces, size_t count,
                  unsigned char *ret_digest)
{
    size_t size = cmb_digest_size(hash);
    if (size == 0)
        return 0;
    union cmb_block_state state;
    cmb_block_init(hash, &state);
    cmb_block_add(hash, &state, pieces, count);
    cmb_block_finish(hash, &state, ret_digest);
    explicit_bzero(&state, sizeof state); /* the text may have held a secret */
    return size;
}
