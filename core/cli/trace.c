/* cambist trace: through which stages does a question, or a frame, go, and how long does each take? */
#include "cli/ask.h"
#include "cli/measured.h"

static void print_stages(const struct cmb_run *run)
{
    static const char *const titles[] = { "stage", "us", "what it answers" };
    const struct cmb_way *way = &cmb_request_way;
    const struct cmb_lap *lap = &run->lap;
    struct cmb_table *table = cmb_table_new(titles, 3);
    for (uint32_t i = 0; i <= way->count; i++) {
        cmb_table_add(table, cmb_way_row(way, i)->name);
        cmb_measured_add_us(table, i < way->count ? lap->stage_ns[i]
                                                  : lap->entered_ns - lap->begun_ns);
        cmb_table_add(table, cmb_way_row(way, i)->help);
    }
    cmb_table_print(table);
}

static int trace_question(int count, char **words)
{
    struct cmb_ask ask = { 0 };
    int code = cmb_ask_open(&ask, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    uint32_t operation = ask.count ? cmb_operation_find(cmb_text_of(ask.words[0])) : 0;
    if (!operation) {
        cmb_ask_close(&ask);
        return cmb_cli_usage("trace", "needs an EXCHANGE and an OPERATION or TOPIC");
    }
    code = cmb_ask_run(&ask, operation);
    if (code == CMB_EXIT_DONE && !ask.is_json)
        print_stages(ask.answer->run);
    cmb_ask_close(&ask);
    return code;
}

static bool names_topic(int count, char **words)
{
    for (int i = 1; i < count; i++)
        if (cmb_text_begins(cmb_text_of(words[i]), CMB_TEXT("watch_")))
            return true;
    return false;
}

int cmb_cli_trace(int count, char **words)
{
    return names_topic(count, words) ? cmb_trace_frames(count, words)
                                     : trace_question(count, words);
}
