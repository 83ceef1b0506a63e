/* cambist request, cambist map: what would be sent, what does an answer say? */
#include "cli/ask.h"

static void print_request(const struct cmb_call *call)
{
    struct cmb_buffer line;
    struct cmb_json_writer writer;
    cmb_buffer_init(&line, 1 << 22);
    cmb_json_writer_init(&writer, &line);
    writer.is_pretty = true;
    cmb_json_begin_object(&writer);
    cmb_cli_write_request(&writer, call);
    cmb_json_end_object(&writer);
    cmb_cli_print(&line);
    cmb_buffer_clear(&line);
}

/* Markets are asked for where the question names one; the question itself is not sent. */
static int prepare(struct cmb_ask *ask, uint32_t operation)
{
    int status = cmb_ask_prepare(ask->exchange, operation, ask->pairs, ask->pair_count,
                                 &ask->answer, &ask->error);
    if (status == CAMBIST_OK)
        status = cmb_sign_call(ask->answer->run->call);
    if (status != CAMBIST_OK)
        return cmb_cli_fail(&ask->error);
    print_request(ask->answer->run->call);
    return CMB_EXIT_DONE;
}

int cmb_cli_request(int count, char **words)
{
    struct cmb_ask ask = { 0 };
    if (count == 2 && strcmp(words[1], "--batch") == 0)
        return cmb_cli_request_batch();
    int code = cmb_ask_open(&ask, count, words);
    if (code != CMB_EXIT_DONE)
        return code;
    uint32_t operation = ask.count ? cmb_operation_find(cmb_text_of(ask.words[0])) : 0;
    code = operation ? prepare(&ask, operation)
                     : cmb_cli_usage("request", "needs an EXCHANGE and an OPERATION, or --batch");
    cmb_ask_close(&ask);
    return code;
}

int cmb_cli_map(int count, char **words)
{
    if (count == 2 && strcmp(words[1], "--batch") == 0)
        return cmb_cli_map_batch();
    return cmb_cli_usage("map", "needs --batch");
}
