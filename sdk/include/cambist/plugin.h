/* cambist/plugin.h - everything an exchange plugin promises and is given.
 *
 * A plugin is one shared object, cambist_<name>.so, that answers one question: how does this
 * exchange differ?  It answers with tables.  The host compiles them when it loads the plugin and
 * refuses, naming table, row and reason, what does not make sense.  Where a table cannot say it, a
 * function in the row does.
 *
 * What it links:     nothing.  What a function needs from the host it reaches through its call.
 * What it remembers: nothing.  Nonces, tokens, market names and books are the host's to keep.
 * What it touches:   no socket, no clock, no secret.  It cannot name a host that its `servers` do
 *                    not list, and operators see that list.
 * Threads:           tables are read-only for ever; functions run in any thread, many at once.
 * Memory:            tables live as long as the .so; memory from the call lives until the call
 *                    ends; nobody frees.
 * Growth:            docs/abi.md.  Members are appended, never moved or retyped; a member that a
 *                    plugin of an older minor does not have reads as zero, and zero always means
 *                    "as it was before this member existed".
 *
 * Templates.  Paths, parameter values, headers and texts to be signed are templates: text with
 * {name} or {name:filter} or {name:filter:filter} in it.  {{ and }} stand for the braces.
 *   arguments    {symbol} {amount} {price} {limit} ... every name of CAMBIST_ARGUMENT_LIST
 *                and, since 1.1, of CAMBIST_NAMED_ARGUMENT_LIST.
 *                {limit=100}: 100 when it was not given.  Arguments of a vocabulary ({side}, {type},
 *                {time_in_force} ...) become the exchange's word; a default is our word.
 *   market       {market} the exchange's name of the symbol's market; {markets} the same of all
 *                `symbols`, commas between; {base} {quote} {settle} unified, {base_id} {quote_id}
 *                {settle_id} as the exchange writes them; {market_kind}
 *   time         {time_s} {time_ms} {time_us} {time_ns} {time_iso} (2025-08-01T00:00:00.123Z)
 *                {time_iso_s} (2025-08-01T00:00:00); the same endings for {since_...}, {until_...}
 *                and {end_...}, which is until or, failing that, since + limit x timeframe, and
 *                {begin_...}, which is since or, failing that, limit x timeframe before until or
 *                now.  {end_s=300}: the limit when it was not given; the end is then now, if need be
 *                {timeout_s}: the span of `timeout`, rounded up to the unit
 *                {deadline_...}, since 1.3: now + receive_window, where one was given
 *                {time_s+120}, {since_ms-1}: shifted by a whole number of the unit
 *   fresh        {nonce} always larger than any before it for this key; {uuid}; {random} 32 hex
 *   credentials  {key}, {passphrase} ... whatever the credentials table does not call secret;
 *                {secret_form}: text, base64, rsa, ed25519, ec
 *   request      {method} {host} {path} {query} {target} (path and ?query) {body} {content_type}, as
 *                they are when the row is reached; {route} the path without the server's part; {raw_query} before percent-encoding; {sorted_query}
 *                {sorted_raw_query} by name
 *   derived      whatever the table `derived` names
 *   stream       in the tables of streams: {channel} and {topics} of the message, {number} ours of it
 *                (in an answer: theirs), {token} what open_stream gave
 * Filters: lower upper url json hex base64 base64url md5 sha256 sha384 sha512, or the name of a
 * table of words.  json quotes a text, and makes ["a","b"] of {markets}.
 *
 * Conditions.  `when` is a list of terms that must all hold: `price` was given (a flag: is yes),
 * `!price` was not, `type=limit` (our words; `type=limit|market` either), `limit>100`.  Besides the
 * arguments it knows market_kind, base, quote, settle, environment (live, sandbox, simulated),
 * secret_form, access, server, and whether there is a query or a body.
 *
 * Paths.  A path finds values in an answer: keys and indices with dots between, and the steps
 *   -1           the last element; since 1.2 -2, -3 ... count from the end too
 *   *            the first member whose value is an object or array
 *   @key         the key under which the value was found
 *   {market}     the member whose key is a name of the market that was asked for
 *   [k=v]        the first element of an array whose member k is v; of an object: the object itself,
 *                if its member k is v.  [k!=v]: is not v, or is not there
 *   []  {}       every element, every member (or element): only in `rows`; [] with CAMBIST_SUM
 *   a|b          whichever of the two paths gives a value first
 * A field's path may end with a part of the text that it finds: `family:-0` is the first of the
 * parts between dashes, `note: 1` the second of those between spaces.  Such texts are for people: a
 * part that cannot be read as its field is absent.
 * Paths of field rows start at the row; a path that starts with / starts at the answer.
 * A row with a field and a `constant` says what the field is when something stands at its path, or
 * always when it has none: our word, a number, or {base}, {quote}, {settle} of the record's market.
 *
 * Frames (since 1.2).  What kind of message a stream has sent is told by a list of terms that must all
 * hold: `e=trade` (the value at that path; bars between alternatives, `candle*` begins with it),
 * `arg.channel` something stands there, `!id` nothing does, `=pong` the whole message is this text.  A frame is given to
 * every row of `channels` whose terms hold, else to the first row of `signals`; one that no row
 * knows is reported.  The cheapest terms come first in a row: a path near the frame's beginning.
 */
