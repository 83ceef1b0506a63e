/* How fast does a depth update become levels of int64, beside other JSON libraries?
 *
 * Every decoder reads the wrapped futures update ({"stream":..,"data":{..}}) into the same struct;
 * that they agree is checked before anything is timed.  Frames: one of 36 levels written here in
 * the documented form, and the recorded ones where they are found (CAMBIST_SHARED). */
#include <json-c/json.h>

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "bench/hand_reader.h"
#include "base/processor.h"
#include "bench/interleaved.h"
#include "json/level.h"
#include "json/number.h"

#define FRAMES_MOST  2000
#define FRAME_PADDED 64 /* what simdjson may read behind a frame; the others need nothing */

typedef bool (*decode_fn)(const struct cmb_text *frame, struct depth *depth);

static struct cmb_text frames[FRAMES_MOST];
static size_t frame_count;
static struct depth decoded;

/* -- own reader: everything that is read or skipped is validated -- */

static void read_side(struct cmb_json_reader *reader, struct depth_side *side)
{
    static struct cmb_scaled_digits digits[DECODED_LEVELS_MOST];
    cmb_json_read_levels(reader, DEPTH_SCALE, DEPTH_SCALE, side->levels, digits, DECODED_LEVELS_MOST,
                         &side->count);
}

static void read_update(struct cmb_json_reader *reader, struct depth *depth)
{
    struct cmb_json_value key;
    cmb_json_enter_object(reader);
    while (cmb_json_next_member(reader, &key)) {
        if (cmb_json_is(&key, CMB_TEXT("b")))
            read_side(reader, &depth->bids);
        else if (cmb_json_is(&key, CMB_TEXT("a")))
            read_side(reader, &depth->asks);
        else if (cmb_json_is(&key, CMB_TEXT("E")))
            cmb_json_read_integer(reader, &depth->event_ms);
        else if (cmb_json_is(&key, CMB_TEXT("U")))
            cmb_json_read_integer(reader, &depth->first_id);
        else if (cmb_json_is(&key, CMB_TEXT("u")))
            cmb_json_read_integer(reader, &depth->last_id);
        else if (cmb_json_is(&key, CMB_TEXT("pu")))
            cmb_json_read_integer(reader, &depth->previous_id);
        else
            cmb_json_skip(reader);
    }
}

static bool decode_own(const struct cmb_text *frame, struct depth *depth)
{
    struct cmb_json_reader reader;
    struct cmb_json_value key;
    cmb_json_init(&reader, *frame, 0);
    cmb_json_enter_object(&reader);
    while (cmb_json_next_member(&reader, &key)) {
        if (cmb_json_is(&key, CMB_TEXT("data")))
            read_update(&reader, depth);
        else
            cmb_json_skip(&reader);
    }
    return cmb_json_finish(&reader);
}

static bool decode_check_only(const struct cmb_text *frame, struct depth *depth)
{
    (void)depth;
    return cmb_json_check(*frame);
}

/* -- the floor: the numbers alone, as if their places were known -- */

static size_t places[FRAMES_MOST][2 * DECODED_LEVELS_MOST + 1]; /* ends with 0 */

static void find_places(size_t index)
{
    struct cmb_text frame = frames[index];
    size_t count = 0;
    for (size_t i = 1; i + 1 < frame.length && count < 2 * DECODED_LEVELS_MOST; i++)
        if (frame.at[i] == '"' && (frame.at[i - 1] == '[' || frame.at[i - 1] == ',') &&
            frame.at[i + 1] >= '0' && frame.at[i + 1] <= '9')
            places[index][count++] = i + 1;
}

static bool convert_numbers(const struct cmb_text *frame, struct depth *depth)
{
    int64_t *to = &depth->bids.levels[0].price;
    for (const size_t *place = places[frame - frames]; *place; place++)
        cmb_scaled_read_fast(frame->at + *place, DEPTH_SCALE, to++);
    return true;
}

/* -- hand-written for this one form: no check but the brackets -- */

static bool decode_by_hand(const struct cmb_text *frame, struct depth *depth)
{
    hand_read_update(frame->at, true, depth);
    return true;
}

/* -- json-c, its tokener reused -- */

static int64_t scaled_of(struct json_object *object)
{
    struct cmb_text text = { json_object_get_string(object),
                             (size_t)json_object_get_string_len(object) };
    int64_t value = 0;
    cmb_scaled_parse(text, DEPTH_SCALE, &value);
    return value;
}

static void take_side(struct json_object *array, struct depth_side *side)
{
    side->count = json_object_array_length(array);
    for (size_t i = 0; i < side->count && i < DECODED_LEVELS_MOST; i++) {
        struct json_object *pair = json_object_array_get_idx(array, i);
        side->levels[i].price = scaled_of(json_object_array_get_idx(pair, 0));
        side->levels[i].amount = scaled_of(json_object_array_get_idx(pair, 1));
    }
}

