/* cambist metrics: how long does each stage of each exchange take? */
#include "cli/measured.h"

enum { WATCHED_FOR_S = 10 };

void cmb_measured_add_us(struct cmb_table *table, int64_t ns)
{
    char us[32];
    snprintf(us, sizeof us, "%lld.%lld", (long long)(ns / 1000), (long long)(ns % 1000 / 100));
    cmb_table_add(table, us);
}

/* The columns behind the names, for both forms. */
#define FIGURES(X)                                                                                 \
    X("p50", p50_ns) X("p90", p90_ns) X("p99", p99_ns) X("p99.9", p999_ns) X("max", max_ns)

static void add_stage(struct cmb_table *table, const char *exchange,
                      const struct cambist_stage *stage)
{
    char count[32];
    snprintf(count, sizeof count, "%llu", (unsigned long long)stage->count);
    cmb_table_add(table, exchange);
    cmb_table_add(table, stage->way);
    cmb_table_add(table, stage->stage);
    cmb_table_add(table, count);
#define X(title, member) cmb_measured_add_us(table, stage->member);
    FIGURES(X)
#undef X
    snprintf(count, sizeof count, "%llu", (unsigned long long)stage->allocations);
    cmb_table_add(table, count);
    cmb_table_add(table, stage->help);
}

static void print_stage(const char *exchange, const struct cambist_stage *stage)
{
    struct cmb_buffer line;
    struct cmb_json_writer writer;
    cmb_buffer_init(&line, 1 << 12);
    cmb_json_writer_init(&writer, &line);
    cmb_json_begin_object(&writer);
    const char *texts[][2] = { { "exchange", exchange }, { "way", stage->way },
                               { "stage", stage->stage } };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cmb_json_write_key(&writer, cmb_text_of(texts[i][0]));
        cmb_json_write_string(&writer, cmb_text_of(texts[i][1]));
    }
    cmb_json_write_key(&writer, CMB_TEXT("count"));
    cmb_json_write_integer(&writer, (int64_t)stage->count);
#define X(title, member)                                                                           \
    cmb_json_write_key(&writer, CMB_TEXT(#member));                                                \
    cmb_json_write_integer(&writer, stage->member);
    FIGURES(X)
#undef X
    cmb_json_write_key(&writer, CMB_TEXT("allocations"));
    cmb_json_write_integer(&writer, (int64_t)stage->allocations);
    cmb_json_end_object(&writer);
    cmb_cli_print(&line);
    cmb_buffer_clear(&line);
}

void cmb_measured_print(struct cambist *host, bool is_json)
{
#define X(title, member) title " us",
    static const char *const titles[] = { "exchange", "way", "stage", "count",
                                          FIGURES(X) "allocations", "what it answers" };
#undef X
    struct cmb_table *table =
        is_json ? NULL : cmb_table_new(titles, sizeof titles / sizeof *titles);
    struct cambist_exchange *exchange;
    struct cambist_stage stage;
    for (size_t i = 0; (exchange = cambist_exchange_at(host, i)); i++)
        for (size_t at = 0; cambist_exchange_stage(exchange, at, &stage); at++) {
            if (stage.count && is_json)
                print_stage(cambist_exchange_name(exchange), &stage);
            else if (stage.count)
                add_stage(table, cambist_exchange_name(exchange), &stage);
        }
    if (!is_json)
        cmb_table_print(table);
}

static void ignore_event(const struct cambist_event *event, void *user)
{
    (void)event;
    (void)user;
}

static int watch(struct cmb_feeds *feeds)
{
    int code = cmb_feeds_open(feeds);
    for (size_t i = 0; i < feeds->count && code == CMB_EXIT_DONE; i++)
        if (cmb_feed_start(&feeds->rows[i], ignore_event) != CAMBIST_OK)
            code = cmb_cli_fail(&feeds->error);
    while (code == CMB_EXIT_DONE && cmb_feeds_turn(feeds, -1))
        continue;
    if (code == CMB_EXIT_DONE)
        cmb_measured_print(feeds->host, feeds->is_json);
    return code;
}

int cmb_cli_metrics(int count, char **words)
{
    struct cmb_feeds feeds = { 0 };
    int code = cmb_feeds_read(&feeds, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    uint32_t topic = feeds.word_count ? cmb_feeds_find_topic(cmb_text_of(feeds.words[0]))
                                      : CAMBIST_TOPIC_NONE;
    for (int i = 1; i < feeds.word_count && topic != CAMBIST_TOPIC_NONE; i++)
        if (!cmb_feeds_add(&feeds, topic, feeds.words[i]))
            return cmb_cli_usage("metrics", "too many of them");
    if (!feeds.count)
        return cmb_cli_usage("metrics", "needs a TOPIC and EXCHANGE:SYMBOL");
    if (!feeds.for_ns)
        feeds.for_ns = WATCHED_FOR_S * 1000000000ll;
    code = watch(&feeds);
    cmb_feeds_close(&feeds);
    return code;
}
