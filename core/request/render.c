/* What does a template say for this call? */
#include "request/render.h"

#include "json/writer.h"

static struct cmb_text list_markets(struct cmb_call *call)
{
    struct cmb_buffer list;
    struct cmb_json_writer writer;
    cmb_buffer_init(&list, VALUE_BYTES_MOST);
    cmb_json_writer_init(&writer, &list);
    cmb_json_begin_array(&writer);
    for (uint32_t i = 0; i < call->market_count; i++)
        cmb_json_write_string(&writer, cmb_text_of(call->markets[i]->id));
    cmb_json_end_array(&writer);
    return cmb_call_keep(call, &list);
}

/* ---- steps ---- */

static int refuse_word(struct cmb_call *call, const struct cmb_step *step, struct cmb_text word)
{
    return cmb_fail(call->error, CAMBIST_NOT_SUPPORTED, "%s has no %.*s \"%.*s\"",
                    call->exchange->name.at, (int)step->words->name.length, step->words->name.at,
                    (int)word.length, word.at);
}

static struct cmb_text name_of_step(const struct cmb_call *call, const struct cmb_step *step)
{
    if (step->name == CMB_NAME_ARGUMENT)
        return cmb_argument_of(step->index)->name;
    if (step->name == CMB_NAME_CREDENTIAL)
        return cmb_text_of(call->exchange->plugin->tables.credentials.rows[step->index].name);
    if (step->name == CMB_NAME_MARKETS)
        return CMB_TEXT("symbols");
    if (step->name == CMB_NAME_SINCE || step->name == CMB_NAME_BEGIN)
        return CMB_TEXT("since");
    if (step->name == CMB_NAME_UNTIL)
        return CMB_TEXT("until");
    if (step->name == CMB_NAME_TIMEOUT)
        return CMB_TEXT("timeout");
    if (step->name == CMB_NAME_DEADLINE)
        return CMB_TEXT("receive_window");
    return step->name == CMB_NAME_END ? CMB_TEXT("until") : CMB_TEXT("symbol");
}

static struct cmb_text plain_value(struct cmb_call *call, const struct cmb_step *step)
{
    if (step->name == CMB_NAME_ARGUMENT) {
        struct cmb_text given = cmb_call_argument(call, step->index);
        if (given.at)
            return given;
    }
    if (step->name > CMB_NAME_TIME || (step->name == CMB_NAME_TIME && step->shift))
        return cmb_shifted_time(call, step);
    if (step->name == CMB_NAME_MARKETS && step->filters[0] == CMB_FILTER_JSON &&
        call->market_count)
        return list_markets(call);
    struct cmb_text value = cmb_value_of(call, step->name, step->index);
    return value.at ? value : step->text;
}

static bool is_secret(const struct cmb_step *step)
{
    return step->name == CMB_NAME_DERIVED || step->name == CMB_NAME_CREDENTIAL ||
           step->name == CMB_NAME_TOKEN;
}

static void note_hidden(struct cmb_call *call, struct cmb_text value)
{
    if (call->hidden_count < CMB_HIDDEN_MOST)
        call->hidden[call->hidden_count++] = value;
}

/* Both the value and what its filters made of it are noted; what was a JSON string stays one. */
static void hide(struct cmb_call *call, const struct cmb_step *step, struct cmb_text plain,
                 struct cmb_text *value)
{
    bool is_string = step->filters[0] == CMB_FILTER_JSON;
    note_hidden(call, plain);
    if (!is_string && step->filters[0])
        note_hidden(call, *value);
    *value = is_string ? CMB_TEXT("\"REDACTED\"") : CMB_HIDDEN;
}

static int render_step(struct cmb_call *call, const struct cmb_step *step, struct cmb_text *ret,
                       struct cmb_text *ret_missing)
{
    if (step->name == CMB_NAME_LITERAL) {
        *ret = step->text;
        return CAMBIST_OK;
    }
    if (step->name == CMB_NAME_DERIVED) {
        int status = cmb_derive(call, step->index, ret);
        if (status != CAMBIST_OK)
            return status;
    } else {
        *ret = plain_value(call, step);
    }
    if (!ret->at) {
        *ret_missing = name_of_step(call, step);
        return CAMBIST_BAD_ARGUMENT;
    }
    if (step->words) {
        struct cmb_text theirs = cmb_words_theirs(step->words, *ret);
        bool is_open = step->name == CMB_NAME_ARGUMENT &&
                       cmb_argument_of(step->index)->kind == CMB_MEMBER_CURRENCY;
        if (!theirs.at && !is_open)
            return refuse_word(call, step, *ret);
        *ret = theirs.at ? theirs : *ret;
    }
    int status = CAMBIST_OK;
    struct cmb_text plain = *ret;
    bool is_listed = step->name == CMB_NAME_MARKETS && step->filters[0] == CMB_FILTER_JSON;
    for (size_t i = is_listed; i < CMB_FILTERS_MAX && step->filters[i] && status == CAMBIST_OK; i++)
        status = cmb_apply_filter(call, step->filters[i], ret);
    if (call->hides && is_secret(step))
        hide(call, step, plain, ret);
    return status;
}

/* Only what is there is needed of it: no words, no filters, nothing to be hidden. */
static bool is_bare(const struct cmb_step *step)
{
    bool is_bare_name = (step->name > CMB_NAME_LITERAL && step->name < CMB_NAME_TOKEN) ||
                        (step->name == CMB_NAME_TIME && !step->shift);
    return is_bare_name && !step->words && !step->filters[0];
}

enum { PARTS_MOST = 32 };

/* Of parts of which all but one are empty, that one is the whole. */
static struct cmb_text join(struct cmb_call *call, const struct cmb_text *parts, uint32_t count,
                            size_t length)
{
    for (uint32_t i = 0; i < count; i++)
        if (parts[i].length == length)
            return parts[i];
    char *joined = cmb_arena_room(&call->arena, length + 1);
    if (!joined)
        return (struct cmb_text){ 0 };
    char *to = joined;
    for (uint32_t i = 0; i < count; i++) {
        memcpy(to, parts[i].at, parts[i].length);
        to += parts[i].length;
    }
    *to = 0;
    return (struct cmb_text){ joined, length };
}

int cmb_render(struct cmb_call *call, const struct cmb_template *template, struct cmb_text *ret,
               struct cmb_text *ret_missing)
{
    if (template->count == 1)
        return render_step(call, template->steps, ret, ret_missing);
    struct cmb_text parts[PARTS_MOST];
    size_t length = 0;
    if (template->count > PARTS_MOST)
        return cmb_fail_plain(call->error, CAMBIST_TOO_LARGE, CMB_TEXT("a template is too long"));
    for (uint32_t i = 0; i < template->count; i++) {
        const struct cmb_step *step = &template->steps[i];
        parts[i] = is_bare(step) ? cmb_value_of(call, step->name, step->index)
                                 : (struct cmb_text){ 0 };
        int status = parts[i].at ? CAMBIST_OK : render_step(call, step, &parts[i], ret_missing);
        if (status != CAMBIST_OK)
            return status;
        length += parts[i].length;
    }
    *ret = template->count ? join(call, parts, template->count, length) : CMB_TEXT("");
    return ret->at ? CAMBIST_OK
                   : cmb_fail_plain(call->error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a call"));
}
