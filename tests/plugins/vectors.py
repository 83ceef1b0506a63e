"""Do the plugins send what an independent client sends, and read answers as it reads them?

    vectors.py sign|parse CAMBIST SHARED [EXCHANGE ...]

`sign` gives every signing vector to `cambist request --batch` and compares the request: method,
path, parameters (their order aside), body, headers.  A signature over another order of parameters
is another signature, so each one is computed again here, over the text that was sent, by Python's
own hashlib.  `parse` gives recorded answers to `cambist map --batch` and compares the values.
Differences that a reader of the exchange's documentation accepts stand with their reasons in
DIFFERENCES.md beside the plugin (plugins/<name>/DIFFERENCES.md, lines "- `vector id`: reason").
Exit status 1 when fewer agree than the share below, or when a difference has no reason.
"""
import base64, hashlib, hmac, json, os, pathlib, re, subprocess, sys, urllib.parse
from decimal import Decimal, InvalidOperation, ROUND_DOWN

SHARE = {"sign": 0.97, "parse": 0.95}  # what agrees now; it may only rise
EXCHANGES = ["binance", "binanceusdm", "kraken", "okx", "coinbase"]
PLUGIN_OF = {"binanceusdm": "binance"}
ROOT = pathlib.Path(__file__).resolve().parents[2]

# The positional arguments of ccxt's unified methods, where they are not just `symbol`.
SIGNATURES = {
    "fetchTickers": ["symbols"], "fetchOrderBook": ["symbol", "limit"],
    "fetchTrades": ["symbol", "since", "limit"],
    "fetchOHLCV": ["symbol", "timeframe", "since", "limit"],
    "createOrder": ["symbol", "type", "side", "amount", "price"],
    "editOrder": ["id", "symbol", "type", "side", "amount", "price"],
    "cancelOrder": ["id", "symbol"], "fetchOrder": ["id", "symbol"],
    "setLeverage": ["leverage", "symbol"], "fetchDepositAddress": ["code"],
    "fetchPositions": ["symbols"], "fetchFundingRates": ["symbols"],
}
HISTORY = ["fetchOrders", "fetchOpenOrders", "fetchClosedOrders", "fetchMyTrades",
           "fetchFundingRateHistory"]
for method in HISTORY:
    SIGNATURES[method] = ["symbol", "since", "limit"]
CREDENTIALS = {"apiKey": "key", "password": "passphrase", "privateKey": "private_key",
               "walletAddress": "wallet_address"}


def snake(name):
    name = name.replace("OHLCV", "Ohlcv")
    return re.sub(r"([A-Z])", lambda m: "_" + m.group(1).lower(), name)


def arguments_of(vector):
    names = SIGNATURES.get(vector["method"], ["symbol"])
    given, positional = {}, list(vector["args"])
    if positional and isinstance(positional[-1], dict):
        given["params"] = positional.pop()
    for name, value in zip(names, positional):
        if value is None:
            continue
        given[name] = str(value) if name in ("amount", "price") else value
    return given


def job_of(vector, markets):
    credentials = {CREDENTIALS.get(k, k): v for k, v in vector.get("credentials", {}).items()}
    return {"id": vector["id"], "exchange": vector["exchange"],
            "operation": snake(vector["method"]), "arguments": arguments_of(vector),
            "credentials": credentials, "now_ms": vector["now_ms"], "markets": markets}


def run(cambist, command, jobs):
    text = "".join(json.dumps(job) + "\n" for job in jobs)
    done = subprocess.run([cambist, command, "--batch"], input=text, capture_output=True,
                          text=True, check=True)
    return {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}


# ---- requests ----

def pairs(text):
    return sorted((k, v) for k, v in urllib.parse.parse_qsl(text or "", keep_blank_values=True)
                  if k != "signature")


def body_of(request):
    body = request["body"] or ""
    if body[:1] in "[{" and body:
        return json.loads(body)
    return pairs(body)


def proof(exchange, request, credentials):
    """The signature that this very request should carry; None where it carries none."""
    url = urllib.parse.urlsplit(request["url"])
    headers = request["headers"]
    body = request["body"] or ""
    secret = credentials.get("secret", "")
    if exchange.startswith("binance"):
        text, _, signature = ((url.query or body)).rpartition("&signature=")
        if not signature and "signature=" in (url.query or body):
            text, signature = "", (url.query or body).split("signature=")[1]
        return signature, hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()
    if exchange == "okx":
        target = url.path + ("?" + url.query if url.query else "")
        text = headers.get("OK-ACCESS-TIMESTAMP", "") + request["method"] + target + body
        made = base64.b64encode(hmac.new(secret.encode(), text.encode(), "sha256").digest())
        return headers.get("OK-ACCESS-SIGN"), made.decode()
    if exchange == "kraken":
        nonce = dict(urllib.parse.parse_qsl(body)).get("nonce", "")
        inner = hashlib.sha256((nonce + body).encode()).digest()
        key = base64.b64decode(secret)
        made = base64.b64encode(hmac.new(key, url.path.encode() + inner, "sha512").digest())
        return headers.get("API-Sign"), made.decode()
    return None, None


