/* cambist/types.h - the words of the field: numbers, vocabularies, records, operations, arguments.
 *
 * Each list below is the only place where its members are named.  The host reads tables, prints
 * JSON, checks arguments and runs the simulator from the same lists; so can you:
 *
 *     #define X(name, kind, json, help) printf("%s: %s\n", json, help);
 *     CAMBIST_TICKER_FIELDS(X)
 *
 * How the lists grow: members are appended, numbers are never reused.  A member that the exchange
 * did not give is absent: NULL, a decimal with is_set 0, or the number 0.
 */
#ifndef CAMBIST_TYPES_H
#define CAMBIST_TYPES_H

#include <stdint.h>

/* An exact decimal: coefficient times ten to the power of `exponent`.  The coefficient is a signed
 * 128-bit integer in two halves.  Digits survive: 0.10 is 10 with exponent -2 and prints as 0.10.
 * All zero means absent: the exchange did not say.  Compare by value, never by bytes. */
struct cambist_decimal {
    uint64_t low;
    int64_t high;
    int32_t exponent;
    uint32_t is_set;
};

/* ---- vocabularies: X(NAME, number, text) ------------------------------------------------------
 * 0 is always "absent"; CAMBIST_WORD_UNKNOWN is a word that the plugin's tables do not know: the
 * exchange said something, and nobody guesses what. */

#define CAMBIST_WORD_UNKNOWN 255u

#define CAMBIST_FLAG_LIST(X) X(NO, 1, "false") X(YES, 2, "true")
#define CAMBIST_SIDE_LIST(X) X(BUY, 1, "buy") X(SELL, 2, "sell")
#define CAMBIST_TYPE_LIST(X) X(LIMIT, 1, "limit") X(MARKET, 2, "market")
#define CAMBIST_TIME_IN_FORCE_LIST(X)                                                              \
    X(GTC, 1, "GTC") X(IOC, 2, "IOC") X(FOK, 3, "FOK") X(PO, 4, "PO") X(GTD, 5, "GTD")
#define CAMBIST_STATE_LIST(X)                                                                      \
    X(OPEN, 1, "open") X(CLOSED, 2, "closed") X(CANCELED, 3, "canceled")                           \
    X(EXPIRED, 4, "expired") X(REJECTED, 5, "rejected") X(CANCELING, 6, "canceling")
#define CAMBIST_KIND_LIST(X)                                                                       \
    X(SPOT, 1, "spot") X(SWAP, 2, "swap") X(FUTURE, 4, "future") X(OPTION, 8, "option")
#define CAMBIST_LIQUIDITY_LIST(X) X(TAKER, 1, "taker") X(MAKER, 2, "maker")
#define CAMBIST_POSITION_SIDE_LIST(X) X(LONG, 1, "long") X(SHORT, 2, "short")
#define CAMBIST_MARGIN_MODE_LIST(X) X(CROSS, 1, "cross") X(ISOLATED, 2, "isolated")
#define CAMBIST_OPTION_TYPE_LIST(X) X(CALL, 1, "call") X(PUT, 2, "put")
#define CAMBIST_SYSTEM_STATE_LIST(X)                                                               \
    X(OK, 1, "ok") X(MAINTENANCE, 2, "maintenance") X(LIMITED, 3, "limited")
#define CAMBIST_CANDLE_PRICE_LIST(X) X(MARK, 1, "mark") X(INDEX, 2, "index")

/* Every vocabulary: X(NAME, name), name being what tables call it. */
#define CAMBIST_VOCABULARY_LIST(X)                                                                 \
    X(FLAG, flag) X(SIDE, side) X(TYPE, type) X(TIME_IN_FORCE, time_in_force) X(STATE, state)      \
    X(KIND, kind) X(LIQUIDITY, liquidity) X(POSITION_SIDE, position_side)                          \
    X(MARGIN_MODE, margin_mode) X(OPTION_TYPE, option_type) X(SYSTEM_STATE, system_state)   \
    X(CANDLE_PRICE, candle_price)

