/* Are bytes written as the RFCs say, and is damaged text refused? */
#include "crypto/encode.h"

#include "base/processor.h"
#include "crypto/random.h"
#include "support/test.h"

/* RFC 4648, section 10. */
static const struct {
    const char *bytes, *base64, *hex;
} rfc_4648[] = {
    { "", "", "" },
    { "f", "Zg==", "66" },
    { "fo", "Zm8=", "666F" },
    { "foo", "Zm9v", "666F6F" },
    { "foob", "Zm9vYg==", "666F6F62" },
    { "fooba", "Zm9vYmE=", "666F6F6261" },
    { "foobar", "Zm9vYmFy", "666F6F626172" },
};

static void writes_the_vectors(void)
{
    for (size_t i = 0; i < sizeof rfc_4648 / sizeof *rfc_4648; i++) {
        char text[32];
        size_t length = strlen(rfc_4648[i].bytes);
        *cmb_encode_base64(rfc_4648[i].bytes, length, text) = 0;
        ASSERT_TEXT(text, rfc_4648[i].base64);
        *cmb_encode_hex_upper(rfc_4648[i].bytes, length, text) = 0;
        ASSERT_TEXT(text, rfc_4648[i].hex);
        unsigned char bytes[32] = { 0 };
        CU_ASSERT(cmb_decode_base64(cmb_text_of(rfc_4648[i].base64), bytes, length, &length));
        ASSERT_TEXT((char *)bytes, rfc_4648[i].bytes);
    }
}

static void writes_base64url(void)
{
    char text[16];
    *cmb_encode_base64url("\xfb\xff\xfe\x3e", 4, text) = 0;
    ASSERT_TEXT(text, "-__-Pg");
    *cmb_encode_base64("\xfb\xff\xfe\x3e", 4, text) = 0;
    ASSERT_TEXT(text, "+//+Pg==");
}

