/* cli/given.h - JSON that the command is given: jobs, recordings, lists of markets. */
#ifndef CMB_CLI_GIVEN_H
#define CMB_CLI_GIVEN_H

#include <json-c/json.h>

#include "cli/cli.h"

/* The member's string, or its JSON; absent where there is none.  Lives as long as `object`. */
struct cmb_text cmb_cli_text_at(struct json_object *object, const char *key);
/* NULL where there is none. */
struct json_object *cmb_cli_member(struct json_object *object, const char *key);
/* Adds a list of markets: {"id","symbol","base","quote","settle","type","tick_size","lot_size" ...}.
 * `rows` NULL: none.  A status. */
int cmb_cli_add_markets(struct cmb_markets *markets, struct json_object *rows);

#endif
