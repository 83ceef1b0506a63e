"""How large is each plugin?  Code lines under 500, those of its REST tables under 350.

Comments and rows of words and faults are counted apart, and so are the rules about orders; streams.h
holds the tables of the streams.

A code line is a line that is neither blank nor comment.  Rows of the tables `words` and `faults`
are counted by themselves: they are the exchange's dictionary, not its shape.
"""
import pathlib, re, sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST = {"rest": 350, "all": 500}


def count(text):
    comments = sum(m.group(0).count("\n") + 1 for m in re.finditer(r"/\*.*?\*/", text, re.S))
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    rows = {"words": 0, "faults": 0, "order_rules": 0}
    for table, kind in (("word", "words"), ("fault", "faults"), ("order_rule", "order_rules")):
        for found in re.finditer(r"static const struct cambist_%s \w+\[\] = \{\n(.*?)^\};" % table,
                                 code, re.S | re.M):
            rows[kind] += len([l for l in found.group(1).split("\n") if l.strip()])
            rows[kind] += 2 * (kind == "order_rules") # with its head and foot
    functions = sum(m.group(0).count("\n") for m in
                    re.finditer(r"^static (?!const struct)[^;={]*\)\n\{.*?^\}", code, re.S | re.M))
    lines = len([l for l in code.split("\n") if l.strip()]) - sum(rows.values())
    return lines, functions, comments, rows


def main():
    failed = False
    for folder in sorted(p for p in (ROOT / "plugins").iterdir() if p.is_dir()):
        texts = {p.name: p.read_text() for p in sorted(folder.glob("*.[ch]"))}
        streams = count(texts.pop("streams.h", ""))[0]
        lines, functions, comments, rows = count("\n".join(texts.values()))
        sizes = {"rest": lines, "all": lines + streams + rows["order_rules"]}
        is_too_large = any(sizes[part] >= MOST[part] for part in MOST)
        failed |= is_too_large
        print("%-10s %4d code lines of REST (%d of them functions), %d of streams, %d comment lines, "
              "%d word rows, %d fault rows%s" %
              (folder.name, lines, functions, streams, comments, rows["words"], rows["faults"],
               "  TOO LARGE" if is_too_large else ""))
    return failed


if __name__ == "__main__":
    sys.exit(main())
