/* plugin/plugin.h - an exchange's tables, compiled.
 *
 * cmb_plugin_open() loads a shared object and turns its tables into the flat programs below, once;
 * from then on everything is read-only and may be used from any thread.  Whoever follows a way
 * (request, stream) or runs the tables backwards (the simulator) reads these and nothing else.
 */
#ifndef CMB_PLUGIN_PLUGIN_H
#define CMB_PLUGIN_PLUGIN_H

#include <cambist/plugin.h>

#include "base/arena.h"
#include "base/schema.h"

enum { CMB_CLIENT_ID_LENGTH = 18 }; /* of the host's own client order ids */

/* ---- words ---- */

struct cmb_word_row {
    struct cmb_text ours, theirs; /* theirs "*": whatever else they say */
    uint32_t number;              /* of ours; 0 when the table's kind has no vocabulary */
};

struct cmb_words {
    struct cmb_text name;
    const struct cmb_word_row *rows;
    uint32_t count;
};

/* ---- templates ---- */

/* What a {name} stands for: X(NAME, "name").  `index` of the step says which one of a kind. */
#define CMB_NAME_LIST(X)                                                                           \
    X(MARKET, "market") X(MARKETS, "markets") X(BASE, "base") X(QUOTE, "quote")                    \
    X(SETTLE, "settle") X(BASE_ID, "base_id") X(QUOTE_ID, "quote_id")                              \
    X(SETTLE_ID, "settle_id") X(MARKET_KIND, "market_kind") X(NONCE, "nonce") X(UUID, "uuid")      \
    X(RANDOM, "random") X(SECRET_FORM, "secret_form") X(ENVIRONMENT, "environment")                \
    X(ACCESS, "access") X(SERVER, "server") X(METHOD, "method") X(HOST, "host") X(PATH, "path")    \
    X(QUERY, "query") X(TARGET, "target") X(BODY, "body") X(RAW_QUERY, "raw_query")                \
    X(SORTED_QUERY, "sorted_query") X(SORTED_RAW_QUERY, "sorted_raw_query")                        \
    X(ROUTE, "route") X(CONTENT_TYPE, "content_type") X(CHANNEL, "channel")                        \
    X(TOPICS, "topics") X(NUMBER, "number") X(TOKEN, "token")

enum cmb_name {
    CMB_NAME_LITERAL = 0,
#define X(NAME, text) CMB_NAME_##NAME,
    CMB_NAME_LIST(X)
#undef X
    CMB_NAME_ARGUMENT,   /* index: enum cambist_argument */
    CMB_NAME_CREDENTIAL, /* index: row of credentials */
    CMB_NAME_DERIVED,    /* index: compiled derived value */
    CMB_NAME_TIME,       /* index: enum cmb_time_form; now, and so on */
    CMB_NAME_SINCE,
    CMB_NAME_UNTIL,
    CMB_NAME_BEGIN,
    CMB_NAME_END,
    CMB_NAME_TIMEOUT,
    CMB_NAME_DEADLINE,
};

/* Forms that a time's name ends with: X(NAME, "ending"). */
#define CMB_TIME_FORM_LIST(X)                                                                      \
    X(S, "s") X(MS, "ms") X(US, "us") X(NS, "ns") X(ISO, "iso") X(ISO_S, "iso_s")

enum cmb_time_form {
#define X(NAME, text) CMB_TIME_FORM_##NAME,
    CMB_TIME_FORM_LIST(X)
#undef X
};

#define CMB_FILTER_LIST(X)                                                                         \
    X(LOWER, "lower") X(UPPER, "upper") X(URL, "url") X(JSON, "json") X(HEX, "hex")                \
    X(BASE64, "base64") X(BASE64URL, "base64url") X(MD5, "md5") X(SHA256, "sha256")                \
    X(SHA384, "sha384") X(SHA512, "sha512")

enum cmb_filter {
    CMB_FILTER_NONE = 0,
#define X(NAME, text) CMB_FILTER_##NAME,
    CMB_FILTER_LIST(X)
#undef X
};

