/* Which arguments make a template say this text? */
#include "simulator/request.h"

#include <strings.h>

#include "crypto/encode.h"
#include "crypto/vault.h"
#include "number/decimal.h"
#include "number/time.h"

/* ---- storing what was captured ---- */

static struct cmb_text kept(struct cmb_capture *capture, struct cmb_text text)
{
    return (struct cmb_text){ cmb_arena_copy(&capture->call->arena, text), text.length };
}

/* Two places that say the same argument must agree. */
static bool keep_argument(struct cmb_capture *capture, uint32_t argument, struct cmb_text value)
{
    struct cmb_text *at = &capture->target->values[argument];
    if (at->at)
        return cmb_text_is(*at, value);
    *at = kept(capture, value);
    return true;
}

static bool is_plausible(uint32_t argument, struct cmb_text text)
{
    struct cambist_decimal number;
    const struct cmb_member *member = cmb_argument_of(argument);
    const struct cmb_vocabulary *vocabulary = cmb_vocabulary_of(member->kind);
    if (vocabulary)
        return cmb_vocabulary_number(vocabulary, text) != 0;
    if (member->kind == CMB_MEMBER_DECIMAL || member->kind == CMB_MEMBER_INTEGER)
        return cmb_decimal_parse(text, &number) == CMB_NUMBER_FINE;
    return text.length > 0;
}

static bool take_argument(struct cmb_capture *capture, const struct cmb_step *step,
                          struct cmb_text text)
{
    const struct cmb_word_row *row = step->words ? cmb_words_read(step->words, text) : NULL;
    bool is_open = cmb_argument_of(step->index)->kind == CMB_MEMBER_CURRENCY;
    if (step->words && !row && !is_open)
        return false;
    text = row ? row->ours : text;
    return is_plausible(step->index, text) && keep_argument(capture, step->index, text);
}

/* ---- markets ---- */

static const struct cambist_market *find_market(struct cmb_capture *capture, struct cmb_text id)
{
    uint32_t kinds = capture->call->endpoint->row->kinds;
    return cmb_markets_find_id(capture->call->exchange->markets, id, kinds);
}

static bool take_market(struct cmb_capture *capture, struct cmb_text text)
{
    const struct cambist_market *market = find_market(capture, text);
    if (!market) {
        capture->bad_market = kept(capture, text);
        return true;
    }
    if (!capture->call->market)
        capture->call->market = market;
    return keep_argument(capture, CAMBIST_ARGUMENT_symbol, cmb_text_of(market->symbol));
}

/* A,B or ["A","B"]. */
static bool take_markets(struct cmb_capture *capture, struct cmb_text text)
{
    struct cmb_buffer symbols;
    cmb_buffer_init(&symbols, 1 << 16);
    while (text.at) {
        struct cmb_text id;
        text = cmb_text_cut(text, ',', &id);
        while (id.length && strchr("[\" ", id.at[0]))
            id = (struct cmb_text){ id.at + 1, id.length - 1 };
        while (id.length && strchr("]\" ", id.at[id.length - 1]))
            id.length--;
        const struct cambist_market *market = find_market(capture, id);
        if (!market) {
            capture->bad_market = kept(capture, id);
            continue;
        }
        if (symbols.length)
            cmb_buffer_add_char(&symbols, ',');
        cmb_buffer_add(&symbols, cmb_text_of(market->symbol));
    }
    bool is_fine = !symbols.length ||
                   keep_argument(capture, CAMBIST_ARGUMENT_symbols, cmb_buffer_text(&symbols));
    cmb_buffer_clear(&symbols);
    return is_fine;
}

static bool take_kind(struct cmb_capture *capture, const struct cmb_step *step,
                      struct cmb_text text)
{
    const struct cmb_word_row *row = step->words ? cmb_words_read(step->words, text) : NULL;
    if (step->words && !row)
        return false;
    text = row ? row->ours : text;
    return cmb_vocabulary_number(cmb_vocabulary_of(CMB_MEMBER_KIND), text) &&
           keep_argument(capture, CAMBIST_ARGUMENT_kind, text);
}

/* ---- times ---- */

static bool read_time(uint32_t form, struct cmb_text text, int64_t *ret_ns)
{
    static const enum cmb_time_unit units[] = { [CMB_TIME_FORM_S] = CMB_TIME_S,
                                                [CMB_TIME_FORM_MS] = CMB_TIME_MS,
                                                [CMB_TIME_FORM_US] = CMB_TIME_US,
                                                [CMB_TIME_FORM_NS] = CMB_TIME_NS };
    enum cmb_number_fault fault = form >= CMB_TIME_FORM_ISO
                                      ? cmb_time_parse_iso(text, ret_ns)
                                      : cmb_time_parse_number(text, units[form], ret_ns);
    return fault == CMB_NUMBER_FINE;
}

