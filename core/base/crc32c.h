/* base/crc32c.h - CRC-32C (Castagnoli) of bytes, as iSCSI and ext4 use it.
 *
 * Uses the processor's instruction where it has one.  Chained: the checksum of a and then b is
 * cmb_crc32c(cmb_crc32c(0, a), b). [any thread]
 */
#ifndef CMB_BASE_CRC32C_H
#define CMB_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from `previous`; 0 begins. */
uint32_t cmb_crc32c(uint32_t previous, const void *bytes, size_t size);

/* The same without the instruction: what cmb_crc32c falls back to. */
uint32_t cmb_crc32c_portable(uint32_t previous, const void *bytes, size_t size);

#endif
