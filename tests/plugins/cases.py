"""Do the plugins send and read exactly what their own cases say?

    cases.py CAMBIST [EXCHANGE ...]

A case is an object in plugins/<name>/cases/*.json (a file holds one or a list): `exchange`,
`operation`, `arguments`, `credentials`, `now_ms`, `markets`, and what must come of it:

    expected_request   {"method","url","body","headers"}: each member that is there, exactly;
                       of `headers` each one that is named; a body that is JSON as its value
    expected_refusal   the status with which the question is refused before anything is sent
    response           {"status","body"}: an answer (a body that is no text is written as JSON) ...
    expected_result    ... and the records that it must become, exactly ...
    expected_error     ... or the members of the error: {"status","outcome","code"}

`name` says what the case is about.  Exit status 1 when one of them fails.
"""
import json, pathlib, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASKED = ["exchange", "operation", "arguments", "credentials", "now_ms", "markets"]


def cases_of(folder):
    for path in sorted(folder.glob("cases/*.json")):
        content = json.loads(path.read_text())
        for case in content if isinstance(content, list) else [content]:
            yield "%s/%s: %s" % (folder.name, path.stem, case["name"]), case


def run(cambist, command, job):
    done = subprocess.run([cambist, command, "--batch"], input=json.dumps(job) + "\n",
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def value_of(body):
    try:
        return json.loads(body)
    except (TypeError, ValueError):
        return body


def compare_request(case, answer):
    if "expected_refusal" in case:
        status = answer.get("error", {}).get("status")
        if status != case["expected_refusal"]:
            yield "is %s, not refused with %s" % (json.dumps(answer), case["expected_refusal"])
        return
    expected = case["expected_request"]
    for key in ("method", "url"):
        if key in expected and answer.get(key) != expected[key]:
            yield "%s is %s, not %s" % (key, answer.get(key, answer.get("error")), expected[key])
    if "body" in expected and value_of(answer.get("body")) != expected["body"]:
        yield "body is %s, not %s" % (answer.get("body"), json.dumps(expected["body"]))
    for name, value in expected.get("headers", {}).items():
        if answer.get("headers", {}).get(name) != value:
            yield "header %s is %s, not %s" % (name, answer.get("headers", {}).get(name), value)


def compare_answer(case, answer):
    if "expected_error" in case:
        error = answer.get("error", {})
        found = {key: error.get(key) for key in case["expected_error"]}
        if found != case["expected_error"]:
            yield "error is %s, not %s" % (json.dumps(answer), json.dumps(case["expected_error"]))
    elif answer.get("result") != case["expected_result"]:
        yield "result is %s, not %s" % (json.dumps(answer.get("result", answer)),
                                       json.dumps(case["expected_result"]))


def check(cambist, case):
    job = {key: case[key] for key in ASKED if key in case} | {"id": "case"}
    if "expected_request" in case or "expected_refusal" in case:
        yield from compare_request(case, run(cambist, "request", job))
    if "response" in case:
        body = case["response"]["body"]
        text = body if isinstance(body, str) else json.dumps(body)
        response = {"status": case["response"].get("status", 200), "headers": {}, "body": text}
        yield from compare_answer(case, run(cambist, "map", job | {"response": response}))


def main():
    cambist, wanted = sys.argv[1], sys.argv[2:]
    count = failed = 0
    for folder in sorted(p for p in (ROOT / "plugins").iterdir() if p.is_dir()):
        if wanted and folder.name not in wanted:
            continue
        for name, case in cases_of(folder):
            found = list(check(cambist, case))
            count += 1
            failed += bool(found)
            for difference in found:
                print("  %s: %s" % (name, difference))
    print("%d cases, %d failed" % (count, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
