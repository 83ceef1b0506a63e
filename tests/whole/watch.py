"""Do watch, books, record and replay tell what an exchange tells, and leave a terminal as it was?

    watch.py CAMBIST

Practice exchanges are served, and watched through the command as people use it: over pipes and on a
pseudo-terminal.  A recording is searched for every secret that the exchange gave.
"""
import fcntl, json, os, pathlib, pty, re, select, signal, struct, subprocess, sys, tempfile, termios
import time

EXCHANGES = ["binance", "kraken", "okx", "coinbase"]
CAMBIST = sys.argv[1]
failures = []


def check(holds, what):
    print(("fine: " if holds else "FAILED: ") + what)
    if not holds:
        failures.append(what)
    return holds


# ---- practice exchanges and a configuration for them ----

class Practice:
    def __init__(self, folder, exchanges, *options):
        self.process = subprocess.Popen([CAMBIST, "simulate", *exchanges, *options],
                                        stdout=subprocess.PIPE, text=True)
        self.told = {}
        for _ in exchanges:
            line = json.loads(self.process.stdout.readline())
            self.told[line["exchange"]] = line
        self.config = folder / ("config%d" % id(self))
        lines = ["[host]", "warm_connections = 0"]
        for name, line in self.told.items():
            keys = folder / (name + ".keys%d" % id(self))
            keys.touch(0o600)
            keys.write_text("".join("%s = %s\n" % (k, v) for k, v in self.secrets(name)))
            lines += ["[exchange %s]" % name, "environment = simulated", "rest = " + line["rest"],
                      "stream = " + line["stream"], "ca_file = " + line["ca"],
                      "credentials = file:%s" % keys]
        self.config.write_text("\n".join(lines) + "\n")

    def secrets(self, name):
        known = {"exchange", "rest", "stream", "ca"}
        return [(k, v) for k, v in self.told[name].items() if k not in known and v]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def run(config, *words, timeout=60):
    return subprocess.run([CAMBIST, *words, "--config", str(config)], capture_output=True,
                          text=True, timeout=timeout, stdin=subprocess.DEVNULL)


def events_of(text):
    return [json.loads(line) for line in text.splitlines()]


# ---- lines ----

def check_json(practice):
    for name in EXCHANGES:
        done = run(practice.config, "watch", "book", name + ":BTC/USDT", "--json", "--for", "3")
        events = events_of(done.stdout)
        books = [e for e in events if e["event"] == "book"]
        check(done.returncode == 0 and len(books) > 3 and
              all(e["exchange"] == name for e in events), "%s: a line for each book" % name)
        live = [b for b in books if b["state"] == "live"]
        check(len(live) > 3 and all(b["symbol"] == "BTC/USDT" and b["bids"] and b["asks"] and
                                    float(b["bids"][0][0]) < float(b["asks"][0][0])
                                    for b in live), "%s: live books have two sides" % name)
        check(any(e["event"] == "status" for e in events), "%s: states are told" % name)


def check_topics(practice):
    for topic, event in [("ticker", "ticker"), ("trades", "trade"), ("ohlcv", "ohlcv"),
                         ("best", "ticker")]:
        done = run(practice.config, "watch", topic, "binance:BTC/USDT", "--json", "--for", "3")
        found = [e for e in events_of(done.stdout) if e["event"] == event]
        check(found and done.returncode == 0, "binance tells %s" % topic)


def check_orders(practice):
    watch = subprocess.Popen([CAMBIST, "watch", "orders", "binance", "--json", "--for", "20",
                              "--config", str(practice.config)], stdout=subprocess.PIPE, text=True)
    for line in watch.stdout:
        if json.loads(line).get("state") == "live":
            break
    placed = run(practice.config, "order", "create", "binance", "BTC/USDT", "buy", "limit", "0.01",
                 "10000", "--json")
    order = json.loads(placed.stdout)["id"]
    found = None
    for line in watch.stdout:
        event = json.loads(line)
        if event["event"] == "order" and event["id"] == order:
            found = event
            break
    watch.send_signal(signal.SIGINT)
    watch.stdout.read()
    check(found and found["status"] == "open" and found["exchange"] == "binance",
          "an order that was placed is told")
    check(watch.wait(20) == 0, "Ctrl-C ends it well")


