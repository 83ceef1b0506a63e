/* request/known_answers.h - can this plugin sign?  Found out at every load, before it is used. */
#ifndef CMB_REQUEST_KNOWN_ANSWERS_H
#define CMB_REQUEST_KNOWN_ANSWERS_H

#include "request/call.h"

/* Makes the request of every row of the plugin's vectors, with the row's clock and credentials,
 * and compares URL, body and header.  BAD_PLUGIN names the row and shows both texts. */
int cmb_known_answers_check(const struct cmb_plugin *plugin, struct cmb_vault *vault,
                            struct cambist_error *error);

#endif
