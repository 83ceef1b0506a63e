/* cli/pane.h - what one feed looks like on a screen, beside others.
 *
 * A pane takes events and draws itself into a part of a screen: a title with the state, a line of
 * measures, then a book with its trades, or rows, the newest first.
 */
#ifndef CMB_CLI_PANE_H
#define CMB_CLI_PANE_H

#include "cli/row.h"
#include "cli/screen.h"
#include "metrics/histogram.h"

enum { CMB_PANE_ROWS = 64, CMB_PANE_WIDTH_LEAST = 36, CMB_PANE_WIDTH_MOST = 64,
       CMB_PANE_LEVELS = 100 };

struct cmb_pane {
    char title[CMB_ROW_CELL_SIZE];
    uint32_t topic;
    const struct cambist_watch *watch; /* of a book */
    struct cambist_decimal tick;       /* of its market; absent: not known */
    uint32_t state;                    /* enum cambist_watch_state */
    char reason[160];                  /* why it is not live; "": it is, or nobody said */
    int64_t received_ns;               /* wall clock, of the last data; 0: none came */
    int64_t state_ns;                  /* monotonic, since when it is in its state */
    int64_t latency_ns;                /* receive time less exchange time; INT64_MIN: not known */
    int64_t sequence;                  /* the book's, or of the event */
    uint64_t connection, updates, losses; /* losses: times that it was live, and no more */
    struct cmb_histogram latencies;
    int levels;                        /* a side, when it was last live */
    uint32_t rows_topic;               /* of what stands in rows */
    struct cmb_row rows[CMB_PANE_ROWS];
    uint32_t row_count;
};

/* `rows_topic`: the topic whose records are shown as rows; trades beside a book. */
void cmb_pane_init(struct cmb_pane *pane, const char *title, uint32_t topic, uint32_t rows_topic);
void cmb_pane_take(struct cmb_pane *pane, const struct cambist_event *event);
/* Something that is known without an event. */
void cmb_pane_fail(struct cmb_pane *pane, const char *reason);

/* Draws it into a part of the screen.  `depth`: levels a side, as far as there is room. */
void cmb_pane_draw(struct cmb_pane *pane, struct cmb_screen *screen, int x, int y, int width,
                   int height, uint64_t depth);

/* Draws panes side by side, as many as find room, in bands below each other.  Answers how many
 * were drawn. */
size_t cmb_panes_draw(struct cmb_pane *const *panes, size_t count, struct cmb_screen *screen,
                      int top, int bottom, uint64_t depth);

/* "3.2 ms" of a duration: "0.4 ms", "12 ms", "3.1 s", "4 min". */
void cmb_pane_put_duration(char *to, int64_t duration_ns);
/* The style of a state. */
enum cmb_style cmb_pane_style_of(uint32_t state);

#endif
