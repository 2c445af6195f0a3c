"""Counts the test cases in meson's logs: prints the failures with their output, and last the line with the sums.

usage: count.py LABEL=LOG... (logs of `meson test`, one JSON object a line). A test program counts as one failed case
by itself if it died, ran out of time, printed no TAP, or printed fewer cases than it planned: a test that says
nothing has not passed.
"""

import json
import re
import sys

CASE = re.compile(r"^(not )?ok\b\s*(\d*)\s*(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)\s*(?:#\s*(\S.*))?$")
DIRECTIVE = re.compile(r"#\s*(skip|todo)\b", re.IGNORECASE)


class Counts:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0


def judge_tap(text, counts):
    """Counts the cases of one program. Returns the names of failed cases, and what is wrong with the TAP as a whole."""
    planned, seen, bad, skip_all = None, 0, [], False
    for line in text.splitlines():
        plan = PLAN.match(line)
        if plan:
            planned = int(plan.group(1))
            skip_all = planned == 0 and (plan.group(2) or "").lower().startswith("skip")
            continue
        if line.startswith("Bail out!"):
            return bad, line
        case = CASE.match(line)
        if not case:
            continue
        seen += 1
        if DIRECTIVE.search(case.group(3)):
            counts.skipped += 1
        elif case.group(1):
            counts.failed += 1
            bad.append(case.group(3) or case.group(2))
        else:
            counts.passed += 1
    if skip_all:
        counts.skipped += 1
        return bad, None
    if planned is None:
        return bad, "it printed no plan (1..N): it died, or is no TAP"
    if planned != seen:
        return bad, f"it planned {planned} cases and ran {seen}"
    if planned == 0:
        return bad, "it has no cases"
    return bad, None


def report(label, test, bad, wrong):
    print(f"\nFAILED  {test['name']}  ({label}; {test.get('result', '?')}, status {test.get('returncode', '?')})")
    for name in bad:
        print(f"  failed: {name}")
    if wrong:
        print(f"  {wrong}")
    for stream in ("stdout", "stderr"):
        lines = (test.get(stream) or "").splitlines()
        shown = [line for line in lines if not line.startswith("ok ")][-60:]
        if shown:
            print(f"  --- {stream}")
            for line in shown:
                print(f"  {line}")
    sys.stdout.flush()


def judge_log(label, path, counts):
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            tests = [json.loads(line) for line in log if line.strip()]
    except OSError as error:
        tests = []
        print(f"\nFAILED  {label}: no test ran ({error.strerror}: {path})")
        counts.failed += 1
    for test in tests:
        bad, wrong = judge_tap(test.get("stdout") or "", counts)
        if not wrong and not bad and (test.get("returncode") not in (0, None) or test.get("result") in ("TIMEOUT", "ERROR")):
            wrong = f"every case passed, but the program ended with status {test.get('returncode')}"
        if wrong:
            counts.failed += 1
        if wrong or bad:
            report(label, test, bad, wrong)


def main():
    counts = Counts()
    for argument in sys.argv[1:]:
        label, _, path = argument.rpartition("=")
        judge_log(label, path, counts)
    if len(sys.argv) == 1:
        print("no test ran")
        counts.failed += 1
    print(f"\n{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped")
    return 1 if counts.failed else 0


if __name__ == "__main__":
    sys.exit(main())
