/* What is the CRC-32C of these bytes, with the processor's instruction or without? */
#include "base/crc32c.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#if defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>
#elif defined(__x86_64__)
#include <nmmintrin.h>
#endif

/* The polynomial, its bits reversed. */
static const uint32_t CASTAGNOLI = 0x82f63b78u;

/* tables[k][byte]: what `byte` adds when k more bytes follow it. */
static uint32_t tables[8][256];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? CASTAGNOLI : 0);
        tables[0][byte] = crc;
    }
    for (size_t k = 1; k < 8; k++)
        for (size_t byte = 0; byte < 256; byte++) {
            uint32_t crc = tables[k - 1][byte];
            tables[k][byte] = crc >> 8 ^ tables[0][crc & 0xff];
        }
}

static uint64_t load(const unsigned char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

uint32_t cmb_crc32c_portable(uint32_t previous, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint32_t crc = ~previous;
    pthread_once(&tables_once, make_tables);
    for (; size >= 8; size -= 8, at += 8) {
        uint32_t low = crc ^ ((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
                              (uint32_t)at[3] << 24);
        crc = tables[7][low & 0xff] ^ tables[6][low >> 8 & 0xff] ^ tables[5][low >> 16 & 0xff] ^
              tables[4][low >> 24] ^ tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^
              tables[0][at[7]];
    }
    for (; size; size--)
        crc = crc >> 8 ^ tables[0][(crc ^ *at++) & 0xff];
    return ~crc;
}

#if defined(__x86_64__)
static bool has_instruction(void)
{
    return __builtin_cpu_supports("sse4.2");
}

__attribute__((target("sse4.2"))) static uint32_t
by_instruction(uint32_t previous, const unsigned char *at, size_t size)
{
    uint64_t crc = ~previous;
    for (; size >= 8; size -= 8, at += 8)
        crc = _mm_crc32_u64(crc, load(at));
    for (; size; size--)
        crc = _mm_crc32_u8((uint32_t)crc, *at++);
    return ~(uint32_t)crc;
}
#elif defined(__aarch64__)
static bool has_instruction(void)
{
    return getauxval(AT_HWCAP) & 1ul << 7; /* HWCAP_CRC32 */
}

__attribute__((target("+crc"))) static uint32_t by_instruction(uint32_t previous,
                                                               const unsigned char *at, size_t size)
{
    uint32_t crc = ~previous;
    for (; size >= 8; size -= 8, at += 8)
        crc = __crc32cd(crc, load(at));
    for (; size; size--)
        crc = __crc32cb(crc, *at++);
    return ~crc;
}
#else
static bool has_instruction(void)
{
    return false;
}

static uint32_t by_instruction(uint32_t previous, const unsigned char *at, size_t size)
{
    (void)load;
    return cmb_crc32c_portable(previous, at, size);
}
#endif

uint32_t cmb_crc32c(uint32_t previous, const void *bytes, size_t size)
{
    return has_instruction() ? by_instruction(previous, bytes, size)
                             : cmb_crc32c_portable(previous, bytes, size);
}