enum { CMB_FILTERS_MAX = 4 };

struct cmb_step {
    uint32_t name;            /* enum cmb_name */
    uint32_t index;
    struct cmb_text text;     /* the literal, or the default; of BEGIN and END of the limit */
    int64_t shift;            /* of a time, in its unit */
    const struct cmb_words *words; /* ours -> theirs, NULL: as it is */
    uint8_t filters[CMB_FILTERS_MAX]; /* enum cmb_filter, in order */
};

struct cmb_template {
    const struct cmb_step *steps;
    uint32_t count;
    bool is_plain; /* whatever it gives, percent-encoding would not change it */
};

/* ---- conditions ---- */

enum cmb_term_test { CMB_GIVEN = 1, CMB_NOT_GIVEN, CMB_ONE_OF, CMB_ABOVE };

struct cmb_term {
    uint32_t name, index; /* as in a step */
    uint32_t test;        /* enum cmb_term_test */
    uint32_t count;
    const struct cmb_text *values; /* of ONE_OF */
    int64_t number;                /* of ABOVE */
};

struct cmb_condition {
    const struct cmb_term *terms; /* all must hold; none: always */
    uint32_t count;
};

/* ---- requests ---- */

struct cmb_parameter {
    struct cmb_text name;
    struct cmb_text head; /* "&name=" percent-encoded, as it stands in a query or form */
    struct cmb_template value;
    struct cmb_condition when;
    uint32_t place; /* CAMBIST_QUERY, _FORM, _JSON or _HEADER */
    uint32_t json_form;
    bool is_optional, is_repeated;
    bool is_item; /* stands in each item of a list body; without a name: is the item */
};

struct cmb_charge {
    uint32_t limit; /* row of limits */
    uint32_t weight;
    bool is_per_item;
    struct cmb_condition when;
};

struct cmb_derived {
    struct cmb_text name;
    const struct cambist_derived *row;
    struct cmb_template text;
    struct cmb_condition when;
    int credential; /* row, -1: none */
};

/* The alternatives of one name stand together in `derived`. */
struct cmb_derived_name {
    struct cmb_text name;
    uint32_t first, count;
};

/* ---- answers ---- */

enum cmb_path_kind {
    CMB_PATH_KEY = 1, CMB_PATH_INDEX, CMB_PATH_ANY, CMB_PATH_SELECT, CMB_PATH_EACH_ELEMENT,
    CMB_PATH_EACH_MEMBER, CMB_PATH_KEY_ITSELF, CMB_PATH_LAST /* index: from the end, 1 */, CMB_PATH_SELECT_NOT,
    CMB_PATH_MARKET,
};

struct cmb_path_step {
    uint32_t kind;  /* enum cmb_path_kind */
    uint32_t index;
    struct cmb_text key, value; /* value: of SELECT and SELECT_NOT */
};

struct cmb_path {
    const struct cmb_path_step *steps;
    uint32_t count;
};

/* One value that a row is searched for. */
struct cmb_leaf {
    const struct cambist_field *row;
    int member;    /* of the record's schema; -1: a constant to be checked */
    uint32_t kind; /* enum cmb_member_kind */
    uint32_t as;
    const struct cmb_words *words;
    struct cmb_condition when;
    struct cmb_path path;
    char part_mark;      /* the text is cut at it, 0: it is taken whole ... */
    uint8_t part;        /* ... and this piece of it is taken */
    bool is_said;        /* the row's constant is the value; without a path: always */
    bool is_alternative; /* of the leaf before it: used when that one gave nothing */
    bool is_from_answer; /* the path starts at the answer, not at the row */
};

/* All leaves' paths merged, so that a row is read once from its first byte to its last. */
struct cmb_node {
    struct cmb_path_step step;
    struct cmb_node *child, *next;
    int leaf;     /* first leaf that ends here, -1: none */
    int key_leaf; /* first leaf that wants the key under which this value stands, -1: none */
    bool has_choices; /* a child chooses the object itself */
    bool has_names;   /* every other child is a key: no member is wanted twice */
    const struct cmb_node **names; /* where has_names: these children, by the hash of their key */
    uint32_t name_mask;            /* places of `names`, a power of two, less one; some are NULL */
};