#define CAMBIST_WORD_ENUM(vocabulary, NAME, number) CAMBIST_##vocabulary##_##NAME = number,
#define CAMBIST_WORD_FLAG(NAME, number, text) CAMBIST_WORD_ENUM(FLAG, NAME, number)
#define CAMBIST_WORD_SIDE(NAME, number, text) CAMBIST_WORD_ENUM(SIDE, NAME, number)
#define CAMBIST_WORD_TYPE(NAME, number, text) CAMBIST_WORD_ENUM(TYPE, NAME, number)
#define CAMBIST_WORD_TIF(NAME, number, text) CAMBIST_WORD_ENUM(TIME_IN_FORCE, NAME, number)
#define CAMBIST_WORD_STATE(NAME, number, text) CAMBIST_WORD_ENUM(STATE, NAME, number)
#define CAMBIST_WORD_KIND(NAME, number, text) CAMBIST_WORD_ENUM(KIND, NAME, number)
#define CAMBIST_WORD_LIQUIDITY(NAME, number, text) CAMBIST_WORD_ENUM(LIQUIDITY, NAME, number)
#define CAMBIST_WORD_POSITION(NAME, number, text) CAMBIST_WORD_ENUM(POSITION_SIDE, NAME, number)
#define CAMBIST_WORD_MARGIN(NAME, number, text) CAMBIST_WORD_ENUM(MARGIN_MODE, NAME, number)
#define CAMBIST_WORD_OPTION(NAME, number, text) CAMBIST_WORD_ENUM(OPTION_TYPE, NAME, number)
#define CAMBIST_WORD_SYSTEM(NAME, number, text) CAMBIST_WORD_ENUM(SYSTEM_STATE, NAME, number)
#define CAMBIST_WORD_CANDLE(NAME, number, text) CAMBIST_WORD_ENUM(CANDLE_PRICE, NAME, number)

/* CAMBIST_FLAG_YES, CAMBIST_SIDE_BUY, CAMBIST_KIND_SPOT (kinds are bits, to be or-ed) ... */
enum cambist_word_number {
    CAMBIST_FLAG_LIST(CAMBIST_WORD_FLAG)
    CAMBIST_SIDE_LIST(CAMBIST_WORD_SIDE)
    CAMBIST_TYPE_LIST(CAMBIST_WORD_TYPE)
    CAMBIST_TIME_IN_FORCE_LIST(CAMBIST_WORD_TIF)
    CAMBIST_STATE_LIST(CAMBIST_WORD_STATE)
    CAMBIST_KIND_LIST(CAMBIST_WORD_KIND)
    CAMBIST_LIQUIDITY_LIST(CAMBIST_WORD_LIQUIDITY)
    CAMBIST_POSITION_SIDE_LIST(CAMBIST_WORD_POSITION)
    CAMBIST_MARGIN_MODE_LIST(CAMBIST_WORD_MARGIN)
    CAMBIST_OPTION_TYPE_LIST(CAMBIST_WORD_OPTION)
    CAMBIST_SYSTEM_STATE_LIST(CAMBIST_WORD_SYSTEM)
    CAMBIST_CANDLE_PRICE_LIST(CAMBIST_WORD_CANDLE)
};

/* ---- kinds of members ------------------------------------------------------------------------- */

/* How a member is kept: X(KIND, C type, meaning).  A kind that is also a vocabulary holds one of
 * its numbers.  Every member is 8 or 24 bytes: no padding for a later member to slip into. */
#define CAMBIST_MEMBER_KIND_LIST(X)                                                                \
    X(TEXT, const char *, "opaque text, NUL-terminated")                                           \
    X(DECIMAL, struct cambist_decimal, "exact decimal")                                            \
    X(TIME, int64_t, "nanoseconds since the epoch")                                                \
    X(INTEGER, int64_t, "whole number")                                                            \
    X(CURRENCY, const char *, "unified currency code")                                             \
    X(MARKET, const char *, "unified symbol")                                                      \
    X(LEVELS, struct cambist_levels, "price levels, best first")                                   \
    X(FLAG, uint64_t, "no or yes")                                                                 \
    X(SIDE, uint64_t, "buy or sell")                                                               \
    X(TYPE, uint64_t, "order type")                                                                \
    X(TIME_IN_FORCE, uint64_t, "how long an order stands")                                         \
    X(STATE, uint64_t, "order state")                                                              \
    X(KIND, uint64_t, "market kind")                                                               \
    X(LIQUIDITY, uint64_t, "taker or maker")                                                       \
    X(POSITION_SIDE, uint64_t, "long or short")                                                    \
    X(MARGIN_MODE, uint64_t, "cross or isolated")                                                  \
    X(OPTION_TYPE, uint64_t, "call or put")                                                        \
    X(SYSTEM_STATE, uint64_t, "whether the exchange works")                                        \
    X(CANDLE_PRICE, uint64_t, "mark or index")

#define CAMBIST_TYPEDEF(KIND, type, help) typedef type cambist_member_##KIND;

struct cambist_level {
    struct cambist_decimal price, amount;
};

