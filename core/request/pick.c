/* Which endpoint answers this question? */
#include "request/call.h"

/* ---- conditions ---- */

static struct cmb_text subject_of(const struct cmb_call *call, const struct cmb_term *term)
{
    if (term->name == CMB_NAME_ARGUMENT)
        return cmb_call_argument(call, term->index);
    /* Values are only looked at; no subject of a condition has to be rendered first. */
    return cmb_value_of((struct cmb_call *)(uintptr_t)call, term->name, term->index);
}

/* A flag counts as given when it is yes, query and body when they are not empty. */
static bool is_given(const struct cmb_term *term, struct cmb_text value)
{
    if (!value.at)
        return false;
    if (term->name == CMB_NAME_QUERY || term->name == CMB_NAME_BODY)
        return value.length > 0;
    bool is_flag = term->name == CMB_NAME_ARGUMENT &&
                   cmb_argument_of(term->index)->kind == CMB_MEMBER_FLAG;
    return !(is_flag && cmb_text_is(value, CMB_TEXT("false")));
}

static bool is_one_of(const struct cmb_term *term, struct cmb_text value)
{
    for (uint32_t i = 0; value.at && i < term->count; i++)
        if (cmb_text_is(term->values[i], value))
            return true;
    return false;
}

static bool is_above(const struct cmb_term *term, struct cmb_text value)
{
    int64_t number = 0;
    for (size_t i = 0; i < value.length; i++) {
        if (value.at[i] < '0' || value.at[i] > '9' || i >= 18)
            return false;
        number = number * 10 + (value.at[i] - '0');
    }
    return number > term->number;
}

bool cmb_condition_holds(const struct cmb_call *call, const struct cmb_condition *condition)
{
    for (uint32_t i = 0; i < condition->count; i++) {
        const struct cmb_term *term = &condition->terms[i];
        struct cmb_text value = subject_of(call, term);
        bool holds = term->test == CMB_GIVEN       ? is_given(term, value)
                     : term->test == CMB_NOT_GIVEN ? !is_given(term, value)
                     : term->test == CMB_ONE_OF    ? is_one_of(term, value)
                                                   : is_above(term, value);
        if (!holds)
            return false;
    }
    return true;
}

/* ---- markets ---- */

static int refuse_symbol(struct cmb_call *call, struct cmb_text symbol)
{
    struct cmb_buffer shown, alike;
    cmb_buffer_init(&shown, 1024);
    cmb_buffer_init(&alike, 1024);
    cmb_buffer_add_escaped(&shown, symbol, 60);
    cmb_markets_suggest(call->exchange->markets, symbol, &alike);
    int status = cmb_fail(call->error, CAMBIST_BAD_SYMBOL, "%s has no market \"%s\"%s%s%s",
                          call->exchange->name.at, cmb_buffer_string(&shown),
                          alike.length ? " (it has " : "", cmb_buffer_string(&alike),
                          alike.length ? ", ...)" : "");
    cmb_buffer_clear(&shown);
    cmb_buffer_clear(&alike);
    return status;
}

static int find_market(struct cmb_call *call, struct cmb_text symbol, uint32_t kinds,
                       const struct cambist_market **ret)
{
    *ret = cmb_markets_find(call->exchange->markets, symbol, kinds);
    if (!*ret && kinds)
        *ret = cmb_markets_find(call->exchange->markets, symbol, 0);
    return *ret ? CAMBIST_OK : refuse_symbol(call, symbol);
}

static int find_markets(struct cmb_call *call, struct cmb_text symbols, uint32_t kinds)
{
    size_t most = 1;
    for (size_t i = 0; i < symbols.length; i++)
        most += symbols.at[i] == ',';
    if (most > CMB_SYMBOLS_MOST)
        return cmb_fail_plain(call->error, CAMBIST_BAD_ARGUMENT, CMB_TEXT("too many symbols"));
    call->markets = cmb_arena_take(&call->arena, most * sizeof *call->markets);
    if (!call->markets)
        return cmb_fail_plain(call->error, CAMBIST_NO_MEMORY, CMB_TEXT("no memory for a call"));
    while (symbols.at) {
        struct cmb_text symbol;
        symbols = cmb_text_cut(symbols, ',', &symbol);
        int status = find_market(call, cmb_text_trim(symbol), kinds,
                                 &call->markets[call->market_count]);
        if (status != CAMBIST_OK)
            return status;
        call->market_count++;
    }
    return CAMBIST_OK;
}

/* The kind that is meant: the market's, the argument's, the exchange's own. */
static int find_kind(struct cmb_call *call)
{
    /* Orders of a list name their own markets; the first says which kind it is. */
    call->item = call->arguments.item_count ? call->arguments.items : NULL;
    struct cmb_text symbol = cmb_call_argument(call, CAMBIST_ARGUMENT_symbol);
    call->item = NULL;
    struct cmb_text symbols = cmb_call_argument(call, CAMBIST_ARGUMENT_symbols);
    struct cmb_text word = cmb_call_argument(call, CAMBIST_ARGUMENT_kind);
    uint32_t asked = word.at ? cmb_vocabulary_number(cmb_vocabulary_of(CMB_MEMBER_KIND), word) : 0;
    uint32_t kinds = asked ? asked : call->exchange->kind;
    int status = symbol.at ? find_market(call, symbol, kinds, &call->market) : CAMBIST_OK;
    if (status == CAMBIST_OK && symbols.length)
        status = find_markets(call, symbols, kinds);
    if (status != CAMBIST_OK)
        return status;
    if (!call->market && call->market_count)
        call->market = call->markets[0];
    call->kind = call->market ? (uint32_t)call->market->kind : kinds;
    return CAMBIST_OK;
}