def jwt_parts(headers):
    token = headers.get("Authorization", "").removeprefix("Bearer ")
    if token.count(".") != 2:
        return None
    pad = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    head, claims, signature = token.split(".")
    head, claims = json.loads(pad(head)), json.loads(pad(claims))
    head.pop("nonce", None)
    return head, claims, len(pad(signature))


UNSIGNED = {"content-type", "cb-version", "api-sign", "ok-access-sign", "authorization"}


def compare_request(vector, answer):
    if "error" in answer:
        return "error: " + answer["error"]["message"]
    expected = vector["expected"]
    if answer["method"] != expected["method"]:
        return "method %s, not %s" % (answer["method"], expected["method"])
    mine, theirs = urllib.parse.urlsplit(answer["url"]), urllib.parse.urlsplit(expected["url"])
    if (mine.netloc, mine.path) != (theirs.netloc, theirs.path):
        return "url %s%s, not %s%s" % (mine.netloc, mine.path, theirs.netloc, theirs.path)
    if pairs(mine.query) != pairs(theirs.query):
        return "query %s, not %s" % (mine.query, theirs.query)
    if body_of(answer) != body_of(expected):
        return "body %s, not %s" % (answer["body"], expected["body"])
    lower = {k.lower(): v for k, v in answer["headers"].items()}
    for name, value in expected["headers"].items():
        if name.lower() not in UNSIGNED and lower.get(name.lower()) != value:
            return "header %s is %s, not %s" % (name, lower.get(name.lower()), value)
    if jwt_parts(answer["headers"]) != jwt_parts(expected["headers"]):
        return "token %s, not %s" % (jwt_parts(answer["headers"]), jwt_parts(expected["headers"]))
    if vector.get("signing"):
        carried, made = proof(vector["exchange"], answer, vector["credentials"])
        if carried != made:
            return "signature %s, not %s" % (carried, made)
    return None


def check_sign(cambist, shared, wanted):
    fixtures = json.loads((shared / "oracle/fixtures.json").read_text())["exchanges"]
    vectors = [v for v in map(json.loads, open(shared / "vectors/sign.jsonl"))
               if v["exchange"] in wanted]
    jobs = [job_of(v, fixtures[v["exchange"]]["markets"]) for v in vectors]
    answers = run(cambist, "request", jobs)
    return [(v["exchange"], v["id"], compare_request(v, answers[v["id"]])) for v in vectors]


# ---- answers ----

# What ccxt adds: not from the answer, or the answer once more.  It need not be said.
ADDED = {"info", "fees", "trades", "lowercaseId", "tierBased",
         "margin", "index", "contract", "subType", "expiryDatetime", "marginModes", "stock",
         "stopPrice", "numericId", "networks", "hedged", "wsId", "instIdCode", "interval",
         "fundingDatetime", "nextFundingDatetime", "previousFundingDatetime",
         "initialMarginPercentage", "maintenanceMarginPercentage", "marginType"}

# What ccxt has from elsewhere when the answer has no such word: schedules of fees, brackets of
# margins, what it takes for granted.  It need not be said; what is said must be the same.
ORDERS = {"createOrder", "fetchOrder", "fetchOrders", "fetchOpenOrders", "fetchClosedOrders"}
FUNDING = {"fetchFundingRate", "fetchFundingRates"}
ASSUMED = {
    "taker": ({"fetchMarkets"}, r"fee|taker"),
    "maker": ({"fetchMarkets"}, r"fee|maker"),
    "active": ({"fetchMarkets", "fetchCurrencies"}, r"(?i)active|status|state|trading|enabled"),
    "interestRate": (FUNDING, r"interestRate"),
    "marginRatio": ({"fetchPositions"}, r"marginRatio"),
    "maintenanceMargin": ({"fetchPositions"}, r"(?i)maint|mmr"),
    "percentage": ({"fetchPositions"}, r"(?i)ratio|percent"),
    "collateral": ({"fetchPositions"}, r'"(isolated\w+|margin|collateral)"\s*:\s*"?[0-9.]*[1-9]'),
    # An order that was just taken: nothing of it is said to be filled, ccxt says 0.
    "filled": ({"createOrder"}, r"(?i)exec|fill"),
    # The last change of an order that traded, which may have been another one.
    "lastTradeTimestamp": (ORDERS, r"(?i)(fill|trade|deal)_?time"),
}
# What exchanges call the money that was traded.
PAID = r'"(cost|filled_value|cumQuote|cummulativeQuoteQty)"\s*:\s*"?%s"?\s*[,}]'


