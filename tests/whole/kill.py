"""Is an order lost, forgotten or executed twice when its process is killed at any moment?

    kill.py CAMBIST KILL_CLIENT KILLER PLUGINS

Each of a chain of processes is killed with SIGKILL: at a random moment, or at a system call, one
after the other.  In the end one is left alone, and the chain is judged.
"""
import collections, os, pathlib, random, sys, tempfile, threading, time

from chain import Chain, check, failures

CAMBIST, CLIENT, KILLER, PLUGINS = sys.argv[1:5]
# A journal's segment is read in one piece: with large pages processes start twice as quickly.
os.environ.update(CAMBIST_PLUGIN_PATH=PLUGINS, GLIBC_TUNABLES="glibc.malloc.hugetlb=1")
RANDOM_KILLS, CHAINS, SEED = 500, 4, 20
LINES_MOST, LONGEST_START_S, LONGEST_STEP_S = 30, 0.15, 0.004
ENDED_EARLIER, NOT_PERMITTED = 3, 77
# Not every process makes the same number of calls: threads wait for each other, or need not.
ENDED_IN_A_ROW, CALLS_LEAST, CALLS_MOST = 4, 40, 1000
# In every second chain answers are slow or lost, so that processes die while they wait for one.
FAULTS = ["slow@create_order:0.1", "late@create_order:0.05", "cut@create_order:0.05",
          "execute-then-cut@create_order:0.1", "slow@cancel_order:0.05",
          "execute-then-cut@cancel_order:0.1"]


# ---- at a random moment ----

def kill_one_at_random(chain, chance):
    """Some microseconds after some line, or at any moment from its birth on."""
    process = chain.start("loop", str(chance.getrandbits(60)))
    lines = chance.randrange(LINES_MOST)
    for _ in range(lines):
        line = process.stdout.readline()
        if not line:
            break
        chain.lines.append(line.rstrip("\n").split(" "))
    time.sleep(chance.random() * (LONGEST_STEP_S if lines else LONGEST_START_S))
    process.kill()
    chain.note_errors(process, chain.hear(process))
    chain.kills += process.returncode == -9


def kill_at_random(folder, number):
    chain = Chain(CAMBIST, CLIENT, folder, "random %d" % number,
                  "power" if number % 2 else "process", FAULTS if number >= CHAINS // 2 else [])
    chance = random.Random(SEED + number)
    deadline = time.monotonic() + 480
    while chain.kills < RANDOM_KILLS // CHAINS and time.monotonic() < deadline:
        kill_one_at_random(chain, chance)
    chain.judge()
    check(chain.kills == RANDOM_KILLS // CHAINS, "%s: %d were killed" % (chain.name, chain.kills))


# ---- at each system call ----

def kill_at_call(chain, number, calls):
    """0: killed; else the process ended before that call, or cannot be traced."""
    process = chain.start("once", under=[KILLER, str(number)])
    told = chain.hear(process)
    if process.returncode == 0:
        chain.kills += 1
        calls[told.split()[-1]] += 1
    elif process.returncode not in (ENDED_EARLIER, NOT_PERMITTED):
        chain.errors.append(told)
    return process.returncode


def kill_at_each_call(folder, durability):
    chain = Chain(CAMBIST, CLIENT, folder, durability, durability)
    calls = collections.Counter()
    number, ended = 1, 0
    while ended < ENDED_IN_A_ROW and number < CALLS_MOST:
        code = kill_at_call(chain, number, calls)
        if code == NOT_PERMITTED:
            print("skipped: no process may be traced here")
            chain.practice.stop()
            return
        ended = ended + 1 if code == ENDED_EARLIER else 0
        number += 1
    chain.judge()
    check(ended == ENDED_IN_A_ROW and chain.kills > CALLS_LEAST,
          "%s: killed at each of %d system calls, of %d kinds" %
          (durability, chain.kills, len(calls)))


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
