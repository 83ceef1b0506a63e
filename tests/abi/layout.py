"""Are the public structs laid out as they were frozen?

    layout.py CC [--write]

Reads the members of every struct out of the public headers, has the compiler tell their offsets
and sizes, and compares with layout.txt.  Members may be added behind the last one, together with a
new minor; anything else is a break.
"""
import pathlib, re, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = pathlib.Path(__file__).with_name("layout.txt")
INCLUDES = [ROOT / "sdk/include", ROOT / "core/include"]
HEADERS = ["cambist/plugin.h", "cambist/status.h", "cambist/types.h", "cambist/cambist.h",
           "cambist/orders.h"]


def text_of(header):
    path = next(i / header for i in INCLUDES if (i / header).exists())
    return re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)


def members(body):
    for part in body.split(";"):
        part = " ".join(part.split())
        function = re.search(r"\(\*(\w+)\)", part)
        if function:
            yield function.group(1)
        elif part and not part.startswith("#"):
            part = re.sub(r"CAMBIST_TABLE_OF\(\w+\)", "table", part)
            for name in part.split(","):
                yield re.search(r"(\w+)(\[\w+\])?$", name.strip()).group(1)


HEAD = "# Offset and size of every public member, as frozen.\n"


def program():
    yield "#include <stddef.h>\n#include <stdio.h>"
    for header in HEADERS:
        yield "#include <%s>" % header
    yield '#define S(s) printf("%s %zu\\n", #s, sizeof(struct s));'
    yield '#define M(s, m) printf("%s.%s %zu %zu\\n", #s, #m, offsetof(struct s, m), ' \
          'sizeof ((struct s *)0)->m);'
    yield "int main(void) {"
    yield 'printf("abi %u.%u\\n", CAMBIST_ABI_MAJOR, CAMBIST_ABI_MINOR);'
    for header in HEADERS:
        for name, body in re.findall(r"^struct (cambist_\w+) \{\n(.*?)^\};", text_of(header),
                                     re.S | re.M):
            yield "S(%s)" % name
            if "CAMBIST_ARGUMENT_LIST" in body:
                yield "#define X(name, kind, json, help) M(%s, name)" % name
                yield "CAMBIST_ARGUMENT_LIST(X)\n#undef X"
                body = body.split("#undef X")[1]
            for member in members(body):
                yield "M(%s, %s)" % (name, member)
    for name in re.findall(r"^struct (cambist_\w+) \{ CAMBIST_\w+_FIELDS", text_of("cambist/types.h"),
                           re.M):
        yield "S(%s)" % name
        yield "#define X(name, kind, json, help) M(%s, name)" % name
        yield "CAMBIST_%s_FIELDS(X)\n#undef X" % name[len("cambist_"):].upper()
    yield "return 0; }"


def layout(compiler):
    with tempfile.TemporaryDirectory() as folder:
        source, binary = pathlib.Path(folder) / "layout.c", pathlib.Path(folder) / "layout"
        source.write_text("\n".join(program()))
        subprocess.run([compiler, "-std=c17", "-D_GNU_SOURCE", *("-I%s" % i for i in INCLUDES),
                        source, "-o", binary], check=True)
        return subprocess.run([binary], capture_output=True, text=True, check=True).stdout


def main():
    now = HEAD + layout(sys.argv[1])
    if "--write" in sys.argv:
        KEPT.write_text(now)
        return 0
    kept = KEPT.read_text()
    before, after = kept.split("\n"), now.split("\n")
    for line in before:
        if line not in after:
            print("was: " + line)
    for line in after:
        if line not in before:
            print("now: " + line)
    return now != kept


if __name__ == "__main__":
    sys.exit(main())
