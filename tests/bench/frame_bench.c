/* What does reading a flood of WebSocket frames cost, above walking from length to length?
 *
 * A megabyte of frames with 250 bytes of JSON each is copied in pieces of 16 KiB, as TLS would hand
 * them over, and read there.  The floor copies too, and looks at nothing but the lengths.  Times
 * are per frame. */
#include "bench/interleaved.h"
#include "transport/frame.h"

enum { PAYLOAD = 250, FRAMES = 4000, PIECE = 16 * 1024 };

static const unsigned char mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
static struct cmb_buffer texts, binaries, masked;
static char piece[PIECE];

static void fill(struct cmb_buffer *to, enum cmb_frame_kind kind, const unsigned char *key)
{
    static const char update[] =
        "{\"e\":\"depthUpdate\",\"E\":1700000000123,\"s\":\"BTCUSDT\",\"U\":157,\"u\":160,"
        "\"b\":[[\"65000.10\",\"0.50000000\"],[\"64999.90\",\"1.25000000\"]],"
        "\"a\":[[\"65000.20\",\"0.10000000\"],[\"65000.30\",\"3.00000000\"]]}"
        "                                                                           ";
    struct cmb_frame_shape shape = { .kind = kind, .mask = key };
    _Static_assert(sizeof update > PAYLOAD, "the update is shorter than its frame");
    cmb_buffer_init(to, 4 << 20);
    for (int i = 0; i < FRAMES; i++)
        cmb_frame_write(&shape, (struct cmb_text){ update, PAYLOAD }, to);
}

/* Walks over one piece; what is left of a frame at its end counts with the next piece. */
static size_t walk(const char *at, size_t length, size_t *skip)
{
    size_t frames = 0, i = *skip;
    while (i + 4 <= length) {
        size_t size = (size_t)(unsigned char)at[i + 2] << 8 | (unsigned char)at[i + 3];
        INTERLEAVED_KEEP(at + i + 4);
        i += 4 + size;
        frames++;
    }
    *skip = i > length ? i - length : 0;
    return frames;
}

static void run_floor(size_t turns)
{
    for (size_t turn = 0; turn < turns; turn += FRAMES) {
        size_t skip = 0, frames = 0;
        for (size_t at = 0; at < texts.length; at += PIECE) {
            size_t size = texts.length - at < PIECE ? texts.length - at : PIECE;
            memcpy(piece, texts.at + at, size);
            frames += walk(piece, size, &skip);
        }
        INTERLEAVED_KEEP(frames);
    }
}

static void read_all(const struct cmb_buffer *from, enum cmb_frame_role role, size_t turns)
{
    struct cmb_frame_reader reader;
    struct cmb_frame_rules rules = { .role = role };
    cmb_frame_reader_init(&reader, &rules);
    for (size_t turn = 0; turn < turns; turn += FRAMES) {
        size_t frames = 0;
        for (size_t at = 0; at < from->length; at += PIECE) {
            size_t left = from->length - at < PIECE ? from->length - at : PIECE, used;
            char *bytes = piece;
            struct cmb_frame frame;
            memcpy(piece, from->at + at, left);
            while (cmb_frame_read(&reader, bytes, left, &used, &frame) == CAMBIST_OK) {
                INTERLEAVED_KEEP(frame.payload.at);
                frames++;
                bytes += used;
                left -= used;
            }
        }
        if (frames != FRAMES)
            abort();
    }
    cmb_frame_reader_clear(&reader);
}

static void run_binaries(size_t turns)
{
    read_all(&binaries, CMB_FRAME_CLIENT, turns);
}

static void run_texts(size_t turns)
{
    read_all(&texts, CMB_FRAME_CLIENT, turns);
}

static void run_masked(size_t turns)
{
    read_all(&masked, CMB_FRAME_SERVER, turns);
}

static void run_writing(size_t turns)
{
    struct cmb_frame_shape shape = { .kind = CMB_FRAME_TEXT, .mask = mask };
    static struct cmb_buffer to;
    if (!to.ceiling)
        cmb_buffer_init(&to, 4096);
    for (size_t turn = 0; turn < turns; turn++) {
        cmb_buffer_reset(&to);
        cmb_frame_write(&shape, (struct cmb_text){ texts.at + 4, PAYLOAD }, &to);
        INTERLEAVED_KEEP(to.at);
    }
}

int main(int count, char **words)
{
    bench_begin(count, words);
    static const struct interleaved_case cases[] = {
        { "copied, and walked from length to length", run_floor, FRAMES * 5 },
        { "copied, and read as binary messages", run_binaries, FRAMES * 5 },
        { "copied, and read as texts (UTF-8 checked)", run_texts, FRAMES * 5 },
        { "copied, and read by a server as masked texts", run_masked, FRAMES * 5 },
        { "written as a masked text", run_writing, FRAMES * 5 },
    };
    fill(&texts, CMB_FRAME_TEXT, NULL);
    fill(&binaries, CMB_FRAME_BINARY, NULL);
    fill(&masked, CMB_FRAME_TEXT, mask);
    interleaved_run("a frame of 250 bytes", cases, sizeof cases / sizeof *cases);
    cmb_buffer_clear(&texts);
    cmb_buffer_clear(&binaries);
    cmb_buffer_clear(&masked);
    return bench_end(NULL, 0);
}
