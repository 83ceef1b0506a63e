/* What does a whole order cost: picked, rendered, signed, ready to be written?
 *
 * For each exchange that signs with a hash the floor is the bare compressions that its text needs;
 * Coinbase signs with a private key, and its floor is that signature alone.  Then what each level of
 * signing saves: a key schedule that is kept, constants and plans that are kept, whole signatures. */
#define OPENSSL_SUPPRESS_DEPRECATED /* the floor: bare SHA compressions */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#include "bench/interleaved.h"
#include "bench/order_maker.h"
#include "cache/cache.h"

/* Made for these benches; they open nothing. */
static char ec_key[2048], ed25519_key[128];

static struct order_maker binance = { "binance", "BTCUSDT", CMB_TEXT(ORDER_SECRET) },
                      kraken = { "kraken", "XBTUSDT", CMB_TEXT(ORDER_SECRET) },
                      okx = { "okx", "BTC-USDT", CMB_TEXT(ORDER_SECRET) },
                      es256 = { "coinbase", "BTC-USDT" }, ed25519 = { "coinbase", "BTC-USDT" },
                      es256_kept = { "coinbase", "BTC-USDT", .is_key_cached = true },
                      ed25519_kept = { "coinbase", "BTC-USDT", .is_key_cached = true };

/* ---- keys ---- */

/* PEM for ES256; for Ed25519 base64 of the seed and the public key, as Coinbase hands it out. */
static void make_keys(void)
{
    EVP_PKEY *ec = EVP_EC_gen("P-256");
    BIO *memory = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(memory, ec, NULL, NULL, 0, NULL, NULL);
    int length = BIO_read(memory, ec_key, sizeof ec_key - 1);
    bench_require(length > 0, "no key could be made");
    BIO_free(memory);
    EVP_PKEY_free(ec);
    unsigned char both[64];
    size_t half = 32;
    EVP_PKEY *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    EVP_PKEY_get_raw_private_key(ed, both, &half);
    EVP_PKEY_get_raw_public_key(ed, both + 32, &half);
    EVP_EncodeBlock((unsigned char *)ed25519_key, both, sizeof both);
    EVP_PKEY_free(ed);
    es256.secret = es256_kept.secret = cmb_text_of(ec_key);
    ed25519.secret = ed25519_kept.secret = cmb_text_of(ed25519_key);
}

/* Without a plan, every row is looked at anew. */
static void make_order_unplanned(struct order_maker *subject)
{
    for (int i = 0; i < CMB_PLANS; i++)
        subject->call->plans[i].exchange = 0;
    subject->call->plan_misses = 1; /* and none is noted */
    order_maker_make(subject);
}

#define MAKES(name, make, subject)                                                                 \
    static void name(size_t turns)                                                                 \
    {                                                                                              \
        for (size_t i = 0; i < turns; i++)                                                         \
            make(&subject);                                                                        \
    }
MAKES(make_binance, order_maker_make, binance)
MAKES(make_binance_unplanned, make_order_unplanned, binance)
MAKES(make_kraken, order_maker_make, kraken)
MAKES(make_kraken_unplanned, make_order_unplanned, kraken)
MAKES(make_okx, order_maker_make, okx)
MAKES(make_okx_unplanned, make_order_unplanned, okx)
MAKES(make_es256, order_maker_make, es256)
MAKES(make_es256_kept, order_maker_make, es256_kept)
MAKES(make_ed25519, order_maker_make, ed25519)
MAKES(make_ed25519_kept, order_maker_make, ed25519_kept)

/* ---- floors ---- */

/* As many compressions as the text of the order needs, and one for the outer hash. */
static size_t blocks_256, blocks_512;

static void compress(size_t turns)
{
    static unsigned char text[SHA512_CBLOCK];
    SHA256_CTX state_256;
    SHA512_CTX state_512;
    SHA256_Init(&state_256);
    SHA512_Init(&state_512);
    for (size_t i = 0; i < turns; i++) {
        for (size_t block = 0; block < blocks_256; block++)
            SHA256_Transform(&state_256, text);
        for (size_t block = 0; block < blocks_512; block++)
            SHA512_Transform(&state_512, text);
    }
    INTERLEAVED_KEEP(state_256.h[0]);
    INTERLEAVED_KEEP(state_512.h[0]);
}

static void one_shot(size_t turns)
{
    static const unsigned char text[180];
    unsigned char digest[64];
    unsigned length;
    for (size_t i = 0; i < turns; i++) {
        HMAC(EVP_sha256(), "secret", 6, text, sizeof text, digest, &length);
        INTERLEAVED_KEEP(digest);
    }
}

/* The private key's work and no text around it. */
static struct cmb_sign_key *bare_key;

static void sign_bare(size_t turns)
{
    static const struct cmb_text text = CMB_TEXT("a text of the length that a token has, about so");
    unsigned char signature[CMB_SIGN_MOST_BYTES];
    for (size_t i = 0; i < turns; i++)
        INTERLEAVED_KEEP(cmb_sign(bare_key, &text, 1, signature));
}

/* SHA-256 pads by 9 bytes to blocks of 64, SHA-512 by 17 to 128. */
static size_t blocks_of(size_t length, size_t padding, size_t block)
{
    return (length + padding + block - 1) / block;
}

/* ---- the four exchanges ---- */

