"""Do signatures with private keys hold before somebody else's eyes?

    signatures.py CAMBIST

Keys are made with the openssl command, requests with `cambist request --batch`, and openssl checks
each signature with the public half alone: Ed25519 and RSA for Binance, ES256 and Ed25519 (as PEM,
and as base64 of seed and public key) for Coinbase.  HMACs are checked by vectors.py.  Exit status 1
when one does not hold, 77 where there is no openssl command.
"""
import base64, json, pathlib, shutil, subprocess, sys, tempfile, urllib.parse

NOW_MS = 1754006400123
KEY_NAME = 'organizations/o-1/apiKeys/"k"'
MARKETS = {"binance": {"id": "BTCUSDT", "symbol": "BTC/USDT", "base": "BTC", "quote": "USDT"},
           "coinbase": {"id": "BTC-USD", "symbol": "BTC/USD", "base": "BTC", "quote": "USD"}}
KINDS = {"ed25519": ["-algorithm", "ed25519"],
         "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
         "p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]}


def openssl(*words, **options):
    return subprocess.run(["openssl", *words], capture_output=True, check=True, **options).stdout


def make_key(kind, folder):
    private, public = folder / (kind + ".pem"), folder / (kind + ".pub")
    openssl("genpkey", *KINDS[kind], "-out", str(private))
    openssl("pkey", "-in", str(private), "-pubout", "-out", str(public))
    return private, public


def seed_and_public(private, public):
    """The two halves of an Ed25519 key, as 88 characters of base64."""
    seed = openssl("pkey", "-in", str(private), "-outform", "DER")[-32:]
    point = openssl("pkey", "-pubin", "-in", str(public), "-outform", "DER")[-32:]
    return base64.b64encode(seed + point).decode()


def der_integer(digits):
    digits = digits.lstrip(b"\0") or b"\0"
    digits = (b"\0" if digits[0] & 128 else b"") + digits
    return bytes([2, len(digits)]) + digits


def der_of(signature):
    """r || s, as tokens carry it, in the form that openssl reads."""
    inner = der_integer(signature[:32]) + der_integer(signature[32:])
    return bytes([0x30, len(inner)]) + inner


def holds(kind, public, text, signature, folder):
    (folder / "text").write_bytes(text)
    (folder / "signature").write_bytes(der_of(signature) if kind == "p256" else signature)
    words = (["pkeyutl", "-verify", "-pubin", "-rawin", "-inkey", str(public),
              "-in", str(folder / "text"), "-sigfile", str(folder / "signature")]
             if kind == "ed25519" else
             ["dgst", "-sha256", "-verify", str(public), "-signature", str(folder / "signature"),
              str(folder / "text")])
    return subprocess.run(["openssl", *words], capture_output=True).returncode == 0


def ask(cambist, exchange, secret, operation, arguments):
    job = {"id": 1, "exchange": exchange, "operation": operation, "arguments": arguments,
           "credentials": {"key": KEY_NAME, "secret": secret}, "now_ms": NOW_MS,
           "markets": [MARKETS[exchange] | {"type": "spot"}]}
    done = subprocess.run([cambist, "request", "--batch"], input=json.dumps(job) + "\n",
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def split_binance(request):
    """The signature is the last parameter, of the query or of the body."""
    text, _, signature = (urllib.parse.urlsplit(request["url"]).query or
                          request["body"]).rpartition("&signature=")
    return text.encode(), base64.b64decode(urllib.parse.unquote(signature))


def unpad(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def split_coinbase(request):
    token = request["headers"]["Authorization"].removeprefix("Bearer ")
    text, _, signature = token.rpartition(".")
    return text.encode(), unpad(signature)


def token_faults(request, kind):
    """What a token says, member by member; only its nonce is free."""
    text = split_coinbase(request)[0].decode()
    header, claims = (json.loads(unpad(part)) for part in text.split("."))
    nonce, url, now = header.pop("nonce"), urllib.parse.urlsplit(request["url"]), NOW_MS // 1000
    if len(nonce) != 32 or set(nonce) - set("0123456789abcdef"):
        yield "the nonce is " + nonce
    if header != {"alg": "ES256" if kind == "p256" else "EdDSA", "typ": "JWT", "kid": KEY_NAME}:
        yield "the header is %s" % header
    if claims != {"aud": ["retail_rest_api_proxy"], "iss": "coinbase-cloud", "nbf": now,
                  "exp": now + 120, "sub": KEY_NAME, "iat": now,
                  "uri": "%s %s%s" % (request["method"], url.netloc, url.path)}:
        yield "the claims are %s" % claims


QUESTIONS = [("fetch_open_orders", lambda symbol: {"symbol": symbol}),
             ("create_order", lambda symbol: {"symbol": symbol, "type": "limit", "side": "buy",
                                              "amount": "0.1", "price": "30000"})]


def check(cambist, exchange, kind, form, secret, public, folder):
    for operation, arguments in QUESTIONS:
        request = ask(cambist, exchange, secret, operation, arguments(MARKETS[exchange]["symbol"]))
        where = "%s %s, %s as %s" % (exchange, operation, kind, form)
        if "error" in request:
            yield "%s: %s" % (where, request["error"]["message"])
            continue
        split = split_binance if exchange == "binance" else split_coinbase
        text, signature = split(request)
        if not holds(kind, public, text, signature, folder):
            yield where + ": the signature does not hold"
        if holds(kind, public, text + b"x", signature, folder):
            yield where + ": the signature holds for another text too"
        if exchange == "coinbase":
            yield from ("%s: %s" % (where, fault) for fault in token_faults(request, kind))


def main():
    if not shutil.which("openssl"):
        print("skipped: there is no openssl command")
        return 77
    faults, count = [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        keys = {kind: make_key(kind, folder) for kind in KINDS}
        runs = [("binance", "ed25519", "PEM"), ("binance", "rsa", "PEM"),
                ("coinbase", "p256", "PEM"), ("coinbase", "p256", "PEM in one line"),
                ("coinbase", "ed25519", "PEM"), ("coinbase", "ed25519", "base64")]
        for exchange, kind, form in runs:
            private, public = keys[kind]
            secret = seed_and_public(private, public) if form == "base64" else private.read_text()
            if form == "PEM in one line": # as JSON files of keys have it, once more escaped
                secret = secret.replace("\n", "\\n")
            faults += check(sys.argv[1], exchange, kind, form, secret, public, folder)
            count += len(QUESTIONS)
    for fault in faults:
        print("  " + fault)
    print("%d requests, %d faults" % (count, len(faults)))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