/* Enough to tell the keys of one object apart mostly. */
static inline uint32_t cmb_name_hash(struct cmb_text key)
{
    if (!key.length)
        return 0;
    uint32_t first = (unsigned char)key.at[0], last = (unsigned char)key.at[key.length - 1];
    return (first * 5) ^ (last * 3) ^ ((uint32_t)key.length * 9);
}

/* What an exchange may tell of a level. */
enum cmb_level_part {
    CMB_LEVEL_PRICE,
    CMB_LEVEL_AMOUNT,
    CMB_LEVEL_SIDE,
    CMB_LEVEL_SEQUENCE,
    CMB_LEVEL_COUNT,
    CMB_LEVEL_PARTS
};

struct cmb_fields {
    const struct cmb_record_schema *schema;
    const struct cmb_leaf *leaves;
    uint32_t count;
    const int *next_leaf; /* the next leaf that ends at the same node, -1: none */
    const struct cmb_node *row_tree, *answer_tree; /* NULL: no leaves of that sort */
    struct cmb_path level[CMB_LEVEL_PARTS]; /* of one step, or of none: it is not told */
    bool has_pairs; /* price and amount stand first in an array, and nothing else is told */
    const struct cambist_field *level_side_row; /* NULL: each side stands in a list of its own */
    const struct cmb_words *level_sides;
};

/* ---- the whole ---- */

struct cmb_endpoint {
    const struct cambist_endpoint *row;
    uint32_t number;    /* of the row */
    uint32_t operation; /* enum cambist_operation */
    uint32_t place;     /* never BY_METHOD */
    uint32_t server;    /* row of servers */
    struct cmb_text method;
    struct cmb_template path;
    struct cmb_condition when;
    struct cmb_parameter *parameters; /* the row's own, then the stamps of its access */
    uint32_t own_count, parameter_count;
    struct cmb_charge *charges;
    uint32_t charge_count;
    struct cmb_text items; /* key of the list in the body; at "" the body is the list; absent */
    struct cmb_path rows;
    struct cmb_fields fields;
    bool is_harmless; /* a lost answer does no harm: it may be asked again */
    bool is_timed;    /* signed with the time of signing, or tells until when it may be executed */
};

struct cmb_failure {
    const struct cambist_failure *row;
    struct cmb_text path, good, code, message;
};

/* ---- streams ---- */

struct cmb_frame_value {
    struct cmb_text text;
    bool is_beginning; /* "candle*": whatever begins with it */
};

/* A term of `frames`. */
struct cmb_frame_term {
    uint32_t test;  /* CMB_GIVEN, CMB_NOT_GIVEN, CMB_ONE_OF */
    uint32_t probe; /* of plugin->probes: the path that it asks about */
    const struct cmb_frame_value *values; /* of ONE_OF */
    uint32_t count;
};

struct cmb_frame_rule {
    const struct cmb_frame_term *terms;
    uint32_t count;
    struct cmb_text whole; /* the frame is this text; absent: the terms decide */
};

struct cmb_dialect {
    const struct cambist_dialect *row;
    uint32_t server;
    int connects; /* row of limits, -1: none */
    struct cmb_template path, login, subscribe, unsubscribe, ping;
    struct cmb_text envelope, content; /* first member of a wrapped frame, and where it holds what
                                        * counts; absent: frames are not wrapped */
    const struct cmb_channel *channels; /* the first that it speaks of; the others follow it */
};

struct cmb_channel {
    const struct cambist_channel *row;
    uint32_t topic;   /* enum cambist_topic */
    uint32_t dialect; /* of plugin->dialects */
    const struct cmb_channel *next; /* of the same dialect, in the order of the table */
    struct cmb_endpoint endpoint; /* rows, fields and access, as the map stage wants them */
    struct cambist_endpoint endpoint_row; /* what `endpoint` points to */
    struct cmb_template channel, name;
    struct cmb_condition when;
    struct cmb_frame_rule frames;
    const struct cambist_book_rule *book; /* NULL: it is no book */
    bool has_market; /* each market is subscribed to; else all come together */
};

