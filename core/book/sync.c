/* Does this update follow on the last one? */
#include "book/sync.h"

/* An update of a chain that tells no numbers, but a checksum: that proves it as well. */
static bool is_proved_otherwise(const struct cambist_book_rule *rule,
                                const struct cmb_book_update *update)
{
    bool is_none = (rule->checksum_digits & CAMBIST_ZERO_IS_NONE) && update->checksum == 0;
    return rule->kind == CAMBIST_BOOK_PREVIOUS && rule->checksum_order != CAMBIST_NO_CHECKSUM &&
           update->has_checksum && !is_none && !update->has_sequence && !update->has_previous;
}

static bool is_counted_here(const struct cambist_book_rule *rule,
                            const struct cmb_book_update *update)
{
    return rule->scope == CAMBIST_OF_MARKET && rule->kind != CAMBIST_BOOK_CHECKSUM &&
           rule->kind != CAMBIST_BOOK_UNCHAINED && !is_proved_otherwise(rule, update);
}

bool cmb_sync_is_whole(const struct cambist_book_rule *rule, const struct cmb_book_update *update)
{
    if (update->is_snapshot || (rule->kind == CAMBIST_BOOK_UNCHAINED && !rule->snapshot_limit))
        return true;
    return rule->kind == CAMBIST_BOOK_COUNTED && rule->restarts_at && update->has_sequence &&
           update->sequence == (int64_t)rule->restarts_at;
}

bool cmb_sync_check_numbers(const struct cambist_book_rule *rule,
                            const struct cmb_book_update *update)
{
    if (update->has_sequence && update->sequence < 0)
        return false;
    if (!is_counted_here(rule, update))
        return update->has_sequence ||
               !(rule->kind == CAMBIST_BOOK_UNCHAINED && rule->snapshot_limit);
    if (!update->has_sequence || update->is_snapshot)
        return update->has_sequence;
    switch (rule->kind) {
    case CAMBIST_BOOK_RANGE_PREVIOUS:
    case CAMBIST_BOOK_PREVIOUS:
        return update->has_previous;
    case CAMBIST_BOOK_COUNTED:
        return true;
    default:
        return update->has_first && update->first >= 0 && update->first <= update->sequence;
    }
}

static bool has_times(const struct cmb_sync *sync, const struct cmb_book_update *update)
{
    return sync->timestamp_ns && update->timestamp_ns;
}

/* Old; or, where it can be told, the first after the exchange began to count anew.  While a
 * snapshot is bridged the two clocks may differ, so times prove nothing. */
static enum cmb_sync_verdict judge_old(const struct cmb_sync *sync,
                                       const struct cmb_book_update *update)
{
    bool is_later =
        !sync->is_bridging && has_times(sync, update) && update->timestamp_ns > sync->timestamp_ns;
    return is_later || sync->old_in_row >= CMB_SYNC_OLD_MOST ? CMB_SYNC_REGRESSED : CMB_SYNC_OLD;
}

/* Neither counted nor chained: numbers and times only tell what is old. */
static enum cmb_sync_verdict judge_uncounted(const struct cmb_sync *sync,
                                             const struct cmb_book_update *update)
{
    if (update->has_sequence && sync->has_sequence && update->sequence <= sync->sequence)
        return judge_old(sync, update);
    if (has_times(sync, update) && update->timestamp_ns < sync->timestamp_ns)
        return CMB_SYNC_OLD;
    return CMB_SYNC_NEXT;
}

/* Each names the one before it: the number need not rise where the exchange restarts. */
static enum cmb_sync_verdict judge_chained(const struct cambist_book_rule *rule,
                                           const struct cmb_sync *sync,
                                           const struct cmb_book_update *update)
{
    bool is_empty = !update->bid_count && !update->ask_count;
    if (update->previous == sync->sequence && rule->kind == CAMBIST_BOOK_PREVIOUS)
        return update->sequence == update->previous && is_empty ? CMB_SYNC_SIGN_OF_LIFE
                                                                : CMB_SYNC_NEXT;
    if (update->sequence <= sync->sequence)
        return judge_old(sync, update);
    if (update->previous == sync->sequence)
        return CMB_SYNC_NEXT;
    return sync->is_bridging && update->previous < sync->sequence ? CMB_SYNC_NEXT : CMB_SYNC_GAP;
}

/* An update that begins in what is known already is welcome: amounts are absolute. */
static enum cmb_sync_verdict judge_counted(const struct cambist_book_rule *rule,
                                           const struct cmb_sync *sync,
                                           const struct cmb_book_update *update)
{
    int64_t first = rule->kind == CAMBIST_BOOK_COUNTED ? update->sequence : update->first;
    if (update->sequence <= sync->sequence)
        return judge_old(sync, update);
    return first - 1 > sync->sequence ? CMB_SYNC_GAP : CMB_SYNC_NEXT;
}

enum cmb_sync_verdict cmb_sync_judge(const struct cambist_book_rule *rule,
                                     const struct cmb_sync *sync,
                                     const struct cmb_book_update *update)
{
    if (!cmb_sync_check_numbers(rule, update))
        return CMB_SYNC_GARBLED;
    if (!is_counted_here(rule, update))
        return rule->scope == CAMBIST_OF_CONNECTION ? CMB_SYNC_NEXT : judge_uncounted(sync, update);
    if (rule->kind == CAMBIST_BOOK_RANGE_PREVIOUS || rule->kind == CAMBIST_BOOK_PREVIOUS)
        return judge_chained(rule, sync, update);
    return judge_counted(rule, sync, update);
}

bool cmb_sync_is_older(const struct cambist_book_rule *rule, const struct cmb_sync *sync,
                       const struct cmb_book_update *snapshot)
{
    if (has_times(sync, snapshot) && snapshot->timestamp_ns != sync->timestamp_ns)
        return snapshot->timestamp_ns < sync->timestamp_ns;
    return rule->kind == CAMBIST_BOOK_UNCHAINED && snapshot->has_sequence && sync->has_sequence &&
           snapshot->sequence <= sync->sequence;
}

void cmb_sync_move(struct cmb_sync *sync, const struct cmb_book_update *update)
{
    sync->has_sequence = update->has_sequence;
    sync->sequence = update->has_sequence ? update->sequence : 0;
    sync->timestamp_ns = update->timestamp_ns;
    sync->is_bridging = false;
    sync->old_in_row = 0;
}