/* One side of a book, best level first. */
struct cambist_levels {
    const struct cambist_level *at;
    uint64_t count, row_size; /* row_size: sizeof(struct cambist_level) where it was made */
};

CAMBIST_MEMBER_KIND_LIST(CAMBIST_TYPEDEF)

/* ---- records: X(name, KIND, "json.name", "what it is") ----------------------------------------
 * The JSON names are ccxt's; a dot nests; "" is not written. */

#define CAMBIST_CLOCK_FIELDS(X) X(timestamp, TIME, "timestamp", "the exchange's clock")

#define CAMBIST_SYSTEM_FIELDS(X)                                                                   \
    X(state, SYSTEM_STATE, "status", "whether the exchange works")                                 \
    X(updated, TIME, "updated", "when that was said")                                              \
    X(eta, TIME, "eta", "when it is expected to work again")                                       \
    X(url, TEXT, "url", "where people can read more")

#define CAMBIST_MARKET_FIELDS(X)                                                                   \
    X(id, TEXT, "id", "the exchange's name of the market")                                         \
    X(alias, TEXT, "altname", "a second name that the exchange uses for it")                       \
    X(symbol, TEXT, "symbol", "unified symbol, made by the host from the parts")                   \
    X(base, CURRENCY, "base", "what is traded")                                                    \
    X(quote, CURRENCY, "quote", "what it is paid with")                                            \
    X(settle, CURRENCY, "settle", "what a contract is settled in")                                 \
    X(base_id, TEXT, "baseId", "the exchange's name of base")                                      \
    X(quote_id, TEXT, "quoteId", "the exchange's name of quote")                                   \
    X(settle_id, TEXT, "settleId", "the exchange's name of settle")                                \
    X(kind, KIND, "type", "spot, swap, future, option")                                            \
    X(active, FLAG, "active", "may be traded now; absent is not yes")                              \
    X(tick_size, DECIMAL, "precision.price", "prices are multiples of it")                         \
    X(lot_size, DECIMAL, "precision.amount", "amounts are multiples of it")                        \
    X(base_precision, DECIMAL, "precision.base", "what is kept of base is a multiple of it")       \
    X(quote_precision, DECIMAL, "precision.quote", "what is kept of quote is a multiple of it")    \
    X(contract_size, DECIMAL, "contractSize", "base (linear) or quote (inverse) in one contract")  \
    X(linear, FLAG, "linear", "settled in quote")                                                  \
    X(inverse, FLAG, "inverse", "settled in base")                                                 \
    X(expiry, TIME, "expiry", "when the contract ends")                                            \
    X(strike, DECIMAL, "strike", "of an option")                                                   \
    X(option_type, OPTION_TYPE, "optionType", "of an option")                                      \
    X(taker, DECIMAL, "taker", "fee rate for taking")                                              \
    X(maker, DECIMAL, "maker", "fee rate for making")                                              \
    X(min_amount, DECIMAL, "limits.amount.min", "smallest order")                                  \
    X(max_amount, DECIMAL, "limits.amount.max", "largest order")                                   \
    X(min_price, DECIMAL, "limits.price.min", "lowest price")                                      \
    X(max_price, DECIMAL, "limits.price.max", "highest price")                                     \
    X(min_cost, DECIMAL, "limits.cost.min", "smallest price x amount")                             \
    X(max_cost, DECIMAL, "limits.cost.max", "largest price x amount")                              \
    X(min_market_amount, DECIMAL, "limits.market.min", "smallest market order")                    \
    X(max_market_amount, DECIMAL, "limits.market.max", "largest market order")                     \
    X(max_leverage, DECIMAL, "limits.leverage.max", "highest leverage")                            \
    X(created, TIME, "created", "when trading began")

#define CAMBIST_CURRENCY_FIELDS(X)                                                                 \
    X(id, TEXT, "id", "the exchange's name of the currency")                                       \
    X(code, CURRENCY, "code", "unified currency code")                                             \
    X(name, TEXT, "name", "name for people")                                                       \
    X(type, TEXT, "type", "crypto or fiat")                                                        \
    X(active, FLAG, "active", "in use")                                                            \
    X(deposit, FLAG, "deposit", "may be deposited")                                                \
    X(withdraw, FLAG, "withdraw", "may be withdrawn")                                              \
    X(precision, DECIMAL, "precision", "amounts are multiples of it")                              \
    X(fee, DECIMAL, "fee", "of a withdrawal")                                                      \
    X(min_withdraw, DECIMAL, "limits.withdraw.min", "smallest withdrawal")                         \
    X(max_withdraw, DECIMAL, "limits.withdraw.max", "largest withdrawal")