struct cmb_signal {
    const struct cambist_signal *row;
    struct cmb_frame_rule frames;
    struct cmb_template answer;
};

struct cmb_plugin {
    struct cmb_text name;
    struct cambist_plugin tables; /* the host's own copy, rows restrided */
    struct cmb_words *words;
    uint32_t word_table_count;
    struct cmb_derived *derived;
    uint32_t derived_count;
    struct cmb_derived_name *derived_names;
    uint32_t derived_name_count;
    struct cmb_endpoint *endpoints;
    uint32_t endpoint_count;
    uint32_t first_endpoints[CAMBIST_OPERATION_COUNT]; /* without one: endpoint_count */
    struct cmb_dialect *dialects;
    struct cmb_channel *channels;
    struct cmb_signal *signals;
    const char **probes; /* paths that terms ask about, each once */
    uint32_t dialect_count, channel_count, signal_count, probe_count;
    uint32_t kinds; /* CAMBIST_KIND_... that some endpoint serves */
    int secret;     /* row of the credential named "secret", -1: none */
    struct cmb_arena arena; /* everything above */
    char sha256[65];        /* of the file, hex; "" for a plugin that is linked in */
    char path[4096];
    void *handle;
};

/* What is compiled of a plugin may take no more. */
enum { CMB_PLUGIN_BYTES_MOST = 8 << 20 };

/* What plugins may be loaded from where. */
struct cmb_plugin_rules {
    const char *search_path; /* directories, colons between; NULL or "": the default path */
    bool is_strict;          /* refuses files that others than root and oneself could change */
    const char *sha256;      /* required hash, hex; NULL: any */
};

/* The search path when nobody says one: $CAMBIST_PLUGIN_PATH, else the folder plugins of the build
 * tree that this code stands in, else the installed one.  [before threads start] */
const char *cmb_plugin_default_path(void);

/* Loads cambist_<name>.so from the search path and compiles it.  Before any of its code runs, the
 * file must be a plugin of this contract; before it is used, its tables must make sense.  The
 * plugin is never unloaded.  *ret is owned by the caller (cmb_plugin_close); NULL on failure, with
 * the table, the row and the reason in `error`. */
int cmb_plugin_open(const char *name, const struct cmb_plugin_rules *rules,
                    struct cmb_plugin **ret, struct cambist_error *error);
/* The same for one file, wherever it is. */
int cmb_plugin_open_file(const char *path, const struct cmb_plugin_rules *rules,
                         struct cmb_plugin **ret, struct cambist_error *error);
/* The same for a plugin that is linked in. */
int cmb_plugin_compile(const struct cambist_plugin *tables, struct cmb_plugin **ret,
                       struct cambist_error *error);
/* Releases what was compiled; accepts NULL. */
void cmb_plugin_close(struct cmb_plugin *plugin);

/* The row of limits of that name; -1 when there is none. */
int cmb_find_limit(const struct cmb_plugin *plugin, struct cmb_text name);
/* What the exchange promises about orders in markets of that kind; NULL: nothing. */
const struct cambist_order_rule *cmb_find_order_rule(const struct cmb_plugin *plugin,
                                                     uint32_t kind);

/* The table of that name, NULL when the plugin has none. */
const struct cmb_words *cmb_words_find(const struct cmb_plugin *plugin, struct cmb_text name);
/* Their word for ours: absent when the table has none. */
struct cmb_text cmb_words_theirs(const struct cmb_words *words, struct cmb_text ours);
/* The row that reads their word, NULL when the table has none. */
const struct cmb_word_row *cmb_words_read(const struct cmb_words *words, struct cmb_text theirs);

/* The rows of an array that holds `count` rows of `row_size` bytes, as a pointer to row `i`. */
#define CMB_ROW(table, i) (&(table).rows[i])

#endif
