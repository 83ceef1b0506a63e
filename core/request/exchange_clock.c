/* What time is it at the exchange, and how sure are we? */
#include "request/exchange_clock.h"

static const int64_t second_ns = 1000000000, millisecond_ns = 1000000;
static const int64_t year_2000_ns = 946684800ll * 1000000000, year_2200_ns = 7258118400ll * 1000000000;

/* Two readings of clocks, one behind the other, may be so far apart on a busy machine. */
#define JUMP_NS (100 * millisecond_ns)

/* Rounded up: a little less sure, never more. */
static int64_t drift_ns(int64_t span_ns)
{
    return span_ns / 1000000 * CMB_CLOCK_DRIFT_PPM +
           span_ns % 1000000 * CMB_CLOCK_DRIFT_PPM / 1000000 + 1;
}

int64_t cmb_exchange_clock_drift_time_ns(int64_t drift)
{
    return drift * (1000000 / CMB_CLOCK_DRIFT_PPM);
}

/* A stamp names the beginning of its unit. */
static int64_t unit_of(int64_t stamp_ns)
{
    if (stamp_ns % second_ns == 0)
        return second_ns;
    if (stamp_ns % millisecond_ns == 0)
        return millisecond_ns;
    return stamp_ns % 1000 ? 1 : 1000;
}

static void publish(struct cmb_exchange_clock *clock, int64_t wall_ns)
{
    int64_t quarter_ns = (clock->high_ns - clock->low_ns) / 4;
    int64_t offset_ns = atomic_load(&clock->offset_ns);
    if (offset_ns < clock->low_ns + quarter_ns)
        offset_ns = clock->low_ns + quarter_ns;
    else if (offset_ns > clock->high_ns - quarter_ns)
        offset_ns = clock->high_ns - quarter_ns;
    int64_t up_ns = clock->high_ns - offset_ns, down_ns = offset_ns - clock->low_ns;
    atomic_store(&clock->offset_ns, offset_ns);
    atomic_store(&clock->bound_then_ns, (up_ns > down_ns ? up_ns : down_ns) -
                                            drift_ns(clock->at_ns) + 1);
    atomic_store(&clock->wall_ahead_ns, wall_ns - clock->at_ns);
    atomic_store(&clock->is_doubted, false);
    atomic_store(&clock->is_known, true);
}

bool cmb_exchange_clock_take(struct cmb_exchange_clock *clock, int64_t sent_ns, int64_t received_ns,
                             int64_t stamp_ns, int64_t wall_ns)
{
    if (sent_ns < 0 || received_ns < sent_ns || stamp_ns < year_2000_ns || stamp_ns > year_2200_ns)
        return false;
    int64_t under_way_ns = drift_ns(received_ns - sent_ns);
    int64_t low_ns = stamp_ns - received_ns - under_way_ns;
    int64_t high_ns = stamp_ns + unit_of(stamp_ns) - sent_ns + under_way_ns;
    if (atomic_load(&clock->is_known) && !atomic_load(&clock->is_doubted)) {
        int64_t since_ns = drift_ns(received_ns - clock->at_ns);
        int64_t least_ns = clock->low_ns - since_ns, most_ns = clock->high_ns + since_ns;
        bool have_common = low_ns <= most_ns && high_ns >= least_ns;
        clock->steps += !have_common;
        if (have_common) {
            low_ns = low_ns > least_ns ? low_ns : least_ns;
            high_ns = high_ns < most_ns ? high_ns : most_ns;
        }
    }
    clock->low_ns = low_ns;
    clock->high_ns = high_ns;
    clock->at_ns = received_ns;
    clock->samples++;
    publish(clock, wall_ns);
    return true;
}

void cmb_exchange_clock_doubt(struct cmb_exchange_clock *clock)
{
    atomic_store(&clock->is_doubted, true);
}

bool cmb_exchange_clock_check(struct cmb_exchange_clock *clock, int64_t now_ns, int64_t wall_ns)
{
    int64_t moved_ns = wall_ns - now_ns -
                       atomic_load_explicit(&clock->wall_ahead_ns, memory_order_relaxed);
    if (!atomic_load_explicit(&clock->is_known, memory_order_relaxed))
        return atomic_load(&clock->is_doubted);
    if (moved_ns > JUMP_NS || moved_ns < -JUMP_NS)
        cmb_exchange_clock_doubt(clock);
    return atomic_load_explicit(&clock->is_doubted, memory_order_relaxed);
}

struct cmb_exchange_time cmb_exchange_clock_read(const struct cmb_exchange_clock *clock,
                                                 int64_t now_ns)
{
    struct cmb_exchange_time time = { .is_known = atomic_load(&clock->is_known),
                                      .is_doubted = atomic_load(&clock->is_doubted) };
    if (time.is_known) {
        time.offset_ns = atomic_load_explicit(&clock->offset_ns, memory_order_relaxed);
        time.bound_ns = atomic_load_explicit(&clock->bound_then_ns, memory_order_relaxed) +
                        drift_ns(now_ns);
    }
    return time;
}

bool cmb_exchange_clock_is_known(const struct cmb_exchange_clock *clock)
{
    return atomic_load_explicit(&clock->is_known, memory_order_relaxed);
}

int64_t cmb_exchange_clock_tell(const struct cmb_exchange_clock *clock, int64_t now_ns)
{
    return now_ns + atomic_load_explicit(&clock->offset_ns, memory_order_relaxed);
}
