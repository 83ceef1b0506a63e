/* cambist trace: through which stages does a question go, and how long does each take? */
#include "cli/ask.h"

static void print_stages(const struct cmb_run *run)
{
    static const char *const titles[] = { "stage", "us", "what it answers" };
    static const char *const help[] = {
#define X(NAME, name, text) text,
        CMB_STAGE_LIST(X)
#undef X
    };
    struct cmb_table *table = cmb_table_new(titles, 3);
    for (int stage = 0; stage < CMB_STAGE_COUNT; stage++) {
        char us[32];
        snprintf(us, sizeof us, "%.1f", (double)run->stage_ns[stage] / 1000);
        cmb_table_add(table, cmb_stage_name((enum cmb_stage)stage));
        cmb_table_add(table, us);
        cmb_table_add(table, help[stage]);
    }
    cmb_table_print(table);
}

int cmb_cli_trace(int count, char **words)
{
    struct cmb_ask ask = { 0 };
    int code = cmb_ask_open(&ask, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    uint32_t operation = ask.count ? cmb_operation_find(cmb_text_of(ask.words[0])) : 0;
    if (!operation) {
        cmb_ask_close(&ask);
        return cmb_cli_usage("trace", "needs an EXCHANGE and an OPERATION");
    }
    code = cmb_ask_run(&ask, operation);
    if (code == CMB_EXIT_DONE && !ask.is_json)
        print_stages(ask.answer->run);
    cmb_ask_close(&ask);
    return code;
}
