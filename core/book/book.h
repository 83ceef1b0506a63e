/* book/book.h - an order book that cannot be read while it may be wrong.
 *
 * One thread feeds a book with what an exchange sends; the book checks by the exchange's rule
 * (struct cambist_book_rule) that nothing is missing, and is live only while that is proved.
 * Any number of other threads read it without locks and see either a whole state or none.
 *
 *     struct cmb_book *book = cmb_book_new(rule, price_scale, amount_scale);
 *     switch (cmb_book_apply(book, &update)) { ... }
 *     if (cmb_book_need(book) == CMB_BOOK_NEEDS_SNAPSHOT) ask for one, unless one is on its way
 *
 * The feeder's functions: [one thread at a time].  The readers': [any thread].
 */
#ifndef CMB_BOOK_BOOK_H
#define CMB_BOOK_BOOK_H

#include <cambist/plugin.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "number/fault.h"
#include "number/scaled.h"

/* Levels that one side may have, whatever its rule says; deeper ones are dropped. */
#define CMB_BOOK_LEVELS_MOST      131072
/* What waits for a snapshot: so many updates, and so many levels in them. */
#define CMB_BOOK_HELD_MOST        4096
#define CMB_BOOK_HELD_LEVELS_MOST 131072
/* How long a book may stay crossed, until cmb_book_set_crossed_most says something else. */
#define CMB_BOOK_CROSSED_MOST_NS  1000000000

struct cmb_book;

enum cmb_book_state {
    CMB_BOOK_RESYNCING = 1, /* nothing is claimed; so it begins */
    CMB_BOOK_LIVE,          /* true at its sequence number */
    CMB_BOOK_STALE,         /* was live, but the feeder misses signs of life */
};

enum cmb_book_outcome {
    CMB_BOOK_APPLIED = 1, /* the book is live, and newer than before */
    CMB_BOOK_CONFIRMED,   /* nothing changed, but the book is proved to be up to date */
    CMB_BOOK_HELD,        /* kept until the snapshot comes */
    CMB_BOOK_PASSED_OVER, /* old, a duplicate, or of no use while resyncing */
    CMB_BOOK_BROKEN,      /* the book is resyncing from now on; cmb_book_reason tells why */
};

/* Why a book is not live. */
enum cmb_book_reason {
    CMB_BOOK_NEW = 0,      /* it never was */
    CMB_BOOK_GAP,          /* an update is missing */
    CMB_BOOK_REGRESSED,    /* the exchange counts from the beginning again */
    CMB_BOOK_CHECKSUM,     /* the exchange's checksum is another */
    CMB_BOOK_CROSSED,      /* a bid was as high as an ask for too long */
    CMB_BOOK_OVERFLOW,     /* the snapshot did not come before the held updates were too many */
    CMB_BOOK_THIN,         /* of the levels that a cut snapshot held hardly any are left */
    CMB_BOOK_DIFFERS,      /* a snapshot with the book's own number holds other levels */
    CMB_BOOK_GARBLED,      /* a number that the rule needs is missing, or an amount is negative */
    CMB_BOOK_UNREADABLE,   /* the feeder: a price that no scale holds, a message not understood */
    CMB_BOOK_DISCONNECTED, /* the feeder: updates were lost with the connection */
    CMB_BOOK_NO_MEMORY,
    CMB_BOOK_REASONS /* how many there are */
};

/* What the feeder has to do so that the book becomes live. */
enum cmb_book_need {
    CMB_BOOK_NEEDS_NOTHING = 0,
    CMB_BOOK_NEEDS_SNAPSHOT,     /* ask for one, after the subscription is confirmed */
    CMB_BOOK_NEEDS_SUBSCRIPTION, /* subscribe anew: the exchange sends the snapshot */
};

/* One message about a book.  Arrays are borrowed for the call.  Levels: amounts are absolute, 0
 * removes; at the book's scales.  A snapshot's may come in any order; sorted is faster. */
struct cmb_book_update {
    bool is_snapshot; /* the levels are the whole book, asked for or sent */
    bool has_first, has_sequence, has_previous, has_checksum;
    int64_t first, sequence, previous; /* as enum cambist_book_kind calls them */
    uint32_t checksum;                 /* where it is signed: its bits */
    int64_t timestamp_ns;              /* by the exchange's clock; 0: not told */
    int64_t received_ns;               /* by a monotonic clock of the feeder's choice */
    const struct cmb_scaled_level *bids, *asks;
    size_t bid_count, ask_count;
    /* Beside the levels, for checksums over the digits as sent; NULL: as many as the scales. */
    const struct cmb_scaled_digits *bid_digits, *ask_digits;
    /* Beside the levels, for CHANGES; NULL: all count. */
    const int64_t *bid_sequences, *ask_sequences;
};

