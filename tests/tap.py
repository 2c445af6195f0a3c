"""Prints TAP for tests written in Python: case() once a case, then finish()."""

import sys

_count = 0


def case(name, problems):
    """One case; it passes if the list of problems is empty, and shows them otherwise."""
    global _count
    _count += 1
    print(f"{'not ok' if problems else 'ok'} {_count} - {name}")
    for problem in problems[:50]:
        print(f"# {problem}")
    if len(problems) > 50:
        print(f"# and {len(problems) - 50} more")
    sys.stdout.flush()


def skip(name, reason):
    global _count
    _count += 1
    print(f"ok {_count} - {name} # SKIP {reason}")


def finish():
    print(f"1..{_count}")