def check_plain(practice):
    done = run(practice.config, "watch", "book", "okx:BTC/USDT", "kraken:BTC/USDT", "--for", "3")
    check(re.search(r"okx BTC/USDT  bid [0-9.]+ x [0-9.]+  ask ", done.stdout) is not None and
          "kraken BTC/USDT  bid" in done.stdout and "\033" not in done.stdout,
          "without a terminal there are plain lines")
    done = run(practice.config, "watch", "book", "okx:NO/SUCH", "--for", "5")
    check(done.returncode == 1 and "NO/SUCH" in done.stdout + done.stderr,
          "a market that is none is a failure that names it")
    done = run(practice.config, "watch", "weather", "okx:BTC/USDT")
    check(done.returncode == 2, "a topic that is none is wrong usage")


def check_books(practice):
    done = run(practice.config, "books", "BTC/USDT")
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    check(done.returncode == 0 and [r[0] for r in rows] == EXCHANGES and
          all(r[2] == "live" for r in rows), "books of all exchanges become live")
    done = run(practice.config, "books", "okx:BTC/USDT", "okx:NO/SUCH")
    check(done.returncode == 1 and "failed" in done.stdout and " live " in done.stdout,
          "one that is not live is told by the exit code")


# ---- how long it takes ----

STAGES = ["receive", "decode", "book", "deliver", "whole"]


def check_trace(practice):
    for name in EXCHANGES:
        done = run(practice.config, "trace", name, "watch_order_book", "symbol=BTC/USDT",
                   "--frames", "4", "--json")
        frames = events_of(done.stdout)
        check(done.returncode == 0 and len(frames) == 4, "%s: four frames are traced" % name)
        check(all(sum(f[s + "_ns"] for s in STAGES[:-1]) == f["whole_ns"] and f["book_ns"] > 0
                  for f in frames), "%s: the stages make up the whole" % name)
        check(all(f.get("age_ns", 1) < 60e9 for f in frames), "%s: no frame is old" % name)
    done = run(practice.config, "trace", "okx", "watch_trades", "symbol=BTC/USDT", "--frames", "2")
    check(done.returncode == 0 and done.stdout.split()[:5] == STAGES and
          done.stdout.count(" BTC/USDT\n") == 2, "a person sees each frame's stages")
    done = run(practice.config, "trace", "okx", "watch_weather")
    check(done.returncode == 2, "a topic that is none cannot be traced")


def check_metrics(practice):
    done = run(practice.config, "metrics", "book", "okx:BTC/USDT", "kraken:BTC/USDT", "--for", "3",
               "--json")
    rows = {(r["exchange"], r["way"], r["stage"]): r for r in events_of(done.stdout)}
    for name in ("okx", "kraken"):
        whole = rows.get((name, "stream", "whole"))
        check(whole and whole["count"] > 3 and
              0 < whole["p50_ns"] <= whole["p99_ns"] <= whole["max_ns"],
              "%s: frames are counted and timed" % name)
        check((name, "request", "send") in rows, "%s: so are requests" % name)
    check(done.returncode == 0 and not any(r["count"] == 0 for r in rows.values()),
          "stages that were never entered are left out")


# ---- recordings ----

def signatures_in(text):
    """Whatever looks like hex, base64 or a JWT and is long enough to be a secret."""
    return [word for word in re.findall(r"[A-Za-z0-9+/=_-]{40,}", text)]


