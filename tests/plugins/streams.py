"""Do recorded sessions of streams become what an independent client reads out of them?

    streams.py CAMBIST SHARED [EXCHANGE ...]

Every recorded session goes through `cambist replay`.  Each frame must be decoded or be known not to
be wanted; a session that was recorded live has no gap, and every checksum in it agrees (a book that
fails one is not live).  What the client read, frame by frame (vectors/ws), is compared: books by
their ten best levels a side, records by their values.  Differences that a reader of the exchange's
documentation accepts stand with their reasons in STREAM_DIFFERENCES.md beside the plugin.
"""
import collections, json, pathlib, re, subprocess, sys, tempfile

from vectors import PLUGIN_OF, ROOT, differences, is_number, same

EXCHANGES = ["binance", "binanceusdm", "okx", "kraken", "coinbase"]
# What the client calls its results, and what events are called here.
EVENTS = {"orderbook": "book", "books": "book", "books-l2-tbt": "book", "trade": "trade",
          "trades": "trade", "trades-all": "trade", "market_trades": "trade", "ohlcv": "ohlcv",
          "ticker": "ticker", "bidask": "ticker", "bbo-tbt": "book", "orders": "order",
          "user": "order", "myTrades": "fill", "balance": "balance"}
# What the client says that the frame does not: it remembers earlier frames, or assumes.
REMEMBERED = {"datetime", "info", "fees", "trades", "lastTradeTimestamp", "stopPrice", "cost",
              "fee", "takerOrMaker", "type", "order", "average", "change", "percentage",
              "baseVolume", "quoteVolume", "vwap", "indexPrice", "markPrice", "previousClose",
              "timeInForce", "postOnly", "reduceOnly", "open", "close", "remaining", "used", "total",
              "amount", "clientOrderId", "timestamp", "side", "lastUpdateTimestamp"}


def event_name(hash_):
    word = re.split(r"[:@]", hash_.lstrip(":"))[0]
    return EVENTS.get(word)


def replay(cambist, exchange, recording, markets):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as given:
        json.dump(markets, given)
        given.flush()
        done = subprocess.run([cambist, "replay", exchange, str(recording), "--markets", given.name],
                              capture_output=True, text=True, check=True)
    events = collections.defaultdict(list)
    for event in map(json.loads, done.stdout.splitlines()):
        events[event["row"]].append(event)
    return events


def sections(path):
    """The vectors of each recording, and the markets that the client knew."""
    if not path.exists():
        return
    head, rows = None, []
    for line in map(json.loads, open(path)):
        if "recording" in line:
            if head:
                yield head, rows
            head, rows = line, []
        else:
            rows.append(line)
    if head:
        yield head, rows


# ---- comparing ----

def levels_differ(mine, theirs):
    theirs = [level[:2] for level in theirs][:10]
    mine = mine[:10]
    if len(mine) != len(theirs):
        return "%d levels, not %d" % (len(mine), len(theirs))
    for a, b in zip(mine, theirs):
        if not (same(a[0], b[0]) and same(a[1], b[1])):
            return "%s, not %s" % (a, b)
    return None


def book_differs(mine, theirs):
    for side in ("bids", "asks"):
        difference = levels_differ(mine[side], theirs[side])
        if difference:
            return "%s: %s" % (side, difference)
    return None


def record_differs(mine, theirs):
    """What both say must be the same; what is remembered may be absent here."""
    for key, value in theirs.items():
        if value is None or isinstance(value, (dict, list)) or key == "datetime":
            continue
        if mine.get(key) is None:
            if key in REMEMBERED or value == 0:
                continue
            return "%s is absent, not %s" % (key, value)
        if isinstance(value, float) and key in ("percentage", "change", "average", "vwap", "cost"):
            if abs(float(mine[key]) - value) <= 1e-6 * max(1, abs(value)):
                continue
        if not same(mine[key], value):
            return "%s is %s, not %s" % (key, mine[key], value)
    return None


def best_difference(found, rows, differ):
    """The client's list is in its own order: each of its rows must be among the events."""
    for row in rows:
        tried = [differ(event, row) for event in found]
        if not tried:
            return "no such event"
        if all(tried):
            return tried[0]
    return None


