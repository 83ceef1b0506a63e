/* cli/measured.h - what the commands that show how long things took share. */
#ifndef CMB_CLI_MEASURED_H
#define CMB_CLI_MEASURED_H

#include "cli/ask.h"
#include "cli/feeds.h"

/* Nanoseconds as microseconds with a decimal. */
void cmb_measured_add_us(struct cmb_table *table, int64_t ns);
/* Prints the stages that were counted, of each exchange of the host: a table, or with `is_json` a
 * line each. */
void cmb_measured_print(struct cambist *host, bool is_json);

/* `trace` of a topic: "EXCHANGE watch_... [symbol=SYMBOL]". */
int cmb_trace_frames(int count, char **words);

#endif
