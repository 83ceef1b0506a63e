/* cli/opportunity.h - what arbitrage tells, as a line for people or as JSON. */
#ifndef CMB_CLI_OPPORTUNITY_H
#define CMB_CLI_OPPORTUNITY_H

#include <cambist/arbitrage.h>

#include "json/writer.h"

/* Appends a line without its end. */
void cmb_opportunity_write_plain(const struct cambist_arbitrage_event *event,
                                 struct cmb_buffer *line);
void cmb_opportunity_write_json(const struct cambist_arbitrage_event *event,
                                struct cmb_buffer *line);
/* The number without needless zeros, cut behind `digits` decimals with "…" where there are more. */
void cmb_opportunity_add_number(struct cmb_buffer *line, const struct cambist_decimal *value,
                                size_t digits);

#endif
