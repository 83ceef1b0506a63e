/* Does the kept key schedule sign as RFC 4231 and the exchanges' own examples say? */
#include "crypto/mac.h"

#include <stdlib.h>

#include "crypto/encode.h"
#include "support/test.h"

/* RFC 4231, cases 1 to 4, 6 and 7; keys and texts in hex. */
static const struct {
    const char *key, *text, *sha256, *sha384, *sha512;
} rfc_cases[] = {
    { .key = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
      .text = "4869205468657265",
      .sha256 = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      .sha384 = "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f"
                "4af152e8b2fa9cb6",
      .sha512 = "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702"
                "038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
    { .key = "4a656665",
      .text = "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      .sha256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      .sha384 = "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c7"
                "8b3239ecfab21649",
      .sha512 = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a"
                "6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
    { .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      .text = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
              "dddddddddddddddddddd",
      .sha256 = "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
      .sha384 = "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b9"
                "4e3ab6e101a34f27",
      .sha512 = "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c8"
                "06b485a47e67c807b946a337bee8942674278859e13292fb" },
    { .key = "0102030405060708090a0b0c0d0e0f10111213141516171819",
      .text = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
              "cdcdcdcdcdcdcdcdcdcd",
      .sha256 = "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
      .sha384 = "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679"
                "ccf8a386c674cffb",
      .sha512 = "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4"
                "d679275cc5788063a5f19741120c4f2de2adebeb10a298dd" },
    { .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaa",
      .text = "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d20"
              "48617368204b6579204669727374",
      .sha256 = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      .sha384 = "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe82"
                "96248df163f44952",
      .sha512 = "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598"
                "bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598" },
    { .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaa",
      .text = "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b"
              "2d73697a65206b657920616e642061206c6172676572207468616e20626c6f636b2d73697a652064"
              "6174612e20546865206b6579206e6565647320746f20626520686173686564206265666f72652062"
              "65696e6720757365642062792074686520484d414320616c676f726974686d2e",
      .sha256 = "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
      .sha384 = "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d"
                "3860e6110c46523e",
      .sha512 = "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b1"
                "0d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58" },
};

static struct cmb_vault vault;

static struct cmb_text bytes_of(const char *hex, unsigned char *room, size_t capacity)
{
    size_t length = 0;
    CU_ASSERT(cmb_decode_hex(cmb_text_of(hex), room, capacity, &length));
    return (struct cmb_text){ (char *)room, length };
}

/* The HMAC in hex; the text is given in three pieces cut at odd places. */
static const char *sign_hex(enum cmb_hash hash, struct cmb_text key, struct cmb_text text)
{
    static char hex[2 * CMB_DIGEST_MOST_BYTES + 1];
    unsigned char bytes[CMB_DIGEST_MOST_BYTES];
    struct cmb_mac *mac = cmb_mac_new(&vault, hash, key);
    CU_ASSERT_FATAL(mac != NULL);
    size_t first = text.length / 3;
    struct cmb_text pieces[] = { { text.at, first },
                                 { NULL, 0 },
                                 { text.at + first, text.length - first } };
    size_t size = cmb_mac_write(mac, pieces, 3, bytes);
    ASSERT_NUMBER(size, cmb_mac_size(mac));
    *cmb_encode_hex(bytes, size, hex) = 0;
    CU_ASSERT(cmb_mac_check(mac, &text, 1, (struct cmb_text){ (char *)bytes, size }));
    bytes[size - 1] ^= 1;
    CU_ASSERT(!cmb_mac_check(mac, &text, 1, (struct cmb_text){ (char *)bytes, size }));
    CU_ASSERT(!cmb_mac_check(mac, &text, 1, (struct cmb_text){ (char *)bytes, size - 1 }));
    cmb_mac_free(&vault, mac);
    return hex;
}

static void signs_as_rfc_4231(void)
{
    unsigned char key_room[256], text_room[256];
    for (size_t i = 0; i < sizeof rfc_cases / sizeof *rfc_cases; i++) {
        struct cmb_text key = bytes_of(rfc_cases[i].key, key_room, sizeof key_room);
        struct cmb_text text = bytes_of(rfc_cases[i].text, text_room, sizeof text_room);
        ASSERT_TEXT(sign_hex(CMB_HASH_SHA256, key, text), rfc_cases[i].sha256);
        ASSERT_TEXT(sign_hex(CMB_HASH_SHA384, key, text), rfc_cases[i].sha384);
        ASSERT_TEXT(sign_hex(CMB_HASH_SHA512, key, text), rfc_cases[i].sha512);
    }
}

/* github.com/binance/binance-spot-api-docs, rest-api.md, "SIGNED Endpoint Examples". */
static void signs_binances_documented_order(void)
{
    struct cmb_text secret =
        CMB_TEXT("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j");
    struct cmb_text query =
        CMB_TEXT("symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
                 "&recvWindow=5000&timestamp=1499827319559");
    ASSERT_TEXT(sign_hex(CMB_HASH_SHA256, secret, query),
                "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71");
}

/* docs.kraken.com, "Spot REST authentication": API-Sign of AddOrder. */
static void signs_krakens_documented_order(void)
{
    unsigned char key[64], inner[CMB_DIGEST_MOST_BYTES], sign[CMB_DIGEST_MOST_BYTES];
    char text[CMB_BASE64_SIZE(sizeof sign) + 1];
    size_t key_length = 0;
    struct cmb_text secret = CMB_TEXT("kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd"
                                      "3pd5nE9qa99HAZtuZuj6F1huXg==");
    CU_ASSERT(cmb_decode_base64(secret, key, sizeof key, &key_length));
    struct cmb_mac *mac =
        cmb_mac_new(&vault, CMB_HASH_SHA512, (struct cmb_text){ (char *)key, key_length });
    CU_ASSERT_FATAL(mac != NULL);
    struct cmb_text nonce_and_body[] = {
        CMB_TEXT("1616492376594"),
        CMB_TEXT(
            "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25")
    };
    size_t inner_size = cmb_digest(CMB_HASH_SHA256, nonce_and_body, 2, inner);
    struct cmb_text pieces[] = { CMB_TEXT("/0/private/AddOrder"), { (char *)inner, inner_size } };
    size_t size = cmb_mac_write(mac, pieces, 2, sign);
    *cmb_encode_base64(sign, size, text) = 0;
    ASSERT_TEXT(text, "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbR"
                      "n6H8ndwLUQ==");
    cmb_mac_free(&vault, mac);
}

static void takes_every_length_of_text(void)
{
    char text[300];
    memset(text, 'x', sizeof text);
    for (size_t length = 0; length <= sizeof text; length++) {
        char whole[2 * CMB_DIGEST_MOST_BYTES + 1];
        struct cmb_text one = { text, length };
        unsigned char bytes[CMB_DIGEST_MOST_BYTES];
        struct cmb_mac *mac = cmb_mac_new(&vault, CMB_HASH_SHA256, CMB_TEXT("key"));
        *cmb_encode_hex(bytes, cmb_mac_write(mac, &one, 1, bytes), whole) = 0;
        cmb_mac_free(&vault, mac);
        ASSERT_TEXT(sign_hex(CMB_HASH_SHA256, CMB_TEXT("key"), one), whole);
    }
}

static void refuses_what_is_no_hmac(void)
{
    CU_ASSERT(cmb_mac_new(&vault, CMB_HASH_MD5, CMB_TEXT("key")) == NULL);
    CU_ASSERT(cmb_mac_new(&vault, CMB_HASH_NONE, CMB_TEXT("key")) == NULL);
}

static void gives_all_back_to_the_vault(void)
{
    size_t before = cmb_vault_free_bytes(&vault);
    struct cmb_mac *macs[400];
    size_t count = 0;
    while (count < 400 && (macs[count] = cmb_mac_new(&vault, CMB_HASH_SHA512, CMB_TEXT("k"))))
        count++;
    CU_ASSERT(count > 50 && count < 400);
    while (count > 0)
        cmb_mac_free(&vault, macs[--count]);
    ASSERT_NUMBER(cmb_vault_free_bytes(&vault), before);
}

static void opens_a_vault(void)
{
    CU_ASSERT_FATAL(cmb_vault_open(&vault, CMB_VAULT_SIZE_BYTES, NULL) == CAMBIST_OK);
}

static void closes_the_vault(void)
{
    cmb_vault_close(&vault);
}

TEST_SUITE("crypto/mac", { "(opens a vault)", opens_a_vault },
           { "signs as RFC 4231 says, in pieces and whole", signs_as_rfc_4231 },
           { "signs Binance's documented order", signs_binances_documented_order },
           { "signs Kraken's documented order", signs_krakens_documented_order },
           { "takes texts of every length up to five blocks", takes_every_length_of_text },
           { "refuses a hash that HMAC is not offered for", refuses_what_is_no_hmac },
           { "gives all cells back to the vault", gives_all_back_to_the_vault },
           { "(closes the vault)", closes_the_vault })
