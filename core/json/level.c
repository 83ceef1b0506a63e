/* How is one side of a book read, at the speed of its bytes? */
#include "json/level.h"

#include "json/number.h"

#if defined(__SSE2__)

enum {
    DIGITS_MOST = 16,  /* of one number, without the point */
    BEFORE_BYTES = 16, /* that a load may begin before a level */
    WINDOW_BYTES = 48, /* the two numbers of a level lie in them */
    BEHIND_BYTES = 64, /* that must be readable from the start of a level on */
    REST_BYTES = BEHIND_BYTES - 4, /* before which a rest must end, looks ahead included */
};

/* A number that ends with a quote. */
struct number {
    const char *end; /* the quote */
    unsigned count;  /* of digits, without the point */
    unsigned behind; /* digits behind the point */
    bool has_point;
    bool is_common;
};

static inline __m128i load(const void *at)
{
    return _mm_loadu_si128((const __m128i *)at);
}

/* A bit for each of 16 bytes that is no digit. */
static inline uint64_t others_in(const char *at)
{
    /* Moved so that '0' to '9' are the ten greatest signed values. */
    __m128i moved = _mm_add_epi8(load(at), _mm_set1_epi8(127 - '9'));
    __m128i digits = _mm_cmpgt_epi8(moved, _mm_set1_epi8(127 - 10));
    return (unsigned)_mm_movemask_epi8(digits) ^ 0xffffu;
}

/* Finds the number at `at`; `others` has a bit for each byte from there on that is no digit, and at
 * least two.  The point is guessed by
 * the branch predictor: waiting for it would cost more than the conversion. */
static inline struct number find_number(const char *at, uint64_t others)
{
    unsigned whole = (unsigned)__builtin_ctzll(others), end = whole;
    unsigned has_point = 0;
    if (__builtin_expect(at[whole] == '.', 1)) { /* a guess ahead of the load, not a selection */
        has_point = 1;
        end = (unsigned)__builtin_ctzll(others & (others - 1));
    }
    unsigned behind = end - whole - has_point;
    return (struct number){
        .end = at + end,
        .count = whole + behind,
        .behind = behind,
        .has_point = has_point,
        .is_common = at[end] == '"' && whole && whole + behind <= DIGITS_MOST &&
                     (behind || !has_point) && (at[0] != '0' || whole == 1),
    };
}

/* The digits as four groups of four, zeros before the first one. */
static inline __m128i group_digits(struct number number)
{
    static const unsigned char last_bytes[32] = { [16] = 255, 255, 255, 255, 255, 255, 255, 255,
                                                  255,        255, 255, 255, 255, 255, 255, 255 };
    /* What stands before the point moves one byte up, over it. */
    const char *from = number.end - 16;
    __m128i is_behind = load(last_bytes + number.behind),
            is_digit = load(last_bytes + number.count);
    __m128i digits = _mm_or_si128(_mm_and_si128(is_behind, load(from)),
                                  _mm_andnot_si128(is_behind, load(from - number.has_point)));
    digits = _mm_and_si128(_mm_xor_si128(digits, _mm_set1_epi8('0')), is_digit);
    /* Times 256 * 10 + 1: the upper byte of each lane becomes ten times the lower plus the upper.
     */
    __m128i pairs = _mm_srli_epi16(_mm_mullo_epi16(digits, _mm_set1_epi16(2561)), 8);
    return _mm_madd_epi16(pairs, _mm_set1_epi32(1 << 16 | 100));
}

/* Two lanes of eight digits to one value at `scale`. */
static inline bool scale_up(uint64_t eights, unsigned behind, unsigned scale, int64_t *ret_value)
{
    int64_t value = (int64_t)((eights & 0xffffffff) * 100000000 + (eights >> 32));
    return behind <= scale &&
           !__builtin_mul_overflow(value, cmb_powers_of_ten[scale - behind], ret_value);
}

/* Passes what stands behind price and amount where it is only digits: ,"0",3].  NULL: it is not. */
static const char *pass_rest(const char *at, const char *last)
{
    while (at < last && *at == ',') {
        bool is_quoted = at[1] == '"';
        const char *digits = at + 1 + is_quoted, *end = digits;
        while (end < last && *end >= '0' && *end <= '9')
            end++;
        if (end == digits || (is_quoted ? *end != '"' : *digits == '0' && end > digits + 1))
            return NULL;
        at = end + is_quoted;
    }
    return *at == ']' ? at + 1 : NULL;
}

/* Reads the level ["price","amount"] at `at`, digits may follow.  Returns its end, NULL for every
 * other form. */
