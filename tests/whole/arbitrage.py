"""Is what arbitrage tells of its executions what the exchanges' ledgers hold, to the last digit?

Two practice exchanges over real sockets, one of them dearer; the command finds it and executes.
And: is nothing executed at a live exchange, or where it is not asked for?
"""
import decimal, json, pathlib, subprocess, sys, tempfile

import practice, watch

CAMBIST = sys.argv[1]
SYMBOLS = ["--symbols", "BTC/USDT,ETH/USDT"]
decimal.getcontext().prec = 60
D = decimal.Decimal


def arbitrage(config, *options):
    done = subprocess.run([CAMBIST, "arbitrage", *SYMBOLS, "--config", str(config), "--json",
                           *options], capture_output=True, text=True, timeout=60)
    return done, [json.loads(line) for line in done.stdout.splitlines()]


def settled(events):
    return [event for event in events if event["event"] == "settled"]


def money(events):
    """What the account must have more of, by exchange and currency.  The practice exchanges take
    the buyer's fee in what is bought."""
    more = {}
    for leg in (leg for event in settled(events) for leg in event["legs"] if "filled" in leg):
        base, quote = leg["symbol"].split("/")
        filled, cost, fee = D(leg["filled"]), D(leg["cost"]), D(leg["fee"])
        buys = leg["side"] == "buy"
        for currency, amount in ((base, filled * (1 - D("0.001")) if buys else -filled),
                                 (quote, -cost if buys else cost - fee)):
            key = leg["exchange"], currency
            more[key] = more.get(key, D(0)) + amount
    return more


def begun(currency):
    return {"BTC": 10, "ETH": 100, "SOL": 1000}.get(currency, 1000000)


def check_ledger(ledger, events):
    """Balances have ten digits: what has more was cut there."""
    told = money(events)
    assert told, events
    for exchange, account in ledger.items():
        for currency, balance in account["balances"].items():
            has = D(balance["free"]) + D(balance["used"])
            expected = begun(currency) + told.get((exchange, currency), D(0))
            assert abs(has - expected) <= D("0.000000001") * (1 + len(settled(events))), \
                (exchange, currency, has, expected)


def check_orders(ledger, events):
    """Each order that was told was executed, and no other one."""
    told = sorted(leg["clientOrderId"] for event in settled(events) for leg in event["legs"])
    held = sorted(order["clientOrderId"] for account in ledger.values()
                  for order in account["orders"])
    assert told == held, (told, held)


def found_and_executed(folder):
    served = practice.Practice(CAMBIST, folder, ["okx", "kraken"], "--seed", "5",
                               "--lean", "kraken:BTC/USDT=8000", "--lean", "kraken:ETH/USDT=-9000")
    config = served.config("executing.conf", "journal = %s" % served.journal("orders"),
                           "durability = process")
    done, events = arbitrage(config, "--fee", "0.001", "--min-edge", "10", "--max-cost", "500",
                             "--execute", "--hedge", "--max-executions", "6", "--for", "6")
    ledger = served.stop()
    assert done.returncode == 0, done.stderr
    kinds = [event["event"] for event in events]
    assert "appeared" in kinds and kinds.count("sent") >= 2, kinds
    assert kinds.count("sent") == kinds.count("settled"), (kinds, done.stderr)
    check_ledger(ledger, events)
    check_orders(ledger, events)
    print("%d executions agree with the ledgers" % kinds.count("settled"))


def only_found(folder):
    served = practice.Practice(CAMBIST, folder, ["okx", "kraken"], "--seed", "6",
                               "--lean", "kraken:BTC/USDT=8000")
    done, events = arbitrage(served.config("looking.conf"), "--fee", "0.001", "--for", "2")
    ledger = served.stop()
    assert done.returncode == 0, done.stderr
    assert any(event["event"] == "appeared" for event in events), done.stdout
    assert not any(account["orders"] for account in ledger.values())
    print("nothing is executed that is not asked for")


def shown_on_a_terminal(folder):
    served = practice.Practice(CAMBIST, folder, ["okx", "kraken"], "--seed", "7",
                               "--lean", "kraken:BTC/USDT=8000")
    terminal = watch.Terminal(["arbitrage", *SYMBOLS, "--fee", "0.001", "--config",
                               str(served.config("screen.conf"))], 120, 20)
    shown = terminal.read_until(lambda: "okx -> kraken" in terminal.text(), 20)
    sheet = terminal.text()
    code = terminal.end(2)
    served.stop()
    assert shown and "edge bp" in sheet and "BTC/USDT" in sheet, sheet
    assert code == 0 and b"opportunities appeared" in terminal.raw, terminal.raw[-400:]
    assert terminal.raw.rfind(b"\033[?1049l") > terminal.raw.rfind(b"\033[?1049h") >= 0
    print("a terminal shows what pays, and is left as it was")


def live_is_refused(folder):
    """Nothing listens where these plugins would connect to: it must be refused before."""
    path = pathlib.Path(folder) / "live.conf"
    for live, switch in (("true", []), ("false", ["--live"])):
        path.write_text("[host]\nproxy = http://127.0.0.1:9\nwarm_connections = 0\n"
                        "live_arbitrage = %s\n[exchange okx]\n[exchange kraken]\n" % live)
        path.chmod(0o600)
        done, events = arbitrage(path, "--fee", "0.001", "--execute", "--for", "1", *switch)
        assert done.returncode != 0 and not events, done.stdout
        assert "is live: nothing is executed there" in done.stderr, done.stderr
    print("live is refused without both switches")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for check in (found_and_executed, only_found, shown_on_a_terminal, live_is_refused):
            home = pathlib.Path(folder) / check.__name__
            home.mkdir()
            check(home)


if __name__ == "__main__":
    main()