static bool decode_json_c(const struct cmb_text *frame, struct depth *depth)
{
    static struct json_tokener *tokener;
    if (!tokener)
        tokener = json_tokener_new();
    json_tokener_reset(tokener);
    struct json_object *whole = json_tokener_parse_ex(tokener, frame->at, (int)frame->length);
    struct json_object *data = json_object_object_get(whole, "data");
    depth->event_ms = json_object_get_int64(json_object_object_get(data, "E"));
    depth->first_id = json_object_get_int64(json_object_object_get(data, "U"));
    depth->last_id = json_object_get_int64(json_object_object_get(data, "u"));
    depth->previous_id = json_object_get_int64(json_object_object_get(data, "pu"));
    take_side(json_object_object_get(data, "b"), &depth->bids);
    take_side(json_object_object_get(data, "a"), &depth->asks);
    json_object_put(whole);
    return data != NULL;
}

#ifdef HAS_SIMDJSON
static bool decode_simdjson(const struct cmb_text *frame, struct depth *depth)
{
    return decode_with_simdjson(frame->at, frame->length, FRAME_PADDED, depth);
}
#endif

/* -- running -- */

static void run(decode_fn decode, size_t turns)
{
    for (size_t i = 0; i < turns; i++) {
        bool is_decoded = decode(&frames[i % frame_count], &decoded);
        INTERLEAVED_KEEP(is_decoded);
    }
}

#define RUN(decode)                                                                                \
    static void run_##decode(size_t turns)                                                         \
    {                                                                                              \
        run(decode, turns);                                                                        \
    }

RUN(convert_numbers)
RUN(decode_by_hand)
RUN(decode_own)
RUN(decode_check_only)
RUN(decode_json_c)

/* The same by each way that the processor has, else by the widest that it has. */
static void run_forced(enum cmb_width width, size_t turns)
{
    cmb_width_force(cmb_width_is_there(width) ? width : 0);
    run(decode_own, turns);
    cmb_width_force(0);
}

static void run_plain(size_t turns)
{
    run_forced(CMB_WIDTH_PLAIN, turns);
}

static void run_sse2(size_t turns)
{
    run_forced(CMB_WIDTH_SSE2, turns);
}

static void run_avx512(size_t turns)
{
    run_forced(CMB_WIDTH_AVX512, turns);
}

#ifdef HAS_SIMDJSON
RUN(decode_simdjson)
#endif

static bool is_same_side(const struct depth_side *a, const struct depth_side *b)
{
    return a->count == b->count &&
           memcmp(a->levels, b->levels, a->count * sizeof a->levels[0]) == 0;
}

static void check_same(const char *name, decode_fn decode, const struct cmb_text *frame)
{
    static struct depth expected, other;
    bool is_good = decode_own(frame, &expected) && decode(frame, &other);
    if (is_good && expected.event_ms == other.event_ms && expected.first_id == other.first_id &&
        expected.last_id == other.last_id && expected.previous_id == other.previous_id &&
        is_same_side(&expected.bids, &other.bids) && is_same_side(&expected.asks, &other.asks))
        return;
    fprintf(stderr, "%s decodes differently: %.200s\n", name, frame->at);
    exit(1);
}

static void measure(const char *title, size_t turns)
{
    const struct interleaved_case cases[] = {
        { "numbers alone, their places known", run_convert_numbers, turns },
        { "hand-written for this form, no checks", run_decode_by_hand, turns },
        { "own reader", run_decode_own, turns },
        { "own reader, levels in plain C", run_plain, turns },
        { "own reader, levels by SSE2", run_sse2, turns },
        { "own reader, levels by AVX-512", run_avx512, turns },
        { "own reader, validation only", run_decode_check_only, turns },
#ifdef HAS_SIMDJSON
        { "simdjson on demand", run_decode_simdjson, turns },
#endif
        { "json-c", run_decode_json_c, turns },
    };
    for (size_t i = 0; i < frame_count; i++) {
        find_places(i);
        check_same("by hand", decode_by_hand, &frames[i]);
        check_same("json-c", decode_json_c, &frames[i]);
#ifdef HAS_SIMDJSON
        check_same("simdjson", decode_simdjson, &frames[i]);
#endif
    }
    interleaved_run(title, cases, sizeof cases / sizeof *cases);
}

/* Copies a frame with padding behind it, for the peer that reads beyond the end. */
static void add_frame(struct cmb_text text)
{
    char *copy = calloc(1, text.length + FRAME_PADDED);
    if (!copy || frame_count == FRAMES_MOST)
        exit(1);
    memcpy(copy, text.at, text.length);
    frames[frame_count++] = (struct cmb_text){ copy, text.length };
}

