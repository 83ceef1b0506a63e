/* cli/feeds.h - what the commands that watch share: words, the host, the watches, waiting.
 *
 * All of it runs in one thread: events come while cmb_feeds_turn waits.  Signals that end or suspend
 * the command, and changes of the terminal's size, come there too.
 */
#ifndef CMB_CLI_FEEDS_H
#define CMB_CLI_FEEDS_H

#include <signal.h>

#include "cli/cli.h"
#include "host/host.h"

enum { CMB_FEEDS_MOST = 64, CMB_FEED_WORDS_MOST = 64, CMB_FEED_NAME_SIZE = 64 };

struct cmb_feeds;

/* One thing that is watched. */
struct cmb_feed {
    struct cmb_feeds *feeds;
    char exchange_name[CMB_FEED_NAME_SIZE]; /* "": every exchange of the configuration */
    const char *symbol;                     /* NULL: of the account, or of all markets */
    uint32_t topic;
    struct cambist_exchange *exchange;
    struct cambist_watch *watch; /* NULL: refused */
    void *user;                  /* the command's */
};

struct cmb_feeds {
    const char *command;
    /* options */
    bool is_json;
    const char *config, *timeframe, *to;
    uint64_t depth;  /* 0: not given */
    uint64_t frames; /* 0: not given */
    int64_t for_ns;  /* 0: until a signal comes */
    /* plain words */
    int word_count;
    char *words[CMB_FEED_WORDS_MOST];
    struct cmb_feed rows[CMB_FEEDS_MOST];
    size_t count;
    struct cambist *host;
    struct cambist_error error;
    int signal_fd;
    sigset_t signals_before;
    int64_t end_ns; /* monotonic; 0: none */
    bool has_screen; /* the command's: it leaves its screen before it is suspended */
    bool is_resized, is_suspended, is_over;
};

/* Reads options and plain words.  CMB_EXIT_DONE, or the exit code to end with. */
int cmb_feeds_read(struct cmb_feeds *feeds, int count, char **words);
/* "book" and "watch_order_book" are CAMBIST_TOPIC_watch_order_book; NONE for what is no topic. */
uint32_t cmb_feeds_find_topic(struct cmb_text word);
/* Adds EXCHANGE:SYMBOL, EXCHANGE (of the account), or a SYMBOL: at every exchange of the
 * configuration.  False when there are too many. */
bool cmb_feeds_add(struct cmb_feeds *feeds, uint32_t topic, const char *word);
bool cmb_feeds_add_at(struct cmb_feeds *feeds, uint32_t topic, struct cmb_text exchange,
                      const char *symbol);

/* Opens the host: of the configuration, or without one for public data.  Like cmb_feeds_read. */
int cmb_feeds_open(struct cmb_feeds *feeds);
/* Begins to watch one; the reason in feeds->error.  `user` of its events is the feed. */
int cmb_feed_start(struct cmb_feed *feed, cambist_event_fn *on_event);
/* Waits for events, signals, the end, at most so long.  False when it is over. */
bool cmb_feeds_turn(struct cmb_feeds *feeds, int timeout_ms);
/* Ends watches and host; accepts what was never opened. */
void cmb_feeds_close(struct cmb_feeds *feeds);

#endif
