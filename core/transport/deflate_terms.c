/* What do the two sides of permessage-deflate promise each other? */
#include "transport/deflate.h"


/* Parameters of one extension, as they were written. */
struct parameters {
    struct cmb_deflate_terms terms; /* bits 0: not said */
    bool has_client_forgets, has_server_forgets, has_client_bits, has_server_bits;
};

static uint8_t usual(uint8_t bits)
{
    return bits ? bits : 15;
}

/* Cuts at the first `separator` outside quotes, as cmb_text_cut. */
static struct cmb_text cut(struct cmb_text text, char separator, struct cmb_text *ret_head)
{
    bool is_quoted = false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.at[i] == '"')
            is_quoted = !is_quoted;
        if (text.at[i] != separator || is_quoted)
            continue;
        *ret_head = cmb_text_trim((struct cmb_text){ text.at, i });
        return (struct cmb_text){ text.at + i + 1, text.length - i - 1 };
    }
    *ret_head = cmb_text_trim(text);
    return (struct cmb_text){ 0 };
}

/* 8 to 15, without leading zeros, perhaps in quotes. */
static bool read_bits(struct cmb_text value, uint8_t *ret_bits)
{
    if (value.length >= 2 && value.at[0] == '"' && value.at[value.length - 1] == '"')
        value = (struct cmb_text){ value.at + 1, value.length - 2 };
    if (value.length == 1 && (value.at[0] == '8' || value.at[0] == '9')) {
        *ret_bits = (uint8_t)(value.at[0] - '0');
        return true;
    }
    if (value.length != 2 || value.at[0] != '1' || value.at[1] < '0' || value.at[1] > '5')
        return false;
    *ret_bits = (uint8_t)(10 + value.at[1] - '0');
    return true;
}

/* A parameter without a value, once. */
static bool note_flag(struct cmb_text value, bool *has, bool *ret_flag)
{
    bool is_right = !*has && !value.at;
    *has = *ret_flag = true;
    return is_right;
}

static bool note_bits(struct cmb_text value, bool may_lack, bool *has, uint8_t *ret_bits)
{
    if (*has)
        return false;
    *has = true;
    return value.at ? read_bits(value, ret_bits) : may_lack;
}

/* `is_offer`: client_max_window_bits may stand without a value. */
static bool read_parameter(struct cmb_text text, bool is_offer, struct parameters *all)
{
    struct cmb_text name, value = cut(text, '=', &name);
    value = cmb_text_trim(value);
    struct cmb_deflate_terms *terms = &all->terms;
    if (cmb_text_is_word(name, CMB_TEXT("client_no_context_takeover")))
        return note_flag(value, &all->has_client_forgets, &terms->client_forgets);
    if (cmb_text_is_word(name, CMB_TEXT("server_no_context_takeover")))
        return note_flag(value, &all->has_server_forgets, &terms->server_forgets);
    if (cmb_text_is_word(name, CMB_TEXT("client_max_window_bits")))
        return note_bits(value, is_offer, &all->has_client_bits, &terms->client_bits);
    if (cmb_text_is_word(name, CMB_TEXT("server_max_window_bits")))
        return note_bits(value, false, &all->has_server_bits, &terms->server_bits);
    return false;
}

static bool read_extension(struct cmb_text text, bool is_offer, struct parameters *ret_all)
{
    struct cmb_text name, parameter, left = cut(text, ';', &name);
    *ret_all = (struct parameters){ 0 };
    if (!cmb_text_is_word(name, CMB_TEXT("permessage-deflate")))
        return false;
    while (left.at) {
        left = cut(left, ';', &parameter);
        if (!read_parameter(parameter, is_offer, ret_all))
            return false;
    }
    return true;
}

/* --- the client --- */

static void write_bits(struct cmb_buffer *to, struct cmb_text name, uint8_t bits)
{
    if (usual(bits) == 15)
        return;
    cmb_buffer_add(to, name);
    cmb_buffer_add_number(to, bits);
}

void cmb_deflate_write_offer(const struct cmb_deflate_terms *wanted, struct cmb_buffer *to)
{
    cmb_buffer_add(to, CMB_TEXT("permessage-deflate; client_max_window_bits"));
    if (wanted->client_forgets)
        cmb_buffer_add(to, CMB_TEXT("; client_no_context_takeover"));
    if (wanted->server_forgets)
        cmb_buffer_add(to, CMB_TEXT("; server_no_context_takeover"));
    write_bits(to, CMB_TEXT("; server_max_window_bits="), wanted->server_bits);
}

bool cmb_deflate_read_answer(struct cmb_text value, const struct cmb_deflate_terms *wanted,
                             struct cmb_deflate_terms *ret_terms)
{
    struct parameters all;
    struct cmb_text extension, more = cut(value, ',', &extension);
    if (more.at || !read_extension(extension, false, &all))
        return false;
    if (wanted->server_forgets && !all.terms.server_forgets)
        return false;
    if (usual(all.terms.server_bits) > usual(wanted->server_bits))
        return false;
    all.terms.client_bits = usual(all.terms.client_bits);
    all.terms.server_bits = usual(all.terms.server_bits);
    *ret_terms = all.terms;
    return true;
}

/* --- the server --- */

static uint8_t smaller(uint8_t a, uint8_t b)
{
    return usual(a) < usual(b) ? usual(a) : usual(b);
}

/* What the server promises for this offer; false where it cannot keep it: zlib cannot compress in a
 * window of 8 bits. */
static bool settle(const struct parameters *offer, const struct cmb_deflate_terms *limits,
                   struct cmb_deflate_terms *ret_terms)
{
    struct cmb_deflate_terms terms = {
        .client_forgets = offer->terms.client_forgets || limits->client_forgets,
        .server_forgets = offer->terms.server_forgets || limits->server_forgets,
        .client_bits = 15,
        .server_bits = smaller(offer->terms.server_bits, limits->server_bits)
    };
    if (offer->has_client_bits)
        terms.client_bits = smaller(offer->terms.client_bits, limits->client_bits);
    if (terms.server_bits < 9)
        return false;
    *ret_terms = terms;
    return true;
}

bool cmb_deflate_choose(struct cmb_text offers, const struct cmb_deflate_terms *limits,
                        struct cmb_deflate_terms *ret_terms, struct cmb_buffer *answer)
{
    struct parameters offer;
    struct cmb_text extension;
    do {
        offers = cut(offers, ',', &extension);
        if (!read_extension(extension, true, &offer) || !settle(&offer, limits, ret_terms))
            continue;
        cmb_buffer_add(answer, CMB_TEXT("permessage-deflate"));
        if (ret_terms->client_forgets)
            cmb_buffer_add(answer, CMB_TEXT("; client_no_context_takeover"));
        if (ret_terms->server_forgets)
            cmb_buffer_add(answer, CMB_TEXT("; server_no_context_takeover"));
        write_bits(answer, CMB_TEXT("; client_max_window_bits="), ret_terms->client_bits);
        write_bits(answer, CMB_TEXT("; server_max_window_bits="), ret_terms->server_bits);
        return true;
    } while (offers.at);
    return false;
}