struct cmb_book_counts {
    uint64_t applied, confirmed, held, passed_over;
    uint64_t refused;                  /* snapshots older than what was held */
    uint64_t resyncs;                  /* times it became live out of resyncing */
    uint64_t unknown_removed;          /* removals of levels that were not there */
    uint64_t dropped;                  /* levels deeper than the rule's or the snapshot's depth */
    uint64_t broken[CMB_BOOK_REASONS]; /* times, by enum cmb_book_reason */
};

/* What one book may take: both sides at their deepest, what they outgrew, and what waits for a
 * snapshot. */
size_t cmb_book_bytes_most(void);

/* `rule` must outlive the book.  Scales as in number/scaled.h, usually those of tick and lot size.
 * NULL without memory, for a kind that is none, or for scales above CMB_SCALED_SCALE_MOST. */
struct cmb_book *cmb_book_new(const struct cambist_book_rule *rule, unsigned price_scale,
                              unsigned amount_scale);
/* Nobody may be reading.  NULL is fine. */
void cmb_book_free(struct cmb_book *book);

/* Checks `update` by the rule and applies, keeps or passes it over.  For a rule of scope
 * OF_CONNECTION the numbers are the feeder's to check: see cmb_book_break.  No allocation once the
 * book and its buffer have grown to their usual size. */
enum cmb_book_outcome cmb_book_apply(struct cmb_book *book, const struct cmb_book_update *update);
/* The feeder knows that the book is wrong: it resyncs.  What was held is forgotten. */
void cmb_book_break(struct cmb_book *book, enum cmb_book_reason reason);
/* Nothing came for too long: a live book becomes stale.  The next update that follows on the last
 * one, or a snapshot, makes it live again. */
void cmb_book_mark_stale(struct cmb_book *book);
/* Time passes without updates: BROKEN when the book has been crossed for too long, otherwise
 * PASSED_OVER.  `now_ns` by the clock of `received_ns`. */
enum cmb_book_outcome cmb_book_pass_time(struct cmb_book *book, int64_t now_ns);
void cmb_book_set_crossed_most(struct cmb_book *book, int64_t most_ns);

/* Gives all levels, also the held ones, other scales; the book stays as live as it was.  For when
 * the exchange sends more decimals than the scale holds.  INEXACT where a smaller scale would lose
 * digits, TOO_LARGE where int64 cannot hold a number: then nothing changed. */
enum cmb_number_fault cmb_book_rescale(struct cmb_book *book, unsigned price_scale,
                                       unsigned amount_scale);

/* To be asked after every call above. */
enum cmb_book_need cmb_book_need(const struct cmb_book *book);

/* -- reading [any thread] -- */

enum cmb_book_state cmb_book_state(const struct cmb_book *book);
/* The last reason for not being live; keeps its value when the book is live again. */
enum cmb_book_reason cmb_book_reason(const struct cmb_book *book);
/* In lower case, for logs: "gap". */
const char *cmb_book_reason_name(enum cmb_book_reason reason);
void cmb_book_count(const struct cmb_book *book, struct cmb_book_counts *ret_counts);

struct cmb_book_view {
    struct cmb_scaled_level *bids, *asks; /* the caller's, with room for the depth; best first */
    size_t bid_count, ask_count;
    enum cmb_book_state state;
    bool is_crossed;      /* at this moment; it may be the exchange's own */
    int64_t sequence;     /* 0 where the exchange tells none */
    int64_t timestamp_ns; /* the exchange's time of the last change; 0: not told */
    int64_t received_ns;  /* when the book was last proved true: age = now - this */
    unsigned price_scale, amount_scale;
    uint64_t version; /* grows with every change, also of the state */
};

/* Levels also of a book that is not live: the last known ones, or a state on the way. */
#define CMB_BOOK_LAST_KNOWN 1u

/* Copies up to `depth` levels per side into the arrays that view->bids and view->asks point to.
 * Answers whether the book is live.  If it is not, there are no levels, except with
 * CMB_BOOK_LAST_KNOWN. */
bool cmb_book_read(const struct cmb_book *book, size_t depth, unsigned flags,
                   struct cmb_book_view *view);

struct cmb_book_best {
    struct cmb_scaled_level bid, ask; /* amount 0: the side is empty */
    unsigned price_scale, amount_scale;
    int64_t received_ns;
    uint64_t version;
};
/* The best level of both sides; false, and ret_best untouched, unless the book is live. */
bool cmb_book_best(const struct cmb_book *book, struct cmb_book_best *ret_best);

#endif