def rows_of(name, expected):
    if name == "ohlcv":
        symbol, timeframe, candles = expected
        return [{"symbol": symbol, "timeframe": timeframe, "candle": c} for c in candles]
    if name == "balance":
        return [dict(v, currency=k) for k, v in expected.items()
                if isinstance(v, dict) and k not in ("free", "used", "total")]
    return expected if isinstance(expected, list) else [expected]


def candle_differs(mine, theirs):
    if mine.get("symbol") != theirs["symbol"]:
        return "symbol is %s, not %s" % (mine.get("symbol"), theirs["symbol"])
    for a, b in zip(mine["ohlcv"], theirs["candle"]):
        if b is not None and not same(a, b):
            return "%s, not %s" % (mine["ohlcv"], theirs["candle"])
    return None


DIFFER = {"book": book_differs, "ohlcv": candle_differs}


def compare(events, vector):
    """None: the same; False: nothing to compare; else the difference."""
    name = event_name(vector["hash"])
    expected = vector["expected"]
    if name is None or not expected or (isinstance(expected, dict) and not expected):
        return False
    if name == "book" and "bids" not in expected:
        return False
    found = [e for e in events.get(vector["row"], []) if e["event"] == name]
    if name == "book":
        found = [e for e in found if e["state"] == "live"]
    rows = rows_of(name, expected)
    if name == "ticker" and "symbol" not in expected:
        return False
    return best_difference(found, rows, DIFFER.get(name, record_differs))


# ---- a recording ----

def failures(events, is_live):
    """Frames that were not understood, and books that broke in a session without gaps."""
    for row, found in sorted(events.items()):
        for event in found:
            if event["event"] == "error":
                yield row, event["error"]["message"]
            elif is_live and event["event"] == "status" and event.get("error"):
                yield row, event["error"]["message"]


def check_recording(cambist, shared, exchange, path, head, vectors, reasons, report):
    name = "%s/%s" % (exchange, path.name)
    events = replay(cambist, exchange, path, head["markets"])
    is_live = path.name.startswith("cryptofeed")
    unexplained, differing, compared = 0, 0, 0
    for row, message in failures(events, is_live):
        if "%s:%d" % (name, row) not in reasons and name not in reasons:
            unexplained += 1
            report("  %s:%d: %s" % (name, row, message))
    for vector in vectors:
        difference = compare(events, vector)
        if difference is False:
            continue
        compared += 1
        differing += difference is not None
        if difference and "%s:%d" % (name, vector["row"]) not in reasons and name not in reasons:
            unexplained += 1
            report("  %s:%d %s: %s" % (name, vector["row"], vector["hash"], difference[:200]))
    books = sum(e["event"] == "book" for found in events.values() for e in found)
    print("%s: %d books, %d of %d readings the same" %
          (name, books, compared - differing, compared))
    return unexplained, differing, compared


def reasons_of(plugin):
    path = ROOT / "plugins" / plugin / "STREAM_DIFFERENCES.md"
    text = path.read_text() if path.exists() else ""
    return dict(re.findall(r"^- `([^`]+)`: (.+)$", text, re.M))


def check_exchange(cambist, shared, exchange):
    given = {head["recording"].split("/")[-1]: (head, rows)
             for head, rows in sections(shared / "vectors/ws" / (exchange + ".jsonl"))}
    reasons = reasons_of(PLUGIN_OF.get(exchange, exchange))
    totals = [0, 0, 0]
    for path in sorted((shared / "recordings/ws" / exchange).glob("*.jsonl")):
        if path.name == "index.jsonl":
            continue
        head, rows = given.get(path.name, ({"markets": []}, []))
        found = check_recording(cambist, shared, exchange, path, head, rows, reasons, print)
        totals = [a + b for a, b in zip(totals, found)]
    return totals


def main():
    cambist, shared = sys.argv[1], pathlib.Path(sys.argv[2])
    if not (shared / "recordings/ws").is_dir():
        print("skipped: the recordings are not here")
        return 77
    totals = [0, 0, 0]
    for exchange in sys.argv[3:] or EXCHANGES:
        totals = [a + b for a, b in zip(totals, check_exchange(cambist, shared, exchange))]
    unexplained, differing, compared = totals
    print("streams: %d of %d readings the same, %d differences unexplained"
          % (compared - differing, compared, unexplained))
    return unexplained > 0 or compared == 0


if __name__ == "__main__":
    sys.exit(main())