static int64_t shift_of(const struct cmb_step *step)
{
    static const int64_t units_ns[] = { [CMB_TIME_FORM_S] = 1000000000,
                                        [CMB_TIME_FORM_MS] = 1000000, [CMB_TIME_FORM_US] = 1000,
                                        [CMB_TIME_FORM_NS] = 1, [CMB_TIME_FORM_ISO] = 0,
                                        [CMB_TIME_FORM_ISO_S] = 0 };
    return step->shift * units_ns[step->index];
}

static bool take_now(struct cmb_capture *capture, const struct cmb_step *step,
                     struct cmb_text text, int64_t time_ns)
{
    if (step->shift)
        return true; /* says nothing that the unshifted one does not */
    capture->call->time_texts[step->index] = kept(capture, text);
    capture->call->time_ns = time_ns;
    return true;
}

static uint32_t argument_of(uint32_t name)
{
    switch (name) {
    case CMB_NAME_TIMEOUT: return CAMBIST_ARGUMENT_timeout;
    case CMB_NAME_SINCE:
    case CMB_NAME_BEGIN: return CAMBIST_ARGUMENT_since;
    default: return CAMBIST_ARGUMENT_until;
    }
}

static bool take_time(struct cmb_capture *capture, const struct cmb_step *step,
                      struct cmb_text text)
{
    int64_t time_ns;
    char digits[CMB_TIME_TEXT_SIZE];
    if (!read_time(step->index, text, &time_ns))
        return false;
    if (step->name == CMB_NAME_TIME)
        return take_now(capture, step, text, time_ns);
    if (step->name == CMB_NAME_DEADLINE) {
        capture->deadline_ns = time_ns;
        return true;
    }
    size_t length = cmb_time_format_number(time_ns - shift_of(step), CMB_TIME_MS, digits);
    return keep_argument(capture, argument_of(step->name), (struct cmb_text){ digits, length });
}

/* ---- names ---- */

static bool take_credential(struct cmb_capture *capture, const struct cmb_step *step,
                            struct cmb_text text)
{
    struct cmb_secret own = capture->call->exchange->credentials[step->index];
    if (!cmb_secret_is_equal(own, (struct cmb_secret){ text.at, text.length }))
        capture->is_stranger = true;
    return true;
}

static bool take_market_part(struct cmb_capture *capture, const struct cmb_step *step,
                             struct cmb_text text)
{
    if (step->name == CMB_NAME_MARKET)
        return take_market(capture, text);
    if (step->name == CMB_NAME_MARKETS)
        return take_markets(capture, text);
    if (step->name == CMB_NAME_MARKET_KIND)
        return take_kind(capture, step, text);
    if (step->name == CMB_NAME_BASE)
        capture->base = kept(capture, text);
    if (step->name == CMB_NAME_QUOTE)
        capture->quote = kept(capture, text);
    return true; /* its parts alone name no market */
}

bool cmb_inverse_try(struct cmb_capture *capture, const struct cmb_template *template,
                     const struct cmb_condition *when, struct cmb_text text)
{
    struct cmb_arguments before = *capture->target;
    const struct cambist_market *market = capture->call->market;
    if (cmb_inverse_may_hold(capture, when) && cmb_inverse_match(capture, template, text) &&
        cmb_inverse_may_hold(capture, when)) {
        cmb_inverse_imply(capture, when);
        return true;
    }
    *capture->target = before;
    capture->call->market = market;
    return false;
}

/* A plain alternative that gives this text. */
static bool try_alternatives(struct cmb_capture *capture, const struct cmb_derived_name *name,
                             struct cmb_text text, enum cmb_inverse_pass pass)
{
    const struct cmb_plugin *plugin = capture->call->exchange->plugin;
    for (uint32_t i = name->first; i < name->first + name->count; i++) {
        const struct cmb_derived *row = &plugin->derived[i];
        if (cmb_inverse_is_in_pass(capture, &row->text, &row->when, pass) &&
            cmb_inverse_try(capture, &row->text, &row->when, text))
            return true;
    }
    return false;
}

/* A value that is only put together says what it was put together of; others are proved later. */
static bool take_derived(struct cmb_capture *capture, const struct cmb_step *step,
                         struct cmb_text text)
{
    const struct cmb_plugin *plugin = capture->call->exchange->plugin;
    const struct cmb_derived_name *name = &plugin->derived_names[step->index];
    const struct cambist_derived *first = plugin->derived[name->first].row;
    capture->derived[step->index] = kept(capture, text);
    if (first->algorithm != CAMBIST_PLAIN || first->form != CAMBIST_AS_TEXT || first->compute)
        return true;
    bool is_found = false;
    for (int pass = 0; pass < CMB_INVERSE_PASSES && !is_found; pass++)
        is_found = try_alternatives(capture, name, text, (enum cmb_inverse_pass)pass);
    return is_found;
}

