"""Does `doctor` find what an operator has to know, and nothing where all is well?

    doctor.py CAMBIST
"""
import json, pathlib, subprocess, sys, tempfile

from practice import PLACES, Practice

CAMBIST = sys.argv[1]
failures = []


def check(holds, what):
    print(("fine: " if holds else "FAILED: ") + what)
    if not holds:
        failures.append(what)


def doctor(config, *words):
    return subprocess.run([CAMBIST, "doctor", "--config", str(config), *words],
                          capture_output=True, text=True, timeout=60)


def findings(config):
    """Exit code, and (finding, about) -> text."""
    done = doctor(config, "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {(r["finding"], r["about"]): r["text"] for r in rows}


def wrong(rows):
    return {about: text for (finding, about), text in rows.items() if finding == "wrong"}


def check_well(practice, config):
    code, rows = findings(config)
    check(code == 0 and not wrong(rows), "nothing is wrong where nothing is")
    for name in ("okx", "kraken"):
        check("reached in" in rows.get(("fine", name), ""), "%s is reached, its clock compared" % name)
    check("ours alone" in rows.get(("fine", "journal"), ""), "the journal's folder is looked at")
    check(rows.get(("fine", "instructions")) in ("plain", "sse2", "avx512"),
          "the instructions that are used are named")
    text = doctor(config).stdout
    check("at most MiB" in text and " a book\n" in text, "ceilings are printed")
    secrets = [v for told in practice.told for k, v in told.items() if k not in PLACES and v]
    check(not any(secret in text for secret in secrets), "no secret is printed")


def check_wrong(practice, folder):
    journal = practice.journal("open")
    journal.chmod(0o755)
    code, rows = findings(practice.config("open.conf", "journal = %s" % journal))
    check(code == 1 and "0700" in wrong(rows).get("journal", ""), "a journal open to others is wrong")
    code, rows = findings(practice.config("none.conf", "journal = %s/none" % folder))
    check(code == 1 and "no such folder" in wrong(rows).get("journal", ""), "so is one that is not there")
    code, rows = findings(practice.config("cpu.conf", "busy_poll = true", "cpu = 9999"))
    check(code == 1 and "this machine has CPUs" in wrong(rows).get("CPU", ""), "so is a CPU that is not")
    many = practice.config("many.conf", "connections_total = 10000")
    limited = subprocess.run(["sh", "-c", 'ulimit -n 256; exec "$0" doctor --json --config "$1"',
                              CAMBIST, str(many)], capture_output=True, text=True)
    check(limited.returncode == 1 and '"wrong","about":"descriptors"' in limited.stdout,
          "so are fewer descriptors than connections")
    code, rows = findings(practice.config("typo.conf", "busy_pol = true"))
    check(code == 1 and "did you mean busy_poll" in wrong(rows).get("configuration", ""),
          "what is wrong with the configuration is said")


def check_keys(practice, config):
    keys = practice.folder / "okx.keys"
    keys.chmod(0o644)
    code, rows = findings(config)
    check(code == 1 and "open to others" in wrong(rows).get("okx", ""), "keys open to others are wrong")
    check(("fine", "kraken") in rows, "and those of others are not")
    keys.chmod(0o600)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        practice = Practice(CAMBIST, folder / "practice", ["okx", "kraken"], "--plain")
        config = practice.config("fine.conf", "journal = %s" % practice.journal("journal"))
        check_well(practice, config)
        check_wrong(practice, folder)
        check_keys(practice, config)
        practice.stop()
        code, rows = findings(config)
        check(code == 0 and "not reached" in rows.get(("note", "okx"), ""),
              "an exchange that is not reached is a note")
    print("%d failed" % len(failures))
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
