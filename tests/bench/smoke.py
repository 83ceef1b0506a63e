"""Does a bench run to its end, and is every goal of it measured, or said to be missing and why?

    smoke.py CAMBIST SUBJECT

Runs `cambist bench SUBJECT --quick --json`.  What was measured is not looked at but for being a
number: on a busy machine it means nothing.
"""
import json, math, subprocess, sys


def fail(what):
    print("FAILED: " + what)
    sys.exit(1)


def is_number(value):
    return isinstance(value, (int, float)) and math.isfinite(value) and value >= 0


def check_goal(goal, missing):
    names = {goal["case"], goal.get("against")}
    if "reason" in goal:
        if not any(row["case"] in names for row in missing):
            fail("%s: %s" % (goal["work"], goal["reason"]))
        return
    wanted = ["ours"] + (["floor", "ratio"] if "against" in goal else [])
    if not all(is_number(goal.get(key)) for key in wanted) or "is_reached" not in goal:
        fail("the goal has no numbers: %s" % goal)


def main(cambist, subject):
    done = subprocess.run([cambist, "bench", subject, "--quick", "--json"], text=True,
                          stdout=subprocess.PIPE, timeout=100)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    of_kind = {kind: [row for row in rows if row["kind"] == kind]
               for kind in ("row", "goal", "missing")}
    if done.returncode != 0:
        fail("the bench ended with %d" % done.returncode)
    if not of_kind["row"]:
        fail("nothing was measured")
    for row in of_kind["row"]:
        if not is_number(row["least"]) or not is_number(row["median"]) or row["rounds"] < 1:
            fail("no number: %s" % row)
    for row in of_kind["missing"]:
        print("skipped: %s: %s" % (row["case"], row["reason"]))
    for goal in of_kind["goal"]:
        check_goal(goal, of_kind["missing"])
    print("%d rows, %d goals" % (len(of_kind["row"]), len(of_kind["goal"])))


if __name__ == "__main__":
    main(*sys.argv[1:])
