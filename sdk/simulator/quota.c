/* Has a client asked for more than it may, and what follows? */
#include "simulator/quota.h"

#include <stdio.h>

enum { WARNINGS_MOST = 3, MILLION = 1000000 };

static const int64_t second_ns = 1000000000, millisecond_ns = 1000000;
static const int64_t first_ban_ns = 120 * (int64_t)1000000000;
static const int64_t longest_ban_ns = 3 * 86400 * (int64_t)1000000000;

/* ---- counting ---- */

static int64_t capacity_of(const struct cmb_quota *quota, const struct cambist_limit *row)
{
    int64_t capacity = (int64_t)row->capacity * (quota->percent ? quota->percent : 100) / 100;
    return capacity ? capacity : 1;
}

static int64_t window_ns(const struct cambist_limit *row)
{
    return row->window_ms ? row->window_ms * millisecond_ns : second_ns;
}

/* A rolling window slides by an eighth of itself. */
static void slide(struct cmb_quota_count *count, int64_t part_ns, int64_t now_ns)
{
    int64_t parts = (now_ns - count->begun_ns) / part_ns;
    if (parts >= CMB_QUOTA_PARTS || parts < 0) {
        *count = (struct cmb_quota_count){ .begun_ns = now_ns - now_ns % part_ns };
        return;
    }
    for (; parts; parts--) {
        count->used -= count->parts[CMB_QUOTA_PARTS - 1];
        memmove(count->parts + 1, count->parts, (CMB_QUOTA_PARTS - 1) * sizeof *count->parts);
        count->parts[0] = 0;
        count->begun_ns += part_ns;
    }
}

/* Lets time pass in a count: what is used no longer counts. */
static void pass_time(struct cmb_quota_count *count, const struct cambist_limit *row,
                      int64_t capacity, int64_t now_ns)
{
    int64_t window = window_ns(row);
    if (row->model == CAMBIST_ROLLING_WINDOW) {
        slide(count, window / CMB_QUOTA_PARTS, now_ns);
    } else if (row->model == CAMBIST_TOKEN_BUCKET) {
        __int128 refilled = (__int128)(now_ns - count->begun_ns) * capacity * MILLION / window;
        count->used = refilled >= count->used ? 0 : count->used - (int64_t)refilled;
        count->begun_ns = now_ns;
    } else if (now_ns - now_ns % window != count->begun_ns) {
        *count = (struct cmb_quota_count){ .begun_ns = now_ns - now_ns % window };
    }
}

static int64_t unit_of(const struct cambist_limit *row)
{
    return row->model == CAMBIST_TOKEN_BUCKET ? MILLION : 1;
}

/* How long until there is room again. */
static int64_t wait_ns(const struct cmb_quota_count *count, const struct cambist_limit *row,
                       int64_t capacity, int64_t weight, int64_t now_ns)
{
    int64_t window = window_ns(row);
    if (row->model == CAMBIST_TOKEN_BUCKET)
        return window / capacity * weight + 1;
    return row->model == CAMBIST_ROLLING_WINDOW ? window / CMB_QUOTA_PARTS
                                                : count->begun_ns + window - now_ns;
}

/* Adds the weight; 0, or how long there is no room for it.  What is refused is charged all the
 * same. */
static int64_t charge(struct cmb_quota *quota, const struct cmb_plugin *plugin, uint32_t limit,
                      uint32_t span, int64_t weight, int64_t now_ns)
{
    const struct cambist_limit *row = CMB_ROW(plugin->tables.limits, limit);
    struct cmb_quota_count *count = &quota->counts[limit % CMB_QUOTA_LIMITS][span];
    int64_t capacity = capacity_of(quota, row);
    pass_time(count, row, capacity, now_ns);
    count->used += weight * unit_of(row);
    count->parts[0] += weight;
    return count->used <= capacity * unit_of(row)
               ? 0 : wait_ns(count, row, capacity, weight, now_ns);
}

/* ---- consequences ---- */

static void ban(struct cmb_quota *quota, int64_t now_ns)
{
    int64_t span_ns = first_ban_ns << (quota->bans < 12 ? quota->bans : 12);
    quota->bans++;
    quota->warnings = 0;
    quota->banned_until_ns = now_ns + (span_ns < longest_ban_ns ? span_ns : longest_ban_ns);
}

