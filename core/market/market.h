/* market/market.h - which markets does an exchange have, by every name that is used for them?
 *
 * A set of market records with an index by unified symbol, by the exchange's id and by alias.  It
 * is built once and then read-only: a reload builds a new set beside the old one.
 */
#ifndef CMB_MARKET_MARKET_H
#define CMB_MARKET_MARKET_H

#include <cambist/status.h>
#include <cambist/types.h>

#include "base/arena.h"

struct cmb_markets;

/* A set that would take more is not loaded. */
enum { CMB_MARKETS_BYTES_MOST = 64 << 20 };

/* An empty set; NULL without memory. */
struct cmb_markets *cmb_markets_new(void);
/* Accepts NULL. */
void cmb_markets_free(struct cmb_markets *markets);

/* Copies `market` with its texts.  A market without a symbol gets one made of its parts; one that
 * can have none is left out.  CAMBIST_NO_MEMORY or CAMBIST_OK. */
int cmb_markets_add(struct cmb_markets *markets, const struct cambist_market *market);

uint32_t cmb_markets_count(const struct cmb_markets *markets);
const struct cambist_market *cmb_markets_get(const struct cmb_markets *markets, uint32_t i);

/* By unified symbol, else by the exchange's id.  `kinds` (or-ed CAMBIST_KIND_..., 0: any) decides
 * where an id names a market in several kinds.  NULL when there is none. */
const struct cambist_market *cmb_markets_find(const struct cmb_markets *markets,
                                              struct cmb_text name, uint32_t kinds);
/* The same for a name that came from the exchange: by id or alias first. */
const struct cambist_market *cmb_markets_find_id(const struct cmb_markets *markets,
                                                 struct cmb_text id, uint32_t kinds);
/* Up to three symbols that look like `name`, with commas, for "did you mean"; "" for none. */
void cmb_markets_suggest(const struct cmb_markets *markets, struct cmb_text name,
                         struct cmb_buffer *ret);

/* Writes the unified symbol of the record's parts: BTC/USDT, BTC/USDT:USDT, with expiry (-251226)
 * and strike (-251226-60000-C).  False when parts are missing or `size` is too small. */
bool cmb_market_format_symbol(const struct cambist_market *market, char *to, size_t size);

#endif
