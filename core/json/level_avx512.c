/* How are two levels read at once, in registers of 64 bytes?
 *
 * What belongs to no number is a mark.  The marks of the next 64 bytes, moved together, say which
 * form these have, and the places of the marks where the numbers are.  Each number gets a field of
 * 16 digits, with its point where the scale wants it: then its digits are what is looked for. */
#include "base/processor.h"
#include "json/level_inner.h"

#if defined(__x86_64__)
#include <immintrin.h>

enum { WINDOW_BYTES = 64, FIELD_BYTES = 16 };

/* A form of what comes next.  Of its n-th mark, bit n of `gaps` says whether a number stands before
 * it; the others follow straight on the one before. */
struct form {
    char marks[FIELD_BYTES + 1];
    unsigned count, gaps;
    size_t levels;
    unsigned numbers; /* a bit for each */
    uint64_t fields;  /* a bit for each byte */
};

static const struct form forms[] = {
    { "[\"\",\"\"],[\"\",\"\"]", 15, 0x2424, 2, 0xf, ~0ull },
    { "[\"\",\"\"]", 7, 0x24, 1, 0x3, 0xffffffff },
    { "[\"\",\"\",\"\",\"\"]", 13, 0x924, 1, 0x3, 0xffffffff },
    { "[\"\",\"\",\"\"]", 10, 0x124, 1, 0x3, 0xffffffff },
};

/* Where digits go, by the scales: the same for all levels of a side. */
struct layout {
    __m512i from;                    /* seen from the point, for each byte of a field */
    __m128i whole_most, behind_most; /* digits before and behind the point, by the number */
};

/* The next bytes less '0', and where things stand in them, one after the other. */
struct window {
    __m512i values;
    uint64_t are_marks;
    __m128i marks;  /* places of all marks */
    __m128i points; /* of the points of numbers, or of the quote behind one without */
    const struct form *form;
    bool has_leading_zero;
};

/* 0 to 63. */
static const unsigned char from_zero_on[WINDOW_BYTES] __attribute__((aligned(WINDOW_BYTES))) = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
};

/* A field full of each of the first four bytes. */
CMB_AVX512 static inline __m512i spread(__m128i four)
{
    const __m512i index = _mm512_srli_epi16(
        _mm512_and_si512(_mm512_load_si512(from_zero_on), _mm512_set1_epi8(0x30)), 4);
    return _mm512_permutexvar_epi8(index, _mm512_castsi128_si512(four));
}

/* Zeros that the compiler does not know for such: an instruction that moves bytes among zeros waits
 * for what was in its register before, unless that was just cleared. */
CMB_AVX512 static inline __m512i cleared(void)
{
    __m512i zeros = _mm512_setzero_si512();
    __asm__("" : "+v"(zeros));
    return zeros;
}

/* The bytes for which there is a bit, moved together. */
CMB_AVX512 static inline __m128i gather(uint64_t bits, __m512i bytes)
{
    return _mm512_castsi512_si128(_mm512_mask_compress_epi8(cleared(), bits, bytes));
}

/* Bits in a general register: GCC would keep and compute them as a mask, which takes longer. */
CMB_AVX512 static inline uint64_t bits_of(uint64_t mask)
{
    __asm__("" : "+r"(mask));
    return mask;
}

/* Which form is it?  NULL: none of them, or one with too many levels for the room. */
CMB_AVX512 static inline const struct form *find_form(__m128i marks, __m128i places, size_t room)
{
    __m128i before = _mm_alignr_epi8(places, _mm_set1_epi8(-1), FIELD_BYTES - 1);
    unsigned gaps = _mm_cmpneq_epi8_mask(_mm_sub_epi8(places, before), _mm_set1_epi8(1));
    for (size_t i = room < 2; i < sizeof forms / sizeof *forms; i++) {
        const struct form *form = &forms[i];
        __m128i wanted = _mm_loadu_si128((const __m128i *)(const void *)form->marks);
        unsigned wrong = _mm_cmpneq_epi8_mask(marks, wanted) | (gaps ^ form->gaps);
        if (!_bzhi_u32(wrong, form->count))
            return form;
    }
    return NULL;
}

/* Looks at the next bytes.  What lies behind `end` is not read: it is masked. */
CMB_AVX512 static inline void look(struct window *window, const char *at, const char *end,
                                   size_t room)
{
    const __m512i places = _mm512_load_si512(from_zero_on);
    size_t left = (size_t)(end - at);
    __m512i bytes = left >= WINDOW_BYTES
                        ? _mm512_loadu_si512(at)
                        : _mm512_maskz_loadu_epi8(_bzhi_u64(~0ull, (unsigned)left), at);
    window->values = _mm512_sub_epi8(bytes, _mm512_set1_epi8('0'));
    uint64_t digits = bits_of(_mm512_cmplt_epu8_mask(window->values, _mm512_set1_epi8(10)));
    uint64_t quotes = bits_of(_mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')));
    uint64_t points = bits_of(_mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('.')));
    uint64_t zeros = bits_of(_mm512_testn_epi8_mask(window->values, window->values));
    uint64_t firsts = digits & quotes << 1, marks = ~(digits | points);
    window->are_marks = bits_of(marks);
    window->marks = gather(marks, places);
    /* The sum carries a number's first digit to what follows the last one. */
    window->points = gather((digits + firsts) & ~digits, places);
    window->has_leading_zero = zeros & firsts & digits >> 1;
    window->form = find_form(gather(marks, bytes), window->marks, room);
}

/* Takes digits into fields; *ret_behind gets how many stand behind the points.  False: a number
 * does not fit its field, or is not written as RFC 8259 writes numbers. */