/* Also that no byte behind the digits is touched. */
static void writes_the_same_hex_by_every_way(void)
{
    enum { BYTES = 150 };
    struct cmb_random random;
    unsigned char bytes[BYTES];
    cmb_random_init_seeded(&random, 2);
    cmb_random_fill(&random, bytes, sizeof bytes);
    for (enum cmb_width width = CMB_WIDTH_PLAIN; width < CMB_WIDTH_END; width++)
        for (size_t length = 0; length <= BYTES && cmb_width_is_there(width); length++) {
            char text[CMB_HEX_SIZE(BYTES) + 64], wanted[sizeof text];
            memset(text, '~', sizeof text);
            memset(wanted, '~', sizeof wanted);
            for (size_t i = 0; i < length; i++) {
                wanted[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
                wanted[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
            }
            cmb_width_force(width);
            CU_ASSERT(cmb_encode_hex(bytes, length, text) == text + CMB_HEX_SIZE(length));
            CU_ASSERT(memcmp(text, wanted, sizeof text) == 0);
            for (size_t i = 0; i < CMB_HEX_SIZE(length); i++)
                wanted[i] = (char)(wanted[i] >= 'a' ? wanted[i] - 'a' + 'A' : wanted[i]);
            CU_ASSERT(cmb_encode_hex_upper(bytes, length, text) == text + CMB_HEX_SIZE(length));
            CU_ASSERT(memcmp(text, wanted, sizeof text) == 0);
        }
    cmb_width_force(0);
}

static void writes_the_same_base64_at_every_width(void)
{
    struct cmb_random random;
    unsigned char bytes[200];
    cmb_random_init_seeded(&random, 2);
    cmb_random_fill(&random, bytes, sizeof bytes);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        char plain[300] = "", url[300] = "";
        cmb_width_force(CMB_WIDTH_PLAIN);
        cmb_encode_base64(bytes, length, plain);
        cmb_encode_base64url(bytes, length, url);
        for (enum cmb_width width = CMB_WIDTH_PLAIN + 1; width < CMB_WIDTH_END; width++) {
            char text[300] = "";
            if (!cmb_width_is_there(width))
                continue;
            cmb_width_force(width);
            CU_ASSERT(cmb_encode_base64(bytes, length, text) == text + CMB_BASE64_SIZE(length));
            CU_ASSERT(memcmp(text, plain, sizeof text) == 0);
            memset(text, 0, sizeof text);
            cmb_encode_base64url(bytes, length, text);
            CU_ASSERT(memcmp(text, url, sizeof text) == 0);
        }
    }
    cmb_width_force(0);
}

static void returns_every_length(void)
{
    struct cmb_random random;
    cmb_random_init_seeded(&random, 1);
    for (size_t length = 0; length <= 200; length++) {
        unsigned char bytes[200], back[200];
        char text[400];
        size_t got = 0;
        cmb_random_fill(&random, bytes, sizeof bytes);
        char *end = cmb_encode_hex(bytes, length, text);
        ASSERT_NUMBER(end - text, CMB_HEX_SIZE(length));
        CU_ASSERT(
            cmb_decode_hex((struct cmb_text){ text, CMB_HEX_SIZE(length) }, back, length, &got));
        CU_ASSERT(got == length && memcmp(bytes, back, length) == 0);
        end = cmb_encode_base64(bytes, length, text);
        ASSERT_NUMBER(end - text, CMB_BASE64_SIZE(length));
        CU_ASSERT(
            cmb_decode_base64((struct cmb_text){ text, (size_t)(end - text) }, back, length, &got));
        CU_ASSERT(got == length && memcmp(bytes, back, length) == 0);
        end = cmb_encode_base64url(bytes, length, text);
        CU_ASSERT(
            cmb_decode_base64((struct cmb_text){ text, (size_t)(end - text) }, back, length, &got));
        CU_ASSERT(got == length && memcmp(bytes, back, length) == 0);
    }
}

static void writes_hex_digits_of_all_bytes(void)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        unsigned char bytes[17];
        char text[35], should[3];
        memset(bytes, (int)byte, sizeof bytes);
        *cmb_encode_hex(bytes, sizeof bytes, text) = 0;
        snprintf(should, sizeof should, "%02x", byte);
        CU_ASSERT(memcmp(text, should, 2) == 0 && memcmp(text + 15, text + 33 - 18, 2) == 0);
        CU_ASSERT(memcmp(text + 32, should, 2) == 0);
        *cmb_encode_hex_upper(bytes, sizeof bytes, text) = 0;
        snprintf(should, sizeof should, "%02X", byte);
        CU_ASSERT(memcmp(text + 14, should, 2) == 0 && memcmp(text + 32, should, 2) == 0);
    }
}

static void refuses_damaged_base64(void)
{
    static const char *const damaged[] = { "Z",    "Zg=",   "Zg===",  "Zm9v=",   "Zm9v====",
                                           "Zh==", "Zm9=",  "Z g=",   "Zg==\n",  "=",
                                           "====", "Zm9v!", "Zm\t8=", "Zg==Zg==" };
    unsigned char room[16];
    size_t length = 77;
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
        if (cmb_decode_base64(cmb_text_of(damaged[i]), room, sizeof room, &length)) {
            printf("\n    accepted: %s", damaged[i]);
            CU_ASSERT(false);
        }
    CU_ASSERT(!cmb_decode_base64(CMB_TEXT("Zm9v"), room, 2, &length));
    ASSERT_NUMBER(length, 77);
}

static void refuses_damaged_hex(void)
{
    unsigned char room[4];
    size_t length = 77;
    CU_ASSERT(!cmb_decode_hex(CMB_TEXT("abc"), room, sizeof room, &length));
    CU_ASSERT(!cmb_decode_hex(CMB_TEXT("0g"), room, sizeof room, &length));
    CU_ASSERT(!cmb_decode_hex(CMB_TEXT("0x00"), room, sizeof room, &length));
    CU_ASSERT(!cmb_decode_hex(CMB_TEXT("0011223344"), room, sizeof room, &length));
    ASSERT_NUMBER(length, 77);
    CU_ASSERT(cmb_decode_hex(CMB_TEXT("aAfF"), room, sizeof room, &length));
    CU_ASSERT(length == 2 && room[0] == 0xaa && room[1] == 0xff);
}

