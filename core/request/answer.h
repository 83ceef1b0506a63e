/* request/answer.h - what the asker is given: rows in order, and the same as JSON. */
#ifndef CMB_REQUEST_ANSWER_H
#define CMB_REQUEST_ANSWER_H

#include "json/writer.h"
#include "request/call.h"

/* answer: the rows as they were asked for.  Trades, candles and orders come oldest first, none
 * before `since`, at most `limit`; a question for one record has exactly one. */
int cmb_answer(struct cmb_call *call);

/* Writes the rows in ccxt's unified structures with ccxt's member names; decimals are strings with
 * the exchange's digits, times are milliseconds, absent members are left out. */
void cmb_answer_write(const struct cmb_call *call, struct cmb_json_writer *writer);
/* One record of that schema. */
void cmb_record_write(const struct cmb_record_schema *schema, const void *record,
                      struct cmb_json_writer *writer);
/* Only its members, into an object that the caller has begun. */
void cmb_record_write_members(const struct cmb_record_schema *schema, const void *record,
                              struct cmb_json_writer *writer);
/* [time in ms, open, high, low, close, volume] */
void cmb_candle_write(const struct cambist_candle *candle, struct cmb_json_writer *writer);
/* The JSON of a failure: {"status","outcome","code","message"}. */
void cmb_error_write(const struct cambist_error *error, struct cmb_json_writer *writer);

#endif
