"""Is anything sent that is not written down, when the journal's disk fails?

    disk.py CAMBIST KILL_CLIENT PLUGINS

System calls of a client are made to fail by strace: fdatasync (mode power), write (mode process),
and the space for further segments.
"""
import os, pathlib, shutil, subprocess, sys, tempfile

from chain import Chain, check, failures, told_of

CAMBIST, CLIENT, PLUGINS = sys.argv[1:4]
os.environ.update(CAMBIST_PLUGIN_PATH=PLUGINS, GLIBC_TUNABLES="glibc.malloc.hugetlb=1")
# As many are made at the opening by one thread; then by another one, from its first on.
SYNCS_AT_OPENING, WRITES_MOST = 3, 12
ORDERS_UNTIL_FULL = 12000
SKIPPED = 77


def failing(call, error, when):
    # Under sanitizers the leak check would itself want to trace, and a process has one tracer.
    return ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-E",
            "LSAN_OPTIONS=detect_leaks=0", "-e", "trace=" + call,
            "-e", "inject=%s:error=%s:when=%s" % (call, error, when)]


def may_trace():
    if not shutil.which("strace"):
        return False
    return subprocess.run([*failing("fdatasync", "EIO", "1"), "true"],
                          capture_output=True).returncode == 0


def run(chain, count, under):
    """One process with a failing disk; what it was told."""
    begin = len(chain.lines)
    process = chain.start("steady", str(count), under=under)
    errors = chain.hear(process)
    return process.returncode, errors, chain.lines[begin:]


def reasons_of(lines):
    return {" ".join(line[2:]) for line in told_of(lines, "told") if line[1] == "not-done"}


def check_cancels(chain, lines):
    """The order that was placed first, when all was well, is cancelled when nothing is any more."""
    first = told_of(lines, "told")[0]
    last = told_of(lines, "canceled")[-1]
    check(first[1] == "done" and last[:2] == [first[0], "done"],
          "%s: cancels still work" % chain.name, first, last)


def sync_fails(folder):
    chain = Chain(CAMBIST, CLIENT, folder, "fdatasync", "power")
    code, errors, lines = run(chain, 6, failing("fdatasync", "EIO", "%d+" % SYNCS_AT_OPENING))
    told = told_of(lines, "told")
    check(code == 0 and len(told) == 7, "fdatasync: the process goes on", code, errors)
    check({order[1] for order in told} == {"done", "not-done"} and told[-1][1] == "not-done",
          "fdatasync: nothing is placed any more", [order[1] for order in told])
    check(all("Input/output error" in reason for reason in reasons_of(lines)),
          "fdatasync: the reason is told", reasons_of(lines))
    check_cancels(chain, lines)
    chain.judge()


def writes_fail(folder):
    """The n-th write of a thread and all behind it fail: in front of an intent, between it and the
    record that it leaves, behind that."""
    chain = Chain(CAMBIST, CLIENT, folder, "write", "process")
    placed = 0
    for number in range(1, WRITES_MOST):
        code, errors, lines = run(chain, 1, failing("pwrite64", "EIO", "%d+" % number))
        told = [order[1] for order in told_of(lines, "told")]
        placed += told.count("done")
        check(code in (0, 1) and (code == 0 or "Input/output error" in errors),
              "write %d fails: %s" % (number, told or "it does not open"), errors,
              reasons_of(lines))
    check(placed > 0, "write: as long as nothing fails orders are placed")
    chain.judge()


def disk_is_full(folder):
    """A segment is there, no other one can be had: it is used up, but for what ends something."""
    chain = Chain(CAMBIST, CLIENT, folder, "full disk", "process")
    run(chain, 1, [])
    code, errors, lines = run(chain, ORDERS_UNTIL_FULL, failing("fallocate", "ENOSPC", "1+"))
    told = told_of(lines, "told")
    done = sum(order[1] == "done" for order in told)
    check(code == 0 and 0 < done < len(told),
          "full disk: %d orders are placed, then none" % done, errors)
    check(len(reasons_of(lines)) == 1 and "full" in reasons_of(lines).pop(),
          "full disk: the reason is told", reasons_of(lines))
    check_cancels(chain, lines)
    chain.judge()


def main():
    if not may_trace():
        print("skipped: there is no strace, or it may not trace here")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="cambist-disk-") as name:
        for test in (sync_fails, writes_fail, disk_is_full):
            test(pathlib.Path(name))
    for failure in failures:
        print("FAILED: " + failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
