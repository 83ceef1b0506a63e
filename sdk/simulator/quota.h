/* simulator/quota.h - how much has been asked for, and what an exchange does with who asks too much.
 *
 * The tables' limits, kept as the exchange keeps them: windows of the calendar, rolling windows and
 * buckets that refill, by its own clock.  Who passes one is refused with 429 until its window ends;
 * who goes on, where the table says that this is fatal, is banned with 418: two minutes, then twice
 * as long each time, and longer by each request inside the ban.
 */
#ifndef CMB_SIMULATOR_QUOTA_H
#define CMB_SIMULATOR_QUOTA_H

#include "simulator/exchange.h"

enum { CMB_QUOTA_LIMITS = 64, CMB_QUOTA_PARTS = 8, CMB_QUOTA_SPANS = CMB_ENGINE_MARKETS + 1 };

/* What one limit has counted, for all or for one market. */
struct cmb_quota_count {
    int64_t begun_ns;  /* the window, or when the bucket was last looked at */
    int64_t used;      /* in it; of a bucket in millionths of a unit */
    int64_t parts[CMB_QUOTA_PARTS]; /* of a rolling window: the newest first */
};

struct cmb_quota {
    struct cmb_quota_count counts[CMB_QUOTA_LIMITS][CMB_QUOTA_SPANS];
    uint32_t percent;        /* of what the tables say; 0: 100 */
    int64_t refused_until_ns; /* 429 was said until then */
    int64_t banned_until_ns;
    uint32_t warnings;       /* 429s that were not heeded, in a row */
    uint32_t bans;
};

/* What the exchange says to a request. */
struct cmb_quota_word {
    uint32_t http_status; /* 200, 429 or 418 */
    int64_t retry_ns;     /* how long the client is to keep still */
    uint32_t weight;      /* of the request, over all limits of its address or account */
    bool is_in_ban;
};

/* Charges the request that was read into the practice exchange's call.  `is_kept`: a limit that is
 * passed has consequences; otherwise it is only counted. */
struct cmb_quota_word cmb_quota_charge(struct cmb_quota *quota, const struct cmb_practice *practice,
                                       int64_t now_ns, bool is_kept);
/* The same for one more connection of a stream, by the row of limits (negative: none). */
struct cmb_quota_word cmb_quota_connect(struct cmb_quota *quota, const struct cmb_plugin *plugin,
                                        int limit, int64_t now_ns, bool is_kept);
/* Header lines that tell what is used, where the table has names for them. */
void cmb_quota_tell(const struct cmb_quota *quota, const struct cmb_practice *practice, char *to,
                    size_t size);

#endif
