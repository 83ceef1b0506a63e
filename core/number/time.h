/* number/time.h - a moment is an int64 of nanoseconds since 1970-01-01T00:00:00Z.
 *
 * That reaches from 1677-09-21 to 2262-04-11; what lies outside is TOO_LARGE, never wrapped.
 * Digits finer than a nanosecond are dropped.  Leap seconds (:60) are GARBLED, because no exchange
 * sends them and POSIX time has no room for them.  Pure functions, no locale.  [any thread]
 */
#ifndef CMB_NUMBER_TIME_H
#define CMB_NUMBER_TIME_H

#include "base/text.h"
#include "number/fault.h"

/* Units of a moment given as a number; the value is the power of ten below a second. */
enum cmb_time_unit {
    CMB_TIME_S = 0,
    CMB_TIME_MS = 3,
    CMB_TIME_US = 6,
    CMB_TIME_NS = 9,
};

/* The scale (number/scaled.h) at which a number of such units counts nanoseconds. */
static inline unsigned cmb_time_scale(enum cmb_time_unit unit)
{
    return CMB_TIME_NS - (unsigned)unit;
}

/* Room for every text below with its NUL. */
#define CMB_TIME_TEXT_SIZE 40

/* Reads ISO 8601: "2021-05-31T09:59:59", a blank may stand for the T, then optionally a fraction
 * of any length, then "Z", an offset ("+00:00", "-04:00", "+0000") or nothing, which means UTC.
 * GARBLED for anything else and for days that the calendar does not have. */
enum cmb_number_fault cmb_time_parse_iso(struct cmb_text text, int64_t *ret_time_ns);

/* Reads a number of `unit`s, possibly with a fraction or an exponent ("1688669597.8277369"). */
enum cmb_number_fault cmb_time_parse_number(struct cmb_text text, enum cmb_time_unit unit,
                                            int64_t *ret_time_ns);

/* Writes "2021-05-31T09:59:59Z" with as many digits behind the second as `unit` says (S: none, MS:
 * three ...), earlier moments cut downwards, and a NUL.  Returns the length without the NUL. */
size_t cmb_time_format_iso(int64_t time_ns, enum cmb_time_unit unit, char *to);

/* The same with the date kept in `day`, which begins zeroed: of moments of one day only the time of
 * day is written anew. */
struct cmb_time_day {
    int64_t number; /* of days since 1970 */
    char date[12];  /* "2021-05-31T"; empty: none yet */
};
size_t cmb_time_format_iso_kept(struct cmb_time_day *day, int64_t time_ns, enum cmb_time_unit unit,
                                char *to);

/* Writes the count of whole `unit`s, cut downwards, and a NUL; returns the length. */
size_t cmb_time_format_number(int64_t time_ns, enum cmb_time_unit unit, char *to);

/* The count of whole `unit`s, cut downwards. */
int64_t cmb_time_count(int64_t time_ns, enum cmb_time_unit unit);
/* The way back; TOO_LARGE beyond the range. */
enum cmb_number_fault cmb_time_of_count(int64_t count, enum cmb_time_unit unit,
                                        int64_t *ret_time_ns);

#endif
