/* How is a message packed so that the other side can inflate it by itself? */
#include "transport/deflate.h"

enum { STEP_BYTES = 16 * 1024, FLUSH_BYTES = 4, MEMORY_LEVEL = 8 };

int cmb_deflater_open(struct cmb_deflater *deflater, uint8_t bits, bool forgets)
{
    if (bits < 9 || bits > 15)
        return CAMBIST_BAD_ARGUMENT;
    *deflater = (struct cmb_deflater){ .forgets = forgets };
    if (deflateInit2(&deflater->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -bits, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return CAMBIST_NO_MEMORY;
    deflater->is_open = true;
    return CAMBIST_OK;
}

void cmb_deflater_close(struct cmb_deflater *deflater)
{
    if (deflater->is_open)
        deflateEnd(&deflater->stream);
    *deflater = (struct cmb_deflater){ 0 };
}

static int deflate_all(z_stream *stream, struct cmb_buffer *to)
{
    do {
        size_t room = to->ceiling - to->length;
        if (room > STEP_BYTES)
            room = STEP_BYTES;
        char *at = cmb_buffer_reserve(to, room);
        if (!at || !room)
            return CAMBIST_NO_MEMORY;
        stream->next_out = (Bytef *)at;
        stream->avail_out = (uInt)room;
        int result = deflate(stream, Z_SYNC_FLUSH);
        to->length += room - stream->avail_out;
        if (result != Z_OK && result != Z_BUF_ERROR)
            return CAMBIST_NO_MEMORY;
    } while (stream->avail_out == 0);
    return CAMBIST_OK;
}

/* zlib takes lengths of 32 bits only; no message here is that long, but this must not depend on it.
 */
static int deflate_parts(z_stream *stream, struct cmb_text plain, struct cmb_buffer *to)
{
    int status = CAMBIST_OK;
    while (plain.length && status == CAMBIST_OK) {
        size_t part = plain.length < INT32_MAX ? plain.length : INT32_MAX;
        stream->next_in = (Bytef *)(uintptr_t)plain.at;
        stream->avail_in = (uInt)part;
        status = deflate_all(stream, to);
        plain.at += part;
        plain.length -= part;
    }
    return status;
}

int cmb_deflate_message(struct cmb_deflater *deflater, struct cmb_text plain, struct cmb_buffer *to)
{
    cmb_buffer_reset(to);
    if (!plain.length) { /* an empty block; zlib does not flush twice in a row */
        cmb_buffer_add_char(to, 0);
        return cmb_buffer_is_whole(to) ? CAMBIST_OK : CAMBIST_NO_MEMORY;
    }
    if (deflater->forgets)
        deflateReset(&deflater->stream);
    int status = deflate_parts(&deflater->stream, plain, to);
    if (status == CAMBIST_OK)
        to->length -= FLUSH_BYTES;
    return status;
}
