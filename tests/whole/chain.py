"""Processes that follow each other with one journal, and whether what they know is so.

What all were told, and what the last one knows, is held against the exchange's ledger.
"""
import collections, subprocess

from practice import Practice

ENDS = {"filled": {"closed"}, "canceled": {"canceled"}, "expired": {"expired"}}
failures = []


def check(holds, what, *evidence):
    """The evidence is shown where it does not hold."""
    if not holds:
        what = " ".join([what, *map(str, evidence)])
        failures.append(what)
    print(("fine: " if holds else "FAILED: ") + what, flush=True)


class Chain:
    """Processes with one journal against one exchange, and what they were told."""

    def __init__(self, cambist, client, folder, name, durability, faults=()):
        self.name, self.client = name, client
        options = [word for fault in faults for word in ("--fault", fault)]
        self.practice = Practice(cambist, folder / name, ["brisk"], "--plain", *options)
        journal = self.practice.journal("journal")
        self.config = self.practice.config("config", "durability = " + durability,
                                           "journal = %s" % journal)
        self.lines, self.errors, self.kills = [], [], 0

    def start(self, *words, under=()):
        """Starts the client, under another program where one is given."""
        return subprocess.Popen([*under, self.client, str(self.config), *words], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def hear(self, process):
        """The rest of what a process tells."""
        told, errors = process.communicate(timeout=240)
        # A line that the end cut off was never told.
        self.lines += [line.split(" ") for line in told.split("\n")[:-1]]
        return errors

    def note_errors(self, process, told):
        """It may be killed, or end well; nothing else."""
        if told or process.returncode not in (0, -9):
            self.errors.append("%d %s" % (process.returncode, told))

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
    def say(holds, what, *evidence):
        check(holds, "%s: %s" % (chain.name, what), *evidence)
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
        "every process can start, and the last one finds out everything", code, chain.errors[:2])
    say(all(count == 1 for count in executed.values()), "no order is executed twice")
    lost = set(executed) - set(known)
    say(executed and not lost, "every order that was executed is known", sorted(lost)[:3])
    say(not undone & set(executed), "what was told not to be done was not",
        sorted(undone & set(executed))[:3])
    wrong = [(name, lives[name], filled[name], orders[name]["status"], orders[name]["filled"])
             for name in set(executed) & set(known)
             if orders[name]["status"] not in ENDS.get(lives[name], ()) or
             float(orders[name]["filled"]) != float(filled[name])]
    say(not wrong, "states and fills are the exchange's", wrong[:3])
    absent = [(name, lives[name]) for name in set(known) - set(executed)
              if lives[name] not in ("not sent", "rejected")]
    say(not absent, "what was never executed is known not to be", absent[:3])
    forgotten = {order[0] for order in told if order[1] != "not-done"} - set(known) - {"-"}
    say(not forgotten, "nothing that was told is forgotten", sorted(forgotten)[:3])
    say(len(trades) == len(set(trades)), "no trade is told twice")
    orphans = told_of(chain.lines, "orphan")
    say(not orphans, "there are no orphans", orphans[:3])
