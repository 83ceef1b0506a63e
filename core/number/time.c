/* Which moment is meant, and how is it written? */
#include "number/time.h"

#include "number/scaled.h"

enum { NS_DIGITS = 9, SECONDS_A_DAY = 86400 };

/* A day of the proleptic Gregorian calendar. */
struct date {
    int64_t year;
    int month, day;
};

static const int64_t ns_a_second = 1000000000;

/* Days since 1970-01-01.  Years are counted from March, so that the leap day is the last. */
static int64_t days_of(struct date date)
{
    int64_t year = date.year - (date.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct date date_of(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = (int)(of_era - (365 * year + year / 4 - year / 100));
    int month = (5 * of_year + 2) / 153;
    struct date date = { .day = of_year - (153 * month + 2) / 5 + 1,
                         .month = month < 10 ? month + 3 : month - 9 };
    date.year = year + era * 400 + (date.month <= 2);
    return date;
}

static bool is_day(struct date date)
{
    static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool is_leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0);
    if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > lengths[date.month - 1])
        return false;
    return is_leap || date.month != 2 || date.day < 29;
}

/* Takes `count` digits from the front of `text`. */
static bool take_digits(struct cmb_text *text, size_t count, int *ret_number)
{
    int number = 0;
    if (text->length < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (text->at[i] < '0' || text->at[i] > '9')
            return false;
        number = number * 10 + (text->at[i] - '0');
    }
    *text = (struct cmb_text){ text->at + count, text->length - count };
    *ret_number = number;
    return true;
}

static bool take_one_of(struct cmb_text *text, const char *characters)
{
    if (!text->length || !*text->at || !strchr(characters, *text->at))
        return false;
    *text = (struct cmb_text){ text->at + 1, text->length - 1 };
    return true;
}

static bool take_date(struct cmb_text *text, struct date *ret_date)
{
    int year, month, day;
    if (!take_digits(text, 4, &year) || !take_one_of(text, "-") || !take_digits(text, 2, &month) ||
        !take_one_of(text, "-") || !take_digits(text, 2, &day))
        return false;
    *ret_date = (struct date){ year, month, day };
    return is_day(*ret_date);
}

static bool take_clock(struct cmb_text *text, int *ret_seconds)
{
    int hour, minute, second;
    if (!take_digits(text, 2, &hour) || !take_one_of(text, ":") || !take_digits(text, 2, &minute) ||
        !take_one_of(text, ":") || !take_digits(text, 2, &second))
        return false;
    *ret_seconds = (hour * 60 + minute) * 60 + second;
    return hour < 24 && minute < 60 && second < 60;
}

/* Takes an optional fraction; what is finer than a nanosecond is dropped. */
static bool take_fraction(struct cmb_text *text, int *ret_ns)
{
    int ns = 0, digit, count = 0;
    if (take_one_of(text, ".")) {
        for (; take_digits(text, 1, &digit); count++)
            if (count < NS_DIGITS)
                ns = ns * 10 + digit;
        if (!count)
            return false;
        for (; count < NS_DIGITS; count++)
            ns *= 10;
    }
    *ret_ns = ns;
    return true;
}

