/* Is what is compressed whole, undamaged and within bounds? */
#include "transport/inflate.h"

enum { STEP_BYTES = 16 * 1024, RATIO_STEP_BYTES = 1024, AT_A_BLOCK = 128 };

static int fail(struct cmb_inflater *inflater, int status, const char *reason)
{
    inflater->reason = reason;
    return status;
}

void cmb_inflater_clear(struct cmb_inflater *inflater)
{
    if (inflater->has_stream)
        inflateEnd(&inflater->stream);
    *inflater = (struct cmb_inflater){ 0 };
}

void cmb_inflater_start(struct cmb_inflater *inflater, enum cmb_packing packing)
{
    inflater->packing = packing;
    inflater->received_bytes = 0;
    inflater->is_whole = false;
    inflater->reason = NULL;
}

static int check_size(struct cmb_inflater *inflater, const struct cmb_buffer *to)
{
    if (!cmb_buffer_is_whole(to))
        return fail(inflater, CAMBIST_NO_MEMORY, "no memory for what is inflated");
    if (to->length >= to->ceiling)
        return fail(inflater, CAMBIST_TOO_LARGE, "what is inflated is too long");
    return CAMBIST_OK;
}

static int check_ratio(struct cmb_inflater *inflater, const struct cmb_buffer *to)
{
    if (to->length > CMB_INFLATE_RATIO_FREE_BYTES &&
        to->length / CMB_INFLATE_RATIO_MOST > inflater->received_bytes)
        return fail(inflater, CAMBIST_TOO_LARGE, "it inflates beyond all measure");
    return CAMBIST_OK;
}

/* "deflate" means zlib's wrapping, but some servers send it bare: a wrapped one begins with 8 in
 * its low half byte, a bare one practically never does. */
static int window_bits(enum cmb_packing packing, unsigned char first)
{
    if (packing == CMB_PACKING_GZIP)
        return 15 + 16;
    return packing == CMB_PACKING_DEFLATE && (first & 0x0f) == 8 ? 15 : -15;
}

static int start_stream(struct cmb_inflater *inflater, unsigned char first)
{
    int bits = window_bits(inflater->packing, first);
    int result = inflater->has_stream ? inflateReset2(&inflater->stream, bits)
                                      : inflateInit2(&inflater->stream, bits);
    if (result != Z_OK)
        return fail(inflater, CAMBIST_NO_MEMORY, "no memory to inflate");
    inflater->has_stream = true;
    inflater->is_whole = false;
    return CAMBIST_OK;
}

static int inflate_step(struct cmb_inflater *inflater, struct cmb_buffer *to)
{
    size_t room = to->ceiling - to->length;
    if (room > STEP_BYTES)
        room = STEP_BYTES;
    char *at = cmb_buffer_reserve(to, room);
    if (!at)
        return check_size(inflater, to);
    inflater->stream.next_out = (Bytef *)at;
    inflater->stream.avail_out = (uInt)room;
    int result = inflate(&inflater->stream, Z_NO_FLUSH);
    to->length += room - inflater->stream.avail_out;
    inflater->is_whole = result == Z_STREAM_END;
    if (result == Z_MEM_ERROR)
        return fail(inflater, CAMBIST_NO_MEMORY, "no memory to inflate");
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        return fail(inflater, CAMBIST_GARBLED, "what is compressed is damaged");
    return check_size(inflater, to);
}

/* Behind the end of one stream: several members of gzip, or final blocks between messages, are one
 * piece. */
static int start_next(struct cmb_inflater *inflater)
{
    if (inflater->packing != CMB_PACKING_GZIP && inflater->packing != CMB_PACKING_MESSAGES)
        return fail(inflater, CAMBIST_GARBLED, "something follows what is compressed");
    return start_stream(inflater, *inflater->stream.next_in);
}

static int add_part(struct cmb_inflater *inflater, const char *at, size_t length,
                    struct cmb_buffer *to)
{
    z_stream *stream = &inflater->stream;
    int status = CAMBIST_OK;
    bool is_first = inflater->received_bytes == 0 && inflater->packing != CMB_PACKING_MESSAGES;
    if (is_first && (status = start_stream(inflater, (unsigned char)*at)) != CAMBIST_OK)
        return status;
    inflater->received_bytes += length;
    stream->next_in = (Bytef *)(uintptr_t)at;
    stream->avail_in = (uInt)length;
    do {
        if (inflater->is_whole && stream->avail_in)
            status = start_next(inflater);
        if (status == CAMBIST_OK)
            status = inflate_step(inflater, to);
    } while (status == CAMBIST_OK &&
             (stream->avail_in || (stream->avail_out == 0 && !inflater->is_whole)));
    return status;
}

/* In steps that end at fixed places, so that the ceilings see the same however the bytes arrive. */
int cmb_inflater_add(struct cmb_inflater *inflater, struct cmb_text packed, struct cmb_buffer *to)
{
    int status = CAMBIST_OK;
    while (packed.length && status == CAMBIST_OK) {
        size_t step = RATIO_STEP_BYTES - inflater->received_bytes % RATIO_STEP_BYTES;
        if (step > packed.length)
            step = packed.length;
        status = add_part(inflater, packed.at, step, to);
        if (status == CAMBIST_OK && inflater->received_bytes % RATIO_STEP_BYTES == 0)
            status = check_ratio(inflater, to);
        packed.at += step;
        packed.length -= step;
    }
    return status;
}

int cmb_inflater_end(struct cmb_inflater *inflater, const struct cmb_buffer *to)
{
    if (!inflater->is_whole)
        return fail(inflater, CAMBIST_GARBLED, "what is compressed ends early");
    return check_ratio(inflater, to);
}

int cmb_inflate(struct cmb_inflater *inflater, enum cmb_packing packing, struct cmb_text packed,
                struct cmb_buffer *to)
{
    cmb_buffer_reset(to);
    cmb_inflater_start(inflater, packing);
    int status = cmb_inflater_add(inflater, packed, to);
    return status == CAMBIST_OK ? cmb_inflater_end(inflater, to) : status;
}

/* The stream has come to the start of a block, at a whole byte. */
static bool is_between_blocks(const struct cmb_inflater *inflater)
{
    return (inflater->stream.data_type & AT_A_BLOCK) != 0;
}

int cmb_inflate_message(struct cmb_inflater *inflater, bool forgets, struct cmb_text packed,
                        struct cmb_buffer *to)
{
    static const struct cmb_text flush = { "\0\0\xff\xff", 4 }; /* which the sender has left out */
    int status = CAMBIST_OK;
    cmb_buffer_reset(to);
    cmb_inflater_start(inflater, CMB_PACKING_MESSAGES);
    if (!inflater->has_stream || forgets)
        status = start_stream(inflater, 0);
    if (status == CAMBIST_OK)
        status = cmb_inflater_add(inflater, packed, to);
    if (status == CAMBIST_OK)
        status = cmb_inflater_add(inflater, flush, to);
    if (status == CAMBIST_OK && !is_between_blocks(inflater))
        return fail(inflater, CAMBIST_GARBLED, "what is compressed ends early");
    return status == CAMBIST_OK ? check_ratio(inflater, to) : status;
}
