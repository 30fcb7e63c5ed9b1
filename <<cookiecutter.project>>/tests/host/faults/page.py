"""`python -m tests.host.faults.page [RESULTS]` writes docs/reference/faults.md from what the matrix found."""

import sys
from pathlib import Path

from rollout.words import duration, tally
from tests.host.faults import table
from tests.host.faults.cell import Result
from tests.host.faults.results import date, read, versions
from tests.host.images import REPOSITORY

PAGE = REPOSITORY / "docs" / "reference" / "faults.md"
RESULTS = REPOSITORY / ".rollout" / "faults.json"
COMMAND = "python -m tests.host.faults.page"
NOT_RUN = "not run yet"

HEAD = f"""\
# Faults

<!-- Written by `{COMMAND}` after `make test-faults`: run both instead of changing it. -->

Each fault was done to real containers, under load, at each moment of a rollout. On one host cell followed cell, with
nothing cleaned up by hand in between. The policy is the shipped one at ten times its pace, with short holds and a lease
of 5 s. *Settled* is from the fault to the last request that was lost or, where the traffic went back, that the new
release answered. *Next start* says that a rollout began after it.
"""


def page(path: Path) -> str:
    """The whole page."""
    found = {(result.fault, result.moment): result for result in read(path)}
    rows = [row(cell, found.get((cell.row.fault, cell.moment))) for cell in table.cells()]
    heading = "| Fault | At | Verdict | Serves | Settled | Lost | Next start |\n|---|---|---|---|---|---|---|"
    return "\n".join([HEAD, trial(path), "", heading, *rows]) + "\n"


def trial(path: Path) -> str:
    if not path.exists():
        return "No trial is on record."
    parts = ", ".join(f"{name} {version}" for name, version in sorted(versions(path).items()))
    return f"Tried on {date(path)}: {parts}."


def row(cell: table.Cell, result: Result | None) -> str:
    where = f"| {cell.row.words} | {cell.moment} |"
    if result is None:
        return f"{where} {NOT_RUN} | | | | |"
    if result.not_tried:
        return f"{where} not tried: {result.not_tried} | | | | |"
    verdict = result.verdict.replace("_", " ")
    lost = tally(result.lost) or "none"
    return (
        f"{where} {verdict} | {result.serves} | {duration(result.settled_seconds)} | {lost} | "
        f"{'yes' if result.next_start else 'the last cell'} |"
    )


if __name__ == "__main__":
    PAGE.write_text(page(Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS), encoding="utf-8")
    print(f"written: {PAGE}")