static struct cmb_quota_word refuse(struct cmb_quota *quota, int64_t for_ns, bool is_fatal,
                                    int64_t now_ns)
{
    struct cmb_quota_word word = { .http_status = 429, .retry_ns = for_ns };
    if (now_ns < quota->refused_until_ns && ++quota->warnings >= WARNINGS_MOST && is_fatal) {
        ban(quota, now_ns);
        word.http_status = 418;
        word.retry_ns = quota->banned_until_ns - now_ns;
    }
    if (now_ns + for_ns > quota->refused_until_ns)
        quota->refused_until_ns = now_ns + for_ns;
    return word;
}

/* Who asks inside a ban makes it longer. */
static struct cmb_quota_word refuse_in_ban(struct cmb_quota *quota, int64_t now_ns)
{
    int64_t left_ns = quota->banned_until_ns - now_ns;
    int64_t span_ns = left_ns * 2 < longest_ban_ns ? left_ns * 2 : longest_ban_ns;
    quota->banned_until_ns = now_ns + (span_ns > first_ban_ns ? span_ns : first_ban_ns);
    return (struct cmb_quota_word){ .http_status = 418, .is_in_ban = true,
                                    .retry_ns = quota->banned_until_ns - now_ns };
}

static uint32_t span_of(const struct cmb_call *call, const struct cambist_limit *row)
{
    int market = row->scope == CAMBIST_PER_MARKET && call->market
                     ? cmb_engine_find_market(cmb_text_of(call->market->symbol)) : -1;
    return (uint32_t)(market + 1);
}

struct cmb_quota_word cmb_quota_charge(struct cmb_quota *quota, const struct cmb_practice *practice,
                                       int64_t now_ns, bool is_kept)
{
    const struct cmb_call *call = practice->call;
    struct cmb_quota_word word = { .http_status = 200 };
    int64_t longest_ns = 0;
    bool is_fatal = false, is_in_ban = now_ns < quota->banned_until_ns;
    for (uint32_t i = 0; practice->is_known && i < call->endpoint->charge_count; i++) {
        const struct cmb_charge *row = &call->endpoint->charges[i];
        const struct cambist_limit *limit = CMB_ROW(practice->plugin->tables.limits, row->limit);
        uint32_t orders = call->arguments.item_count;
        uint32_t items = row->is_per_item && orders ? orders : 1;
        if (!cmb_condition_holds(call, &row->when))
            continue;
        word.weight += row->weight * items;
        int64_t for_ns = charge(quota, practice->plugin, row->limit, span_of(call, limit),
                                row->weight * items, now_ns);
        is_fatal |= for_ns && limit->is_fatal;
        longest_ns = for_ns > longest_ns ? for_ns : longest_ns;
    }
    uint32_t weight = word.weight;
    if (is_kept && is_in_ban)
        word = refuse_in_ban(quota, now_ns);
    else if (is_kept && longest_ns)
        word = refuse(quota, longest_ns, is_fatal, now_ns);
    else if (now_ns >= quota->refused_until_ns)
        quota->warnings = 0;
    word.weight = weight;
    return word;
}

struct cmb_quota_word cmb_quota_connect(struct cmb_quota *quota, const struct cmb_plugin *plugin,
                                        int limit, int64_t now_ns, bool is_kept)
{
    struct cmb_quota_word word = { .http_status = 200, .weight = 1 };
    if (limit < 0)
        return word;
    int64_t for_ns = charge(quota, plugin, (uint32_t)limit, 0, 1, now_ns);
    if (is_kept && now_ns < quota->banned_until_ns)
        return refuse_in_ban(quota, now_ns);
    return is_kept && for_ns ? refuse(quota, for_ns, false, now_ns) : word;
}

void cmb_quota_tell(const struct cmb_quota *quota, const struct cmb_practice *practice, char *to,
                    size_t size)
{
    const struct cmb_call *call = practice->call;
    size_t length = strlen(to);
    for (uint32_t i = 0; practice->is_known && i < call->endpoint->charge_count; i++) {
        uint32_t limit = call->endpoint->charges[i].limit;
        const struct cambist_limit *row = CMB_ROW(practice->plugin->tables.limits, limit);
        const struct cmb_quota_count *count =
            &quota->counts[limit % CMB_QUOTA_LIMITS][span_of(call, row)];
        const char *name = row->used_header ? row->used_header : row->remaining_header;
        int64_t used = count->used / unit_of(row), left = capacity_of(quota, row) - used;
        if (!name || length + 96 > size || strstr(to, name))
            continue;
        length += (size_t)snprintf(to + length, size - length, "%.60s: %lld\r\n", name,
                                   (long long)(row->used_header ? used : left > 0 ? left : 0));
    }
}