static bool take(struct cmb_capture *capture, const struct cmb_step *step, struct cmb_text text)
{
    if (step->name >= CMB_NAME_TIME)
        return take_time(capture, step, text);
    switch (step->name) {
    case CMB_NAME_ARGUMENT: return take_argument(capture, step, text);
    case CMB_NAME_CREDENTIAL: return take_credential(capture, step, text);
    case CMB_NAME_DERIVED: return take_derived(capture, step, text);
    case CMB_NAME_NONCE: capture->call->nonce = kept(capture, text); return true;
    case CMB_NAME_UUID: capture->call->uuid = kept(capture, text); return true;
    case CMB_NAME_RANDOM: capture->call->random = kept(capture, text); return true;
    case CMB_NAME_SECRET_FORM:
    case CMB_NAME_ENVIRONMENT:
    case CMB_NAME_ACCESS:
    case CMB_NAME_SERVER: return true;
    default: break;
    }
    if (step->name < CMB_NAME_NONCE)
        return take_market_part(capture, step, text);
    return cmb_text_is(cmb_value_of(capture->call, step->name, step->index), text);
}

/* ---- filters ---- */

static struct cmb_text fold_case(struct cmb_capture *capture, struct cmb_text text, bool is_upper)
{
    char *folded = cmb_arena_take(&capture->call->arena, text.length + 1);
    for (size_t i = 0; folded && i < text.length; i++) {
        char first = is_upper ? 'A' : 'a';
        bool turns = text.at[i] >= first && text.at[i] <= first + 25;
        folded[i] = (char)(turns ? text.at[i] ^ 0x20 : text.at[i]);
    }
    return (struct cmb_text){ folded, text.length };
}

static struct cmb_text unquote(struct cmb_capture *capture, const struct cmb_step *step,
                               struct cmb_text text)
{
    if (step->name == CMB_NAME_MARKETS)
        return text; /* the list is read as one */
    struct cmb_text inside = cmb_received_member(&capture->call->arena, text, CMB_TEXT(""));
    return inside.at ? inside : text;
}

static struct cmb_text undo_url(struct cmb_capture *capture, struct cmb_text text)
{
    struct cmb_buffer plain;
    cmb_buffer_init(&plain, 1 << 20);
    (void)cmb_decode_url(&plain, text, false);
    struct cmb_text copy = kept(capture, cmb_text_of(cmb_buffer_string(&plain)));
    cmb_buffer_clear(&plain);
    return copy;
}

/* Undoes the filters from the last to the first; hashes cannot be undone. */
static bool undo_filters(struct cmb_capture *capture, const struct cmb_step *step,
                         struct cmb_text *text)
{
    for (size_t i = CMB_FILTERS_MAX; i-- > 0;) {
        switch (step->filters[i]) {
        case CMB_FILTER_NONE: break;
        case CMB_FILTER_LOWER: *text = fold_case(capture, *text, false); break;
        case CMB_FILTER_UPPER: *text = fold_case(capture, *text, true); break;
        case CMB_FILTER_URL: *text = undo_url(capture, *text); break;
        case CMB_FILTER_JSON: *text = unquote(capture, step, *text); break;
        default: return false;
        }
    }
    return text->at != NULL;
}

static bool capture_step(struct cmb_capture *capture, const struct cmb_step *step,
                         struct cmb_text text)
{
    return undo_filters(capture, step, &text) && take(capture, step, text);
}

/* What the step can only say: a literal, or a part of the request that is known. */
static struct cmb_text known_of(struct cmb_capture *capture, const struct cmb_step *step)
{
    if (step->name == CMB_NAME_LITERAL)
        return step->text;
    bool is_part = step->name >= CMB_NAME_METHOD && step->name <= CMB_NAME_CONTENT_TYPE;
    return is_part && !step->filters[0] && !step->words
               ? cmb_value_of(capture->call, step->name, step->index) : (struct cmb_text){ 0 };
}

/* How far the name at `step` reaches: up to the next thing that is known. */
static bool find_end(struct cmb_capture *capture, const struct cmb_step *step,
                     const struct cmb_step *end, struct cmb_text text, size_t *ret_length)
{
    *ret_length = text.length;
    if (step + 1 == end)
        return true;
    struct cmb_text next = known_of(capture, &step[1]);
    if (!next.length)
        return false; /* nothing says where one ends and the other begins */
    const char *found = memmem(text.at, text.length, next.at, next.length);
    *ret_length = found ? (size_t)(found - text.at) : 0;
    return found != NULL;
}

bool cmb_inverse_match(struct cmb_capture *capture, const struct cmb_template *template,
                       struct cmb_text text)
{
    const struct cmb_step *end = template->steps + template->count;
    for (const struct cmb_step *step = template->steps; step < end; step++) {
        struct cmb_text known = known_of(capture, step);
        size_t length = known.length;
        bool is_fine;
        if (known.at)
            is_fine = cmb_text_begins(text, known);
        else
            is_fine = find_end(capture, step, end, text, &length) &&
                      capture_step(capture, step, (struct cmb_text){ text.at, length });
        if (!is_fine)
            return false;
        text = (struct cmb_text){ text.at + length, text.length - length };
    }
    return text.length == 0;
}