/* Takes the zone at the end: nothing, Z, +hh:mm or +hhmm. */
static bool take_zone(struct cmb_text *text, int *ret_seconds)
{
    int hour, minute;
    *ret_seconds = 0;
    if (!text->length)
        return true;
    if (take_one_of(text, "Z"))
        return !text->length;
    int sign = *text->at == '-' ? -1 : 1;
    if (!take_one_of(text, "+-") || !take_digits(text, 2, &hour))
        return false;
    take_one_of(text, ":");
    if (!take_digits(text, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *ret_seconds = sign * (hour * 60 + minute) * 60;
    return !text->length;
}

/* The sum is made of negative parts before 1970, so that the earliest moment does not overflow. */
static enum cmb_number_fault join(int64_t seconds, int64_t ns, int64_t *ret_time_ns)
{
    if (seconds < 0 && ns > 0) {
        seconds++;
        ns -= ns_a_second;
    }
    int64_t time_ns;
    if (__builtin_mul_overflow(seconds, ns_a_second, &time_ns) ||
        __builtin_add_overflow(time_ns, ns, &time_ns))
        return CMB_NUMBER_TOO_LARGE;
    *ret_time_ns = time_ns;
    return CMB_NUMBER_FINE;
}

enum cmb_number_fault cmb_time_parse_iso(struct cmb_text text, int64_t *ret_time_ns)
{
    struct date date;
    int clock_s, fraction_ns, zone_s;
    if (!take_date(&text, &date) || !take_one_of(&text, "T ") || !take_clock(&text, &clock_s) ||
        !take_fraction(&text, &fraction_ns) || !take_zone(&text, &zone_s))
        return CMB_NUMBER_GARBLED;
    return join(days_of(date) * SECONDS_A_DAY + clock_s - zone_s, fraction_ns, ret_time_ns);
}

enum cmb_number_fault cmb_time_parse_number(struct cmb_text text, enum cmb_time_unit unit,
                                            int64_t *ret_time_ns)
{
    return cmb_scaled_parse_cut(text, cmb_time_scale(unit), ret_time_ns);
}

/* The quotient cut downwards, also below zero. */
static int64_t divide_down(int64_t dividend, int64_t divisor)
{
    int64_t quotient = dividend / divisor;
    return quotient - (dividend % divisor < 0);
}

/* By known divisors, which are multiplied by. */
int64_t cmb_time_count(int64_t time_ns, enum cmb_time_unit unit)
{
    switch (unit) {
    case CMB_TIME_S: return divide_down(time_ns, ns_a_second);
    case CMB_TIME_MS: return divide_down(time_ns, 1000000);
    case CMB_TIME_US: return divide_down(time_ns, 1000);
    default: return time_ns;
    }
}

enum cmb_number_fault cmb_time_of_count(int64_t count, enum cmb_time_unit unit,
                                        int64_t *ret_time_ns)
{
    int64_t time_ns;
    if (__builtin_mul_overflow(count, cmb_powers_of_ten[cmb_time_scale(unit)], &time_ns))
        return CMB_NUMBER_TOO_LARGE;
    *ret_time_ns = time_ns;
    return CMB_NUMBER_FINE;
}

size_t cmb_time_format_number(int64_t time_ns, enum cmb_time_unit unit, char *to)
{
    char room[CMB_NUMBER_SIZE];
    struct cmb_text digits = cmb_text_of_number(cmb_time_count(time_ns, unit), room);
    memcpy(to, digits.at, digits.length);
    to[digits.length] = '\0';
    return digits.length;
}

/* Writes two digits and `mark` behind them. */
static char *put_pair(char *to, unsigned number, char mark)
{
    memcpy(to, cmb_pairs_of_digits + number * 2, 2);
    to[2] = mark;
    return to + 3;
}

/* Writes `number`, a multiple of three digits wide. */
static char *put_threes(char *to, unsigned number, unsigned width)
{
    for (unsigned left = width; left; left -= 3, number /= 1000) {
        memcpy(to + left - 2, cmb_pairs_of_digits + number % 100 * 2, 2);
        to[left - 3] = (char)('0' + number / 100 % 10);
    }
    return to + width;
}

static void format_date(struct cmb_time_day *day, int64_t number)
{
    struct date date = date_of(number);
    put_pair(day->date, (unsigned)date.year / 100, 0);
    char *at = put_pair(day->date + 2, (unsigned)date.year % 100, '-');
    at = put_pair(at, (unsigned)date.month, '-');
    at = put_pair(at, (unsigned)date.day, 'T');
    *at = 0;
    day->number = number;
}

size_t cmb_time_format_iso_kept(struct cmb_time_day *day, int64_t time_ns, enum cmb_time_unit unit,
                                char *to)
{
    int64_t seconds = divide_down(time_ns, ns_a_second);
    int64_t days = divide_down(seconds, SECONDS_A_DAY);
    unsigned of_day = (unsigned)(seconds - days * SECONDS_A_DAY), minutes = of_day / 60;
    /* seconds * 10^9 may lie below the range at its lower end, so the rest is taken by modulo */
    int64_t rest_ns = time_ns % ns_a_second + (time_ns % ns_a_second < 0 ? ns_a_second : 0);
    if (days != day->number || !*day->date)
        format_date(day, days);
    memcpy(to, day->date, sizeof day->date);
    char *at = put_pair(to + sizeof day->date - 1, minutes / 60, ':');
    at = put_pair(at, minutes % 60, ':');
    at = put_pair(at, of_day % 60, unit == CMB_TIME_S ? 'Z' : '.');
    if (unit != CMB_TIME_S) {
        at = put_threes(at, (unsigned)cmb_time_count(rest_ns, unit), unit);
        *at++ = 'Z';
    }
    *at = 0;
    return (size_t)(at - to);
}

size_t cmb_time_format_iso(int64_t time_ns, enum cmb_time_unit unit, char *to)
{
    struct cmb_time_day day = { .number = 0 };
    return cmb_time_format_iso_kept(&day, time_ns, unit, to);
}