#ifndef CAMBIST_PLUGIN_H
#define CAMBIST_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#include <cambist/status.h>
#include <cambist/types.h>

#define CAMBIST_PLUGIN_MAGIC 0x54534243u /* "CBST" in a little-endian dump */
#define CAMBIST_ABI_MAJOR    1u          /* raised when plugins already built must be rebuilt */
#define CAMBIST_ABI_MINOR    3u          /* raised whenever something is appended */

/* A table that can gain columns: the host walks it by the row size the plugin was built with. */
#define CAMBIST_TABLE_OF(row)                                                                      \
    struct {                                                                                       \
        const struct cambist_##row *rows;                                                          \
        uint32_t count, row_size;                                                                  \
    }
/* The initialiser of a table: of an array, or of rows written in place. */
#define CAMBIST_TABLE(array)    { (array), sizeof(array) / sizeof *(array), sizeof *(array) }
#define CAMBIST_ROWS(row, ...)                                                                     \
    {                                                                                              \
        (const struct cambist_##row[]){ __VA_ARGS__ },                                             \
            sizeof((const struct cambist_##row[]){ __VA_ARGS__ }) / sizeof(struct cambist_##row),  \
            sizeof(struct cambist_##row)                                                           \
    }

/* Every enum is stored as uint32_t: the size of an enum is the compiler's choice. */
enum cambist_access {
    CAMBIST_PUBLIC = 0, /* anybody may ask */
    CAMBIST_KEYED,      /* the key is shown, nothing is signed */
    CAMBIST_SIGNED,
};
enum cambist_place {
    CAMBIST_BY_METHOD = 0, /* GET and DELETE: in the query; others: as the descriptor's `body` */
    CAMBIST_QUERY,
    CAMBIST_FORM, /* body, application/x-www-form-urlencoded */
    CAMBIST_JSON, /* body, an object; dots in a parameter's name nest: "a.b", "ids.0" */
    CAMBIST_HEADER,
};
/* How a parameter's value is written in a JSON body. */
enum cambist_json_form { CAMBIST_STRING = 0, CAMBIST_LITERAL /* number, true, false, or JSON */ };
enum cambist_presence {
    CAMBIST_REQUIRED = 0,
    CAMBIST_OPTIONAL, /* left out when an argument in its template was not given */
};
enum cambist_lost_answer {
    CAMBIST_BY_OPERATION = 0, /* operations that change something: unknown; others: harmless */
    CAMBIST_HARMLESS,         /* asking again does no harm; the host may */
    CAMBIST_LEAVES_UNKNOWN,
};
enum cambist_exposure {
    CAMBIST_SECRET = 0, /* never leaves the host: only `derived` rows can use it */
    CAMBIST_SENT,       /* travels to the exchange, is never shown to people */
};
enum cambist_form { CAMBIST_AS_TEXT = 0, CAMBIST_AS_RAW, CAMBIST_AS_HEX, CAMBIST_AS_BASE64,
                    CAMBIST_AS_BASE64URL };
enum cambist_algorithm {
    CAMBIST_PLAIN = 0, /* the text itself, in the form asked for */
    CAMBIST_MD5, CAMBIST_SHA256, CAMBIST_SHA384, CAMBIST_SHA512,
    CAMBIST_HMAC_SHA256, CAMBIST_HMAC_SHA384, CAMBIST_HMAC_SHA512,
    CAMBIST_ED25519, CAMBIST_ES256, CAMBIST_RSA_SHA256,
};
enum cambist_limit_model { CAMBIST_FIXED_WINDOW = 1, CAMBIST_ROLLING_WINDOW, CAMBIST_TOKEN_BUCKET };
enum cambist_limit_scope { CAMBIST_PER_ADDRESS = 1, CAMBIST_PER_ACCOUNT, CAMBIST_PER_MARKET };
/* By which rule the updates of a book follow one another.  Numbers: `first_sequence`, `sequence` (the
 * last) and `previous_sequence` are what the field rows of the update call them; ranges include both
 * ends.  Amounts are absolute, so an update that begins in what is known already may follow too. */
enum cambist_book_kind {
    CAMBIST_BOOK_RANGE = 1, /* first..last: the first update that counts covers the snapshot's number
                             * + 1, then each covers the last's + 1 */
    CAMBIST_BOOK_RANGE_PREVIOUS, /* first..last, and each names the one before it; the first that
                                  * counts covers the snapshot's number or names it */
    CAMBIST_BOOK_CHANGES, /* as RANGE; every level has a number of its own (`level_sequence`): those
                           * up to the book's are passed over.  A price of 0 is no level */
    CAMBIST_BOOK_VERSION,  /* as RANGE, where the ends of a range are called versions */
    CAMBIST_BOOK_PREVIOUS, /* each names the one before it; naming itself is a sign of life, a lower
                            * number than the one named is the exchange's restart; one without numbers
                            * but with a checksum is proved by that */
    CAMBIST_BOOK_COUNTED,  /* each is the last's number + 1 */
    CAMBIST_BOOK_CHECKSUM, /* nothing is counted, the checksum proves each state as deep as it
                            * reaches; an update with an earlier time than the last is passed over:
                            * give it no time where times may go back */
    CAMBIST_BOOK_UNCHAINED, /* with sent snapshots: every message is a whole book.  With asked-for
                             * ones: changes that count when their number is higher than the last;
                             * a lost one is not noticed */
};
/* What the numbers of updates count. */
enum cambist_book_scope { CAMBIST_OF_MARKET = 0, CAMBIST_OF_CONNECTION };
/* In which order the levels stand in the text whose CRC-32 is the checksum. */
enum cambist_checksum_order {
    CAMBIST_NO_CHECKSUM = 0,
    CAMBIST_ASKS_THEN_BIDS,
    CAMBIST_BIDS_THEN_ASKS,
    CAMBIST_BID_ASK_BY_TURNS, /* best bid, best ask, second bid ...; what one side lacks is left out */
};
/* How a number stands in that text; or-ed together. */
enum cambist_checksum_digits {
    CAMBIST_DIGITS_AS_SENT = 0,
    CAMBIST_DIGITS_BARE = 1,     /* without the point and without zeros in front */
    CAMBIST_ASKS_NEGATIVE = 2,   /* amounts of asks have a minus */
    CAMBIST_DIGITS_OF_MARKET = 4, /* with as many decimals as tick and lot size have */
    CAMBIST_ZERO_IS_NONE = 8,    /* a checksum of 0 says nothing */
};
/* What becomes of an order whose client id the exchange has seen before. */
enum cambist_client_ids {
    CAMBIST_NO_CLIENT_IDS = 0,   /* the exchange does not keep them: it tells none back */
    CAMBIST_UNIQUE_FOR_EVER,     /* refused */
    CAMBIST_UNIQUE_AMONG_OPEN,   /* refused while the earlier order is open, else taken */
    CAMBIST_NOT_UNIQUE,          /* taken */
    CAMBIST_LAST_ONE_WINS,       /* taken; the id means the later order from then on */
};
/* Until when a request that is under way may still be executed. */
enum cambist_deadline {
    CAMBIST_NO_DEADLINE = 0,
    CAMBIST_DEADLINE_ON_ARRIVAL, /* one that arrives later than its window is refused */
    CAMBIST_DEADLINE_IN_ENGINE,  /* it is looked at again just before the order is matched */
};
/* What a frame of a stream means that is not data. */
enum cambist_meaning {
    CAMBIST_NOTICE = 0, /* nothing that is wanted; it still shows that the connection lives */
    CAMBIST_ACKNOWLEDGES, /* our message was accepted */
    CAMBIST_REFUSES,      /* our message was not */
    CAMBIST_LOGGED_IN,
    CAMBIST_ASKS,       /* wants `answer` at once */
    CAMBIST_GOES_AWAY,  /* the server will close: another connection takes over */
};
/* What a binary frame is. */
enum cambist_codec { CAMBIST_TEXT_CODEC = 0, CAMBIST_GZIP_CODEC, CAMBIST_DEFLATE_CODEC };
/* How a value is read, beyond what its field is; or-ed together. */
enum cambist_as {
    CAMBIST_S = 1,         /* a time in seconds, with or without a fraction */
    CAMBIST_MS,            /* ... milliseconds */
    CAMBIST_US,            /* ... microseconds */
    CAMBIST_NS,            /* ... nanoseconds */
    CAMBIST_ISO,           /* ... ISO 8601 */
    CAMBIST_NOT_ZERO = 16, /* zero means absent; since 1.1 of a text as well: an id of 0 */
    CAMBIST_NEGATED = 32,
    CAMBIST_ABSOLUTE = 64, /* without its sign */
    CAMBIST_SIGN = 128,    /* only its sign: the words "+", "-", "0" */
    CAMBIST_DIGITS = 256,  /* a count of decimals: 2 is 0.01 */
    CAMBIST_PERCENT = 512, /* a hundredth of what is written */
    CAMBIST_ONLY_WRITTEN = 1024, /* only the practice exchange writes it: what other programs look
                                  * for; answers are not checked for it */
    CAMBIST_SHARE = 2048, /* a hundred times what is written: 0.05 is 5 percent */
    CAMBIST_SUM = 4096, /* since 1.1: [] may stand in the path; numbers are added up, texts must be
                         * the same in all elements: where they are not, the row tells no sum */
};

struct cambist_call; /* one question on its way; what functions reach the host through */

/* A server of the exchange.  Names are free; an endpoint that names none uses the first row. */
struct cambist_server {
    const char *name, *live;
    const char *sandbox; /* NULL: the exchange has none */
};

/* A second name for a part of the exchange, as other libraries call it. */
struct cambist_alias {
    const char *name;
    uint32_t kind, zero; /* CAMBIST_KIND_...: what is meant when no symbol says it */
};

/* What the operator has to give.  The one named "secret" is what {secret_form} speaks of. */
struct cambist_credential {
    const char *name, *help;
    uint32_t exposure; /* enum cambist_exposure */
    uint32_t form;     /* CAMBIST_AS_TEXT, _HEX or _BASE64: decoded before it is used as a key; a PEM
                        * is always recognised */
};

/* A rule of the exchange about how much may be asked. */
struct cambist_limit {
    const char *name;
    uint32_t scope, model; /* enum cambist_limit_scope, enum cambist_limit_model */
    uint32_t capacity;     /* so much weight ... */
    uint32_t window_ms;    /* ... in this time; a token bucket refills wholly in it */
    uint32_t cancel_share; /* percent that only cancelling operations may use; 0: 10 */
    uint32_t is_fatal;     /* 1: the exchange bans who passes it; the host then stays further away */
    const char *used_header;      /* answer header that tells the weight used, NULL: none */
    const char *remaining_header; /* ... or what remains */
};

/* What one request takes out of a limit.  Several rows add up. */
struct cambist_charge {
    const char *limit;
    uint32_t weight;
    uint32_t is_per_item; /* 1: for each of the orders that stand in a list */
    const char *when;
};

/* A named value: text, hash, MAC or signature.  The rows of one name are alternatives; the first
 * whose condition holds is used. */
struct cambist_derived {
    const char *name;
    const char *text;    /* template of what is hashed or signed */
    uint32_t algorithm;  /* enum cambist_algorithm */
    uint32_t form;       /* of the result; CAMBIST_AS_TEXT only with CAMBIST_PLAIN */
    const char *with;    /* credential that is the key; NULL where the algorithm needs none */
    const char *when;
    /* Where no template can say it: makes the text instead.  Answers a status. */
    int (*compute)(const struct cambist_call *call, const char **ret_text, size_t *ret_length);
};

/* What every request of at least this access carries, behind the endpoint's own parameters. */
struct cambist_stamp {
    uint32_t access; /* enum cambist_access */
    uint32_t place;  /* CAMBIST_HEADER, CAMBIST_QUERY; BY_METHOD: with the endpoint's parameters */
    const char *name, *value; /* value: template */
    const char *when;
    uint32_t json_form, zero; /* enum cambist_json_form */
};

/* Their word <-> ours, in both directions: asked, the first row with our word is used; answered,
 * the row with theirs, or the one with "*".  A table named like a vocabulary (side, type, ...), or
 * `currency` or `timeframe`, is used wherever a field or argument of that kind names no other. */
struct cambist_word {
    const char *table, *ours, *theirs;
};

struct cambist_parameter {
    const char *name;
    const char *value; /* template */
    uint32_t presence;  /* enum cambist_presence */
    uint32_t json_form; /* enum cambist_json_form */
    const char *when;
    uint32_t is_repeated; /* 1: once for each of the comma-separated values: id=1&id=2 */
    uint32_t is_beside;   /* 1: where orders stand in a list, it stands once beside the list */
};

struct cambist_field {
    const char *field; /* ours, of the operation's record; of a book's levels: level_price,
                        * level_amount (without such rows: 0 and 1); since 1.2, in channels:
                        * level_side where both sides stand in one list (`bids` names it),
                        * level_sequence, level_count (0: the level is gone) */
    const char *path;
    uint32_t as;   /* enum cambist_as, or-ed; a time must say its unit */
    uint32_t zero;
    const char *words; /* a table of words, where not the kind's own */
    const char *when;
    const char *constant; /* `field` NULL: what the exchange documents to stand at `path`; rows in
                           * which something else stands there are passed over, unless it is
                           * CAMBIST_ONLY_WRITTEN (then [...] and {...} are written as JSON) */
};

/* What an answer's function is handed: the JSON text of one value, as it was received. */
struct cambist_json {
    const char *at;
    uint64_t length;
};

struct cambist_endpoint {
    const char *operation; /* a name of CAMBIST_OPERATION_LIST */
    const char *request;   /* method and path, as the exchange's page titles it:
                            * "GET /api/v3/ticker/24hr"; the path is a template */
    uint32_t access;       /* enum cambist_access */
    uint32_t place;        /* enum cambist_place: where the parameters go */
    uint32_t kinds;        /* CAMBIST_KIND_..., or-ed; 0: any */
    uint32_t lost_answer;  /* enum cambist_lost_answer */
    uint32_t cache_ms;     /* an answer may be given again for so long; 0: never */
    uint32_t reuse_ms;     /* a signature may be sent again for so long; 0: never */
    const char *server;    /* a row of `servers`; NULL: the first */
    const char *when;      /* of several rows for an operation the first that fits is used */
    const char *rows;      /* path of the rows in the answer; NULL: the answer is the row */
    const char *items;     /* orders in the body stand in a list: "[]" the body is it, "orders[]" a
                            * member, or a parameter with the list as JSON in a form or query;
                            * NULL: there is no list, one request asks for one.  A parameter
                            * named "" is the whole item: ["id1","id2"] */
    CAMBIST_TABLE_OF(parameter) parameters;
    CAMBIST_TABLE_OF(field) fields;
    CAMBIST_TABLE_OF(charge) charges;
    /* May add parameters after the table's.  Answers a status. */
    int (*build)(const struct cambist_call *call);
    /* Reads the answer instead of `rows` and `fields` and emits records.  Answers a status. */
    int (*map)(const struct cambist_call *call, struct cambist_json answer);
    /* 1: the exchange does it to every market, whichever is named; the host does not send it for a
     * caller who names one, because that would be more than was asked for. */
    uint32_t is_for_all_markets, zero;
};

/* How to see that an answer is an error.  Rows are tried in order; the first that sees one tells
 * code and message.  A status of 400 and more is an error whatever the rows say. */
struct cambist_failure {
    const char *path; /* a value here means an error ... */
    const char *good; /* ... unless it is one of these, bars between; NULL: any value is one */
    const char *code, *message; /* paths; NULL: none */
    const char *bad; /* only one of these, bars between, means an error; NULL: see `good` */
};

struct cambist_fault {
    const char *code; /* the exchange's; "a*" begins with a; NULL: any */
    uint32_t status;  /* enum cambist_status */
    uint32_t outcome; /* enum cambist_outcome; NONE: NOT_DONE */
    const char *text; /* the message contains this; NULL: any */
    uint32_t http_status, zero; /* 0: any */
};

/* A known answer, checked at every load: a plugin that cannot sign does not start. */
struct cambist_vector {
    const char *operation;
    const char *arguments;   /* "symbol=BTC/USDT side=buy amount=0.1" */
    const char *credentials; /* "key=K secret=S", made up; a PEM comes last */
    const char *market;      /* the symbol's market: "BTCUSDT BTC/USDT spot"; NULL: no symbol */
    int64_t now_ms;
    const char *url, *body; /* what must come out; NULL: not looked at */
    const char *header;     /* "Name: value", one that must be there; NULL: not looked at */
};

/* How a book is kept true.  The host checks every update by it; a book that broke its rule cannot be
 * read as live until it was put together anew.  Since 1.2. */
struct cambist_book_rule {
    const char *name;     /* what channels call it */
    uint32_t kind;        /* enum cambist_book_kind */
    uint32_t scope;       /* enum cambist_book_scope */
    uint32_t snapshot_limit; /* levels that the asked-for snapshot (fetch_order_book) is asked for
                              * and can give: one with so many is taken for cut, and the book is
                              * then known only as deep.  0: snapshots are sent, nothing is asked.
                              * Not together with CAMBIST_OF_CONNECTION */
    uint32_t depth;       /* levels per side that the exchange keeps: it sends again what comes back
                           * into them, and the host drops what is deeper; 0: all */
    uint32_t checksum_order; /* enum cambist_checksum_order */
    uint32_t checksum_depth; /* levels per side in the text */
    uint32_t checksum_digits; /* enum cambist_checksum_digits, or-ed */
    uint32_t restarts_at; /* a number of COUNTED that means a new snapshot: bybit's 1; 0: none */
    const char *checksum_mark; /* stands between numbers; NULL: nothing */
};

/* How a server of streams is spoken to.  Since 1.2. */
struct cambist_dialect {
    const char *server;      /* row of `servers` whose URL begins with wss:// */
    const char *path;        /* template, behind the server's URL; NULL: nothing */
    const char *login;       /* template of the first message; NULL: there is no login */
    const char *subscribe;   /* template: {topics} names that a channel's rows gave, commas between;
                              * messages whose {channel} differs are kept apart; NULL: it is enough
                              * to be connected */
    const char *unsubscribe; /* NULL: by closing only */
    const char *ping;        /* template of a message that is answered; NULL: a ping frame */
    uint32_t needs_token;    /* 1: open_stream is asked first, for {token} or the URL */
    uint32_t token_life_ms;  /* keep_stream, else a new connection, at half of it; 0: for ever */
    uint32_t ping_ms;        /* a ping so often; 0: only when nothing came for quiet_ms */
    uint32_t quiet_ms;       /* nothing may come for so long; 0: 30 000 */
    uint32_t topics_per_message, topics_per_connection; /* 0: any number */
    uint32_t message_ms;     /* our messages are so far apart; 0: not at all */
    uint32_t life_ms;        /* the exchange cuts a connection of this age; 0: it does not */
    uint32_t codec;          /* enum cambist_codec */
    uint32_t may_deflate;    /* 1: permessage-deflate is offered */
    uint32_t acknowledges_each; /* 1: one acknowledgement for each topic of a message */
    uint32_t sequence_counts_all; /* 1: the numbers at `sequence` count all frames of a connection */
    const char *connects;    /* the limit that a new connection is charged to; NULL: none */
    const char *handle;      /* path in frames of a number that an acknowledgement gave; NULL: none */
    const char *sequence;    /* path, with sequence_counts_all */
    const char *envelope;    /* "stream data": a frame whose first member is `stream` holds what all
                              * rows speak of at `data`; NULL: the frame is it */
    /* Makes the text of a binary frame, where no codec does.  Answers a status. */
    int (*unpack)(const struct cambist_call *call, const char *bytes, size_t length,
                  struct cambist_json *ret);
};

/* What can be watched, and how it comes.  Since 1.2. */
struct cambist_channel {
    const char *topic;   /* a name of CAMBIST_TOPIC_LIST */
    const char *server;  /* whose dialect is spoken */
    const char *channel; /* template of {channel}; NULL: "" */
    const char *name;    /* template of one of {topics}; rows without a {market} in it or in `channel`
                          * are subscribed to once for all markets; NULL: it comes unasked */
    const char *frames;  /* terms that its frames meet */
    const char *rows;    /* path of the rows; NULL: the frame is the row */
    const char *market;  /* path in the frame of the market's name, where its rows do not say it as
                          * `symbol`, or where a row's condition asks for market_kind; NULL: none */
    const char *book;    /* a row of `book_rules`, for watch_order_book */
    const char *when;    /* of several rows for a topic the first that fits is subscribed to */
    uint32_t access, kinds;
    uint32_t stale_ms;   /* silence after which the data is stale; 0: a quiet market is silent */
    uint32_t zero;
    CAMBIST_TABLE_OF(field) fields;
    /* Reads the frame instead of `rows` and `fields` and emits records; of a book, book_update records
     * in which a number of 0 is not told.  Answers a status. */
    int (*decode)(const struct cambist_call *call, struct cambist_json frame);
};

/* A frame that is not data.  Since 1.2. */
struct cambist_signal {
    const char *frames;  /* terms */
    uint32_t means, zero; /* enum cambist_meaning */
    const char *number;  /* path of the number of our message; NULL: the oldest that waits; of ASKS:
                          * what {number} in the answer stands for */
    const char *code, *message; /* paths: why it refuses */
    const char *answer;  /* template */
    const char *handle;  /* path of the number that the channel's frames will carry */
    const char *channel, *market; /* paths of what it speaks of, where a message held several: a part
                                   * of the channel's or topic's name, and a name of the market */
    const char *writes; /* "status=200 result.id=0": what the practice exchange writes besides, in
                         * JSON or else as text, where other programs look for it; NULL: nothing.
                         * Where a term only says that something stands, it writes null */
};

/* What the exchange promises about orders, for those whose answer gets lost: how long an order that
 * was sent may still come into being, and by which name it can be asked for.  An exchange without a
 * row for a market keeps no client ids and no deadlines: its lost orders are found by people.  Since 1.3. */
struct cambist_order_rule {
    uint32_t kinds;       /* of markets, CAMBIST_KIND_..., or-ed; 0: any.  The first row counts */
    uint32_t client_ids;  /* enum cambist_client_ids */
    uint32_t client_id_length; /* the longest that is taken, of letters and digits; 18 at least */
    uint32_t deadline;    /* enum cambist_deadline */
    uint32_t window_ms;   /* the receive_window of orders; of signatures that live for a fixed time: that
                           * time */
    uint32_t engine_ms;   /* an order that was in time may be executed so much later */
    uint32_t lag_ms;      /* what is asked for may be so much older than the truth */
    uint32_t edit_replaces; /* 1: edit_order cancels the order and places another one */
    uint32_t page_rows;   /* lists of orders and trades are cut at so many rows, where nobody asks for
                           * the next page; 0: 100 */
};

struct cambist_plugin {
    /* The head keeps its place and meaning through every major version. */
    uint32_t magic, abi_major, abi_minor;
    uint32_t size;    /* sizeof(struct cambist_plugin) where the plugin was built */
    const char *name; /* as in the file name; lower case letters and digits */

    const char *title, *version, *docs_url;
    uint32_t body;       /* CAMBIST_JSON or CAMBIST_FORM: how POST parameters travel */
    uint32_t nonce_unit; /* CAMBIST_S, _MS, _US, _NS: nonces start from the time in it; 0: ms */
    CAMBIST_TABLE_OF(alias) aliases;
    CAMBIST_TABLE_OF(server) servers;
    CAMBIST_TABLE_OF(credential) credentials;
    CAMBIST_TABLE_OF(limit) limits;
    CAMBIST_TABLE_OF(derived) derived;
    CAMBIST_TABLE_OF(stamp) stamps;
    CAMBIST_TABLE_OF(word) words;
    CAMBIST_TABLE_OF(endpoint) endpoints;
    CAMBIST_TABLE_OF(failure) failures;
    CAMBIST_TABLE_OF(fault) faults;
    CAMBIST_TABLE_OF(vector) vectors;
    /* 1.0 ends here. */
    CAMBIST_TABLE_OF(dialect) dialects;
    CAMBIST_TABLE_OF(channel) channels;
    CAMBIST_TABLE_OF(signal) signals;
    CAMBIST_TABLE_OF(book_rule) book_rules;
    /* 1.2 ends here. */
    CAMBIST_TABLE_OF(order_rule) order_rules;
    /* 1.3 ends here.  Append below. */
};

/* What the host lends to a plugin's functions. */
struct cambist_host {
    uint32_t size, abi_major, abi_minor, zero;
    /* Zeroed memory that lives until the call ends; NULL when there is none. */
    void *(*allocate)(const struct cambist_call *call, size_t size);
    /* Says why and answers `status`, so that `return host->fail(...)` is the usual form. */
    int (*fail)(const struct cambist_call *call, int status, const char *reason);
    /* The text that a template gives; NULL when it cannot be rendered (the call has then failed).
     * Not compiled: for rare cases. */
    const char *(*render)(const struct cambist_call *call, const char *template_text);
    /* Adds a parameter behind those of the row.  Answers a status. */
    int (*add_parameter)(const struct cambist_call *call, const char *name, const char *value,
                         uint32_t json_form);
    /* The value at `path` under `json`; {NULL, 0} when nothing is there. */
    struct cambist_json (*find)(const struct cambist_call *call, struct cambist_json json,
                                const char *path);
    /* The text of a string or number, NUL-terminated; NULL for anything else. */
    const char *(*text)(const struct cambist_call *call, struct cambist_json json);
    /* The next element or member of `json`; *cursor is 0 at first.  {NULL, 0} behind the last. */
    struct cambist_json (*next)(const struct cambist_call *call, struct cambist_json json,
                                uint64_t *cursor);
    /* Reads `row` by field rows, as the tables do, and hands the record on.  Answers a status. */
    int (*emit_fields)(const struct cambist_call *call, struct cambist_json row,
                       const struct cambist_field *fields, uint32_t count, uint32_t row_size);
    /* Hands a record of the operation's kind on; texts in it must live until the call ends. */
    int (*emit)(const struct cambist_call *call, const void *record, size_t size);
};

struct cambist_call {
    const struct cambist_host *host;
};

/* CAMBIST_PLUGIN(.name = "x", ...) defines the one symbol that the host looks for.  It is a
 * function because a function is what dlsym() is sure to find, and so that it can be linked
 * statically.  The note says which contract the plugin was built for; the host reads it from the
 * file, before any code of the plugin runs. */
#ifndef CAMBIST_PLUGIN_ENTRY
#define CAMBIST_PLUGIN_ENTRY cambist_plugin_entry
#endif
#define CAMBIST_PLUGIN_ENTRY_NAME "cambist_plugin_entry"
typedef const struct cambist_plugin *cambist_plugin_entry_fn(void);

#define CAMBIST_NOTE_NAME "CAMBIST"
#define CAMBIST_NOTE_TYPE 1u
struct cambist_note {
    uint32_t name_size, text_size, type;
    char name[8];
    uint32_t magic, abi_major, abi_minor, size;
};

#define CAMBIST_PLUGIN(...)                                                                        \
    __attribute__((section(".note.cambist"), used, aligned(4)))                                    \
    static const struct cambist_note cambist_note = {                                              \
        sizeof CAMBIST_NOTE_NAME, 16, CAMBIST_NOTE_TYPE, CAMBIST_NOTE_NAME, CAMBIST_PLUGIN_MAGIC,  \
        CAMBIST_ABI_MAJOR, CAMBIST_ABI_MINOR, sizeof(struct cambist_plugin)                        \
    };                                                                                             \
    static const struct cambist_plugin cambist_plugin = { .magic = CAMBIST_PLUGIN_MAGIC,           \
                                                          .abi_major = CAMBIST_ABI_MAJOR,          \
                                                          .abi_minor = CAMBIST_ABI_MINOR,          \
                                                          .size = sizeof(struct cambist_plugin),   \
                                                          __VA_ARGS__ };                           \
    __attribute__((visibility("default"))) const struct cambist_plugin *CAMBIST_PLUGIN_ENTRY(      \
        void);                                                                                     \
    const struct cambist_plugin *CAMBIST_PLUGIN_ENTRY(void)                                        \
    {                                                                                              \
        return &cambist_plugin;                                                                    \
    }

#endif
