/* Which moments do {time_...}, {since_...}, {until_...}, {deadline_...} ... stand for? */
#include "request/render.h"

static struct cmb_text format_time(struct cmb_call *call, int64_t time_ns, uint32_t form)
{
    static const enum cmb_time_unit units[] = {
        [CMB_TIME_FORM_ISO] = CMB_TIME_MS, [CMB_TIME_FORM_ISO_S] = CMB_TIME_S,
        [CMB_TIME_FORM_S] = CMB_TIME_S,    [CMB_TIME_FORM_MS] = CMB_TIME_MS,
        [CMB_TIME_FORM_US] = CMB_TIME_US,  [CMB_TIME_FORM_NS] = CMB_TIME_NS,
    };
    struct cmb_text text = { cmb_arena_room(&call->arena, CMB_TIME_TEXT_SIZE), 0 };
    char *to = (char *)(uintptr_t)text.at;
    if (!to)
        return text;
    if (form == CMB_TIME_FORM_ISO || form == CMB_TIME_FORM_ISO_S)
        text.length = cmb_time_format_iso_kept(&call->day, time_ns, units[form], to);
    else
        text.length = cmb_time_format_number(time_ns, units[form], to);
    text.length -= form == CMB_TIME_FORM_ISO_S; /* without the Z */
    return text;
}

/* Arguments give times as milliseconds. */
static bool argument_time(const struct cmb_call *call, uint32_t argument, int64_t *ret_ns)
{
    struct cmb_text text = cmb_call_argument(call, argument);
    return text.at && cmb_time_parse_number(text, CMB_TIME_MS, ret_ns) == CMB_NUMBER_FINE;
}

/* 1m, 4h, 1d, 1w, 1M in nanoseconds; 0 for anything else. */
static int64_t timeframe_ns(struct cmb_text timeframe)
{
    static const struct { char unit; int64_t seconds; } units[] = {
        { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 }, { 'M', 2592000 },
    };
    int64_t count = 0;
    size_t digits = 0;
    while (digits < timeframe.length && digits < 5 && timeframe.at[digits] >= '0' &&
           timeframe.at[digits] <= '9')
        count = count * 10 + (timeframe.at[digits++] - '0');
    for (size_t i = 0; digits && digits + 1 == timeframe.length && i < 6; i++)
        if (units[i].unit == timeframe.at[digits])
            return count * units[i].seconds * 1000000000;
    return 0;
}

static int64_t number_of(struct cmb_text digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits.length && number < 1000000; i++)
        number = number * 10 + (digits.at[i] - '0');
    return number;
}

/* limit x timeframe; `usual` is the limit where none was given. */
static bool length_of(const struct cmb_call *call, struct cmb_text usual, int64_t *ret_ns)
{
    int64_t frame = timeframe_ns(cmb_call_argument(call, CAMBIST_ARGUMENT_timeframe));
    struct cmb_text limit = cmb_call_argument(call, CAMBIST_ARGUMENT_limit);
    return !__builtin_mul_overflow(frame, number_of(limit.at ? limit : usual), ret_ns) &&
           *ret_ns;
}

/* until or, failing that, since + limit x timeframe; with a usual limit now, failing that. */
static bool end_time(struct cmb_call *call, struct cmb_text usual, int64_t *ret_ns)
{
    int64_t since, length;
    if (argument_time(call, CAMBIST_ARGUMENT_until, ret_ns))
        return true;
    if (argument_time(call, CAMBIST_ARGUMENT_since, &since))
        return length_of(call, usual, &length) && !__builtin_add_overflow(since, length, ret_ns);
    *ret_ns = cmb_call_time(call);
    return usual.at != NULL;
}

/* since or, failing that, limit x timeframe before the end, which is until or now. */
static bool begin_time(struct cmb_call *call, struct cmb_text usual, int64_t *ret_ns)
{
    int64_t end = cmb_call_time(call), length;
    if (argument_time(call, CAMBIST_ARGUMENT_since, ret_ns))
        return true;
    (void)argument_time(call, CAMBIST_ARGUMENT_until, &end);
    return length_of(call, usual, &length) && !__builtin_sub_overflow(end, length, ret_ns);
}

/* A span is rounded up: a dead man's switch of half a second must not become none. */
static bool span(const struct cmb_call *call, int64_t unit_ns, int64_t *ret_ns)
{
    if (!unit_ns || !argument_time(call, CAMBIST_ARGUMENT_timeout, ret_ns))
        return false;
    if (*ret_ns % unit_ns)
        *ret_ns += unit_ns - *ret_ns % unit_ns;
    return true;
}

static bool deadline(struct cmb_call *call, int64_t *ret_ns)
{
    struct cmb_text window = cmb_value_of(call, CMB_NAME_ARGUMENT, CAMBIST_ARGUMENT_receive_window);
    if (!window.at || cmb_time_parse_number(window, CMB_TIME_MS, ret_ns) != CMB_NUMBER_FINE)
        return false;
    *ret_ns += cmb_call_time(call);
    return true;
}

static bool time_of(struct cmb_call *call, const struct cmb_step *step, int64_t *ret_ns)
{
    switch (step->name) {
    case CMB_NAME_TIME: *ret_ns = cmb_call_time(call); return true;
    case CMB_NAME_SINCE: return argument_time(call, CAMBIST_ARGUMENT_since, ret_ns);
    case CMB_NAME_UNTIL: return argument_time(call, CAMBIST_ARGUMENT_until, ret_ns);
    case CMB_NAME_DEADLINE: return deadline(call, ret_ns);
    case CMB_NAME_BEGIN: return begin_time(call, step->text, ret_ns);
    default: return end_time(call, step->text, ret_ns);
    }
}

struct cmb_text cmb_shifted_time(struct cmb_call *call, const struct cmb_step *step)
{
    static const int64_t units_ns[] = { [CMB_TIME_FORM_S] = 1000000000, [CMB_TIME_FORM_MS] = 1000000,
                                        [CMB_TIME_FORM_US] = 1000, [CMB_TIME_FORM_NS] = 1,
                                        [CMB_TIME_FORM_ISO] = 0, [CMB_TIME_FORM_ISO_S] = 0 };
    int64_t time_ns;
    bool is_there = step->name == CMB_NAME_TIMEOUT ? span(call, units_ns[step->index], &time_ns)
                                                   : time_of(call, step, &time_ns);
    if (!is_there)
        return (struct cmb_text){ 0 };
    return format_time(call, time_ns + step->shift * units_ns[step->index], step->index);
}

/* Every {time_...} of a call means the same moment; each form of it is written once. */
struct cmb_text cmb_current_time(struct cmb_call *call, uint32_t form)
{
    if (!call->time_texts[form].at)
        call->time_texts[form] = format_time(call, cmb_call_time(call), form);
    return call->time_texts[form];
}
