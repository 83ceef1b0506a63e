"""Do the commands tell what became of orders, and does `kill` stop everybody?

    orders.py CAMBIST KILL_CLIENT PLUGINS

`cambist order create`, `orders`, `resolve`, `kill` and `kill --release`, as people use them, against
practice exchanges that lose answers and do not answer questions.
"""
import json, os, pathlib, re, select, subprocess, sys, tempfile, time

from chain import check, failures
from practice import Practice

CAMBIST, CLIENT, PLUGINS = sys.argv[1:4]
os.environ.update(CAMBIST_PLUGIN_PATH=PLUGINS + ":" + os.environ.get("CAMBIST_PLUGIN_PATH", ""))
FAILED, USAGE, UNKNOWN = 1, 2, 4
SEEN_WITHIN_S = 2.0
# Orders are done, their answers are lost, and nothing can be found out.
SILENT = ["execute-then-cut@create_order", "error@fetch_order", "error@fetch_open_orders",
          "error@fetch_closed_orders", "error@fetch_my_trades"]


def run(config, *words):
    return subprocess.run([CAMBIST, *words, "--config", str(config)], capture_output=True,
                          text=True, timeout=60, stdin=subprocess.DEVNULL)


def create(config):
    return run(config, "order", "create", "brisk", "BTC/USDT", "buy", "limit", "0.001", "30000")


def orders(config, *words):
    """The lines of --json, as objects."""
    done = run(config, "orders", *words, "--json", "--for", "1")
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


# ---- what nobody knows ----

def check_unknown(folder):
    options = [word for fault in SILENT for word in ("--fault", fault)]
    practice = Practice(CAMBIST, folder / "silent", ["brisk"], "--plain", *options)
    config = practice.config("config", "journal = %s" % practice.journal("journal"))
    made = create(config)
    found = re.search(r"its client id is (\w+); go on with: cambist orders brisk --config (\S+)",
                      made.stderr)
    check(made.returncode == UNKNOWN and found and found[2] == str(config),
          "an order without an answer is named, and what to do", made.stderr)
    name = found[1] if found else "?"
    code, lines = orders(config, "--unknown")
    check(code == UNKNOWN and len(lines) == 1, "it is unknown to the next process", lines)
    wanted = {"exchange": "brisk", "clientOrderId": name, "id": None, "symbol": "BTC/USDT",
              "side": "buy", "amount": "0.001", "price": "30000", "filled": None,
              "exposure": "0.001", "life": "unknown", "proof": "nothing yet",
              "pending": "nothing"}
    check(lines and lines[0] == wanted, "all that is known is told", lines)
    table = run(config, "orders", "--unknown", "--for", "1")
    check(table.returncode == UNKNOWN and name in table.stdout and "unknown" in table.stdout,
          "also as a table", table.stdout)
    check_resolve(config, name)
    plain = practice.config("plain")
    made = create(plain)
    check(made.returncode == UNKNOWN and
          re.search(r"cambist order show brisk BTC/USDT client_order_id=\w+ --config " + str(plain),
                    made.stderr), "without a journal it has to be asked for", made.stderr)
    practice.stop()


def check_resolve(config, name):
    for words, code, reason in [
            (("brisk", name, "gone"), USAGE, "needs EXCHANGE CLIENT_ID"),
            (("brisk", name), USAGE, "needs EXCHANGE CLIENT_ID"),
            (("brisk", "nobody", "canceled"), FAILED, "no order nobody is known here"),
            (("brisk", name, "filled"), FAILED, "cannot be said to be filled")]:
        done = run(config, "resolve", *words)
        check(done.returncode == code and reason in done.stderr,
              "resolve %s: %s" % (" ".join(words[2:]), reason), done.returncode, done.stderr)
    done = run(config, "resolve", "brisk", name, "canceled")
    check(done.returncode == 0 and done.stdout == name + " is canceled\n",
          "somebody's word is taken", done.stdout, done.stderr)
    code, lines = orders(config, "--unknown")
    check(code == 0 and not lines, "and kept: nothing is unknown any more", lines)
    done = run(config, "resolve", "brisk", name, "rejected")
    check(done.returncode == FAILED and "is canceled" in done.stderr,
          "it is taken once", done.stderr)


# ---- what is known, and who may know it ----