#define CAMBIST_TICKER_FIELDS(X)                                                                   \
    X(symbol, MARKET, "symbol", "unified symbol")                                                  \
    X(timestamp, TIME, "timestamp", "of this state")                                               \
    X(high, DECIMAL, "high", "highest price of 24 h")                                              \
    X(low, DECIMAL, "low", "lowest price of 24 h")                                                 \
    X(bid, DECIMAL, "bid", "best price somebody pays")                                             \
    X(bid_volume, DECIMAL, "bidVolume", "amount at bid")                                           \
    X(ask, DECIMAL, "ask", "best price somebody asks")                                             \
    X(ask_volume, DECIMAL, "askVolume", "amount at ask")                                           \
    X(vwap, DECIMAL, "vwap", "volume-weighted average price of 24 h")                              \
    X(open, DECIMAL, "open", "price 24 h ago")                                                     \
    X(close, DECIMAL, "close", "the same as last")                                                 \
    X(last, DECIMAL, "last", "price of the last trade")                                            \
    X(previous_close, DECIMAL, "previousClose", "closing price of the day before")                 \
    X(change, DECIMAL, "change", "last - open")                                                    \
    X(percentage, DECIMAL, "percentage", "change in percent of open")                              \
    X(average, DECIMAL, "average", "between open and last")                                        \
    X(base_volume, DECIMAL, "baseVolume", "traded in 24 h, in base")                               \
    X(quote_volume, DECIMAL, "quoteVolume", "traded in 24 h, in quote")                            \
    X(mark_price, DECIMAL, "markPrice", "of a contract")                                           \
    X(index_price, DECIMAL, "indexPrice", "of a contract")

#define CAMBIST_ORDER_BOOK_FIELDS(X)                                                               \
    X(symbol, MARKET, "symbol", "unified symbol")                                                  \
    X(bids, LEVELS, "bids", "best (highest) first")                                                \
    X(asks, LEVELS, "asks", "best (lowest) first")                                                 \
    X(timestamp, TIME, "timestamp", "of this state")                                               \
    X(sequence, TEXT, "nonce", "the exchange's number of this state")

#define CAMBIST_TRADE_FIELDS(X)                                                                    \
    X(id, TEXT, "id", "of the trade")                                                              \
    X(order_id, TEXT, "order", "of the order that traded, for own trades")                         \
    X(timestamp, TIME, "timestamp", "when it happened")                                            \
    X(symbol, MARKET, "symbol", "unified symbol")                                                  \
    X(type, TYPE, "type", "of the order that traded")                                              \
    X(side, SIDE, "side", "the taker's; for own trades one's own")                                 \
    X(liquidity, LIQUIDITY, "takerOrMaker", "which part one had")                                  \
    X(price, DECIMAL, "price", "")                                                                 \
    X(amount, DECIMAL, "amount", "in base, or contracts")                                          \
    X(cost, DECIMAL, "cost", "price x amount (x contract size), in quote")                         \
    X(fee_cost, DECIMAL, "fee.cost", "paid; negative when received")                               \
    X(fee_currency, CURRENCY, "fee.currency", "what the fee was paid in")                          \
    X(fee_rate, DECIMAL, "fee.rate", "fee / cost")                                                 \
    X(client_order_id, TEXT, "clientOrderId", "of the order that traded")

#define CAMBIST_CANDLE_FIELDS(X)                                                                   \
    X(timestamp, TIME, "0", "when it opened")                                                      \
    X(open, DECIMAL, "1", "")                                                                      \
    X(high, DECIMAL, "2", "")                                                                      \
    X(low, DECIMAL, "3", "")                                                                       \
    X(close, DECIMAL, "4", "")                                                                     \
    X(volume, DECIMAL, "5", "in base, or contracts")                                               \
    X(symbol, MARKET, "", "of a candle from a stream; since 1.2")                                  \
    X(timeframe, TEXT, "", "the same; since 1.2")                                                  \
    X(closed, FLAG, "", "it will not change any more; since 1.2")

#define CAMBIST_BALANCE_FIELDS(X)                                                                  \
    X(currency, CURRENCY, "currency", "")                                                          \
    X(free, DECIMAL, "free", "may be used now")                                                    \
    X(used, DECIMAL, "used", "held by orders")                                                     \
    X(total, DECIMAL, "total", "free + used")                                                      \
    X(debt, DECIMAL, "debt", "borrowed")                                                           \
    X(timestamp, TIME, "timestamp", "of this state")

