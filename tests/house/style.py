"""Does the code keep the house's rules: no forbidden functions, no long functions, no long files?

The lists of exceptions below may only shrink.
"""
import pathlib, re, shutil, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FORBIDDEN = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol|atof|strtod|sscanf|"
                       r"localtime|gmtime|alloca|rand|system)\s*\(")
PRINTS = re.compile(r"\b(printf|puts|putchar|fputs)\s*\(")
ALLOCATES = re.compile(r"\b(malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf)\s*\(")
MAY_ALLOCATE = ("core/base/memory.c", "core/cli/")  # others: base/memory.h
LINES_MOST = 80
FILE_MOST = {"core": 500, "sdk": 500, "plugins": 600}
LONG_FILES = {"sdk/include/cambist/plugin.h", "sdk/include/cambist/types.h"}
LIBRARIES = {"curl/": "core/transport", "openssl/": ("core/crypto", "core/transport",
                                                     "sdk/simulator"),
             "json-c/": ("core/cli", "sdk")}


def functions(text):
    """Name and length of each function: from its opening brace to the closing one in column 0."""
    for found in re.finditer(r"^([a-z][^;{}#]*?)\b(\w+)\(([^;{}]*)\)\n\{\n(.*?)^\}", text,
                             re.S | re.M):
        yield found.group(2), found.group(4).count("\n")


def code_of(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r'"(\\.|[^"\\])*"', '""', text)


def problems(name):
    text = (ROOT / name).read_text()
    code = code_of(text)
    folder = name.split("/")[0]
    for found in FORBIDDEN.finditer(code):
        yield "%s: %s is forbidden" % (name, found.group(1))
    if name.startswith("core/") and not name.startswith("core/cli/") and PRINTS.search(code):
        yield "%s: a library does not print" % name
    if name.startswith("core/") and not name.startswith(MAY_ALLOCATE) and ALLOCATES.search(code):
        yield "%s: memory is asked for by base/memory.h" % name
    for header, homes in LIBRARIES.items():
        homes = (homes,) if isinstance(homes, str) else homes
        if "<" + header in code and not name.startswith(homes):
            yield "%s: includes %s, which belongs into %s" % (name, header, " and ".join(homes))
    if text.count("\n") > FILE_MOST[folder] and name not in LONG_FILES:
        yield "%s: %d lines" % (name, text.count("\n"))
    for function, lines in functions(text):
        if lines > LINES_MOST:
            yield "%s: %s has %d lines" % (name, function, lines)
    if name.endswith(".c") and not text.startswith("/*"):
        yield "%s: does not open with the question it answers" % name


def main():
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        print("skipped: git does not know the files")
        return 77
    listed = subprocess.run(["git", "ls-files", "core", "sdk", "plugins"], cwd=ROOT, check=True,
                            capture_output=True, text=True)
    names = [n for n in listed.stdout.split() if n.endswith((".c", ".h")) and (ROOT / n).exists()]
    lengths, found = [], []
    for name in names:
        found += problems(name)
        lengths += [lines for _, lines in functions((ROOT / name).read_text())]
    lengths.sort()
    if lengths:
        print("%d functions: median %d lines, 90 %% at most %d, longest %d" %
              (len(lengths), lengths[len(lengths) // 2], lengths[len(lengths) * 9 // 10],
               lengths[-1]))
    print("\n".join(found))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
