/* Do both sides of permessage-deflate agree on what was agreed, and is nothing inflated too far? */
#include "transport/deflate.h"

#include "support/allocations.h"
#include "support/test.h"

#include <stdlib.h>

static struct cmb_buffer packed, plain, text;

static void start(void)
{
    cmb_buffer_clear(&packed);
    cmb_buffer_clear(&plain);
    cmb_buffer_clear(&text);
    cmb_buffer_init(&packed, 1 << 24);
    cmb_buffer_init(&plain, (1 << 24) + 1);
    cmb_buffer_init(&text, 1 << 16);
}

/* --- offers and answers --- */

static void the_client_offers_what_it_wants(void)
{
    static const struct {
        struct cmb_deflate_terms wanted;
        const char *offer;
    } cases[] = {
        { { 0 }, "permessage-deflate; client_max_window_bits" },
        { { .client_forgets = true },
          "permessage-deflate; client_max_window_bits; client_no_context_takeover" },
        { { .server_forgets = true, .server_bits = 10 },
          "permessage-deflate; client_max_window_bits; server_no_context_takeover; "
          "server_max_window_bits=10" },
        { { .server_bits = 15 }, "permessage-deflate; client_max_window_bits" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        start();
        cmb_deflate_write_offer(&cases[i].wanted, &text);
        ASSERT_TEXT(cmb_buffer_string(&text), cases[i].offer);
    }
}

static void the_client_takes_only_right_answers(void)
{
    static const struct {
        const char *answer;
        bool is_right;
        struct cmb_deflate_terms wanted, terms;
    } cases[] = {
        { "permessage-deflate", true, { 0 }, { false, false, 15, 15 } },
        { "PerMessage-Deflate", true, { 0 }, { false, false, 15, 15 } },
        { " permessage-deflate ; server_no_context_takeover",
          true,
          { 0 },
          { false, true, 15, 15 } },
        { "permessage-deflate;client_no_context_takeover;server_max_window_bits=9",
          true,
          { 0 },
          { true, false, 15, 9 } },
        { "permessage-deflate; client_max_window_bits=\"12\"",
          true,
          { 0 },
          { false, false, 12, 15 } },
        { "permessage-deflate; client_max_window_bits = 8", true, { 0 }, { false, false, 8, 15 } },
        { "permessage-deflate; server_max_window_bits=10",
          true,
          { .server_bits = 10 },
          { false, false, 15, 10 } },
        { "permessage-deflate; server_no_context_takeover",
          true,
          { .server_forgets = true },
          { false, true, 15, 15 } },
        { "permessage-deflate", false, { .server_forgets = true }, { 0 } },
        { "permessage-deflate", false, { .server_bits = 10 }, { 0 } },
        { "permessage-deflate; server_max_window_bits=11", false, { .server_bits = 10 }, { 0 } },
        { "", false, { 0 }, { 0 } },
        { "x-webkit-deflate-frame", false, { 0 }, { 0 } },
        { "permessage-deflat", false, { 0 }, { 0 } },
        { "permessage-deflate, permessage-deflate", false, { 0 }, { 0 } },
        { "permessage-deflate, x", false, { 0 }, { 0 } },
        { "permessage-deflate;", false, { 0 }, { 0 } },
        { "permessage-deflate; ;", false, { 0 }, { 0 } },
        { "permessage-deflate; unknown", false, { 0 }, { 0 } },
        { "permessage-deflate; server_no_context_takeover=1", false, { 0 }, { 0 } },
        { "permessage-deflate; server_no_context_takeover=", false, { 0 }, { 0 } },
        { "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
          false,
          { 0 },
          { 0 } },
        { "permessage-deflate; client_max_window_bits", false, { 0 }, { 0 } },
        { "permessage-deflate; server_max_window_bits", false, { 0 }, { 0 } },
        { "permessage-deflate; server_max_window_bits=7", false, { 0 }, { 0 } },
        { "permessage-deflate; server_max_window_bits=16", false, { 0 }, { 0 } },
        { "permessage-deflate; server_max_window_bits=010", false, { 0 }, { 0 } },
        { "permessage-deflate; server_max_window_bits=1 0", false, { 0 }, { 0 } },
        { "permessage-deflate; server_max_window_bits=\"10", false, { 0 }, { 0 } },
        { "permessage-deflate; client_max_window_bits=9; client_max_window_bits=9",
          false,
          { 0 },
          { 0 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cmb_deflate_terms terms = { 0 };
        bool is_right =
            cmb_deflate_read_answer(cmb_text_of(cases[i].answer), &cases[i].wanted, &terms);
        if (is_right != cases[i].is_right || memcmp(&terms, &cases[i].terms, sizeof terms) != 0)
            printf("\n    \"%s\"", cases[i].answer);
        CU_ASSERT(is_right == cases[i].is_right);
        CU_ASSERT(memcmp(&terms, &cases[i].terms, sizeof terms) == 0);
    }
}

static void the_server_takes_the_first_offer_that_it_can_keep(void)
{
    static const struct {
        const char *offers, *answer; /* NULL: none */
        struct cmb_deflate_terms limits;
    } cases[] = {
        { "permessage-deflate", "permessage-deflate", { 0 } },
        { "permessage-deflate; client_max_window_bits", "permessage-deflate", { 0 } },
        { "permessage-deflate; client_max_window_bits",
          "permessage-deflate; client_max_window_bits=10",
          { .client_bits = 10 } },
        { "permessage-deflate; client_max_window_bits=9",
          "permessage-deflate; client_max_window_bits=9",
          { 0 } },
        { "permessage-deflate", "permessage-deflate", { .client_bits = 10 } },
        { "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
          "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
          { 0 } },
        { "permessage-deflate; server_max_window_bits=12",
          "permessage-deflate; server_max_window_bits=12",
          { 0 } },
        { "permessage-deflate; server_max_window_bits=12",
          "permessage-deflate; server_max_window_bits=10",
          { .server_bits = 10 } },
        { "x-other; a=\"1,2;3\", permessage-deflate", "permessage-deflate", { 0 } },
        { "permessage-deflate; server_max_window_bits=8, permessage-deflate",
          "permessage-deflate",
          { 0 } },
        { "permessage-deflate; what, permessage-deflate; server_max_window_bits=11",
          "permessage-deflate; server_max_window_bits=11",
          { 0 } },
        { "permessage-deflate; server_max_window_bits=8", NULL, { 0 } },
        { "permessage-deflate; server_max_window_bits=99", NULL, { 0 } },
        { "permessage-deflate; what", NULL, { 0 } },
        { "x-other", NULL, { 0 } },
        { "", NULL, { 0 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cmb_deflate_terms terms;
        start();
        bool is_taken =
            cmb_deflate_choose(cmb_text_of(cases[i].offers), &cases[i].limits, &terms, &text);
        ASSERT_TEXT(is_taken ? cmb_buffer_string(&text) : "",
                    cases[i].answer ? cases[i].answer : "");
    }
}

/* --- messages --- */

static void fill(char *to, size_t length, unsigned seed)
{
    static const char words[] = "{\"bids\":[[\"65000.10\",\"0.5\"],[\"64999.90\",\"1.25\"]]}";
    for (size_t i = 0; i < length; i++) {
        seed = seed * 1103515245 + 12345;
        to[i] = seed >> 28 == 0 ? (char)(seed >> 16) : words[i % (sizeof words - 1)];
    }
}

static void inflates_what_it_deflates(void)
{
    static const size_t sizes[] = { 5, 0, 0, 1, 5, 250, 16383, 16384, 16385, 70000, 5, 0, 1000000 };
    char *message = malloc(1000000);
    for (uint8_t bits = 9; bits <= 15; bits++)
        for (int forgets = 0; forgets < 2; forgets++) {
            struct cmb_deflater deflater;
            struct cmb_inflater inflater = { 0 };
            start();
            ASSERT_NUMBER(cmb_deflater_open(&deflater, bits, forgets), CAMBIST_OK);
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                struct cmb_text one = { message, sizes[i] };
                fill(message, sizes[i], (unsigned)i);
                ASSERT_NUMBER(cmb_deflate_message(&deflater, one, &packed), CAMBIST_OK);
                ASSERT_NUMBER(
                    cmb_inflate_message(&inflater, forgets, cmb_buffer_text(&packed), &plain),
                    CAMBIST_OK);
                CU_ASSERT(cmb_text_is(cmb_buffer_text(&plain), one));
            }
            cmb_deflater_close(&deflater);
            cmb_inflater_clear(&inflater);
        }
    free(message);
    struct cmb_deflater none = { 0 };
    ASSERT_NUMBER(cmb_deflater_open(&none, 8, false), CAMBIST_BAD_ARGUMENT);
    cmb_deflater_close(&none);
}

/* The examples of RFC 7692, 7.2.3. */
static void inflates_the_examples_of_the_standard(void)
{
    static const struct {
        struct cmb_text packed;
        const char *plain;
    } cases[] = {
        { { "\xf2\x48\xcd\xc9\xc9\x07\x00", 7 }, "Hello" },
        { { "\xf2\x00\x11\x00\x00", 5 }, "Hello" }, /* from the window */
        { { "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11 }, "Hello" },
        { { "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8 }, "Hello" }, /* a final block */
        { { "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13 }, "Hello" },
        { { "\x00", 1 }, "" },
    };
    struct cmb_inflater inflater = { 0 };
    start();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ASSERT_NUMBER(cmb_inflate_message(&inflater, false, cases[i].packed, &plain), CAMBIST_OK);
        ASSERT_TEXT(cmb_buffer_string(&plain), cases[i].plain);
    }
    cmb_inflater_clear(&inflater);
}

static void refuses_damaged_messages(void)
{
    static const struct cmb_text cases[] = {
        { "\xf2\x48\xcd\xc9\xc9", 5 }, /* ends within a block */
        { "", 0 },                     /* an empty message is one byte */
        { "\xf2\x48\xcd", 3 },
        { "\xf2\x00\x11\x00\x00", 5 }, /* from a window that is empty */
        { "\xff\xff\xff\xff", 4 },
        { "\x06", 1 },
        { "\x00\x05\x00\xfa\xff\x48\x65", 7 },
        { "\x00\x05\x00\xfb\xff\x48\x65\x6c\x6c\x6f", 10 },
        { "\xf3\x48\xcd\xc9\xc9\x07\x00", 7 }, /* a final block without what follows it */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cmb_inflater inflater = { 0 };
        start();
        ASSERT_NUMBER(cmb_inflate_message(&inflater, false, cases[i], &plain), CAMBIST_GARBLED);
        CU_ASSERT(inflater.reason != NULL);
        cmb_inflater_clear(&inflater);
    }
}

/* --- what exchanges pack themselves --- */

static void pack(const char *from, size_t length, int bits)
{
    z_stream stream = { 0 };
    char *to = cmb_buffer_reserve(&packed, length + length / 100 + 256);
    deflateInit2(&stream, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = (Bytef *)(uintptr_t)from;
    stream.avail_in = (uInt)length;
    stream.next_out = (Bytef *)to;
    stream.avail_out = (uInt)(length + length / 100 + 256);
    CU_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.length += stream.total_out;
    deflateEnd(&stream);
}

static void inflates_whole_pieces(void)
{
    static const struct {
        int bits;
        enum cmb_packing packing;
    } kinds[] = { { 31, CMB_PACKING_GZIP },
                  { -15, CMB_PACKING_BARE },
                  { 15, CMB_PACKING_DEFLATE },
                  { -15, CMB_PACKING_DEFLATE } };
    struct cmb_inflater inflater = { 0 };
    char message[50000];
    fill(message, sizeof message, 7);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (size_t size = 0; size <= sizeof message; size = size * 7 + 1) {
            struct cmb_text whole = { message, size };
            start();
            pack(message, size, kinds[i].bits);
            ASSERT_NUMBER(
                cmb_inflate(&inflater, kinds[i].packing, cmb_buffer_text(&packed), &plain),
                CAMBIST_OK);
            CU_ASSERT(cmb_text_is(cmb_buffer_text(&plain), whole));
            struct cmb_text cut = { packed.at, packed.length - 1 };
            ASSERT_NUMBER(cmb_inflate(&inflater, kinds[i].packing, cut, &plain), CAMBIST_GARBLED);
            cmb_buffer_add_char(&packed, 1);
            ASSERT_NUMBER(
                cmb_inflate(&inflater, kinds[i].packing, cmb_buffer_text(&packed), &plain),
                CAMBIST_GARBLED);
        }
    ASSERT_NUMBER(cmb_inflate(&inflater, CMB_PACKING_GZIP, CMB_TEXT(""), &plain), CAMBIST_GARBLED);
    ASSERT_NUMBER(cmb_inflate(&inflater, CMB_PACKING_GZIP, CMB_TEXT("{}"), &plain),
                  CAMBIST_GARBLED);
    cmb_inflater_clear(&inflater);
}

static void joins_members_of_gzip(void)
{
    struct cmb_inflater inflater = { 0 };
    start();
    pack("Hel", 3, 31);
    pack("lo", 2, 31);
    ASSERT_NUMBER(cmb_inflate(&inflater, CMB_PACKING_GZIP, cmb_buffer_text(&packed), &plain),
                  CAMBIST_OK);
    ASSERT_TEXT(cmb_buffer_string(&plain), "Hello");
    cmb_inflater_clear(&inflater);
}

static void stops_bombs(void)
{
    size_t size = 8 << 20;
    char *zeros = calloc(1, size);
    struct cmb_inflater inflater = { 0 };
    struct cmb_deflater deflater;
    start();
    pack(zeros, size, 31);
    ASSERT_NUMBER(cmb_inflate(&inflater, CMB_PACKING_GZIP, cmb_buffer_text(&packed), &plain),
                  CAMBIST_TOO_LARGE);
    CU_ASSERT(plain.length < 2u << 20); /* by the ratio, long before the ceiling */
    ASSERT_NUMBER(cmb_deflater_open(&deflater, 15, false), CAMBIST_OK);
    ASSERT_NUMBER(cmb_deflate_message(&deflater, (struct cmb_text){ zeros, size }, &packed),
                  CAMBIST_OK);
    ASSERT_NUMBER(cmb_inflate_message(&inflater, true, cmb_buffer_text(&packed), &plain),
                  CAMBIST_TOO_LARGE);
    CU_ASSERT(plain.length < 2u << 20);
    cmb_deflater_close(&deflater);
    cmb_inflater_clear(&inflater);
    free(zeros);
}

static void tells_too_long_from_just_fits(void)
{
    struct cmb_inflater inflater = { 0 };
    char message[5000];
    start();
    fill(message, sizeof message, 1);
    pack(message, sizeof message, -15);
    plain.ceiling = sizeof message + 1;
    ASSERT_NUMBER(cmb_inflate(&inflater, CMB_PACKING_BARE, cmb_buffer_text(&packed), &plain),
                  CAMBIST_OK);
    plain.ceiling = sizeof message;
    ASSERT_NUMBER(cmb_inflate(&inflater, CMB_PACKING_BARE, cmb_buffer_text(&packed), &plain),
                  CAMBIST_TOO_LARGE);
    cmb_inflater_clear(&inflater);
}

#ifndef TEST_CANNOT_COUNT
static void allocates_nothing_after_warm_up(void)
{
    struct cmb_inflater inflater = { 0 }, decoder = { 0 };
    struct cmb_deflater deflater;
    char message[5000];
    long before = 0;
    start();
    cmb_deflater_open(&deflater, 15, false);
    fill(message, sizeof message, 3);
    for (int round = 0; round < 100; round++) {
        if (round == 2)
            before = atomic_load(&test_allocations_ours) + atomic_load(&test_allocations_others);
        CU_ASSERT(cmb_deflate_message(&deflater, (struct cmb_text){ message, sizeof message },
                                      &packed) == CAMBIST_OK);
        CU_ASSERT(cmb_inflate_message(&inflater, false, cmb_buffer_text(&packed), &plain) ==
                  CAMBIST_OK);
        static const struct cmb_text hello = { "\xf3\x48\xcd\xc9\xc9\x07\x00", 7 };
        CU_ASSERT(cmb_inflate(&decoder, CMB_PACKING_BARE, hello, &plain) == CAMBIST_OK);
    }
    CU_ASSERT(before > 0);
    ASSERT_NUMBER(atomic_load(&test_allocations_ours) + atomic_load(&test_allocations_others),
                  before);
    cmb_deflater_close(&deflater);
    cmb_inflater_clear(&inflater);
    cmb_inflater_clear(&decoder);
}
#else
static void allocates_nothing_after_warm_up(void)
{
    printf("not counted under a sanitizer ... ");
}
#endif

TEST_SUITE("transport/deflate",
           { "the client offers what it wants", the_client_offers_what_it_wants },
           { "the client takes only right answers", the_client_takes_only_right_answers },
           { "the server takes the first offer that it can keep",
             the_server_takes_the_first_offer_that_it_can_keep },
           { "inflates what it deflates", inflates_what_it_deflates },
           { "inflates the examples of the standard", inflates_the_examples_of_the_standard },
           { "refuses damaged messages", refuses_damaged_messages },
           { "inflates whole pieces", inflates_whole_pieces },
           { "joins members of gzip", joins_members_of_gzip }, { "stops bombs", stops_bombs },
           { "tells too long from just fits", tells_too_long_from_just_fits },
           { "allocates nothing after warm-up", allocates_nothing_after_warm_up })
