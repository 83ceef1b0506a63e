/* What does the account's tier allow, where that is not what the plugin says? */
#include <stdio.h>

#include "number/scaled.h"
#include "request/exchange.h"

enum { SECOND_SCALE = 3 }; /* milliseconds */

static int refuse(const struct cmb_exchange *exchange, struct cmb_text entry, const char *reason,
                  struct cambist_error *error)
{
    return cmb_fail(error, CAMBIST_BAD_CONFIG, "%.*s: limits: \"%.*s\" %s",
                    (int)exchange->name.length, exchange->name.at, (int)entry.length, entry.at,
                    reason);
}

/* Names them, so that nobody has to look for them. */
static int refuse_name(const struct cmb_exchange *exchange, struct cmb_text name,
                       struct cambist_error *error)
{
    char names[200] = "is no limit of it; there is";
    size_t length = strlen(names);
    for (uint32_t i = 0; i < exchange->plugin->tables.limits.count && length < sizeof names; i++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s %s", i ? "," : "",
                                   CMB_ROW(exchange->plugin->tables.limits, i)->name);
    return refuse(exchange, name, names, error);
}

static bool read_positive(struct cmb_text text, unsigned scale, uint32_t *ret)
{
    int64_t number;
    if (cmb_scaled_parse(cmb_text_trim(text), scale, &number) != CMB_NUMBER_FINE || number <= 0 ||
        number > UINT32_MAX)
        return false;
    *ret = (uint32_t)number;
    return true;
}

/* "private:20/20": so much weight in so many seconds. */
static int take_entry(const struct cmb_exchange *exchange, struct cambist_limit *limits,
                      struct cmb_text entry, struct cambist_error *error)
{
    struct cmb_text name, weight, seconds = cmb_text_cut(entry, ':', &name);
    seconds = cmb_text_cut(seconds, '/', &weight);
    int limit = cmb_find_limit(exchange->plugin, cmb_text_trim(name));
    if (limit < 0)
        return refuse_name(exchange, cmb_text_trim(name), error);
    if (!read_positive(weight, 0, &limits[limit].capacity) ||
        !read_positive(seconds, SECOND_SCALE, &limits[limit].window_ms))
        return refuse(exchange, entry, "should be NAME:WEIGHT/SECONDS", error);
    return CAMBIST_OK;
}

int cmb_exchange_set_limits(struct cmb_exchange *exchange, struct cmb_text text,
                            struct cambist_error *error)
{
    uint32_t count = exchange->plugin->tables.limits.count;
    exchange->limits = exchange->plugin->tables.limits.rows;
    if (!text.length)
        return CAMBIST_OK;
    struct cambist_limit *limits = cmb_arena_take(&exchange->arena, (count + 1) * sizeof *limits);
    if (!limits)
        return cmb_fail_plain(error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for limits"));
    for (uint32_t i = 0; i < count; i++)
        limits[i] = exchange->limits[i];
    exchange->limits = limits;
    int status = CAMBIST_OK;
    while (text.at && status == CAMBIST_OK) {
        struct cmb_text entry;
        text = cmb_text_cut(text, ',', &entry);
        status = take_entry(exchange, limits, cmb_text_trim(entry), error);
    }
    return status;
}
