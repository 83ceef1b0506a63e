/* For how long does a Retry-After header close the bucket? */
#include "limit/retry_after.h"

const struct cmb_retry_bounds cmb_retry_bounds_usual = { .floor_ms = 1000,
                                                         .ceiling_ms = (int64_t)3 * 86400 * 1000 };

/* The number at `at`, `digits` long; -1 unless all are digits. */
static int64_t read_digits(const char *at, size_t digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits; i++) {
        if (at[i] < '0' || at[i] > '9')
            return -1;
        number = number * 10 + (at[i] - '0');
    }
    return number;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar; March is the first month here, so that
 * the leap day is the last of the year. */
static int64_t days_to(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = year - (month <= 2);
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719468;
}

/* 1 to 12; 0 for no month. */
static int64_t read_month(const char *at)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int64_t month = 0; month < 12; month++)
        if (memcmp(at, names + 3 * month, 3) == 0)
            return month + 1;
    return 0;
}

/* Whether `text` is made like "Sun, 06 Nov 1994 08:49:37 GMT", whatever its letters and digits. */
static bool is_shaped(struct cmb_text text)
{
    static const char shape[] = "???, ?? ??? ???? ??:??:?? GMT";
    bool is_same = text.length == sizeof shape - 1;
    for (size_t i = 0; is_same && i < text.length; i++)
        is_same = shape[i] == '?' || shape[i] == text.at[i];
    return is_same;
}

/* The two digits at `at`, -1 unless they are between `least` and `most`. */
static int64_t read_part(const char *at, int64_t least, int64_t most)
{
    int64_t number = read_digits(at, 2);
    return number >= least && number <= most ? number : -1;
}

/* Seconds since 1970 of an IMF-fixdate (RFC 9110, 5.6.7); -1 for anything else. */
static int64_t read_date_s(struct cmb_text text)
{
    if (!is_shaped(text))
        return -1;
    int64_t day = read_part(text.at + 5, 1, 31), month = read_month(text.at + 8);
    int64_t year = read_digits(text.at + 12, 4), hour = read_part(text.at + 17, 0, 23);
    int64_t minute = read_part(text.at + 20, 0, 59), second = read_part(text.at + 23, 0, 60);
    bool is_whole = (day | hour | minute | second) >= 0;
    if (!is_whole || month == 0 || year < 1970)
        return -1;
    return ((days_to(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

/* -1 for what makes no sense. */
static int64_t read_wait_ms(struct cmb_text text, int64_t wall_ns)
{
    if (text.length >= 1 && text.length <= 12) {
        int64_t seconds = read_digits(text.at, text.length);
        return seconds < 0 ? -1 : seconds * 1000;
    }
    int64_t date_s = read_date_s(text);
    return date_s < 0 ? -1 : date_s * 1000 - wall_ns / 1000000;
}

int64_t cmb_retry_after_parse_ms(struct cmb_text value, int64_t wall_ns,
                                 const struct cmb_retry_bounds *bounds, bool *ret_is_said)
{
    int64_t wait_ms = read_wait_ms(cmb_text_trim(value), wall_ns);
    if (ret_is_said)
        *ret_is_said = wait_ms >= 0;
    if (wait_ms < bounds->floor_ms)
        return bounds->floor_ms;
    return wait_ms > bounds->ceiling_ms ? bounds->ceiling_ms : wait_ms;
}
