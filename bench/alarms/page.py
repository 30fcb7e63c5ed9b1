"""Writes docs/reference/false-alarms.md: the text of page.md, and the tables. `python -m bench.alarms.page`."""

from __future__ import annotations

import math
import sys
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.alarms import tables
from bench.figure import Figure
from bench.judgement import policies
from bench.judgement.tables import Table

PAGE = policies.PROJECT / "docs" / "reference" / "false-alarms.md"
PROSE = Path(__file__).with_suffix(".md")
FULL = 1000
AT_MOST_PERCENT = 0.1
OUTAGE = "An outage of the model's API"
NOTES = {
    "At most": "The share of weeks in which the alert fires, computed: the chance at one evaluation, times the "
    "evaluations of a week. It is an upper bound, because neighbouring evaluations see the same requests, and `for` is "
    "left out. Rounded to one digit; 0 means less than 0.0001 %.",
    "Simulated": "{many:,} weeks of each cell whose bound is above 0.01 %: most of them are about a service that has "
    "half of what the alert allows.",
    "Cost and tokens per run": "{many:,} weeks of each cell. Costs are log-normal with this sigma, the same each day.",
    "Traffic": "{many:,} weeks of each cell, after a week before, with 1 % errors.",
    OUTAGE: "How often ErrorRateHigh blames the new release. In both releases alike, the model's API fails a share of "
    "the requests for 16 minutes, which begin three minutes before the rollout, one minute before, with it, or two or "
    "five minutes after. The new release gets all requests after ten minutes. Beside it: the time until a release is "
    "blamed that alone has these errors, or how often it is, if that is in under half of the rollouts. 0.3 % of the "
    "requests always fail. {many:,} rollouts of each cell and begin.",
}
Maker = Callable[[], Table]


def makers(many: int) -> dict[str, Maker]:
    """The function that creates each table, by its title."""
    return {
        "At most": tables.bounds,
        "Simulated": partial(tables.shares, many),
        "Cost and tokens per run": partial(tables.dear, many),
        "Traffic": partial(tables.traffic, many),
        OUTAGE: partial(tables.outages, many),
    }


def written(many: int, made: dict[str, Table]) -> str:
    """The whole page, with the tables of `many` weeks a cell."""
    prose = PROSE.read_text(encoding="utf-8")
    for name, nights in (("STEADY", False), ("NIGHTS", True)):
        prose = prose.replace(name, rounded_up(100 * tables.worst(nights=nights)))
    sections = (f"## {title}\n\n{note(title, many)}\n\n{each.text}\n" for title, each in made.items())
    return prose + "\n" + "\n".join(sections)


def rounded_up(percent: float) -> str:
    """Two decimals, never less than it is."""
    return f"{math.ceil(100 * percent) / 100:.2f} %"


def note(title: str, many: int) -> str:
    return "\n".join(textwrap.wrap(NOTES[title].format(many=many), 120))


def measure(many: int = FULL) -> list[Figure]:
    """Write the page; how often a healthy service has a false alarm."""
    made = {}
    for title, make in makers(many).items():
        made[title] = make()
        print(f"{title}: {made[title].wrong} of {made[title].healthy}", file=sys.stderr, flush=True)
    PAGE.write_text(written(many, made), encoding="utf-8")
    print(f"written: {PAGE}", file=sys.stderr)
    shared = made.pop(OUTAGE)
    wrong, weeks = sum(each.wrong for each in made.values()), sum(each.healthy for each in made.values())
    return [
        Figure("weeks with a false alarm, at most", 100 * tables.worst(nights=False), "%", AT_MOST_PERCENT),
        Figure("the same, with nights of 0.25 requests/s", 100 * tables.worst(nights=True), "%"),
        Figure(f"false alarms in {weeks:,} simulated weeks", 100 * wrong / weeks, "%", AT_MOST_PERCENT),
        Figure("new releases blamed for an outage that both have", 100 * shared.wrong / shared.healthy, "%", 1),
    ]


if __name__ == "__main__":
    measure(int(sys.argv[1]) if sys.argv[1:] else FULL)