/* 18 bids and 18 asks around 43,250 with amounts of one to three digits before the point. */
static void add_written_frame(void)
{
    struct cmb_buffer buffer;
    cmb_buffer_init(&buffer, 4096);
    cmb_buffer_add(&buffer, CMB_TEXT("{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":"
                                     "\"depthUpdate\",\"E\":1700000000123,\"T\":1700000000117,"
                                     "\"s\":\"BTCUSDT\",\"U\":3412345678901,\"u\":3412345682345,"
                                     "\"pu\":3412345678877,\"b\":["));
    for (unsigned i = 0; i < 18; i++)
        cmb_buffer_addf(&buffer, "%s[\"%u.%u0\",\"%u.%03u\"]", i ? "," : "", 43250 - i * 3,
                        (i * 7) % 10, (i * i * 5) % 140, (i * 137) % 1000);
    cmb_buffer_add(&buffer, CMB_TEXT("],\"a\":["));
    for (unsigned i = 0; i < 18; i++)
        cmb_buffer_addf(&buffer, "%s[\"%u.%u0\",\"%u.%03u\"]", i ? "," : "", 43251 + i * 2,
                        (i * 3) % 10, (i * i * 3) % 90, (i * 211) % 1000);
    cmb_buffer_add(&buffer, CMB_TEXT("]}}"));
    add_frame(cmb_buffer_text(&buffer));
    cmb_buffer_clear(&buffer);
}

/* Each line holds one frame as a JSON string in "data". */
static void add_recorded_line(struct cmb_text line)
{
    static char frame[1 << 20];
    struct cmb_json_reader reader;
    struct cmb_json_value key, data = { 0 };
    size_t length;
    cmb_json_init(&reader, line, 0);
    cmb_json_enter_object(&reader);
    while (cmb_json_next_member(&reader, &key))
        cmb_json_read_value(&reader, cmb_json_is(&key, CMB_TEXT("data")) ? &data : &key);
    if (cmb_json_finish(&reader) && data.kind == CMB_JSON_STRING &&
        cmb_json_unescape(data.raw, frame, sizeof frame, &length) &&
        cmb_text_begins((struct cmb_text){ frame, length }, CMB_TEXT("{\"stream\":")) &&
        cmb_text_contains((struct cmb_text){ frame, length }, CMB_TEXT("depthUpdate")))
        add_frame((struct cmb_text){ frame, length });
}

static bool add_recorded_frames(void)
{
    const char *shared = getenv("CAMBIST_SHARED");
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/recordings/ws/binanceusdm/cryptofeed.BINANCE_FUTURES.jsonl",
             shared ? shared : CAMBIST_SHARED_DEFAULT);
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while (file && frame_count < FRAMES_MOST && (length = getline(&line, &size, file)) > 0)
        add_recorded_line((struct cmb_text){ line, (size_t)length });
    free(line);
    if (file)
        fclose(file);
    return frame_count > 0;
}

static void drop_frames(void)
{
    while (frame_count)
        free((void *)(uintptr_t)frames[--frame_count].at);
    memset(places, 0, sizeof places);
}

#define WRITTEN  "a futures update of 36 levels"
#define RECORDED "recorded futures updates, one"
#define HAND     "hand-written for this form, no checks"

static const struct bench_goal goals[] = {
    { "decode an update of 36 levels", WRITTEN, "ns", "own reader", HAND, .at_most = 1.3 },
    { "decode an update of 36 levels, beside json-c", WRITTEN, "ns", "own reader", "json-c",
      .at_least = 15 },
    { "decode an update of 36 levels, beside simdjson", WRITTEN, "ns", "own reader",
      "simdjson on demand", .at_least = 1.5 },
    { "decode a recorded update", RECORDED, "ns", "own reader", HAND, .at_most = 1.3 },
    { "decode a recorded update, beside json-c", RECORDED, "ns", "own reader", "json-c",
      .at_least = 15 },
    { "decode a recorded update, beside simdjson", RECORDED, "ns", "own reader",
      "simdjson on demand", .at_least = 1.5 },
};

int main(int count, char **words)
{
    bench_begin(count, words);
#ifndef HAS_SIMDJSON
    bench_miss("simdjson on demand", "built without libsimdjson-dev or g++");
#endif
    add_written_frame();
    measure(WRITTEN, 500);
    drop_frames();
    if (add_recorded_frames()) {
        measure(RECORDED, frame_count);
        drop_frames();
    } else {
        bench_miss("own reader", "there are no recordings here");
    }
    return bench_end(goals, sizeof goals / sizeof *goals);
}
