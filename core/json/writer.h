/* json/writer.h - how is JSON written?
 *
 * Appends to a cmb_buffer that the caller owns; commas, colons and escapes come by themselves.
 *
 *     struct cmb_json_writer writer;
 *     cmb_json_writer_init(&writer, &buffer);
 *     cmb_json_begin_object(&writer);
 *     cmb_json_write_key(&writer, CMB_TEXT("symbol"));
 *     cmb_json_write_string(&writer, symbol);
 *     cmb_json_end_object(&writer);
 *
 * There is nothing to check on the way: a buffer at its ceiling stays cut (cmb_buffer_is_whole).
 * The order of the calls is the caller's duty.  One thread at a time for one writer.
 */
#ifndef CMB_JSON_WRITER_H
#define CMB_JSON_WRITER_H

#include <cambist/types.h>

#include "base/text.h"

struct cmb_json_writer {
    struct cmb_buffer *buffer;
    unsigned depth;
    bool needs_comma;  /* something stands before, on this level */
    bool is_after_key; /* the value goes behind its key */
    bool is_pretty;    /* one value a line, two blanks a level; set it after init */
};

/* Begins a text at the end of `buffer`, which must outlive the writer. */
void cmb_json_writer_init(struct cmb_json_writer *writer, struct cmb_buffer *buffer);

void cmb_json_begin_object(struct cmb_json_writer *writer);
void cmb_json_end_object(struct cmb_json_writer *writer);
void cmb_json_begin_array(struct cmb_json_writer *writer);
void cmb_json_end_array(struct cmb_json_writer *writer);

/* Writes the key of a member; exactly one value follows. */
void cmb_json_write_key(struct cmb_json_writer *writer, struct cmb_text key);

/* Writes `text` as a string; null when it is absent.  Bytes that are not UTF-8 become U+FFFD, so
 * that the result is always valid. */
void cmb_json_write_string(struct cmb_json_writer *writer, struct cmb_text text);
/* Writes bytes as they are: a number's digits, or a value that is JSON already. */
void cmb_json_write_raw(struct cmb_json_writer *writer, struct cmb_text json);
void cmb_json_write_integer(struct cmb_json_writer *writer, int64_t number);
void cmb_json_write_bool(struct cmb_json_writer *writer, bool is_true);
void cmb_json_write_null(struct cmb_json_writer *writer);
/* Writes all digits as a string ("0.10"), which no reader can round; null when absent. */
void cmb_json_write_decimal(struct cmb_json_writer *writer, const struct cambist_decimal *value);

#endif