#define CAMBIST_FEE_FIELDS(X)                                                                      \
    X(symbol, MARKET, "symbol", "unified symbol; absent: of every market")                         \
    X(maker, DECIMAL, "maker", "rate: 0.001 is a tenth of a percent; negative is a rebate")        \
    X(taker, DECIMAL, "taker", "rate")                                                             \
    X(tier, TEXT, "tier", "the exchange's name of the account's level, which rates follow from")

#define CAMBIST_ORDER_FIELDS(X)                                                                    \
    X(id, TEXT, "id", "the exchange's")                                                            \
    X(client_order_id, TEXT, "clientOrderId", "one's own")                                         \
    X(timestamp, TIME, "timestamp", "when it was taken")                                           \
    X(last_trade_timestamp, TIME, "lastTradeTimestamp", "when it last traded")                     \
    X(last_update_timestamp, TIME, "lastUpdateTimestamp", "when it last changed")                  \
    X(symbol, MARKET, "symbol", "unified symbol")                                                  \
    X(type, TYPE, "type", "limit or market, once triggered")                                       \
    X(time_in_force, TIME_IN_FORCE, "timeInForce", "")                                             \
    X(post_only, FLAG, "postOnly", "refused rather than taking")                                   \
    X(reduce_only, FLAG, "reduceOnly", "only makes a position smaller")                            \
    X(side, SIDE, "side", "")                                                                      \
    X(price, DECIMAL, "price", "limit price")                                                      \
    X(trigger_price, DECIMAL, "triggerPrice", "where a stop wakes up")                             \
    X(amount, DECIMAL, "amount", "ordered, in base or contracts")                                  \
    X(cost, DECIMAL, "cost", "filled x average, in quote")                                         \
    X(average, DECIMAL, "average", "average price of what was filled")                             \
    X(filled, DECIMAL, "filled", "traded so far")                                                  \
    X(remaining, DECIMAL, "remaining", "amount - filled")                                          \
    X(state, STATE, "status", "")                                                                  \
    X(fee_cost, DECIMAL, "fee.cost", "paid so far")                                                \
    X(fee_currency, CURRENCY, "fee.currency", "what the fee was paid in")                          \
    X(take_profit_price, DECIMAL, "takeProfitPrice", "")                                           \
    X(stop_loss_price, DECIMAL, "stopLossPrice", "")                                               \
    X(error_code, TEXT, "error.code", "why this item of a batch was refused")                      \
    X(error_message, TEXT, "error.message", "the same for people")

#define CAMBIST_POSITION_FIELDS(X)                                                                 \
    X(id, TEXT, "id", "the exchange's")                                                            \
    X(symbol, MARKET, "symbol", "unified symbol")                                                  \
    X(timestamp, TIME, "timestamp", "of this state")                                               \
    X(side, POSITION_SIDE, "side", "")                                                             \
    X(contracts, DECIMAL, "contracts", "size, never negative")                                     \
    X(contract_size, DECIMAL, "contractSize", "of one contract")                                   \
    X(entry_price, DECIMAL, "entryPrice", "average price paid")                                    \
    X(mark_price, DECIMAL, "markPrice", "")                                                        \
    X(last_price, DECIMAL, "lastPrice", "")                                                        \
    X(liquidation_price, DECIMAL, "liquidationPrice", "")                                          \
    X(notional, DECIMAL, "notional", "worth in quote")                                             \
    X(leverage, DECIMAL, "leverage", "")                                                           \
    X(collateral, DECIMAL, "collateral", "margin behind it")                                       \
    X(initial_margin, DECIMAL, "initialMargin", "")                                                \
    X(maintenance_margin, DECIMAL, "maintenanceMargin", "")                                        \
    X(margin_ratio, DECIMAL, "marginRatio", "")                                                    \
    X(unrealized_pnl, DECIMAL, "unrealizedPnl", "")                                                \
    X(realized_pnl, DECIMAL, "realizedPnl", "")                                                    \
    X(percentage, DECIMAL, "percentage", "unrealized, in percent")                                 \
    X(margin_mode, MARGIN_MODE, "marginMode", "")                                                  \
    X(hedged, FLAG, "hedged", "long and short are held apart")                                     \
    X(last_update_timestamp, TIME, "lastUpdateTimestamp", "when it last changed")

