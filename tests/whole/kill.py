"""Is an order lost, forgotten or executed twice when its process is killed at any moment?

    kill.py CAMBIST KILL_CLIENT KILLER PLUGINS

Processes follow each other with one journal, each is killed with SIGKILL: at a random moment, or at
a system call, one after the other.  In the end one is left alone; what it knows, and what all were
told, is held against the exchange's ledger.
"""
import collections, os, pathlib, random, subprocess, sys, tempfile, threading, time

from practice import Practice

CAMBIST, CLIENT, KILLER, PLUGINS = sys.argv[1:5]
# A journal's segment is read in one piece: with large pages processes start twice as quickly.
ENVIRONMENT = dict(os.environ, CAMBIST_PLUGIN_PATH=PLUGINS,
                   GLIBC_TUNABLES="glibc.malloc.hugetlb=1")
RANDOM_KILLS, CHAINS, SEED = 500, 4, 20
LINES_MOST, LONGEST_START_S, LONGEST_STEP_S = 30, 0.15, 0.004
ENDED_EARLIER, NOT_PERMITTED = 3, 77
# Not every process makes the same number of calls: threads wait for each other, or need not.
ENDED_IN_A_ROW, CALLS_LEAST, CALLS_MOST = 4, 40, 1000
# In every second chain answers are slow or lost, so that processes die while they wait for one.
FAULTS = ["slow@create_order:0.1", "late@create_order:0.05", "cut@create_order:0.05",
          "execute-then-cut@create_order:0.1", "slow@cancel_order:0.05",
          "execute-then-cut@cancel_order:0.1"]
ENDS = {"filled": {"closed"}, "canceled": {"canceled"}, "expired": {"expired"}}
failures = []


def check(holds, what):
    print(("fine: " if holds else "FAILED: ") + what, flush=True)
    if not holds:
        failures.append(what)


