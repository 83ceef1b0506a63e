/* book/checksum.h - what checksum should an exchange have sent for this book?
 *
 * A CRC-32 over a text of the best levels, formed as the rule says.  Pure, but for the thread that
 * writes the sides only: digits are not kept for readers.
 */
#ifndef CMB_BOOK_CHECKSUM_H
#define CMB_BOOK_CHECKSUM_H

#include "book/book.h"
#include "book/side.h"

/* Whether books of this rule keep how many decimals were sent. */
bool cmb_checksum_needs_digits(const struct cambist_book_rule *rule);

/* `scales` are those of the sides; with CAMBIST_DIGITS_OF_MARKET they are the digits too. */
uint32_t cmb_checksum(const struct cambist_book_rule *rule, const struct cmb_side *bids,
                      const struct cmb_side *asks, struct cmb_scaled_digits scales);

#endif