def check_recording(folder, practice, name):
    path = folder / (name + ".jsonl")
    words = ["book:BTC/USDT", "trades:BTC/USDT", "orders"]
    done = run(practice.config, "record", name, *words, "--to", str(path), "--for", "4")
    check(done.returncode == 0, "%s is recorded" % name)
    text = path.read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    directions = {row["dir"] for row in rows}
    check({"open", "in", "out"} <= directions and all(isinstance(r["t"], float) for r in rows),
          "%s: both directions are in the recording" % name)
    for key, value in practice.secrets(name):
        pieces = [value] if "\n" not in value else [l for l in value.splitlines() if "--" not in l]
        check(not any(piece in text or json.dumps(piece)[1:-1] in text for piece in pieces if piece),
              "%s: no %s is in the recording" % (name, key))
    sent = "".join(row["data"] for row in rows if row["dir"] == "out")
    check("REDACTED" in sent and not signatures_in(sent),
          "%s: what proves who we are is hidden" % name)
    check(path.stat().st_mode & 0o077 == 0, "%s: the recording is its owner's alone" % name)
    again = run(practice.config, "record", name, *words, "--to", str(path), "--for", "1")
    check(again.returncode == 1 and path.read_text() == text, "%s: nothing is written over" % name)
    return path, rows


def check_replay(name, path):
    done = subprocess.run([CAMBIST, "replay", name, str(path)], capture_output=True, text=True,
                          timeout=60)
    events = events_of(done.stdout)
    books = [e for e in events if e["event"] == "book"]
    errors = [e for e in events if e["event"] == "error"]
    check(books and books[-1]["state"] == "live" and books[-1]["symbol"] == "BTC/USDT",
          "%s: the recording is replayed into a live book" % name)
    check(not errors, "%s: every frame of the recording is understood" % name)
    return books


def check_same_books(folder, practice, name):
    """A recording and a watch of the same exchange at the same time tell the same books."""
    path = folder / (name + ".both.jsonl")
    record = subprocess.Popen([CAMBIST, "record", name, "book:BTC/USDT", "--to", str(path), "--for",
                               "5", "--config", str(practice.config)], stderr=subprocess.DEVNULL)
    done = run(practice.config, "watch", "book", name + ":BTC/USDT", "--json", "--for", "4")
    record.wait(30)
    is_numbered = name not in ("kraken", "coinbase")
    key = "seq" if is_numbered else "timestamp"
    watched = {e[key]: (e["bids"], e["asks"]) for e in events_of(done.stdout)
               if e["event"] == "book" and e["state"] == "live"}
    replayed = {e[key]: (e["bids"], e["asks"]) for e in check_replay(name, path)
                if e["state"] == "live"}
    both = sorted(watched.keys() & replayed.keys())
    different = [k for k in both if watched[k] != replayed[k]]
    print("  %d books watched, %d replayed, %d of the same moment" % (len(watched), len(replayed),
                                                                    len(both)))
    check((len(both) > 2 or not is_numbered) and not different, "%s: both tell the same books" % name)


# ---- a terminal ----