class Chain:
    """Processes with one journal against one exchange, and what they were told."""

    def __init__(self, folder, name, durability, faults=()):
        self.name = name
        options = [word for fault in faults for word in ("--fault", fault)]
        self.practice = Practice(CAMBIST, folder / name, ["brisk"], "--plain", *options,
                                 environment=ENVIRONMENT)
        self.config = self.practice.config("config", "durability = " + durability, "journal = %s" %
                                           self.practice.journal("journal"))
        self.lines, self.errors, self.kills, self.calls = [], [], 0, collections.Counter()

    def start(self, *words, killer=()):
        return subprocess.Popen([*killer, CLIENT, str(self.config), *words], env=ENVIRONMENT,
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def hear(self, process):
        """The rest of what a process tells."""
        told, errors = process.communicate(timeout=60)
        # A line that the end cut off was never told.
        self.lines += [line.split(" ") for line in told.split("\n")[:-1]]
        return errors

    def kill_at_random(self, chance):
        """Some microseconds after some line, or at any moment from its birth on."""
        process = self.start("loop", str(chance.getrandbits(60)))
        lines = chance.randrange(LINES_MOST)
        for _ in range(lines):
            line = process.stdout.readline()
            if not line:
                break
            self.lines.append(line.rstrip("\n").split(" "))
        time.sleep(chance.random() * (LONGEST_STEP_S if lines else LONGEST_START_S))
        process.kill()
        self.note_errors(process, self.hear(process))
        self.kills += process.returncode == -9

    def note_errors(self, process, told):
        """It may be killed, or end well; nothing else."""
        if told or process.returncode not in (0, -9):
            self.errors.append("%d %s" % (process.returncode, told))

    def kill_at_call(self, number):
        """0: killed; else the process ended before that call, or cannot be traced."""
        process = self.start("once", killer=[KILLER, str(number)])
        told = self.hear(process)
        if process.returncode == 0:
            self.kills += 1
            self.calls[told.split()[-1]] += 1
        elif process.returncode not in (ENDED_EARLIER, NOT_PERMITTED):
            self.errors.append(told)
        return process.returncode

    def judge(self):
        process = self.start("settle")
        begin = len(self.lines)
        self.note_errors(process, self.hear(process))
        known = {line[1]: line[2:] for line in self.lines[begin:] if line[0] == "known"}
        ledger = self.practice.stop()["brisk"]
        report(self, process.returncode, known, ledger)


def told_of(lines, word):
    return [line[1:] for line in lines if line[0] == word]


def report(chain, code, known, ledger):
    """Holds what was told and is known against what has happened."""
    def say(holds, what):
        check(holds, "%s: %s" % (chain.name, what))
    executed = collections.Counter(order["clientOrderId"] for order in ledger["orders"]
                                   if "clientOrderId" in order and not order["external"])
    orders = {order.get("clientOrderId"): order for order in ledger["orders"]}
    lives = {name: " ".join(words[:-1]) for name, words in known.items()}
    filled = {name: words[-1] for name, words in known.items()}
    told = told_of(chain.lines, "told")
    trades = [tuple(trade[:2]) for trade in told_of(chain.lines, "trade")]
    undone = ({order[0] for order in told if order[1] == "not-done"} |
              {name for name, life in lives.items() if life in ("not sent", "rejected")})
    print("%s: %d kills, %d orders executed, %d known, %d told done, %d unknown, %d not done" % (
        chain.name, chain.kills, len(executed), len(known),
        *(sum(order[1] == end for order in told) for end in ("done", "unknown", "not-done"))))
    print("%s: %d of those without an answer were executed; %s" % (
        chain.name, len(set(executed) - {order[0] for order in told}),
        dict(collections.Counter(lives.values()))))
    say(code == 0 and not chain.errors and not told_of(chain.lines, "late"),
        "every process can start, and the last one finds out everything %s" % chain.errors[:2])
    say(all(count == 1 for count in executed.values()), "no order is executed twice")
    lost = set(executed) - set(known)
    say(executed and not lost, "every order that was executed is known %s" % sorted(lost)[:3])
    say(not undone & set(executed), "what was told not to be done was not %s" %
        sorted(undone & set(executed))[:3])
    wrong = [(name, lives[name], filled[name], orders[name]["status"], orders[name]["filled"])
             for name in set(executed) & set(known)
             if orders[name]["status"] not in ENDS.get(lives[name], ()) or
             float(orders[name]["filled"]) != float(filled[name])]
    say(not wrong, "states and fills are the exchange's %s" % wrong[:3])
    absent = [(name, lives[name]) for name in set(known) - set(executed)
              if lives[name] not in ("not sent", "rejected")]
    say(not absent, "what was never executed is known not to be %s" % absent[:3])
    forgotten = {order[0] for order in told if order[1] != "not-done"} - set(known) - {"-"}
    say(not forgotten, "nothing that was told is forgotten %s" % sorted(forgotten)[:3])
    say(len(trades) == len(set(trades)), "no trade is told twice")
    say(not told_of(chain.lines, "orphan"), "there are no orphans %s" %
        told_of(chain.lines, "orphan")[:3])


# ---- the two ways to be killed ----

def kill_at_random(folder, number):
    chain = Chain(folder, "random %d" % number, "power" if number % 2 else "process",
                  FAULTS if number >= CHAINS // 2 else [])
    chance = random.Random(SEED + number)
    deadline = time.monotonic() + 240
    while chain.kills < RANDOM_KILLS // CHAINS and time.monotonic() < deadline:
        chain.kill_at_random(chance)
    chain.judge()
    check(chain.kills == RANDOM_KILLS // CHAINS, "random %d: %d were killed" % (number, chain.kills))


def kill_at_each_call(folder, durability):
    chain = Chain(folder, durability, durability)
    number, ended = 1, 0
    while ended < ENDED_IN_A_ROW and number < CALLS_MOST:
        code = chain.kill_at_call(number)
        if code == NOT_PERMITTED:
            print("skipped: no process may be traced here")
            chain.practice.stop()
            return
        ended = ended + 1 if code == ENDED_EARLIER else 0
        number += 1
    chain.judge()
    check(ended == ENDED_IN_A_ROW and chain.kills > CALLS_LEAST,
          "%s: killed at each of %d system calls, of %d kinds" %
          (durability, chain.kills, len(chain.calls)))


def main():
    with tempfile.TemporaryDirectory(prefix="cambist-kill-") as name:
        folder = pathlib.Path(name)
        tasks = [threading.Thread(target=kill_at_each_call, args=(folder, durability))
                 for durability in ("process", "power")]
        tasks += [threading.Thread(target=kill_at_random, args=(folder, number))
                  for number in range(CHAINS)]
        for task in tasks:
            task.start()
        for task in tasks:
            task.join()
    for failure in failures:
        print("FAILED: " + failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