#define CAMBIST_FUNDING_FIELDS(X)                                                                  \
    X(symbol, MARKET, "symbol", "unified symbol")                                                  \
    X(timestamp, TIME, "timestamp", "of this state")                                               \
    X(funding_rate, DECIMAL, "fundingRate", "of the current interval")                             \
    X(funding_timestamp, TIME, "fundingTimestamp", "when it is paid")                              \
    X(next_funding_rate, DECIMAL, "nextFundingRate", "expected")                                   \
    X(next_funding_timestamp, TIME, "nextFundingTimestamp", "when that is paid")                   \
    X(mark_price, DECIMAL, "markPrice", "")                                                        \
    X(index_price, DECIMAL, "indexPrice", "")                                                      \
    X(interest_rate, DECIMAL, "interestRate", "")                                                  \
    X(estimated_settle_price, DECIMAL, "estimatedSettlePrice", "")

#define CAMBIST_ADDRESS_FIELDS(X)                                                                  \
    X(currency, CURRENCY, "currency", "")                                                          \
    X(address, TEXT, "address", "where to send to")                                                \
    X(tag, TEXT, "tag", "memo that must go with it")                                               \
    X(network, TEXT, "network", "the exchange's name of the chain")

#define CAMBIST_TIMER_FIELDS(X)                                                                    \
    X(timestamp, TIME, "timestamp", "the exchange's clock when it was set")                        \
    X(trigger_time, TIME, "triggerTime", "when all orders will be cancelled; absent: disarmed")    \
    X(timeout, DECIMAL, "timeout", "the span in milliseconds, where the exchange says that instead")

#define CAMBIST_LEVERAGE_FIELDS(X)                                                                 \
    X(symbol, MARKET, "symbol", "unified symbol")                                                  \
    X(leverage, DECIMAL, "leverage", "now in force")

/* What opens a private stream.  Since 1.2. */
#define CAMBIST_STREAM_KEY_FIELDS(X)                                                               \
    X(token, TEXT, "token", "what the stream's path or messages show: a listen key, a token")      \
    X(url, TEXT, "url", "where the stream is, when the exchange says it only now")

/* One message about a book, before the host has made a book of it.  Since 1.2. */
#define CAMBIST_BOOK_UPDATE_FIELDS(X)                                                              \
    X(symbol, MARKET, "symbol", "unified symbol")                                                  \
    X(bids, LEVELS, "bids", "levels that changed, or all of them")                                 \
    X(asks, LEVELS, "asks", "levels that changed, or all of them")                                 \
    X(timestamp, TIME, "timestamp", "of this state")                                               \
    X(whole, FLAG, "whole", "all levels are here; absent: only changes")                           \
    X(first_sequence, INTEGER, "first", "number of the first change in it")                        \
    X(sequence, INTEGER, "nonce", "number of the state behind it")                                 \
    X(previous_sequence, INTEGER, "previous", "number of the state before it")                     \
    X(checksum, INTEGER, "checksum", "over the state behind it")

/* Every record: X(NAME, name). */
#define CAMBIST_RECORD_LIST(X)                                                                     \
    X(CLOCK, clock) X(SYSTEM, system) X(MARKET, market) X(CURRENCY, currency) X(TICKER, ticker)    \
    X(ORDER_BOOK, order_book) X(TRADE, trade) X(CANDLE, candle) X(BALANCE, balance) X(FEE, fee)    \
    X(ORDER, order) X(POSITION, position) X(FUNDING, funding) X(ADDRESS, address) X(TIMER, timer)  \
    X(LEVERAGE, leverage) X(STREAM_KEY, stream_key) X(BOOK_UPDATE, book_update)

enum cambist_record {
    CAMBIST_RECORD_NONE = 0,
#define X(NAME, name) CAMBIST_RECORD_##NAME,
    CAMBIST_RECORD_LIST(X)
#undef X
    CAMBIST_RECORD_COUNT
};

#define CAMBIST_MEMBER(name, KIND, json, help) cambist_member_##KIND name;
struct cambist_clock { CAMBIST_CLOCK_FIELDS(CAMBIST_MEMBER) };
struct cambist_system { CAMBIST_SYSTEM_FIELDS(CAMBIST_MEMBER) };
struct cambist_market { CAMBIST_MARKET_FIELDS(CAMBIST_MEMBER) };
struct cambist_currency { CAMBIST_CURRENCY_FIELDS(CAMBIST_MEMBER) };
struct cambist_ticker { CAMBIST_TICKER_FIELDS(CAMBIST_MEMBER) };
struct cambist_order_book { CAMBIST_ORDER_BOOK_FIELDS(CAMBIST_MEMBER) };
struct cambist_trade { CAMBIST_TRADE_FIELDS(CAMBIST_MEMBER) };
struct cambist_candle { CAMBIST_CANDLE_FIELDS(CAMBIST_MEMBER) };
struct cambist_balance { CAMBIST_BALANCE_FIELDS(CAMBIST_MEMBER) };
struct cambist_fee { CAMBIST_FEE_FIELDS(CAMBIST_MEMBER) };
struct cambist_order { CAMBIST_ORDER_FIELDS(CAMBIST_MEMBER) };
struct cambist_position { CAMBIST_POSITION_FIELDS(CAMBIST_MEMBER) };
struct cambist_funding { CAMBIST_FUNDING_FIELDS(CAMBIST_MEMBER) };
struct cambist_address { CAMBIST_ADDRESS_FIELDS(CAMBIST_MEMBER) };
struct cambist_timer { CAMBIST_TIMER_FIELDS(CAMBIST_MEMBER) };
struct cambist_leverage { CAMBIST_LEVERAGE_FIELDS(CAMBIST_MEMBER) };
struct cambist_stream_key { CAMBIST_STREAM_KEY_FIELDS(CAMBIST_MEMBER) };
struct cambist_book_update { CAMBIST_BOOK_UPDATE_FIELDS(CAMBIST_MEMBER) };