class Terminal:
    """A pseudo-terminal with a command on it; what it shows is kept as a sheet of characters."""

    def __init__(self, words, width, height):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(CAMBIST, [CAMBIST, *words])
        self.raw = b""
        self.resize(width, height)

    def resize(self, width, height):
        self.width, self.height = width, height
        self.rows = [[" "] * width for _ in range(height)]
        self.x = self.y = 0
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def read(self, seconds):
        """Reads until so much time is over, or the command has ended."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.fd], [], [], left)[0]:
                return True
            try:
                piece = os.read(self.fd, 65536)
            except OSError:
                return False
            if not piece:
                return False
            self.raw += piece
            self.show(piece.decode(errors="replace"))
        return True

    def read_until(self, condition, seconds):
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            self.read(0.1)
        return condition()

    def show(self, text):
        for part in re.findall(r"\033\[[?0-9;]*[A-Za-z]|\r|\n|[^\033\r\n]|\033", text):
            found = re.fullmatch(r"\033\[([?0-9;]*)([A-Za-z])", part)
            if found and found[2] == "H":
                numbers = [int(n) for n in found[1].split(";") if n] or [1, 1]
                self.y, self.x = numbers[0] - 1, numbers[1] - 1
            elif found and found[2] == "J":
                self.rows = [[" "] * self.width for _ in range(self.height)]
            elif found and found[2] == "K" and self.y < self.height:
                self.rows[self.y][self.x:] = [" "] * (self.width - self.x)
            elif part == "\r":
                self.x = 0
            elif part == "\n":
                self.y = min(self.y + 1, self.height - 1)
            elif not found and self.x < self.width and self.y < self.height:
                self.rows[self.y][self.x] = part
                self.x += 1

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.rows)

    def end(self, number):
        os.kill(self.pid, number)
        while self.read(10):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def check_screen(practice):
    words = ["watch", "book", "okx:BTC/USDT", "kraken:BTC/USDT", "--config", str(practice.config)]
    terminal = Terminal(words, 100, 30)
    shown = terminal.read_until(lambda: terminal.text().count("● live") == 2, 20)
    terminal.read(2)
    first = terminal.text().splitlines()[0] if shown else ""
    check(shown and "okx BTC/USDT" in first and "kraken BTC/USDT" in first,
          "two books stand side by side, live")
    check("spread" in terminal.text() and "█" in terminal.text() and "price" in terminal.text(),
          "with spread and bars")
    prices = re.findall(r"^ *([0-9.]+) ", terminal.text(), re.M)
    numbers = [float(p) for p in prices[:8]]
    check(len(numbers) == 8 and numbers == sorted(numbers, reverse=True),
          "from the highest ask to the lowest bid")
    check(b"\033[?25l" in terminal.raw and b"\033[?1049h" in terminal.raw, "the cursor is hidden")
    before = len(terminal.raw)
    terminal.read(3)
    draws = terminal.raw[before:].count(b"\033[3;1H")
    check(0 < draws <= 33, "redrawn %d times in 3 s" % draws)
    terminal.resize(50, 30)
    shown = terminal.read_until(lambda: terminal.text().count("● live") == 2, 10)
    lines = terminal.text().splitlines()
    check(shown and "okx" in lines[0] and "kraken" not in lines[0] and "kraken" in terminal.text(),
          "on a narrower window they stand below each other")
    os.write(terminal.fd, b"qwertz")
    terminal.read(0.5)
    check("qwertz" not in terminal.text(), "what is typed is not shown")
    os.kill(terminal.pid, signal.SIGTSTP)
    _, status = os.waitpid(terminal.pid, os.WUNTRACED)
    terminal.read(0.5)
    check(os.WIFSTOPPED(status) and terminal.raw.endswith(b"\033[?25h\033[?1049l"),
          "Ctrl-Z gives the terminal back")
    check(termios.tcgetattr(terminal.fd)[3] & termios.ECHO, "with what is typed shown again")
    terminal.rows = [[" "] * terminal.width for _ in range(terminal.height)]
    os.kill(terminal.pid, signal.SIGCONT)
    check(terminal.read_until(lambda: terminal.text().count("● live") == 2, 20),
          "and the screen is there again when it goes on")
    code = terminal.end(signal.SIGINT)
    check(code == 0 and terminal.raw.rstrip().endswith(b"updates") and
          terminal.raw.rfind(b"\033[?25h") > terminal.raw.rfind(b"\033[?25l") and
          b"\033[?1049l" in terminal.raw, "Ctrl-C gives the terminal back")


def check_ends(practice):
    for number in (signal.SIGTERM, signal.SIGHUP):
        terminal = Terminal(["watch", "trades", "okx:BTC/USDT", "--config", str(practice.config)],
                            80, 24)
        terminal.read_until(lambda: "● live" in terminal.text(), 20)
        code = terminal.end(number)
        check(code == 0 and terminal.raw.rfind(b"\033[?25h") > terminal.raw.rfind(b"\033[?25l"),
              "%s gives the terminal back" % signal.Signals(number).name)
    terminal = Terminal(["watch", "trades", "okx:NO/SUCH", "--config", str(practice.config)], 80, 24)
    while terminal.read(20):
        pass
    code = os.waitstatus_to_exitcode(os.waitpid(terminal.pid, 0)[1])
    check(code == 1 and b"NO/SUCH" in terminal.raw and
          terminal.raw.count(b"\033[?25h") == terminal.raw.count(b"\033[?25l"),
          "and so does a failure")


def check_gaps(folder):
    practice = Practice(folder, ["okx"], "--fault", "gap@watch_order_book:1/15")
    try:
        done = run(practice.config, "watch", "book", "okx:BTC/USDT", "--json", "--for", "12")
        states = [e["state"] for e in events_of(done.stdout)]
        changes = [b for a, b in zip(states, states[1:]) if a != b]
        check("resyncing" in changes[1:] and changes[-1:] == ["live"] or
              changes.count("resyncing") > 1, "a gap takes a book out of live, and it comes back")
        wrong = [e for e in events_of(done.stdout) if e.get("bids") and e["state"] != "live"]
        check(not wrong, "no book is shown that is not live")
    finally:
        practice.stop()


# What a program sees of a fault: the reason for which the book left live, or None: it does not.
FAULTS = [
    ("okx", "lost-answer", None), ("kraken", "lost-answer", None), ("binance", "lost-answer", None),
    ("okx", "double-answer", None), ("kraken", "wrong-answer", None),
    ("binance", "zero-unknown", None), ("okx", "duplicate:1/5", None),
    ("binance", "finer-tick:1/10", None), ("okx", "reorder:1/10", "gap"),
    ("kraken", "reorder:1/10", "checksum"), ("kraken", "wrong-checksum:1/10", "checksum"),
    ("binance", "crossed", "crossed"), ("okx", "refuse-topic", "refused"),
]


def check_faults(folder):
    """All at once, an exchange for each."""
    running = []
    for exchange, fault, reason in FAULTS:
        practice = Practice(folder, [exchange], "--fault", fault)
        running.append((practice, exchange, fault, reason, subprocess.Popen(
            [CAMBIST, "watch", "book", exchange + ":BTC/USDT", "--json", "--for", "6", "--config",
             str(practice.config)], stdout=subprocess.PIPE, text=True)))
    for practice, exchange, fault, reason, watch in running:
        events = events_of(watch.communicate(timeout=60)[0])
        practice.stop()
        reasons = {e["error"]["message"] for e in events if e.get("error")}
        live = [e for e in events if e.get("bids")]
        is_right = all(e["state"] == "live" for e in live)
        if fault == "refuse-topic":
            is_right &= events[-1]["state"] == "failed" and watch.returncode == 1
        else:
            is_right &= len(live) > 5 and (reason is None) == (not reasons)
        check(is_right and (not reason or any(reason in r for r in reasons)),
              "%s with %s: %s" % (exchange, fault, reason or "stays live"))


def check_demo():
    done = subprocess.run([CAMBIST, "demo"], capture_output=True, text=True, timeout=60)
    check(done.returncode == 0 and "live again after" in done.stdout and
          "updates of four books" in done.stdout and "\033" not in done.stdout,
          "the demo shows a gap and its healing")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        practice = Practice(folder, EXCHANGES)
        try:
            check_json(practice)
            check_topics(practice)
            check_orders(practice)
            check_plain(practice)
            check_books(practice)
            check_trace(practice)
            check_metrics(practice)
            for exchange in EXCHANGES:
                path, _ = check_recording(folder, practice, exchange)
                check_replay(exchange, path)
                check_same_books(folder, practice, exchange)
            check_screen(practice)
            check_ends(practice)
        finally:
            practice.stop()
        check_gaps(folder)
        check_faults(folder)
    check_demo()
    print("%d failed" % len(failures))
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
