"""`python -m tests.host.faults.page [RESULTS]` writes docs/reference/faults.md from the results of the matrix: the
template's, or that of a copy which REPOSITORY names."""

import sys
from pathlib import Path

from rollout.text import duration, one_line, tally
from tests.host.faults import table
from tests.host.faults.cell import Result
from tests.host.faults.results import date, read, versions
from tests.repository import REPOSITORY
from tests.source import PROJECT, TEMPLATE

RESULTS = REPOSITORY / ".rollout" / "faults.json"
REASON_AT_MOST = 120
NOT_RUN = "not run yet"

HEAD = """\
# Faults

<!-- Written by `make test-faults` in the template: run it instead of changing this page. -->

Each fault is injected into real containers, under load, at each moment of a rollout. All trials run one after the other
on one host, without manual cleanup. They use the default policy at ten times its speed, with short holds and a lease
of 5 s. The load is 30 requests per second.

- *At*: the weight, or `promoted`, just after the promotion. There, "canary" is the promoted release and "stable" the
  one before.
- *Reason*: from the journal. If a release stays promoted, the trial also checks that its gates stay active.
- *Settled*: the time from the fault to the last lost request or, after a rollback, to the last request that the canary
  answered.
- *Lost*: requests in the killed process; while the router is down, also those sent in that time; while Docker is down,
  those sent until a release is running again. A trial fails if any other request is lost, or if it does not end as
  `tests/host/faults/table.py` in the template expects.
- *Next start*: whether the next rollout on the same host could start.
"""


def written_to(repository: Path) -> Path:
    """A bake of the template is made anew before each run, and would take the page with it."""
    of = TEMPLATE / PROJECT if repository == TEMPLATE / "build" / "my-agent" else repository
    return of / "docs" / "reference" / "faults.md"


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
    """The text, made fit for a table cell."""
    text = one_line(reason).replace("|", "/")
    return text if len(text) <= REASON_AT_MOST else f"{text[:REASON_AT_MOST]}…"


if __name__ == "__main__":
    target = written_to(REPOSITORY)
    target.write_text(page(Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS), encoding="utf-8")
    print(f"written: {target}")