/* ---- arguments: X(name, KIND, "json.name", "what it is") ---------------------------------------
 * What an operation can be asked with.  As text every argument has its name here or, in the
 * `params` of a batch request, its JSON name. */
#define CAMBIST_ARGUMENT_LIST(X)                                                                   \
    X(symbol, TEXT, "symbol", "unified symbol, or the exchange's own name of the market")          \
    X(symbols, TEXT, "symbols", "several symbols with commas between them")                        \
    X(type, TYPE, "type", "limit or market")                                                       \
    X(side, SIDE, "side", "buy or sell")                                                           \
    X(amount, DECIMAL, "amount", "in base, or contracts")                                          \
    X(price, DECIMAL, "price", "limit price")                                                      \
    X(id, TEXT, "id", "the exchange's order id")                                                   \
    X(client_order_id, TEXT, "clientOrderId", "one's own order id")                                \
    X(time_in_force, TIME_IN_FORCE, "timeInForce", "GTC, IOC, FOK")                                \
    X(post_only, FLAG, "postOnly", "refuse rather than take")                                      \
    X(reduce_only, FLAG, "reduceOnly", "only make a position smaller")                             \
    X(trigger_price, DECIMAL, "triggerPrice", "makes it a stop order")                             \
    X(cost, DECIMAL, "cost", "of a market order: how much quote to spend")                         \
    X(timeframe, TEXT, "timeframe", "1m, 5m, 1h, 1d ...")                                          \
    X(since, TIME, "since", "earliest, milliseconds since the epoch as text")                      \
    X(until, TIME, "until", "latest")                                                              \
    X(limit, INTEGER, "limit", "at most so many")                                                  \
    X(leverage, INTEGER, "leverage", "")                                                           \
    X(code, CURRENCY, "code", "unified currency code")                                             \
    X(network, TEXT, "network", "the chain")                                                       \
    X(kind, KIND, "kind", "spot, swap, future, option")                                            \
    X(margin_mode, MARGIN_MODE, "marginMode", "cross or isolated")                                 \
    X(timeout, INTEGER, "timeout", "of the dead man's switch in milliseconds, 0 disarms")          \
    X(receive_window, INTEGER, "recvWindow", "how old a request may arrive, in milliseconds")      \
    X(account, TEXT, "account", "funding ..., where the exchange keeps several")                   \
    X(trigger, FLAG, "trigger", "speaks of stop orders, where the exchange keeps them apart")

/* Arguments that are newer than 1.0.  They have no member in struct cambist_arguments, which keeps
 * its size: a program gives them by name, among its `extras`. */
#define CAMBIST_NAMED_ARGUMENT_LIST(X)                                                             \
    X(candle_price, CANDLE_PRICE, "candlePrice", "candles of mark or index; not given: of trades")

enum cambist_argument {
#define X(name, KIND, json, help) CAMBIST_ARGUMENT_##name,
    CAMBIST_ARGUMENT_LIST(X) CAMBIST_NAMED_ARGUMENT_LIST(X)
#undef X
    CAMBIST_ARGUMENT_COUNT
};

/* ---- operations: X(name, RECORD, class, rows, "what it does") ----------------------------------
 * Class: READS changes nothing and may be asked again; WRITES changes something, a lost answer
 * leaves the outcome unknown; MOVES takes funds away and is refused unless the operator grants it.
 * Rows: ONE record or MANY. */
