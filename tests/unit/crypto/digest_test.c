/* Are the plain hashes right, also when the text comes in pieces? */
#include "crypto/digest.h"

#include "crypto/encode.h"
#include "support/test.h"

static const struct {
    enum cmb_hash hash;
    const char *of_abc, *of_nothing;
} known[] = {
    { CMB_HASH_MD5, "900150983cd24fb0d6963f7d28e17f72", "d41d8cd98f00b204e9800998ecf8427e" },
    { CMB_HASH_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { CMB_HASH_SHA384,
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
      "8086072ba1e7cc2358baeca134c825a7",
      "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
      "274edebfe76f65fbd51ad2f14898b95b" },
    { CMB_HASH_SHA512,
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
      "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
      "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
};

static const char *hash_hex(enum cmb_hash hash, const struct cmb_text *pieces, size_t count)
{
    static char hex[2 * CMB_DIGEST_MOST_BYTES + 1];
    unsigned char bytes[CMB_DIGEST_MOST_BYTES];
    size_t size = cmb_digest(hash, pieces, count, bytes);
    ASSERT_NUMBER(size, cmb_digest_size(hash));
    *cmb_encode_hex(bytes, size, hex) = 0;
    return hex;
}

static void hashes_known_texts(void)
{
    struct cmb_text whole = CMB_TEXT("abc");
    struct cmb_text pieces[] = { CMB_TEXT("a"), { NULL, 0 }, CMB_TEXT("bc"), CMB_TEXT("") };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        ASSERT_TEXT(hash_hex(known[i].hash, &whole, 1), known[i].of_abc);
        ASSERT_TEXT(hash_hex(known[i].hash, pieces, 4), known[i].of_abc);
        ASSERT_TEXT(hash_hex(known[i].hash, NULL, 0), known[i].of_nothing);
    }
}

static void writes_nothing_for_no_hash(void)
{
    unsigned char untouched = 7;
    ASSERT_NUMBER(cmb_digest(CMB_HASH_NONE, NULL, 0, &untouched), 0);
    ASSERT_NUMBER(untouched, 7);
}

TEST_SUITE("crypto/digest", { "hashes known texts, whole and in pieces", hashes_known_texts },
           { "writes nothing for what is no hash", writes_nothing_for_no_hash })
