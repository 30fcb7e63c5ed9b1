"""The guide's table of faults: how each is rehearsed, and what takes the release back."""

import re
from typing import NamedTuple

from tests.repository import REPOSITORY

GUIDE = REPOSITORY / "docs" / "guides" / "rehearse.md"
HEAD = ["Fault", "What it does", "Rehearsed with", "Taken back by"]
NOT_READY = "ready_within"
HEALTH_CHECK = "the router's health check"


class Row(NamedTuple):
    """`gates` are the words in backticks of the last column, NOT_READY among them, and HEALTH_CHECK if it is named."""

    fault: str
    rehearsed: str
    gates: frozenset[str]
    alerts: frozenset[str]


def fault_rows() -> list[Row]:
    """Of the guide's table. An unreadable row is an error."""
    lines = [line.strip().strip("|") for line in GUIDE.read_text(encoding="utf-8").splitlines()]
    cells = [[cell.strip() for cell in line.split(" | ")] for line in lines]
    first = cells.index(HEAD) + 2
    end = next(number for number in range(first, len(cells)) if cells[number] == [""])
    return [row(each) for each in cells[first:end]]


def row(cells: list[str]) -> Row:
    fault, _, rehearsed, taken_back = cells
    gates = set(re.findall(r"`(\w+)`", taken_back)) | ({HEALTH_CHECK} if HEALTH_CHECK in taken_back else set())
    alerts = {name for listed in re.findall(r"\(((?:[A-Z]\w+(?:, )?)+)\)", taken_back) for name in listed.split(", ")}
    return Row(fault.strip("`"), rehearsed.strip("`"), frozenset(gates - {"keep"}), frozenset(alerts))