static const char *url(struct cmb_buffer *buffer, const char *text)
{
    cmb_buffer_reset(buffer);
    cmb_encode_url(buffer, cmb_text_of(text));
    return cmb_buffer_string(buffer);
}

static void encodes_for_urls(void)
{
    struct cmb_buffer buffer;
    cmb_buffer_init(&buffer, 1000);
    ASSERT_TEXT(url(&buffer, "AZaz09-._~"), "AZaz09-._~");
    ASSERT_TEXT(url(&buffer, "a/../b"), "a%2F..%2Fb");
    ASSERT_TEXT(url(&buffer, "a b+c&d=e"), "a%20b%2Bc%26d%3De");
    ASSERT_TEXT(url(&buffer, "x\r\nHost: y"), "x%0D%0AHost%3A%20y");
    ASSERT_TEXT(url(&buffer, "测"), "%E6%B5%8B");
    CU_ASSERT(!cmb_encode_url_needed(CMB_TEXT("BTC-USDT")));
    CU_ASSERT(cmb_encode_url_needed(CMB_TEXT("BTC/USDT")));
    CU_ASSERT(!cmb_encode_url_needed((struct cmb_text){ 0 }));
    cmb_buffer_clear(&buffer);
}

static void finds_what_needs_encoding_wherever_it_stands(void)
{
    char text[40];
    for (size_t length = 1; length <= sizeof text; length++)
        for (size_t place = 0; place < length; place++) {
            memset(text, 'x', sizeof text);
            text[length % sizeof text] = '/'; /* just behind the end */
            CU_ASSERT(!cmb_encode_url_needed((struct cmb_text){ text, length }) ||
                      length == sizeof text);
            text[place] = '+';
            CU_ASSERT(cmb_encode_url_needed((struct cmb_text){ text, length }));
        }
}

static void decodes_from_urls(void)
{
    struct cmb_buffer buffer;
    cmb_buffer_init(&buffer, 1000);
    CU_ASSERT(cmb_decode_url(&buffer, CMB_TEXT("a%2fb+c"), /* is_form= */ true));
    ASSERT_TEXT(cmb_buffer_string(&buffer), "a/b c");
    cmb_buffer_reset(&buffer);
    CU_ASSERT(cmb_decode_url(&buffer, CMB_TEXT("%41+"), /* is_form= */ false));
    ASSERT_TEXT(cmb_buffer_string(&buffer), "A+");
    CU_ASSERT(!cmb_decode_url(&buffer, CMB_TEXT("%"), false));
    CU_ASSERT(!cmb_decode_url(&buffer, CMB_TEXT("%4"), false));
    CU_ASSERT(!cmb_decode_url(&buffer, CMB_TEXT("%4x"), false));
    cmb_buffer_clear(&buffer);
}

TEST_SUITE("crypto/encode", { "writes the vectors of RFC 4648", writes_the_vectors },
           { "writes base64url without padding", writes_base64url },
           { "writes the same base64 at every width", writes_the_same_base64_at_every_width },
           { "writes the same hex by every way", writes_the_same_hex_by_every_way },
           { "reads back what it wrote, at every length", returns_every_length },
           { "writes the digits of every byte in both cases", writes_hex_digits_of_all_bytes },
           { "refuses damaged base64", refuses_damaged_base64 },
           { "refuses damaged hex", refuses_damaged_hex },
           { "encodes for URLs what RFC 3986 reserves", encodes_for_urls },
           { "finds what needs encoding wherever it stands",
             finds_what_needs_encoding_wherever_it_stands },
           { "decodes URLs and forms", decodes_from_urls })
