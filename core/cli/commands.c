/* Which commands are there? */
#include "cli/cli.h"

const struct cmb_command cmb_commands[] = {
    { "demo", "", "shows four simulated exchanges at work; needs no key and no network",
      "cambist demo", cmb_cli_demo },
    { "ticker", "EXCHANGE SYMBOL [--json]", "price and volume of a market",
      "cambist ticker okx BTC/USDT", cmb_cli_ticker },
    { "book", "EXCHANGE SYMBOL [LIMIT] [--json]", "open orders of a market, by price",
      "cambist book kraken BTC/USD 20", cmb_cli_book },
    { "trades", "EXCHANGE SYMBOL [LIMIT] [--json]", "what traded lately",
      "cambist trades binance ETH/USDT 50", cmb_cli_trades },
    { "ohlcv", "EXCHANGE SYMBOL [TIMEFRAME] [LIMIT] [--json]", "candles",
      "cambist ohlcv coinbase BTC/USD 1h 24", cmb_cli_ohlcv },
    { "markets", "EXCHANGE [KIND] [--json]", "everything that is traded",
      "cambist markets okx swap", cmb_cli_markets },
    { "balance", "EXCHANGE [--config FILE] [--json]", "what the account holds",
      "cambist balance kraken --config cambist.conf", cmb_cli_balance },
    { "order", "create|edit|cancel|show|open|list EXCHANGE ... [--config FILE] [--json]",
      "places, changes and shows orders",
      "cambist order create okx BTC/USDT buy limit 0.01 30000.5 post_only=true --config cambist.conf",
      cmb_cli_order },
    { "orders", "[EXCHANGE ...] [--unknown] [--for SECONDS] --config FILE [--json]",
      "asks what became of the orders in the journal, and shows those that are open or unknown",
      "cambist orders --unknown --config cambist.conf", cmb_cli_orders },
    { "resolve", "EXCHANGE CLIENT_ID working|canceled|expired|rejected --config FILE",
      "says what became of an unknown order, for somebody who has looked at the exchange",
      "cambist resolve okx c1a2b3c4d5e6f7g8h9 rejected --config cambist.conf", cmb_cli_resolve },
    { "kill", "[EXCHANGE ...] [--release] --config FILE",
      "cancels every order, and keeps all from being placed until it is released",
      "cambist kill --config cambist.conf", cmb_cli_kill },
    { "watch", "TOPIC EXCHANGE:SYMBOL ... [--depth N] [--timeframe T] [--for SECONDS] [--config FILE]\n"
      "                     [--json]    TOPIC: ticker book trades ohlcv best orders my_trades\n"
      "                     balance positions",
      "shows what happens now: a screen on a terminal, else a line for each event",
      "cambist watch book okx:BTC/USDT kraken:BTC/USDT", cmb_cli_watch },
    { "books", "EXCHANGE:SYMBOL ... [--for SECONDS] [--config FILE]",
      "opens books, and says of each whether it becomes live",
      "cambist books okx:BTC/USDT kraken:BTC/USD", cmb_cli_books },
    { "arbitrage", "EXCHANGE ... --symbols A,B [--min-edge BP] [--triangular] [--fee RATE]\n"
      "                     [--max-age SECONDS] [--max-cost QUOTE] [--for SECONDS] [--config FILE]\n"
      "                     [--json]\n"
      "                     [--execute [--hedge] [--max-executions N] [--max-loss QUOTE] [--live]]",
      "finds what could be bought here and sold there at a gain, and executes it if told to",
      "cambist arbitrage okx kraken --symbols BTC/USDT,ETH/USDT --min-edge 5 --fee 0.001",
      cmb_cli_arbitrage },
    { "trace", "EXCHANGE OPERATION [NAME=VALUE ...] [--config FILE]\n"
      "                     | EXCHANGE watch_... [symbol=SYMBOL] [--frames N] [--for SECONDS]\n"
      "                     [--config FILE] [--json]",
      "asks, or takes the next frames of a stream, and shows how long each stage took",
      "cambist trace binance fetch_ticker symbol=BTC/USDT", cmb_cli_trace },
    { "metrics", "TOPIC EXCHANGE:SYMBOL ... [--for SECONDS] [--config FILE] [--json]",
      "watches for a while, and shows how long the stages of requests and frames took",
      "cambist metrics book okx:BTC/USDT kraken:BTC/USD --for 30", cmb_cli_metrics },
    { "limits", "EXCHANGE", "how much may be asked, and what each question costs",
      "cambist limits binance", cmb_cli_limits },
    { "plugins", "list | info NAME", "which exchanges there are and what they can do",
      "cambist plugins info kraken", cmb_cli_plugins },
    { "config", "check FILE | keys", "checks a configuration; lists everything that can stand in it",
      "cambist config check cambist.conf", cmb_cli_config },
    { "doctor", "[--config FILE] [--json]",
      "looks whether it will run here as it is configured: rights, limits, journal, clocks; and how "
      "much memory it may take", "cambist doctor --config cambist.conf", cmb_cli_doctor },
    { "simulate", "EXCHANGE ... [--port BASE] [--plain] [--seed N] [--ledger FILE]\n"
      "                        [--fault NAME[@WHAT][:RATE]] [--certificate SORT] [--generous]\n"
      "                        [--lean EXCHANGE:SYMBOL=PPM]\n"
      "                        | --faults",
      "serves practice exchanges on loopback, with made-up credentials and faults; lists the faults",
      "cambist simulate okx kraken --port 9000 --fault execute-then-cut@create_order:1/10",
      cmb_cli_simulate },
    { "record", "EXCHANGE TOPIC:SYMBOL ... --to FILE [--for SECONDS] [--config FILE]",
      "keeps what passes over an exchange's streams, without secrets",
      "cambist record okx book:BTC/USDT trades:BTC/USDT --to session.jsonl --for 60",
      cmb_cli_record },
    { "replay", "EXCHANGE FILE [--markets FILE]",
      "reads a recorded session of a stream, and prints what it tells",
      "cambist replay okx session.jsonl", cmb_cli_replay },
    { "bench", "[SUBJECT ...] [--quick] [--json]",
      "measures this machine, and says of each goal whether it is reached; see docs/performance.md",
      "cambist bench limit sign", cmb_cli_bench },
    { "request", "EXCHANGE OPERATION [NAME=VALUE ...] [--config FILE] | --batch",
      "prints the exact signed request of a question; sends nothing",
      "cambist request okx fetch_order_book symbol=BTC/USDT limit=20", cmb_cli_request },
    { "map", "--batch", "turns recorded answers into records; sends nothing",
      "cambist map --batch < answers.jsonl", cmb_cli_map },
};
const size_t cmb_command_count = sizeof cmb_commands / sizeof *cmb_commands;
