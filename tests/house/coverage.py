"""Which lines and branches of a folder of core do its own suites not reach?

    coverage.py FOLDER BUILD    builds the suites of tests/unit/FOLDER in BUILD, core/FOLDER with
                                --coverage, runs them, and prints what of core/FOLDER they missed

Every branch that the compiler makes counts; nothing is excluded by comments.
"""
import json, os, pathlib, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*command, **more):
    return subprocess.run([str(part) for part in command], check=True, **more)


def build(folder, into):
    """Builds the suites and forgets what was counted before."""
    suites = sorted((ROOT / "tests/unit" / folder).glob("*_test.c"))
    run("cmake", "-S", ROOT, "-B", into, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Coverage",
        "-DCMAKE_C_COMPILER=gcc", "-DCMAKE_C_FLAGS=-O2", "-DCAMBIST_COVERAGE=" + folder,
        stdout=subprocess.DEVNULL)
    run("cmake", "--build", into, "--target",
        *["test_%s_%s" % (folder, suite.stem.removesuffix("_test")) for suite in suites])
    for counts in into.rglob("*.gcda"):
        counts.unlink()


def counted(folder, into):
    """For each file of the folder: what gcov tells of its lines."""
    for source in sorted((ROOT / "core" / folder).glob("*.c")):
        objects = into / "core/CMakeFiles" / ("core_%s.dir" % folder) / folder
        counts = objects / (source.name + ".gcda")
        if not counts.exists():
            yield source, []
            continue
        told = run("gcov", "--json-format", "--branch-probabilities", "--stdout", counts,
                   cwd=objects, capture_output=True).stdout
        files = json.loads(told)["files"]
        yield source, [line for file in files
                       if os.path.realpath(objects / file["file"]) == str(source)
                       for line in file["lines"]]


def share(done, all_):
    return "%d of %d%s" % (done, all_, "" if done == all_ else " MISSING %d" % (all_ - done))


def report(source, lines):
    """Prints what was missed."""
    branches = [(line, i, branch) for line in lines for i, branch in enumerate(line["branches"])]
    missed_lines = [line["line_number"] for line in lines if not line["count"]]
    missed = [(line["line_number"], i) for line, i, branch in branches if not branch["count"]]
    print("%-32s lines %-22s branches %s" % (source.relative_to(ROOT),
          share(len(lines) - len(missed_lines), len(lines)),
          share(len(branches) - len(missed), len(branches))))
    text = source.read_text().split("\n")
    for number in sorted(set(missed_lines) | {line for line, _ in missed}):
        which = [str(i) for line, i in missed if line == number]
        print("    %d: %s%s" % (number, text[number - 1].strip(),
                                "   (branch %s)" % ", ".join(which) if which else ""))


def main():
    folder, into = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    build(folder, into)
    run("ctest", "--test-dir", into, "-R", "^unit/%s/" % folder, "--output-on-failure")
    for source, lines in counted(folder, into):
        report(source, lines)


if __name__ == "__main__":
    main()
