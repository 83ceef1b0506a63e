"""Do recorded sessions of streams become what an independent client reads out of them?

    streams.py CAMBIST SHARED PLUGINS [EXCHANGE ...]

PLUGINS is the folder of the plugins that read older generations of a protocol.

Every recorded session goes through `cambist replay`.  Each frame must be decoded or be known not to
be wanted.  In a session that was recorded live no book breaks, and the book is live behind every
frame that has a checksum: one that disagreed would have broken it.  What the client held after a
frame (vectors/ws) is compared with what was told up to there: books by their ten best levels a
side, records by their values, long lists by their ends and their lengths.

Differences that a reader of the exchange's documentation accepts stand with their reasons in
STREAM_DIFFERENCES.md beside the plugin, in lines "- `exchange/recording:row member`: reason", where
`*` may stand for anything.  A reason that explains nothing fails too.
"""
import collections, fnmatch, json, os, pathlib, re, sys

from sessions import replay
from vectors import PLUGIN_OF, ROOT, differences, same

EXCHANGES = ["binance", "binanceusdm", "okx", "kraken", "coinbase"]
LEVELS = 10
# Frames whose book proves itself, and the exchange by whose tables an older generation is read.
CHECKSUM = {"okx": r'"checksum":-?[1-9]', "krakenv1": r'"c":"\d+"'}
OLDER = {"kraken/cryptofeed.KRAKEN.jsonl": ["krakenv1"]}
# What the client calls its results: our events, and the method whose results look the same.
EVENTS = {
    "orderbook": "book", "books": "book", "books-l2-tbt": "book",
    "trade": "trade", "trades": "trade", "trades-all": "trade", "market_trades": "trade",
    "ohlcv": "ohlcv", "ticker": "ticker", "tickers": "ticker", "bidask": "ticker",
    "bidasks": "ticker", "bbo-tbt": "ticker", "orders": "order", "user": "order",
    "myTrades": "fill", "balance": "balance", "positions": "position",
}
METHODS = {"trade": "fetchTrades", "ticker": "fetchTicker", "order": "fetchOrder",
           "fill": "fetchMyTrades", "balance": "fetchBalance", "position": "fetchPositions"}


def event_name(hash_):
    """Ours for "ticker:ticker@BTC/USDT", ":balance", "orders::myTrades"; None: nobody watches it."""
    words = [word for word in re.split(r"[:@]", hash_) if word]
    return EVENTS.get("myTrades" if "myTrades" in words else words[0])


def by_row(events):
    """The events of a session, by the row of the recording that told them."""
    rows = collections.defaultdict(list)
    for event in events:
        rows[event["row"]].append(event)
    return rows


def sections(path):
    """What the client read: the markets that it knew and its results, for each recording."""
    found = {}
    for line in map(json.loads, open(path) if path.exists() else ()):
        if "recording" in line:
            markets, results = line["markets"], []
            found[line["recording"].split("/")[-1]] = markets, results
        else:
            results.append(line)
    return found


# ---- what is known ----

class Known:
    """What a session has told up to some row."""

    def __init__(self):
        self.last = {}  # of each thing that was told of, the last event
        self.counts = collections.Counter()

    def take(self, event):
        symbol, name = event.get("symbol"), event["event"]
        if name == "status" and event.get("topic") == "watch_order_book":
            self.last.pop(key_of("book", event), None)
        elif name not in ("status", "error"):
            self.last[key_of(name, event)] = event
            self.counts[name, symbol] += 1


def key_of(name, row):
    """What tells one record of a kind from another."""
    if name == "ohlcv":
        return name, row["symbol"], row["ohlcv"][0]
    which = {"ticker": None, "position": "side", "balance": "currency"}.get(name, "id")
    return name, row.get("symbol"), row.get(which)


# ---- comparing ----

def levels_differ(mine, theirs):
    mine, theirs = mine[:LEVELS], [level[:2] for level in theirs[:LEVELS]]
    if len(mine) != len(theirs):
        return "has %d levels, not %d" % (len(mine), len(theirs))
    for a, b in zip(mine, theirs):
        if not (same(a[0], b[0]) and same(a[1], b[1])):
            return "holds %s, not %s" % (a, b)
    return None


def row_differences(name, mine, theirs, frame):
    if mine is None:
        yield ".event is not there"
    elif name == "book":
        for side in ("bids", "asks"):
            difference = levels_differ(mine[side], theirs[side])
            if difference:
                yield ".%s %s" % (side, difference)
    elif name == "ohlcv":
        for a, b in zip(mine["ohlcv"], theirs["ohlcv"]):
            if b is not None and not same(a, b):
                yield ".ohlcv is %s, not %s" % (mine["ohlcv"], theirs["ohlcv"])
    else:
        yield from differences(mine, theirs, {"method": METHODS[name]}, frame)


def best_of(book):
    """A book of one level a side is what we call the best bid and ask."""
    (bid, bid_volume, *_), (ask, ask_volume, *_) = book["bids"][0], book["asks"][0]
    return {"symbol": book["symbol"], "timestamp": book["timestamp"], "bid": bid,
            "bidVolume": bid_volume, "ask": ask, "askVolume": ask_volume}


def rows_of(name, expected, symbol):
    """The client's result as rows, and how long its list is where only the end is kept."""
    if name == "ohlcv":
        symbol, _, candles = (symbol, 0, expected) if isinstance(expected[0], list) else expected
        return [{"symbol": symbol, "ohlcv": candle} for candle in candles], None
    if name == "balance":
        return [dict(row, currency=currency) for currency, row in expected.items()
                if isinstance(row, dict) and currency not in ("free", "used", "total", "info")], None
    if isinstance(expected, dict) and "tail" in expected:
        return expected["tail"], expected["length"]
    if name == "ticker" and "bids" in expected:
        return [best_of(expected)], None
    if name == "ticker" and "symbol" not in expected:
        return list(expected.values()), None
    return expected if isinstance(expected, list) else [expected], None