def is_from_elsewhere(key, theirs, vector, body):
    """Whether ccxt does not have theirs[key] from the answer."""
    method, value = vector["method"], theirs[key]
    if key in ADDED or (key.lower().endswith("timestamp") and value == 0):
        return True
    if (key, method) == ("type", "fetchCurrencies"):
        return '"%s"' % value not in body
    if key == "active" and value is False:
        return True
    if (key, method) == ("filled", "createOrder") and value != 0:
        return False
    methods, words = ASSUMED.get(key, ((), ""))
    return method in methods and not re.search(words, body)


def is_cut(mine, theirs):
    """Whether ccxt cut the digits behind some place off: it rounds to its own market's."""
    digits = range(-Decimal(str(mine)).as_tuple().exponent)
    return any(same(Decimal(str(mine)).quantize(Decimal(1).scaleb(-n), ROUND_DOWN), theirs)
               for n in digits)


def stands_in(number, body):
    """Whether the body has this number, however many zeros are behind it."""
    numbers = set(re.findall(r"-?[0-9.]+(?:[eE][-+]?[0-9]+)?", body))
    return any(same(text, number) for text in numbers)


def is_the_answers(key, mine, theirs, vector, body):
    """Whether ccxt writes in its own way what we write as the exchange said it: names of
    currencies and rates of fees that stand nowhere in the answer, a cost that it multiplied
    (filled x average) where the exchange says what was paid, an average of which it cuts digits
    off."""
    if mine is None:
        return False
    if key in ("baseId", "quoteId", "settleId"):
        return '"%s"' % theirs[key] not in body and mine in body
    if key in ("taker", "maker") and vector["method"] == "fetchMarkets":
        return stands_in(mine, body) and not stands_in(theirs[key], body)
    if key == "average" and vector["method"] in ("fetchTicker", "fetchTickers"):
        return theirs[key] is not None and is_cut(mine, theirs[key])
    if key == "cost" and theirs.get("filled") and theirs.get("average"):
        product = Decimal(str(theirs["filled"])) * Decimal(str(theirs["average"]))
        return same(theirs["cost"], product) and bool(re.search(PAID % re.escape(mine), body))
    return False


def said(value, method):
    """`value` without rows that say nothing, a third number in a book's levels, a leverage of at
    least and at most one."""
    if isinstance(value, list):
        if method == "fetchOrderBook" and value and not isinstance(value[0], list):
            return value[:2]
        rows = [said(item, method) for item in value]
        return [row for row in rows if not isinstance(row, dict) or any(
            item is not None for item in flat(row))]
    if not isinstance(value, dict):
        return value
    kept = {key: said(item, method) for key, item in value.items()}
    if method == "fetchMarkets" and "leverage" in kept:
        most = kept["leverage"]["max"]
        kept["leverage"] = {"max": most if most != 1 else None}
    return kept


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def same(mine, theirs):
    if isinstance(theirs, bool) or isinstance(mine, bool):
        return mine == theirs
    if is_number(theirs) or is_number(mine):
        try:
            a, b = Decimal(str(mine)), Decimal(str(theirs))
        except InvalidOperation:
            return False
        return a == b or abs(a - b) <= Decimal("1e-12") * max(abs(a), abs(b))
    return str(mine) == str(theirs)


def differences(mine, theirs, vector, body, where=""):
    """What `theirs` says and `mine` does not, or says otherwise; null says nothing."""
    if theirs is None:
        return
    if isinstance(theirs, dict):
        if not isinstance(mine, dict):
            if any(v is not None for v in flat(theirs)):
                yield "%s is %s" % (where, json.dumps(mine))
            return
        for key, value in theirs.items():
            # The percentage of a fee is a word about its unit, that of a ticker is a number; a
            # datetime is the timestamp once more.
            if key == "datetime" or (key == "percentage" and isinstance(value, bool)):
                continue
            if mine.get(key) is None and is_from_elsewhere(key, theirs, vector, body):
                continue
            if not is_the_answers(key, mine.get(key), theirs, vector, body):
                yield from differences(mine.get(key), value, vector, body, where + "." + key)
    elif isinstance(theirs, list):
        if not isinstance(mine, list) or len(mine) != len(theirs):
            yield "%s has %s rows, not %d" % (where, len(mine) if isinstance(mine, list) else "no",
                                             len(theirs))
            return
        for i, value in enumerate(theirs):
            yield from differences(mine[i], value, vector, body, "%s[%d]" % (where, i))
    elif not same(mine, theirs):
        yield "%s is %s, not %s" % (where, json.dumps(mine), json.dumps(theirs))