class Steady:
    """A process that goes on placing orders."""

    def __init__(self, config):
        self.process = subprocess.Popen([CLIENT, str(config), "steady", "100000", "20"],
                                        stdout=subprocess.PIPE)
        self.text = b""

    def wait_for(self, piece, most_s):
        """Seconds until it tells that; None: not in time."""
        begun = time.monotonic()
        self.text = b""
        while time.monotonic() < begun + most_s:
            if select.select([self.process.stdout], [], [], 0.05)[0]:
                self.text += os.read(self.process.stdout.fileno(), 65536)
            if re.search(piece, self.text):
                return time.monotonic() - begun
        return None

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def check_known(practice, config):
    made = create(config)
    check(made.returncode == 0 and "open" in made.stdout, "an order is placed", made.stderr)
    code, lines = orders(config)
    check(code == 0 and [(line["life"], line["proof"], line["exposure"]) for line in lines] ==
          [("working", "its answer", "0.001000")], "the next process knows it", lines)
    code, lines = orders(config, "--unknown")
    check(code == 0 and not lines, "and it is not unknown")
    for words, reason in [(("nowhere",), "enables no exchange"), (("--often",), "no such option")]:
        done = run(config, "orders", *words)
        check(done.returncode in (FAILED, USAGE) and reason in done.stderr,
              "orders %s: %s" % (words[0], reason), done.stderr)


def check_kill(practice, config):
    steady = Steady(config)
    check(steady.wait_for(rb"told \w+ done", 20) is not None, "a process places orders")
    done = run(config, "orders")
    check(done.returncode == FAILED and "another process keeps this journal" in done.stderr,
          "its journal is its own", done.returncode, done.stderr)
    done = run(config, "kill")
    check(done.returncode == 0 and "brisk: 0 open orders" in done.stdout and
          "orders are blocked for every process with this journal" in done.stdout,
          "kill cancels all", done.returncode, done.stdout, done.stderr)
    waited = steady.wait_for(rb"not-done[^\n]*orders are blocked", 20)
    check(waited is not None and waited < SEEN_WITHIN_S,
          "the process places nothing any more within two seconds", waited)
    done = run(config, "kill", "--release")
    check(done.returncode == 0 and "released" in done.stdout, "it is taken back", done.stdout)
    waited = steady.wait_for(rb"told \w+ done", 20)
    check(waited is not None and waited < SEEN_WITHIN_S, "within two seconds, too", waited)
    steady.stop()


def check_blocked(practice, config):
    """A block holds for processes that begin later, and cancels go on."""
    made = json.loads(run(config, "order", "create", "brisk", "BTC/USDT", "buy", "limit", "0.001",
                          "30000", "--json").stdout)
    run(config, "kill", "nowhere")
    blocked = create(config)
    check(blocked.returncode == FAILED and "orders are blocked here" in blocked.stderr,
          "a later process places nothing", blocked.returncode, blocked.stderr)
    done = run(config, "order", "cancel", "brisk", "BTC/USDT", made["id"])
    check(done.returncode == 0, "but it cancels", done.returncode, done.stderr)
    run(config, "kill", "--release")
    bare = practice.config("bare", exchanges=["brisk"])
    done = run(bare, "kill")
    check(done.returncode == FAILED and "without a journal" in done.stderr and
          "brisk: 0 open orders" in done.stdout,
          "without a journal only orders are cancelled", done.stdout, done.stderr)


def check_other_exchange(practice, config):
    other = practice.config("other", "journal = %s" % (practice.folder / "journal"),
                            exchanges=["practice"])
    done = run(other, "orders")
    check(done.returncode == FAILED and
          re.search(r'00000001\.journal, record \d+ at \d+: an order at "brisk", which the '
                    r'configuration does not have: enable that exchange', done.stderr),
          "orders of an exchange that is not there are not forgotten", done.stderr)


def main():
    with tempfile.TemporaryDirectory(prefix="cambist-orders-") as name:
        folder = pathlib.Path(name)
        check_unknown(folder)
        practice = Practice(CAMBIST, folder / "fine", ["brisk", "practice"], "--plain")
        config = practice.config("config", "durability = process",
                                 "journal = %s" % practice.journal("journal"),
                                 exchanges=["brisk"])
        for test in (check_known, check_kill, check_blocked, check_other_exchange):
            test(practice, config)
        ledger = practice.stop()["brisk"]["orders"]
        check(sum(order["status"] == "open" for order in ledger) == 0, "nothing is left open")
    for failure in failures:
        print("FAILED: " + failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