int cmb_pick_market(struct cmb_call *call)
{
    struct cmb_text symbol = cmb_call_argument(call, CAMBIST_ARGUMENT_symbol);
    return symbol.at ? find_market(call, symbol, call->kind, &call->market) : CAMBIST_OK;
}

/* ---- endpoints ---- */

static void list_kinds(const struct cmb_call *call, struct cmb_buffer *text)
{
    const struct cmb_vocabulary *kinds = cmb_vocabulary_of(CMB_MEMBER_KIND);
    uint32_t served = 0;
    for (uint32_t i = 0; i < call->exchange->plugin->endpoint_count; i++)
        if (call->exchange->plugin->endpoints[i].operation == call->operation)
            served |= call->exchange->plugin->endpoints[i].row->kinds;
    for (uint32_t i = 0; i < kinds->count; i++)
        if (served & kinds->words[i].number)
            cmb_buffer_addf(text, "%s%s", text->length ? ", " : "", kinds->words[i].text.at);
}

static void list_operations(const struct cmb_call *call, struct cmb_buffer *text)
{
    const struct cmb_plugin *plugin = call->exchange->plugin;
    for (uint32_t operation = 1; operation < CAMBIST_OPERATION_COUNT; operation++) {
        bool is_there = false;
        for (uint32_t i = 0; i < plugin->endpoint_count && !is_there; i++)
            is_there = plugin->endpoints[i].operation == operation;
        if (is_there)
            cmb_buffer_addf(text, "%s%s", text->length ? ", " : "",
                            cmb_operation_of(operation)->name.at);
    }
}

/* Says what the exchange has instead. */
static int refuse_operation(struct cmb_call *call, bool is_known)
{
    struct cmb_buffer text;
    cmb_buffer_init(&text, 4096);
    if (is_known)
        list_kinds(call, &text);
    else
        list_operations(call, &text);
    int status = cmb_fail(call->error, CAMBIST_NOT_SUPPORTED, "%s has no %s%s%s%s%s%s",
                          call->exchange->name.at, cmb_operation_of(call->operation)->name.at,
                          is_known ? " for these arguments in " : "",
                          is_known ? cmb_vocabulary_word(cmb_vocabulary_of(CMB_MEMBER_KIND),
                                                         call->kind).at : "",
                          text.length ? " (it has " : "", cmb_buffer_string(&text),
                          text.length ? ")" : "");
    cmb_buffer_clear(&text);
    return status;
}

int cmb_pick(struct cmb_call *call)
{
    int status = find_kind(call);
    if (status != CAMBIST_OK)
        return status;
    const struct cmb_plugin *plugin = call->exchange->plugin;
    bool is_known = false;
    for (uint32_t i = plugin->first_endpoints[call->operation]; i < plugin->endpoint_count; i++) {
        const struct cmb_endpoint *endpoint = &plugin->endpoints[i];
        if (endpoint->operation != call->operation)
            continue;
        is_known = true;
        call->endpoint = endpoint; /* conditions may ask for its server and access */
        if ((!endpoint->row->kinds || (endpoint->row->kinds & call->kind)) &&
            cmb_condition_holds(call, &endpoint->when))
            return CAMBIST_OK;
    }
    call->endpoint = NULL;
    return refuse_operation(call, is_known);
}

/* ---- recorded answers ---- */

/* Whether `path` is what the template gives for some values, one segment each. */
static bool path_fits(const struct cmb_template *template, struct cmb_text path)
{
    for (uint32_t i = 0; i < template->count; i++) {
        const struct cmb_step *step = &template->steps[i];
        size_t length = 0;
        if (step->name == CMB_NAME_LITERAL) {
            if (!cmb_text_begins(path, step->text))
                return false;
            length = step->text.length;
        }
        while (step->name != CMB_NAME_LITERAL && length < path.length && path.at[length] != '/')
            length++;
        path = (struct cmb_text){ path.at + length, path.length - length };
    }
    return path.length == 0;
}

static struct cmb_text path_of_url(struct cmb_text url)
{
    struct cmb_text rest = url, path;
    const char *host = url.length ? memmem(url.at, url.length, "://", 3) : NULL;
    if (host) {
        rest = (struct cmb_text){ host + 3, url.length - (size_t)(host + 3 - url.at) };
        path = cmb_text_cut(rest, '/', &rest);
        rest = (struct cmb_text){ path.at ? path.at - 1 : rest.at, path.length + 1 };
    }
    cmb_text_cut(rest, '?', &path);
    return path;
}

void cmb_pick_by_url(struct cmb_call *call, struct cmb_text method, struct cmb_text url)
{
    const struct cmb_plugin *plugin = call->exchange->plugin;
    struct cmb_text path = path_of_url(url);
    for (uint32_t i = 0; i < plugin->endpoint_count; i++) {
        const struct cmb_endpoint *endpoint = &plugin->endpoints[i];
        if (endpoint->operation == call->operation && path_fits(&endpoint->path, path) &&
            (!method.length || cmb_text_is(method, endpoint->method))) {
            call->endpoint = endpoint;
            return;
        }
    }
}
