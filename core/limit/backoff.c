/* How long to wait before trying again? */
#include "limit/backoff.h"

static int64_t at_least(int64_t value, int64_t least)
{
    return value > least ? value : least;
}

void cmb_backoff_init(struct cmb_backoff *backoff, int64_t floor_ns, int64_t first_ns,
                      int64_t most_ns)
{
    backoff->floor_ns = at_least(floor_ns, 0);
    int64_t ceiling_ns = at_least(first_ns, backoff->floor_ns);
    most_ns = at_least(most_ns, ceiling_ns);
    for (int i = 0; i < CMB_BACKOFF_STEPS; i++) {
        backoff->ceiling_ns[i] = ceiling_ns;
        ceiling_ns = ceiling_ns > most_ns / 2 ? most_ns : ceiling_ns * 2;
    }
}

int64_t cmb_backoff_wait_ns(const struct cmb_backoff *backoff, unsigned attempt, uint64_t random)
{
    unsigned step = attempt < CMB_BACKOFF_STEPS ? attempt : CMB_BACKOFF_STEPS - 1;
    uint64_t spread_ns = (uint64_t)(backoff->ceiling_ns[step] - backoff->floor_ns) + 1;
    /* The upper half of the product is evenly spread below `spread_ns`, without a division. */
    uint64_t part_ns = (uint64_t)((unsigned __int128)random * spread_ns >> 64);
    return backoff->floor_ns + (int64_t)part_ns;
}
