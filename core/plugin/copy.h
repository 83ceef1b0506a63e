/* plugin/copy.h - how does the host read tables that were built with an older contract?
 *
 * It copies them into its own: `size` bytes of the descriptor, `row_size` bytes of each row, zeros
 * behind.  What is newer than the host is refused with both sides' numbers.
 */
#ifndef CMB_PLUGIN_COPY_H
#define CMB_PLUGIN_COPY_H

#include <cambist/plugin.h>

#include "base/arena.h"

/* CAMBIST_BAD_PLUGIN unless the head is one that this host can read. */
int cmb_check_head(uint32_t magic, uint32_t abi_major, uint32_t abi_minor, uint32_t size,
                   const char *whose, struct cambist_error *error);

/* Fills *ret; the rows come from `arena`, the texts stay the plugin's. */
int cmb_copy_tables(const struct cambist_plugin *from, struct cambist_plugin *ret,
                    struct cmb_arena *arena, struct cambist_error *error);

#endif
