/* Who are we, as this exchange wants to be told? */
#include "stream/way.h"

void cmb_line_login(struct cmb_line *line)
{
    struct cmb_stream *stream = line->stream;
    if (!line->dialect->login.count) {
        cmb_line_ready(line);
        return;
    }
    char digits[CMB_NUMBER_SIZE];
    struct cmb_text number = cmb_text_of_number(++line->last_number, digits);
    line->state = CMB_LINE_LOGIN;
    int status = cmb_line_say(line, &line->dialect->login, CMB_TEXT(""), CMB_TEXT(""), number);
    if (status != CAMBIST_OK) {
        cmb_line_break(line, status, stream->error.message);
        return;
    }
    cmb_loop_start_timer(stream->loop, &line->retry, CMB_LOGIN_MS * 1000000ll);
}
