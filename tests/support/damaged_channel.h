/* support/damaged_channel.h - a channel that does to a practice exchange's frames what the worst of
 * networks and exchanges do, out of a seed; and how often what was done. */
#ifndef TEST_SUPPORT_DAMAGED_CHANNEL_H
#define TEST_SUPPORT_DAMAGED_CHANNEL_H

#include "support/practice_truth.h"

#include <ctype.h>
#include <stdlib.h>

enum {
    CHANNEL_FRAMES = 128,
    CHANNEL_KEPT = 8,    /* frames that may come again later */
    CHANNEL_LAG = 20,    /* frames that wait, at most */
    CHECKSUM_LEVELS = 25, /* as deep as each checksum goes, or deeper than its book */
};

/* ---- what goes wrong, and where ---- */

enum { SPOT = 1, USDM = 2, OKX = 4, OKX_BARE = 8 /* without checksums */, KRAKEN = 16,
       COINBASE = 32, ASKED = SPOT | USDM, CHECKED = OKX | KRAKEN,
       ALL = ASKED | CHECKED | OKX_BARE | COINBASE };

/* X(NAME, "what", in ten thousand steps or frames, books).  What no rule of an exchange can notice
 * is not done to it: wrong digits need a checksum; an old snapshot of Coinbase's has good numbers;
 * Kraken has no numbers to begin anew.  Finer prices only where no checksum is over the digits of
 * the market: the practice exchange sums up at its own tick.  Only what is asked for may come late,
 * ahead of the stream or never. */
#define DAMAGES(X)                                                                                 \
    X(LOST, "lost", 40, ALL)                                                                       \
    X(TWICE, "twice", 50, ALL)                                                                     \
    X(AGAIN, "again later", 40, ALL)                                                               \
    X(SWAPPED, "swapped", 40, ALL)                                                                 \
    X(DELAYED, "delayed", 100, ALL)                                                                \
    X(CUT_SHORT, "cut short", 20, ALL)                                                             \
    X(GARBLED, "a number garbled", 20, ALL)                                                        \
    X(OLD_SNAPSHOT, "old snapshot", 1000, ALL & ~COINBASE)                                         \
    X(FAR_BEHIND, "snapshot far behind", 1000, ALL & ~COINBASE)                                    \
    X(AHEAD, "snapshot ahead", 1000, ASKED)                                                        \
    X(UNANSWERED, "unanswered", 500, ALL)                                                          \
    X(CROSSED, "crossed", 40, ALL)                                                                 \
    X(ZERO_UNKNOWN, "unknown level removed", 100, ALL)                                             \
    X(WRONG_CHECKSUM, "wrong checksum", 50, CHECKED)                                               \
    X(WRONG_DIGIT, "wrong digit", 50, CHECKED)                                                     \
    X(FINER_TICK, "finer tick", 40, ASKED | COINBASE)                                              \
    X(SEQUENCE_RESET, "counted anew", 15, ALL & ~KRAKEN)                                           \
    X(SILENT, "silent", 10, ALL)                                                                   \
    X(DISCONNECTED, "disconnected", 10, ALL)                                                       \
    X(HANDED_OVER, "handed over", 10, ALL)

enum damage {
#define X(NAME, text, rate, books) NAME,
    DAMAGES(X)
#undef X
    DAMAGE_KINDS
};

static const struct damage_row {
    const char *text;
    uint32_t rate, books;
} damages[] = {
#define X(NAME, text, rate, books) { text, rate, books },
    DAMAGES(X)
#undef X
};

struct frame {
    char *text;
    size_t length;
};

struct damaged_channel {
    struct cmb_random random;
    uint32_t book;
    const struct truth *truth;
    struct frame frames[CHANNEL_FRAMES], kept[CHANNEL_KEPT];
    size_t count, lag, kept_count;
    bool is_swapping; /* the next frame overtakes the last one */
    int64_t done[DAMAGE_KINDS];
};

static inline uint64_t channel_pick(struct damaged_channel *channel, uint64_t below)
{
    return cmb_random_number(&channel->random) % below;
}

/* Whether it is to be done now; who does it counts it. */
static inline bool channel_strikes(struct damaged_channel *channel, enum damage damage)
{
    return (damages[damage].books & channel->book) &&
           channel_pick(channel, 10000) < damages[damage].rate;
}

static inline void channel_clear(struct damaged_channel *channel)
{
    for (size_t i = 0; i < channel->count; i++)
        free(channel->frames[i].text);
    for (size_t i = 0; i < CHANNEL_KEPT; i++) {
        free(channel->kept[i].text);
        channel->kept[i] = (struct frame){ 0 };
    }
    channel->count = channel->kept_count = 0;
    channel->is_swapping = false;
}

/* ---- one frame ---- */