CMB_AVX512 static inline bool place(const struct window *window, const struct layout *layout,
                                    __m512i *ret_digits, __m128i *ret_behind)
{
    const __m128i one = _mm_set1_epi8(1), points = window->points;
    __m128i starts = _mm_add_epi8(
        _mm_shuffle_epi8(window->marks, _mm_set1_epi32(12 << 24 | 9 << 16 | 4 << 8 | 1)), one);
    __m128i ends =
        _mm_shuffle_epi8(window->marks, _mm_set1_epi32(13 << 24 | 10 << 16 | 5 << 8 | 2));
    __m128i whole = _mm_sub_epi8(points, starts),
            behind = _mm_subs_epu8(_mm_sub_epi8(ends, one), points);
    __mmask16 wrong = _mm_cmpgt_epu8_mask(_mm_sub_epi8(whole, one), layout->whole_most) |
                      _mm_cmpgt_epu8_mask(behind, layout->behind_most) |
                      _mm_cmpeq_epi8_mask(_mm_add_epi8(points, one), ends);
    __m512i from = _mm512_add_epi8(spread(points), layout->from);
    __mmask64 written =
        _kand_mask64(_mm512_mask_cmpge_epi8_mask(window->form->fields, from, spread(starts)),
                     _mm512_cmplt_epi8_mask(from, spread(ends)));
    *ret_digits = _mm512_maskz_permutexvar_epi8(written, from, window->values);
    *ret_behind = behind;
    /* A point at the start of a number, or a second one. */
    __mmask64 strange = _mm512_cmpgt_epu8_mask(*ret_digits, _mm512_set1_epi8(9));
    return !((wrong & window->form->numbers) | bits_of(strange));
}

/* The values of digits in fields, one after the other. */
CMB_AVX512 static inline __m256i join(__m512i digits)
{
    __m512i twos = _mm512_maddubs_epi16(digits, _mm512_set1_epi16(1 << 8 | 10));
    __m512i fours = _mm512_madd_epi16(twos, _mm512_set1_epi32(1 << 16 | 100));
    __m256i packed = _mm512_cvtepi32_epi16(fours);
    __m256i eights = _mm256_madd_epi16(packed, _mm256_set1_epi32(1 << 16 | 10000));
    return _mm256_add_epi64(_mm256_mul_epu32(eights, _mm256_set1_epi64x(100000000)),
                            _mm256_srli_epi64(eights, 32));
}

CMB_AVX512 static inline void store(const struct cmb_level_run *run, size_t index, size_t levels,
                                    __m256i values, __m128i behind)
{
    __m128i second = _mm256_extracti128_si256(values, 1);
    uint16_t first_behind = (uint16_t)_mm_extract_epi16(behind, 0);
    uint16_t second_behind = (uint16_t)_mm_extract_epi16(behind, 1);
    _mm_storeu_si128((__m128i *)(void *)&run->levels[index], _mm256_castsi256_si128(values));
    memcpy(&run->digits[index], &first_behind, sizeof *run->digits);
    if (levels == 2) {
        _mm_storeu_si128((__m128i *)(void *)&run->levels[index + 1], second);
        memcpy(&run->digits[index + 1], &second_behind, sizeof *run->digits);
    }
}

/* Reads one or two levels at *at and passes them.  0: they are not of the common form. */
CMB_AVX512 static inline size_t read_some(const struct cmb_level_run *run,
                                          const struct layout *layout, const char **at,
                                          size_t index)
{
    struct window window;
    __m512i digits;
    __m128i behind;
    look(&window, *at, run->end, run->most - index);
    if (!window.form || window.has_leading_zero || !place(&window, layout, &digits, &behind))
        return 0;
    store(run, index, window.form->levels, join(digits), behind);
    *at += __builtin_ctzll(_pdep_u64(1ull << (window.form->count - 1), window.are_marks)) + 1;
    return window.form->levels;
}

/* Where each byte of a field comes from: a digit before the point, or, one further, behind it. */
CMB_AVX512 static inline __m128i from_point(unsigned scale)
{
    __m128i from = _mm_sub_epi8(_mm_load_si128((const __m128i *)(const void *)from_zero_on),
                                _mm_set1_epi8((char)(FIELD_BYTES - scale)));
    return _mm_mask_add_epi8(from, (__mmask16)(0xffff0000u >> scale), from, _mm_set1_epi8(1));
}

CMB_AVX512 static inline void lay_out(struct layout *layout, unsigned price, unsigned amount)
{
    __m512i prices = _mm512_broadcast_i32x4(from_point(price)),
            amounts = _mm512_broadcast_i32x4(from_point(amount));
    layout->from = _mm512_mask_blend_epi64(0xcc, prices, amounts);
    layout->behind_most = _mm_set1_epi16((short)(amount << 8 | price));
    layout->whole_most = _mm_sub_epi8(_mm_set1_epi8(FIELD_BYTES - 1), layout->behind_most);
}

CMB_AVX512 size_t cmb_level_run_avx512(struct cmb_level_run *run)
{
    if (run->price_scale >= FIELD_BYTES || run->amount_scale >= FIELD_BYTES)
        return cmb_level_run_sse2(run);
    struct layout layout;
    lay_out(&layout, run->price_scale, run->amount_scale);
    const char *next = run->at, *limit = run->end;
    size_t done = 0;
    while (done < run->most && next < limit) {
        size_t levels = read_some(run, &layout, &next, done);
        if (!levels)
            break;
        done += levels;
        run->at = next;
        if (next == limit || *next != ',')
            break;
        next++;
    }
    return done ? done : cmb_level_run_sse2(run); /* which takes longer numbers */
}

#else

size_t cmb_level_run_avx512(struct cmb_level_run *run)
{
    (void)run;
    return 0;
}

#endif