#define CAMBIST_OPERATION_LIST(X)                                                                  \
    X(fetch_time, CLOCK, READS, ONE, "the exchange's clock")                                       \
    X(fetch_status, SYSTEM, READS, ONE, "whether the exchange works")                              \
    X(fetch_markets, MARKET, READS, MANY, "everything that is traded")                             \
    X(fetch_currencies, CURRENCY, READS, MANY, "every currency")                                   \
    X(fetch_ticker, TICKER, READS, ONE, "price and volume of one market")                          \
    X(fetch_tickers, TICKER, READS, MANY, "price and volume of many markets")                      \
    X(fetch_order_book, ORDER_BOOK, READS, ONE, "open orders of a market, by price")               \
    X(fetch_trades, TRADE, READS, MANY, "what traded lately")                                      \
    X(fetch_ohlcv, CANDLE, READS, MANY, "candles")                                                 \
    X(fetch_balance, BALANCE, READS, MANY, "what the account holds")                               \
    X(fetch_trading_fee, FEE, READS, ONE, "fee rates of one market")                               \
    X(fetch_trading_fees, FEE, READS, MANY, "fee rates of all markets")                            \
    X(create_order, ORDER, WRITES, ONE, "places an order")                                         \
    X(create_orders, ORDER, WRITES, MANY, "places several orders")                                 \
    X(edit_order, ORDER, WRITES, ONE, "changes price or amount of an open order")                  \
    X(cancel_order, ORDER, WRITES, ONE, "cancels an order")                                        \
    X(cancel_orders, ORDER, WRITES, MANY, "cancels several orders")                                \
    X(cancel_all_orders, ORDER, WRITES, MANY, "cancels every open order")                          \
    X(cancel_all_orders_after, TIMER, WRITES, ONE, "dead man's switch")                            \
    X(fetch_order, ORDER, READS, ONE, "one order")                                                 \
    X(fetch_orders, ORDER, READS, MANY, "orders, open and closed")                                 \
    X(fetch_open_orders, ORDER, READS, MANY, "open orders")                                        \
    X(fetch_closed_orders, ORDER, READS, MANY, "orders that are done")                             \
    X(fetch_my_trades, TRADE, READS, MANY, "own trades")                                           \
    X(fetch_positions, POSITION, READS, MANY, "open positions")                                    \
    X(fetch_funding_rate, FUNDING, READS, ONE, "funding of one swap")                              \
    X(fetch_funding_rates, FUNDING, READS, MANY, "funding of all swaps")                           \
    X(fetch_funding_rate_history, FUNDING, READS, MANY, "funding of one swap, past")               \
    X(set_leverage, LEVERAGE, WRITES, ONE, "leverage of one swap")                                 \
    X(fetch_deposit_address, ADDRESS, READS, ONE, "where to send a currency to")                   \
    X(open_stream, STREAM_KEY, READS, ONE, "asks for what a private stream is opened with")        \
    X(keep_stream, STREAM_KEY, READS, ONE, "keeps that from expiring")

/* CAMBIST_OPERATION_fetch_ticker ...; in tables and on the command line: "fetch_ticker". */
enum cambist_operation {
    CAMBIST_OPERATION_NONE = 0,
#define X(name, RECORD, class, rows, help) CAMBIST_OPERATION_##name,
    CAMBIST_OPERATION_LIST(X)
#undef X
    CAMBIST_OPERATION_COUNT
};

/* ---- topics: X(name, RECORD, access, "what it tells") ------------------------------------------
 * What can be watched over a stream.  PRIVATE: of the account. */
#define CAMBIST_TOPIC_LIST(X)                                                                      \
    X(watch_ticker, TICKER, PUBLIC, "price and volume of one market")                              \
    X(watch_bids_asks, TICKER, PUBLIC, "best bid and ask of one market")                           \
    X(watch_order_book, BOOK_UPDATE, PUBLIC, "the book of one market, kept true by the host")      \
    X(watch_trades, TRADE, PUBLIC, "what trades in one market")                                    \
    X(watch_ohlcv, CANDLE, PUBLIC, "candles of one market")                                        \
    X(watch_orders, ORDER, PRIVATE, "own orders")                                                  \
    X(watch_my_trades, TRADE, PRIVATE, "own trades")                                               \
    X(watch_balance, BALANCE, PRIVATE, "what the account holds")                                   \
    X(watch_positions, POSITION, PRIVATE, "open positions")

/* CAMBIST_TOPIC_watch_ticker ...; numbers of their own, so that both lists can grow. */
enum cambist_topic {
    CAMBIST_TOPIC_NONE = 1000,
#define X(name, RECORD, access, help) CAMBIST_TOPIC_##name,
    CAMBIST_TOPIC_LIST(X)
#undef X
    CAMBIST_TOPIC_END
};

#endif
