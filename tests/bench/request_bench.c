/* What does a whole request cost: rendered, signed, ready to be written? */
#define OPENSSL_SUPPRESS_DEPRECATED /* the floor: bare SHA compressions */
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "bench/interleaved.h"
#include "request/call.h"

/* An exchange with made-up keys and one market, and a call that is made again and again. */
struct subject {
    struct cmb_exchange *exchange;
    struct cmb_call *call;
};

static struct cmb_vault vault;
static struct subject binance, kraken;
static struct cambist_error error;

static bool open_subject(struct subject *subject, const char *name, const char *id)
{
    static const struct cmb_pair credentials[] = {
        { CMB_TEXT("key"), CMB_TEXT("vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A") },
        /* The made-up pair of Kraken's documentation; Binance takes any text. */
        { CMB_TEXT("secret"), CMB_TEXT("kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3"
                                       "pd5nE9qa99HAZtuZuj6F1huXg==") },
    };
    struct cmb_plugin_rules rules = { 0 };
    struct cmb_plugin *plugin;
    struct cmb_exchange_settings settings = { .environment = CMB_ENVIRONMENT_LIVE,
                                              .credentials = credentials, .credential_count = 2 };
    struct cambist_market market = { .id = id, .symbol = "BTC/USDT", .base = "BTC",
                                     .quote = "USDT", .base_id = "BTC", .quote_id = "USDT",
                                     .kind = CAMBIST_KIND_SPOT };
    if (cmb_plugin_open(name, &rules, &plugin, &error) != CAMBIST_OK ||
        cmb_exchange_open(plugin, &vault, &settings, &subject->exchange, &error) != CAMBIST_OK)
        return false;
    subject->exchange->markets = cmb_markets_new();
    cmb_markets_add(subject->exchange->markets, &market);
    subject->call = cmb_call_new();
    return true;
}

static void set(struct cmb_call *call, uint32_t argument, const char *value)
{
    call->arguments.values[argument] = cmb_text_of(value);
}

/* Pick, fill, sign: everything that stands between a question and the first byte on the wire. */
static int make_order(const struct subject *subject)
{
    struct cmb_call *call = subject->call;
    cmb_call_start(call, subject->exchange, CAMBIST_OPERATION_create_order, &error);
    set(call, CAMBIST_ARGUMENT_symbol, "BTC/USDT");
    set(call, CAMBIST_ARGUMENT_side, "buy");
    set(call, CAMBIST_ARGUMENT_type, "limit");
    set(call, CAMBIST_ARGUMENT_time_in_force, "GTC");
    set(call, CAMBIST_ARGUMENT_amount, "0.01000000");
    set(call, CAMBIST_ARGUMENT_price, "43250.12000000");
    set(call, CAMBIST_ARGUMENT_client_order_id, "x-0123456789ab");
    int status = cmb_pick(call);
    if (status == CAMBIST_OK)
        status = cmb_fill(call);
    return status == CAMBIST_OK ? cmb_sign_call(call) : status;
}

static void make_orders(const struct subject *subject, size_t turns)
{
    for (size_t i = 0; i < turns; i++)
        if (make_order(subject) != CAMBIST_OK) {
            fprintf(stderr, "%s\n", error.message);
            exit(1);
        }
}

static void make_binance(size_t turns)
{
    make_orders(&binance, turns);
}

static void make_kraken(size_t turns)
{
    make_orders(&kraken, turns);
}

/* As many compressions as the text of the order needs, and one for the outer hash. */
static size_t blocks_256, blocks_512;

static void compress_256(size_t turns)
{
    static unsigned char text[SHA256_CBLOCK];
    SHA256_CTX state;
    SHA256_Init(&state);
    for (size_t i = 0; i < turns * blocks_256; i++)
        SHA256_Transform(&state, text);
    INTERLEAVED_KEEP(state.h[0]);
}

static void compress_kraken(size_t turns)
{
    static unsigned char text[SHA512_CBLOCK];
    SHA512_CTX state;
    SHA512_Init(&state);
    for (size_t i = 0; i < turns; i++) {
        compress_256(1);
        for (size_t block = 0; block < blocks_512; block++)
            SHA512_Transform(&state, text);
    }
    INTERLEAVED_KEEP(state.h[0]);
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

/* SHA-256 pads by 9 bytes to blocks of 64, SHA-512 by 17 to 128. */
static size_t blocks_of(size_t length, size_t padding, size_t block)
{
    return (length + padding + block - 1) / block;
}

static void show_binance(void)
{
    make_binance(1);
    struct cmb_text body = cmb_buffer_text(&binance.call->body);
    size_t signed_bytes = body.length - sizeof "&signature=" + 1 - 64;
    blocks_256 = blocks_of(signed_bytes, 9, 64) + 1;
    printf("binance order: %zu bytes signed, %zu compressions\n", signed_bytes, blocks_256);
    const struct interleaved_case cases[] = {
        { "bare SHA-256 compressions (floor)", compress_256, 4000 },
        { "binance create_order: pick, fill, sign", make_binance, 4000 },
        { "HMAC() one-shot of 180 bytes, nothing rendered", one_shot, 1000 },
    };
    interleaved_run("a whole Binance order", cases, 3);
}

static void show_kraken(void)
{
    make_kraken(1);
    size_t body = kraken.call->body.length, path = kraken.call->path.length;
    blocks_256 = blocks_of(body + 13, 9, 64);
    blocks_512 = blocks_of(path + 32, 17, 128) + 1;
    printf("kraken order: %zu + %zu compressions\n", blocks_256, blocks_512);
    const struct interleaved_case cases[] = {
        { "bare SHA-256 and SHA-512 compressions (floor)", compress_kraken, 2000 },
        { "kraken create_order: pick, fill, sign", make_kraken, 2000 },
    };
    interleaved_run("a whole Kraken order", cases, 2);
}

int main(void)
{
    if (cmb_vault_open(&vault, 64 * 1024, &error) != CAMBIST_OK)
        return 1;
    if (open_subject(&binance, "binance", "BTCUSDT"))
        show_binance();
    else
        printf("skipped: %s\n", error.message);
    cmb_fail_reset(&error);
    if (open_subject(&kraken, "kraken", "XBTUSDT"))
        show_kraken();
    else
        printf("skipped: %s\n", error.message);
    return 0;
}