static inline const char *read_common(const char *at, unsigned price_scale, unsigned amount_scale,
                                      struct cmb_scaled_level *ret_level,
                                      struct cmb_scaled_digits *ret_digits)
{
    uint64_t others = others_in(at + 2) | others_in(at + 18) << 16 | others_in(at + 34) << 32 |
                      (uint64_t)7 << WINDOW_BYTES; /* a stop for what has no end */
    struct number price = find_number(at + 2, others);
    if (!price.is_common || memcmp(at, "[\"", 2) != 0 || memcmp(price.end, "\",\"", 3) != 0)
        return NULL;
    struct number amount = find_number(price.end + 3, others >> (price.end + 3 - at - 2));
    if (!amount.is_common)
        return NULL;
    const char *end = __builtin_expect(amount.end[1] == ']', 1)
                          ? amount.end + 2
                          : pass_rest(amount.end + 1, at + REST_BYTES);
    __m128i fours = _mm_packs_epi32(group_digits(price), group_digits(amount));
    __m128i eights = _mm_madd_epi16(fours, _mm_set1_epi32(1 << 16 | 10000));
    uint64_t low = (uint64_t)_mm_cvtsi128_si64(eights);
    uint64_t high = (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(eights, eights));
    bool is_whole = scale_up(low, price.behind, price_scale, &ret_level->price) &&
                    scale_up(high, amount.behind, amount_scale, &ret_level->amount);
    *ret_digits = (struct cmb_scaled_digits){ (uint8_t)price.behind, (uint8_t)amount.behind };
    return is_whole ? end : NULL;
}

/* Reads levels of the common form and the commas between them, as long as they last and begin
 * before `stop`.  Returns how many; *at is then behind the last one. */
__attribute__((noinline)) static size_t
read_common_levels(const char **at, const char *stop, unsigned price_scale, unsigned amount_scale,
                   struct cmb_scaled_level *levels, struct cmb_scaled_digits *digits, size_t most)
{
    const char *next = *at;
    size_t count = 0;
    struct cmb_scaled_digits written;
    while (count < most && next < stop) {
        const char *end = read_common(next, price_scale, amount_scale, &levels[count], &written);
        if (!end)
            break;
        if (digits)
            digits[count] = written;
        count++;
        *at = end;
        if (*end != ',')
            break;
        next = end + 1;
    }
    return count;
}

/* As above for the last bytes of the input, behind which nothing may be read: on a copy. */
static size_t read_last_levels(const char **at, size_t length, unsigned price_scale,
                               unsigned amount_scale, struct cmb_scaled_level *levels,
                               struct cmb_scaled_digits *digits, size_t most)
{
    char copy[BEFORE_BYTES + 2 * BEHIND_BYTES] = { 0 };
    const char *start = copy + BEFORE_BYTES, *copy_at = start;
    memcpy(copy + BEFORE_BYTES, *at, length);
    size_t count =
        read_common_levels(&copy_at, start + length, price_scale, amount_scale, levels, digits, most);
    *at += copy_at - start;
    return count;
}

/* Reads as many levels of the common form as come next, maybe none. */
static size_t read_run(struct cmb_json_reader *reader, unsigned price_scale, unsigned amount_scale,
                       struct cmb_scaled_level *levels, struct cmb_scaled_digits *digits,
                       size_t most)
{
    size_t left = (size_t)(reader->end - reader->at);
    if (reader->at - reader->start <= BEFORE_BYTES || reader->depth >= reader->depth_most ||
        price_scale > CMB_SCALED_SCALE_MOST || amount_scale > CMB_SCALED_SCALE_MOST)
        return 0;
    if (left <= BEHIND_BYTES)
        return read_last_levels(&reader->at, left, price_scale, amount_scale, levels, digits,
                                most);
    return read_common_levels(&reader->at, reader->end - BEHIND_BYTES, price_scale, amount_scale,
                              levels, digits, most);
}

#else

static size_t read_run(struct cmb_json_reader *reader, unsigned price_scale, unsigned amount_scale,
                       struct cmb_scaled_level *levels, struct cmb_scaled_digits *digits,
                       size_t most)
{
    (void)reader, (void)price_scale, (void)amount_scale, (void)levels, (void)digits, (void)most;
    return 0;
}

#endif

static bool read_level(struct cmb_json_reader *reader, unsigned price_scale, unsigned amount_scale,
                       struct cmb_scaled_level *ret_level, struct cmb_scaled_digits *ret_digits)
{
    if (!cmb_json_enter_array(reader))
        return false;
    if (!cmb_json_next_element(reader))
        return cmb_json_fail(reader, "a price is expected");
    if (!cmb_json_read_scaled_digits(reader, price_scale, &ret_level->price, &ret_digits->price))
        return false;
    if (!cmb_json_next_element(reader))
        return cmb_json_fail(reader, "an amount is expected");
    return cmb_json_read_scaled_digits(reader, amount_scale, &ret_level->amount,
                                       &ret_digits->amount) &&
           cmb_json_leave_array(reader);
}

bool cmb_json_read_levels(struct cmb_json_reader *reader, unsigned price_scale,
                          unsigned amount_scale, struct cmb_scaled_level *levels,
                          struct cmb_scaled_digits *digits, size_t most, size_t *ret_count)
{
    size_t count = 0;
    struct cmb_scaled_digits ignored;
    cmb_json_enter_array(reader);
    while (cmb_json_next_element(reader)) {
        if (count == most)
            return cmb_json_fail(reader, "more levels than there is room for");
        struct cmb_scaled_digits *written = digits ? digits + count : NULL;
        size_t run = read_run(reader, price_scale, amount_scale, levels + count, written,
                              most - count);
        if (!run && !read_level(reader, price_scale, amount_scale, &levels[count],
                                written ? written : &ignored))
            return false;
        count += run ? run : 1;
    }
    if (reader->reason)
        return false;
    *ret_count = count;
    return true;
}