def flat(value):
    for key, item in value.items():
        if key in ADDED or key == "datetime":
            continue
        if isinstance(item, dict):
            yield from flat(item)
        else:
            yield item


# ccxt's exceptions and the statuses that mean the same.
CLASSES = {
    "AuthenticationError": {"DENIED", "PERMISSION"}, "PermissionDenied": {"PERMISSION", "DENIED"},
    "InsufficientFunds": {"INSUFFICIENT_FUNDS"}, "InvalidOrder": {"INVALID_ORDER"},
    "OrderNotFound": {"ORDER_NOT_FOUND"}, "BadSymbol": {"BAD_SYMBOL"},
    "ExchangeNotAvailable": {"UNAVAILABLE", "BAD_SYMBOL", "MAINTENANCE"},
    "BadRequest": {"BAD_ARGUMENT", "REJECTED"}, "RateLimitExceeded": {"RATE_LIMITED"},
}


def shorten(result, vector):
    """Long lists were cut to their first entries in the vectors."""
    truncated = vector.get("truncated")
    if not truncated or result is None:
        return result
    if isinstance(result, list):
        return result[:len(vector["expected"])]
    if isinstance(result, dict) and "bids" in result:
        cut = dict(result)
        for side in ("bids", "asks"):
            cut[side] = result[side][:len(vector["expected"][side])]
        return cut
    return result


def pick_rows(result, vector):
    """Lists of markets come in ccxt's order; they are compared by id."""
    expected = vector.get("expected")
    if vector["method"] != "fetchMarkets" or not isinstance(result, list):
        return result
    by_id = {row.get("id"): row for row in result}
    return [by_id.get(row["id"]) for row in expected]


def compare_answer(vector, answer, body):
    if "expected_error" in vector:
        if "error" not in answer:
            return "no error, expected " + json.dumps(vector["expected_error"])
        wanted = CLASSES.get(vector["expected_error"], set())
        status = answer["error"]["status"]
        return None if status in wanted else "error %s (%s), not %s" % (
            status, answer["error"]["message"], vector["expected_error"])
    if "error" in answer:
        return "error: " + answer["error"]["message"]
    result = pick_rows(shorten(answer["result"], vector), vector)
    found = list(differences(result, said(vector["expected"], vector["method"]), vector, body))
    return "; ".join(found[:4]) if found else None


def answer_job(vector, shared):
    # Raw bytes, not text mode: newlines are part of the answer.
    body = (shared / vector["response_file"]).read_bytes().decode("utf-8", "surrogateescape")
    http = vector.get("http") or {}
    job = job_of(vector, vector.get("markets", []))
    url = http.get("path")
    job["request"] = {"method": http.get("method"), "url": url}
    job["response"] = {"status": vector.get("status") or 200, "headers": {}, "body": body}
    return job


def check_parse(cambist, shared, wanted):
    vectors = [v for v in map(json.loads, open(shared / "vectors/parse.jsonl"))
               if v["exchange"] in wanted]
    jobs = {v["id"]: answer_job(v, shared) for v in vectors}
    answers = run(cambist, "map", jobs.values())
    return [(v["exchange"], v["id"],
             compare_answer(v, answers[v["id"]], jobs[v["id"]]["response"]["body"]))
            for v in vectors]


# ---- report ----

def reasons_of(plugin):
    path = ROOT / "plugins" / plugin / "DIFFERENCES.md"
    text = path.read_text() if path.exists() else ""
    return dict(re.findall(r"^- `([^`]+)`: (.+)$", text, re.M))


def report(kind, results, verbose):
    unexplained = 0
    for exchange in sorted({exchange for exchange, _, _ in results}):
        rows = [(i, d) for e, i, d in results if e == exchange]
        reasons = reasons_of(PLUGIN_OF.get(exchange, exchange))
        for name, difference in rows:
            if difference and (verbose or name not in reasons):
                print("  %s: %s" % (name, difference[:600]))
            unexplained += bool(difference) and name not in reasons
        same_count = sum(d is None for _, d in rows)
        print("%s %s: %d of %d the same" % (kind, exchange, same_count, len(rows)))
    agreed = sum(d is None for _, _, d in results)
    share = agreed / len(results)
    print("%s: %d of %d the same (%.1f %%), at least %.0f %% wanted, %d differences unexplained"
          % (kind, agreed, len(results), 100 * share, 100 * SHARE[kind], unexplained))
    return share < SHARE[kind] or unexplained > 0


def main():
    kind, cambist, shared = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    wanted = [a for a in sys.argv[4:] if not a.startswith("-")] or EXCHANGES
    if not (shared / "vectors").is_dir():
        print("skipped: the vectors are not here")
        return 77
    check = {"sign": check_sign, "parse": check_parse}[kind]
    return report(kind, check(cambist, shared, wanted), "-v" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
