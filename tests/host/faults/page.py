"""`python -m tests.host.faults.page [RESULTS]` writes docs/reference/faults.md from what the matrix found."""

import sys
from pathlib import Path

from rollout.text import duration, one_line, tally
from tests.host.faults import table
from tests.host.faults.cell import Result
from tests.host.faults.results import date, read, versions
from tests.repository import REPOSITORY

PAGE = REPOSITORY / "docs" / "reference" / "faults.md"
RESULTS = REPOSITORY / ".rollout" / "faults.json"
REASON_AT_MOST = 100
NOT_RUN = "not run yet"

HEAD = """\
# Faults

<!-- Written by `make test-faults` in the template: run it instead of changing this page. -->

Each fault was done to real containers, under load, at each moment of a rollout. On one host cell followed cell, with
nothing cleaned up by hand in between. The policy is the shipped one at ten times its pace, with short holds and a lease
of 5 s. The load is 30 requests a second.

- *At* `promoted` is just after the promotion: there the canary is the release that was promoted, and stable the one
  before.
- *Reason* is the journal's. A release that stays promoted is watched on: that was seen in each of those cells.
- *Settled* is from the fault to the last request that was lost or, where the traffic went back, that the canary
  answered.
- *Lost*: those that the killed process had; where the router was dead, those sent meanwhile too; where Docker itself
  was, those sent before a release was up again. A cell in which any other request is lost fails; so does one that ends
  otherwise than the template's `tests/host/faults/table.py` expects.
- *Next start* says that a rollout began on the same host afterwards.
"""


def page(path: Path) -> str:
    """The whole page."""
    found = {(result.fault, result.moment): result for result in read(path)}
    rows = [row(cell, found.get((cell.row.fault, cell.moment))) for cell in table.cells()]
    heading = (
        "| Fault | At | Verdict | Reason | Serves | Settled | Lost | Next start |\n|---|---|---|---|---|---|---|---|"
    )
    return "\n".join([HEAD, trial(path), "", heading, *rows]) + "\n"


def trial(path: Path) -> str:
    if not path.exists():
        return "No trial is on record."
    parts = ", ".join(f"{name} {version}" for name, version in sorted(versions(path).items()))
    return f"Tried on {date(path)}: {parts}."


def row(cell: table.Cell, result: Result | None) -> str:
    where = f"| {cell.row.words} | {cell.moment} |"
    if result is None:
        return f"{where} {NOT_RUN} | | | | | |"
    if result.not_tried:
        return f"{where} not tried: {result.not_tried} | | | | | |"
    verdict = result.verdict.replace("_", " ") + (", **not as expected**" if result.problems else "")
    lost = tally(result.lost) or "none"
    return (
        f"{where} {verdict} | {cut(result.reason)} | {result.serves} | {duration(result.settled_seconds)} | {lost} | "
        f"{'yes' if result.next_start else 'no'} |"
    )


def cut(reason: str) -> str:
    """One that fits a cell of a table."""
    text = one_line(reason).replace("|", "/")
    return text if len(text) <= REASON_AT_MOST else f"{text[:REASON_AT_MOST]}…"


if __name__ == "__main__":
    PAGE.write_text(page(Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS), encoding="utf-8")
    print(f"written: {PAGE}")
