/* What does an answer hold, for a program and for people? */
#include "host/host.h"

#include "number/decimal.h"

size_t cambist_answer_count(const struct cambist_answer *answer)
{
    return answer->run->call->row_count;
}

const void *cambist_answer_at(const struct cambist_answer *answer, uint32_t record, size_t i)
{
    const struct cmb_call *call = answer->run->call;
    if (cmb_operation_of(call->operation)->record != record || i >= call->row_count)
        return NULL;
    return call->rows + i * call->schema->size;
}

const char *cambist_answer_json(struct cambist_answer *answer)
{
    struct cmb_json_writer writer;
    cmb_buffer_reset(&answer->text);
    cmb_json_writer_init(&writer, &answer->text);
    cmb_answer_write(answer->run->call, &writer);
    return cmb_buffer_string(&answer->text);
}

const char *cambist_answer_trace(struct cambist_answer *answer)
{
    cmb_buffer_reset(&answer->text);
    cmb_run_trace(answer->run, &answer->text);
    return cmb_buffer_string(&answer->text);
}

size_t cambist_decimal_format(const struct cambist_decimal *value, char *to)
{
    _Static_assert(CAMBIST_DECIMAL_TEXT_SIZE >= CMB_DECIMAL_TEXT_SIZE, "room for any decimal");
    return cmb_decimal_format(value, to);
}

int cambist_decimal_parse(const char *text, struct cambist_decimal *ret)
{
    return cmb_decimal_parse(cmb_text_of(text), ret) == CMB_NUMBER_FINE ? CAMBIST_OK
                                                                        : CAMBIST_BAD_ARGUMENT;
}

int cambist_decimal_compare(const struct cambist_decimal *a, const struct cambist_decimal *b)
{
    return cmb_decimal_compare(a, b);
}