/* Whether a checksum is over this price. */
static inline bool channel_is_summed_up(const struct damaged_channel *channel, const char *price,
                                        int side)
{
    const struct truth_state *state = truth_newest(channel->truth);
    const struct cmb_engine_level *levels = state->levels[side];
    size_t better = 0;
    int64_t at = 0;
    (void)cmb_scaled_parse((struct cmb_text){ price, strcspn(price, "\"") },
                           channel->truth->rules->price_scale + 1, &at);
    while (better < state->counts[side] &&
           (side == CMB_VIEW_ASKS ? levels[better].price < at : levels[better].price > at))
        better++;
    return better < CHECKSUM_LEVELS;
}

/* Another last digit of the first level's price or amount. */
static inline void channel_falsify(struct damaged_channel *channel, struct frame *frame)
{
    int side = channel_pick(channel, 2) ? CMB_VIEW_ASKS : CMB_VIEW_BIDS;
    char *at = strstr(frame->text, side == CMB_VIEW_ASKS ? "\"asks\":[" : "\"bids\":[");
    if (!at || at[8] == ']')
        return;
    char *price = strpbrk(at + 8, "0123456789"), *number = price;
    if (!channel_is_summed_up(channel, price, side))
        return;
    if (channel_pick(channel, 2))
        number = strpbrk(price + strcspn(price, "\""), "0123456789");
    number += strcspn(number, "\"");
    number[-1] = number[-1] == '7' ? '3' : '7';
    channel->done[WRONG_DIGIT]++;
}

/* A letter in some number; not in a name, which would make it another frame. */
static inline void channel_garble(struct damaged_channel *channel, struct frame *frame)
{
    char *at = strpbrk(frame->text + 1 + channel_pick(channel, frame->length - 1), "0123456789");
    if (!at || isalpha((unsigned char)at[-1]))
        return;
    *at = 'x';
    channel->done[GARBLED]++;
}

static inline void channel_damage(struct damaged_channel *channel, struct frame *frame)
{
    if (channel_strikes(channel, WRONG_DIGIT))
        channel_falsify(channel, frame);
    if (channel_strikes(channel, GARBLED))
        channel_garble(channel, frame);
    if (!channel_strikes(channel, CUT_SHORT))
        return;
    frame->length -= 1 + channel_pick(channel, frame->length - 1);
    frame->text[frame->length] = 0;
    channel->done[CUT_SHORT]++;
}

/* ---- their order ---- */

static inline struct frame channel_copy(struct frame frame)
{
    return (struct frame){ strndup(frame.text, frame.length), frame.length };
}

static inline void channel_add(struct damaged_channel *channel, struct frame frame)
{
    if (channel->count == CHANNEL_FRAMES) {
        free(frame.text); /* lost as well */
        return;
    }
    channel->frames[channel->count++] = frame;
    if (!channel->is_swapping || channel->count < 2)
        return;
    channel->frames[channel->count - 1] = channel->frames[channel->count - 2];
    channel->frames[channel->count - 2] = frame;
    channel->is_swapping = false;
    channel->done[SWAPPED]++;
}

/* As an exchange that has stopped to sum up writes it. */
static inline void channel_take_checksum(struct frame *frame)
{
    char *at = strstr(frame->text, "\"checksum\":");
    if (!at)
        return;
    for (at += strlen("\"checksum\":"), *at++ = '0'; isdigit((unsigned char)*at); at++)
        *at = ' ';
}

/* Takes a frame of the exchange's. */
static inline void channel_send(struct damaged_channel *channel, struct frame frame)
{
    if (channel->book == OKX_BARE)
        channel_take_checksum(&frame);
    struct frame *kept = &channel->kept[channel->kept_count++ % CHANNEL_KEPT];
    free(kept->text);
    *kept = channel_copy(frame);
    channel_damage(channel, &frame);
    if (channel_strikes(channel, LOST)) {
        channel->done[LOST]++;
        free(frame.text);
        return;
    }
    if (channel_strikes(channel, TWICE)) {
        channel->done[TWICE]++;
        channel_add(channel, channel_copy(frame));
    }
    channel_add(channel, frame);
    if (channel->kept_count > CHANNEL_KEPT && channel_strikes(channel, AGAIN)) {
        channel->done[AGAIN]++;
        channel_add(channel, channel_copy(channel->kept[channel_pick(channel, CHANNEL_KEPT)]));
    }
    channel->is_swapping |= channel_strikes(channel, SWAPPED);
}

/* The next frame that arrives, which is the caller's; false: none does now. */
static inline bool channel_receive(struct damaged_channel *channel, struct frame *ret)
{
    if (channel->count <= channel->lag + channel->is_swapping)
        return false;
    *ret = channel->frames[0];
    memmove(channel->frames, channel->frames + 1, --channel->count * sizeof *channel->frames);
    return true;
}

/* Another delay, or none. */
static inline void channel_change_lag(struct damaged_channel *channel)
{
    channel->lag = channel_pick(channel, 2) ? (size_t)channel_pick(channel, CHANNEL_LAG) : 0;
    channel->done[DELAYED] += channel->lag > 0;
}

#endif
