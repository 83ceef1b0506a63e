/* With how much does a round begin, so that every level that it reaches pays?
 *
 * Piece after piece: each is as large as the smallest of the three levels where the legs stand, until
 * three levels do not surely pay.  In rough numbers, a hair's breadth too large, so that what is cut
 * down to lots behind it comes out whole. */
#include "arbitrage/way.h"

enum { LEGS = 3, FRACTION = 20 }; /* FRACTION: bits of a count, behind the point */

struct reach {
    const struct cmb_round_leg *legs;
    size_t at[LEGS];
    int64_t used[LEGS], prices[LEGS];
    struct cmb_rough rates[LEGS]; /* what one of the beginning is, as the leg's input */
};

/* The levels where it stands; false: a book ends here. */
static bool set_prices(struct reach *reach)
{
    for (int i = 0; i < LEGS; i++) {
        const struct cmb_round_leg *leg = &reach->legs[i];
        if (reach->at[i] >= leg->count || leg->levels[reach->at[i]].price <= 0)
            return false;
        reach->prices[i] = leg->levels[reach->at[i]].price;
    }
    return true;
}

static struct cmb_rough power_of_ten(unsigned digits)
{
    return cmb_rough_of((cmb_wide_bits)cmb_powers_of_ten[digits], false);
}

static unsigned at_most_a_power(unsigned digits)
{
    return digits < CMB_SCALED_SCALE_MOST ? digits : CMB_SCALED_SCALE_MOST;
}

/* From one leg's output to the next one's input, which counts at another scale. */
static struct cmb_rough hand_over(struct cmb_rough rate, unsigned from, unsigned to)
{
    while (from < to) {
        unsigned digits = at_most_a_power(to - from);
        rate = cmb_rough_times(rate, power_of_ten(digits), true);
        from += digits;
    }
    while (from > to) {
        unsigned digits = at_most_a_power(from - to);
        rate = cmb_rough_over(rate, power_of_ten(digits), true);
        from -= digits;
    }
    return rate;
}

static void set_rates(struct reach *reach)
{
    struct cmb_rough rate = cmb_rough_of(1, false);
    for (int i = 0; i < LEGS; i++) {
        const struct cmb_round_leg *leg = &reach->legs[i];
        struct cmb_rough price = cmb_rough_of((cmb_wide_bits)reach->prices[i], true);
        struct cmb_rough kept = cmb_rough_of((cmb_wide_bits)leg->place->terms.get, true);
        reach->rates[i] = rate;
        if (i == LEGS - 1)
            return;
        rate = leg->is_buy ? cmb_rough_over(rate, price, true) : cmb_rough_times(rate, price, true);
        rate = cmb_rough_over(cmb_rough_times(rate, kept, true),
                              power_of_ten(leg->symbol->fee_scale), true);
        rate = hand_over(rate, leg->output_scale, reach->legs[i + 1].input_scale);
    }
}

/* What is left of a level, in what the round begins with. */
static struct cmb_rough room_of(const struct reach *reach, int i)
{
    const struct cmb_round_leg *leg = &reach->legs[i];
    int64_t left = leg->levels[reach->at[i]].amount - reach->used[i];
    cmb_wide input = leg->is_buy ? (cmb_wide)left * reach->prices[i] : left;
    return cmb_rough_over(cmb_rough_of((cmb_wide_bits)input, true), reach->rates[i], true);
}

/* Counts a piece off a level; the leg that it was cut for has used its own up. */
static void use(struct reach *reach, int i, struct cmb_rough piece, bool is_tight)
{
    const struct cmb_round_leg *leg = &reach->legs[i];
    struct cmb_rough input = cmb_rough_times(piece, reach->rates[i], false);
    if (leg->is_buy)
        input = cmb_rough_over(input, cmb_rough_of((cmb_wide_bits)reach->prices[i], true), false);
    int64_t left = leg->levels[reach->at[i]].amount - reach->used[i];
    cmb_wide amount;
    if (is_tight || !cmb_rough_floor(input, 0, &amount) || amount >= left) {
        reach->at[i]++;
        reach->used[i] = 0;
    } else {
        reach->used[i] += (int64_t)amount;
    }
}

static struct cmb_rough take_piece(struct reach *reach)
{
    struct cmb_rough piece = { 0, 0 };
    int tight = 0;
    set_rates(reach);
    for (int i = 0; i < LEGS; i++) {
        struct cmb_rough room = room_of(reach, i);
        if (i && cmb_rough_is_at_least(room, piece))
            continue;
        piece = room;
        tight = i;
    }
    for (int i = 0; i < LEGS; i++)
        use(reach, i, piece, i == tight);
    return piece;
}

cmb_wide cmb_round_start(const struct cmb_route *route, const struct cmb_round_leg *legs,
                         cmb_wide most)
{
    struct reach reach = { .legs = legs };
    cmb_wide sum = 0, piece;
    while (set_prices(&reach) && cmb_round_surely_pays(route, reach.prices)) {
        if (!cmb_rough_floor(take_piece(&reach), FRACTION, &piece) ||
            __builtin_add_overflow(sum, piece + 1, &sum))
            return most;
        if (sum >> FRACTION >= most)
            return most;
    }
    return sum >> FRACTION;
}