def compare(name, known, vector, frame):
    """Differences between what is known and what the client held behind this frame."""
    symbol = re.split("[:@]", vector["hash"], maxsplit=1)[-1]
    rows, length = rows_of(name, vector["expected"], symbol)
    for row in rows:
        yield from row_differences(name, known.last.get(key_of(name, row)), row, frame)
    if length is not None and known.counts[name, rows[0]["symbol"]] != length:
        yield ".length is %d, not %d" % (known.counts[name, rows[0]["symbol"]], length)


# ---- a recording ----

class Tally(collections.Counter):
    """What is printed of a recording, an exchange, all of it."""

    def __str__(self):
        return ("%(frames)d frames (%(silent)d changed nothing), %(books)d books, %(checksums)d "
                "checksums agree; %(same)d of %(compared)d readings the same, of books %(books_same)d of "
                "%(books_compared)d; %(unexplained)d differences unexplained" %
                collections.defaultdict(int, self))


def frame_faults(lines, events, exchange, is_live):
    """Frames that were not understood, books that broke, checksums that did not prove a book."""
    checksum = CHECKSUM.get(exchange)
    for row, line in enumerate(lines):
        told = events.get(row, [])
        for event in told:
            if event["event"] == "error" or (is_live and event.get("error")):
                yield row, ".frame: " + event["error"]["message"]
        has_book = any(e["event"] == "book" and e["state"] == "live" for e in told)
        if is_live and checksum and re.search(checksum, line["data"]) and not has_book:
            yield row, ".checksum: no live book stands behind it"


def tally_frames(lines, events, exchange, is_live, tally):
    checksum = CHECKSUM.get(exchange)
    frames = [row for row, line in enumerate(lines) if line["dir"] == "in"]
    tally.update(frames=len(frames), silent=sum(row not in events for row in frames))
    for row, told in events.items():
        has_book = any(event["event"] == "book" for event in told)
        tally["books"] += has_book
        tally["checksums"] += bool(is_live and has_book and checksum and
                                   re.search(checksum, lines[row]["data"]))


def compare_readings(lines, events, vectors, tally):
    known, at = Known(), 0
    for vector in vectors:
        name, row = event_name(vector["hash"]), vector["row"]
        for at in range(at, row + 1):
            for event in events.get(at, []):
                known.take(event)
        at = row + 1
        if name is None or not vector["expected"]:
            continue
        found = list(compare(name, known, vector, lines[row]["data"]))
        is_book = name == "book"
        tally.update(compared=1, same=not found, books_compared=is_book,
                     books_same=is_book and not found)
        for difference in found:
            yield row, "%s%s" % (name, difference)


def check_recording(cambist, tables, name, path, markets, vectors, explain):
    is_live = path.name.startswith("cryptofeed")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    events = by_row(replay(cambist, tables, path, markets))
    tally = Tally()
    tally_frames(lines, events, tables, is_live, tally)
    found = list(frame_faults(lines, events, tables, is_live))
    found += compare_readings(lines, events, vectors, tally)
    for row, difference in found:
        if not explain("%s:%d %s" % (name, row, difference)):
            tally["unexplained"] += 1
            print("  %s:%d %s" % (name, row, difference[:300]))
    if is_live and tables in CHECKSUM and not tally["checksums"]:
        raise SystemExit("%s: not one checksum was looked at" % name)
    print("%s%s: %s" % (name, "" if name.startswith(tables + "/") else ", by " + tables, tally))
    return tally


# ---- reasons ----

class Reasons:
    def __init__(self, exchange):
        path = ROOT / "plugins" / PLUGIN_OF.get(exchange, exchange) / "STREAM_DIFFERENCES.md"
        text = path.read_text() if path.exists() else ""
        patterns = re.findall(r"^- `([^`]+)`: .+$", text, re.M)
        self.used = {p: 0 for p in patterns if fnmatch.fnmatchcase(exchange, p.split("/")[0])}

    def explain(self, difference):
        fits = [p for p in self.used if fnmatch.fnmatchcase(difference, p + "*")]
        for pattern in fits:
            self.used[pattern] += 1
        return bool(fits)


def check_exchange(cambist, shared, exchange):
    readings = sections(shared / "vectors/ws" / (exchange + ".jsonl"))
    reasons, total = Reasons(exchange), Tally()
    for path in sorted((shared / "recordings/ws" / exchange).glob("*.jsonl")):
        name = "%s/%s" % (exchange, path.name)
        markets, vectors = readings.get(path.name, ([], []))
        for tables in [exchange] + OLDER.get(name, []) if path.name != "index.jsonl" else []:
            total += check_recording(cambist, tables, name, path, markets, vectors,
                                     reasons.explain)
    for pattern, count in reasons.used.items():
        if not count:
            total["unexplained"] += 1
            print("  %s: the reason explains nothing" % pattern)
    return total


def main():
    cambist, shared = sys.argv[1], pathlib.Path(sys.argv[2])
    if not (shared / "recordings/ws").is_dir():
        print("skipped: the recordings are not here")
        return 77
    own = pathlib.Path(cambist).resolve().parents[1] / "plugins"
    os.environ["CAMBIST_PLUGIN_PATH"] = "%s:%s" % (own, sys.argv[3])
    total = Tally()
    for exchange in sys.argv[4:] or EXCHANGES:
        total += check_exchange(cambist, shared, exchange)
    print("streams: %s" % total)
    return total["unexplained"] > 0 or total["compared"] == 0


if __name__ == "__main__":
    sys.exit(main())