#define BARE     "bare compressions"
#define WHOLE    "whole order"
#define NO_PLAN  "whole order, no plan kept"
#define ONE_SHOT "HMAC() one-shot of 180 bytes, nothing rendered"
#define SIGNED   "the signature alone, key kept"
#define LOADED   "whole order, key loaded for it"
#define BINANCE  "a Binance order"
#define KRAKEN   "a Kraken order"
#define OKX      "an OKX order"
#define ES256    "a Coinbase order, ES256"
#define ED25519  "a Coinbase order, Ed25519"

static void show_binance(void)
{
    static const struct interleaved_case cases[] = { { BARE, compress, 4000 },
                                                     { WHOLE, make_binance, 4000 },
                                                     { NO_PLAN, make_binance_unplanned, 2000 },
                                                     { ONE_SHOT, one_shot, 1000 } };
    order_maker_open(&binance);
    make_binance(1);
    struct cmb_text body = cmb_buffer_text(&binance.call->body);
    blocks_256 = blocks_of(body.length - (sizeof "&signature=" - 1 + 64), 9, 64) + 1;
    blocks_512 = 0;
    interleaved_run(BINANCE, cases, sizeof cases / sizeof *cases);
}

static void show_kraken(void)
{
    static const struct interleaved_case cases[] = { { BARE, compress, 2000 },
                                                     { WHOLE, make_kraken, 2000 },
                                                     { NO_PLAN, make_kraken_unplanned, 2000 } };
    enum { NONCE = 13 }; /* digits in front of the body */
    order_maker_open(&kraken);
    make_kraken(1);
    blocks_256 = blocks_of(kraken.call->body.length + NONCE, 9, 64);
    blocks_512 = blocks_of(kraken.call->path.length + 32, 17, 128) + 1;
    interleaved_run(KRAKEN, cases, sizeof cases / sizeof *cases);
}

static void show_okx(void)
{
    static const struct interleaved_case cases[] = { { BARE, compress, 4000 },
                                                     { WHOLE, make_okx, 4000 },
                                                     { NO_PLAN, make_okx_unplanned, 2000 } };
    enum { BEFORE_PATH = sizeof "2024-01-01T00:00:00.000ZPOST" - 1 };
    order_maker_open(&okx);
    make_okx(1);
    size_t length = BEFORE_PATH + okx.call->path.length + okx.call->body.length;
    blocks_256 = blocks_of(length, 9, 64) + 1;
    blocks_512 = 0;
    interleaved_run(OKX, cases, sizeof cases / sizeof *cases);
}

static void show_coinbase(const char *title, struct order_maker *loaded, struct order_maker *kept,
                          const struct interleaved_case *cases, size_t count)
{
    order_maker_open(loaded);
    order_maker_open(kept);
    bare_key = cmb_sign_key_new(&kept->vault, CMB_SIGN_NONE, kept->secret, true, &kept->error);
    if (!bare_key)
        bench_fail(kept->error.message);
    interleaved_run(title, cases, count);
    cmb_sign_key_free(bare_key);
}

/* ---- whole signatures that are kept ---- */

#define KEPT "a signed request found again, 180 bytes"
#define HIT  "found in the cache"

static struct cmb_cache *signatures;
static struct cmb_text question = CMB_TEXT("GET /api/v3/account omitZeroBalances=true recvWindow=5000");

static void find_signature(size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        INTERLEAVED_KEEP(cmb_cache_find(signatures, question, 1).at);
}

static void show_reuse(void)
{
    static const char request[180] = "signed";
    static const struct interleaved_case cases[] = { { HIT, find_signature, 20000 } };
    signatures = cmb_cache_new(1000, 1 << 20, true);
    cmb_cache_put(signatures, question, (struct cmb_text){ request, sizeof request }, 0, 1000);
    interleaved_run(KEPT, cases, 1);
    cmb_cache_free(signatures);
}

static const struct bench_goal goals[] = {
    { "render + sign a Binance order", BINANCE, "ns", WHOLE, BARE, .at_most = 2.0 },
    { "render + sign a Kraken order", KRAKEN, "ns", WHOLE, BARE, .at_most = 2.0 },
    { "render + sign an OKX order", OKX, "ns", WHOLE, BARE, .at_most = 2.0 },
    { "render + sign a Coinbase order, ES256, key kept", ES256, "ns", WHOLE, SIGNED,
      .at_most = 2.0 },
    { "render + sign a Coinbase order, Ed25519, key kept", ED25519, "ns", WHOLE, SIGNED,
      .at_most = 2.0 },
};

int main(int count, char **words)
{
    static const struct interleaved_case with_es256[] = { { SIGNED, sign_bare, 10 },
                                                          { WHOLE, make_es256_kept, 10 },
                                                          { LOADED, make_es256, 10 } };
    static const struct interleaved_case with_ed25519[] = {
        { SIGNED, sign_bare, 10 }, { WHOLE, make_ed25519_kept, 10 },
        { LOADED, make_ed25519, 10 }
    };
    bench_begin(count, words);
    make_keys();
    show_binance();
    show_kraken();
    show_okx();
    show_coinbase(ES256, &es256, &es256_kept, with_es256, 3);
    show_coinbase(ED25519, &ed25519, &ed25519_kept, with_ed25519, 3);
    show_reuse();
    return bench_end(goals, sizeof goals / sizeof *goals);
}
