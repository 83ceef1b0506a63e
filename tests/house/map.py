"""docs/map.md: one line per file, taken from the file's own first words.

    map.py          compares; exit status 1 and the differences when the map is not true
    map.py --write  writes it
"""
import pathlib, re, shutil, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAP = ROOT / "docs/map.md"
HEAD = """# Map

Where is what?  One line per file, in its own first words; `tests/house/map.py` keeps it true.
"""


def first_words(path):
    text = path.read_text(errors="replace")
    if path.suffix in (".c", ".h", ".cpp"):
        found = re.match(r"\s*/\*+\s*(.*?)(?:\n\s*\*\s*\n|\*/)", text, re.S)
        words = re.sub(r"\s*\n\s*\*\s*", " ", found.group(1)).strip() if found else ""
        words = re.sub(r"^\S+\.[ch] - ", "", words)
    elif path.suffix == ".py":
        found = re.match(r'"""(.*?)(?:\n\n|""")', text, re.S)
        words = " ".join(found.group(1).split()) if found else ""
    elif path.suffix == ".mjs":
        found = re.match(r"(?:#!.*\n)?/[/*]+\s*(.*)", text)
        words = found.group(1).strip() if found else ""
    elif path.suffix == ".md":
        found = re.match(r"#+ (.*)", text)
        words = found.group(1) if found else ""
    else:
        found = re.search(r"^#(?!!)\s*(.*)", text, re.M)
        words = found.group(1) if found else ""
    sentence = re.match(r"(.*?[.?:])(?:\s|$)", words)
    return (sentence.group(1) if sentence else words).rstrip(":.").strip()


FOLDERS_IN_ONE_LINE = re.compile(r"^(plugins/[^/]+/cases|tests/broken_plugins)/")
WITHOUT_WORDS = {"LICENSE": "MIT", ".clang-format": "How code is laid out",
                 ".gitignore": "What is not kept"}


def lines():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, text=True, check=True)
    folder, seen = None, set()
    for name in sorted(set(listed.stdout.split("\n")) - {""}, key=lambda n: n.rpartition("/")[::2]):
        path = ROOT / name
        whole = FOLDERS_IN_ONE_LINE.match(name)
        if not path.is_file() or path == MAP:
            continue
        if str(path.parent) != folder and not (whole and whole.group(1) in seen):
            folder = str(path.parent)
            yield "\n## %s\n" % (path.parent.relative_to(ROOT) if path.parent != ROOT else "/")
        if whole:
            if whole.group(1) not in seen:
                seen.add(whole.group(1))
                yield "Small cases, one a file, named after what they show."
            continue
        words = WITHOUT_WORDS.get(name) or first_words(path)
        yield "- `%s`: %s" % (path.name, words)


def main():
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        print("skipped: git does not know the files")
        return 77
    made = HEAD + "\n".join(lines()) + "\n"
    if "--write" in sys.argv:
        MAP.write_text(made)
        return 0
    nameless = [line for line in made.split("\n") if re.match(r"- `.*`: *$", line)]
    for line in nameless:
        print("a file that does not say what it answers: " + line)
    kept = MAP.read_text() if MAP.exists() else ""
    for line in sorted(set(made.split("\n")) ^ set(kept.split("\n"))):
        print(("missing in docs/map.md: " if line in made.split("\n") else "not true: ") + line)
    return made != kept or bool(nameless)


if __name__ == "__main__":
    sys.exit(main())
