/* plugin/note.h - is this file a plugin of our contract?  Answered without running any of it. */
#ifndef CMB_PLUGIN_NOTE_H
#define CMB_PLUGIN_NOTE_H

#include <cambist/plugin.h>

#include "base/text.h"

/* Looks for the contract's note in an ELF image that was read whole.  Fails with BAD_PLUGIN for
 * what is not a shared object of this machine, has no note, or was built for another contract.
 * Reads within `image` whatever its bytes say. */
int cmb_note_check(struct cmb_text image, const char *whose, struct cambist_error *error);

#endif
