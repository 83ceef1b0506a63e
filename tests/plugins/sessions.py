"""Do the sessions of streams beside the plugins tell exactly what stands beside them?

    sessions.py CAMBIST [EXCHANGE ...]

A session is plugins/<name>/cases/<case>.jsonl: a frame a line, in the form that `cambist replay`
reads.  Beside it stands <case>.events.jsonl: a head with the exchange and its markets, then the
events that must come of it, in their order, no more and no fewer.  Of an event each member that
stands there must be the same; null says that it must not be there.

The sessions are made up.  Their checksums were computed with Python's zlib over the text that the
exchange documents.  Exit status 1 when one of them tells something else.
"""
import json, pathlib, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def replay(cambist, exchange, session, markets):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as given:
        json.dump(markets, given)
        given.flush()
        done = subprocess.run([cambist, "replay", exchange, str(session), "--markets", given.name],
                              capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def differences(told, expected):
    for i in range(max(len(told), len(expected))):
        if i >= len(told):
            yield "%s is not told" % json.dumps(expected[i])
        elif i >= len(expected):
            yield "%s is told as well" % json.dumps(told[i])
        else:
            wrong = {key: told[i].get(key) for key, value in expected[i].items()
                     if told[i].get(key) != value}
            if wrong:
                yield "row %d tells %s, not %s" % (told[i]["row"], json.dumps(wrong),
                                                   json.dumps({k: expected[i][k] for k in wrong}))


def main():
    cambist, wanted = sys.argv[1], sys.argv[2:]
    count = failed = 0
    for path in sorted((ROOT / "plugins").glob("*/cases/*.events.jsonl")):
        head, *expected = map(json.loads, path.read_text().splitlines())
        if wanted and head["exchange"] not in wanted:
            continue
        session = path.with_name(path.name.replace(".events", ""))
        found = list(differences(replay(cambist, head["exchange"], session, head["markets"]),
                                 expected))
        count += len(expected)
        failed += len(found)
        for difference in found:
            print("  %s/%s: %s" % (head["exchange"], session.stem, difference))
    print("%d events of sessions, %d wrong" % (count, failed))
    return failed > 0 or count == 0


if __name__ == "__main__":
    sys.exit(main())
