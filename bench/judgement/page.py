"""Writes docs/reference/judgement.md: the text of page.md, and the tables."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench.figure import Figure, table
from bench.judgement import policies, tables
from bench.judgement.tables import Table

PAGE = policies.PROJECT / "docs" / "reference" / "judgement.md"
PROSE = Path(__file__).with_suffix(".md")
FULL = 1000
BAD_FOR = 4
"""Bad releases need fewer rollouts than healthy ones, by this factor, because most of their shares are near 0 or 1."""

BURSTS = "Errors in groups of ten: healthy releases rolled back"
WRONG_AT_MOST_PERCENT = 0.1
NOTES = {
    BURSTS: "The share is the same, but ten requests in a row fail together, for example while a database is briefly "
    "down. The formula assumes that failures are independent, and here they are not: at a few requests per second, ten "
    "failures in a row are very strong evidence against a release. With more traffic, such a group is a small part of "
    "a window. If your errors come in groups, use longer windows and a higher certainty.",
}
Maker = Callable[[], Table]


def makers(many: int) -> dict[str, Maker]:
    """The function that creates each table, by its title."""
    plan, low, few = policies.shipped(), policies.low_traffic(), max(1, many // BAD_FOR)
    gate = {each.name: each for each in plan.gates}
    errors, slow, cost, new = (gate[name] for name in ("errors", "latency_p99", "cost_per_request", "new_exceptions"))
    some = ("1", "5", "20", tables.NIGHTS)
    wrongly, seen = partial(tables.wrongly, many=many), partial(tables.seen, many=few)
    return {
        "Errors: healthy releases rolled back, by their share of errors": partial(
            wrongly, plan, errors, (0, 0.003, 0.01, 0.025)
        ),
        BURSTS: partial(wrongly, plan, errors, (0.003, 0.01), burst=10, rates=("0.5", *some)),
        "Errors: bad releases": partial(seen, plan, errors, (0.06, 0.08, 0.1, 0.2, 0.5, 1), (1, 5, 20, 100)),
        "Errors: bad releases, with the policy for low traffic": partial(
            seen, low, policies.gate_of(low, "errors"), (0.1, 0.2, 0.5, 1), (0.5, 1)
        ),
        "Slow requests: healthy releases rolled back, by their share of slow requests": partial(
            wrongly, plan, slow, (0.005,), rates=some
        ),
        "Slow requests: bad releases": partial(seen, plan, slow, (0.02, 0.05, 0.2, 1), (5, 20)),
        "A type of exception that both releases have: rolled back": partial(
            wrongly, plan, new, (0.0005,), rates=some, compared=True
        ),
        "A new type of exception: bad releases": partial(
            seen, plan, new, (0.003, 0.01, 0.05, 0.2), (5, 20), healthy=0.0
        ),
        "Cost, log-normal: rolled back, by its multiple of stable's": partial(
            tables.costs, plan, cost, (1, 5), many, few
        ),
        "Why these windows and this certainty": partial(tables.choice, plan, errors, few),
    }


def written(many: int, made: dict[str, Table]) -> str:
    """The whole page; `many` is the number of rollouts in each cell."""
    healthy = [each for title, each in made.items() if title != BURSTS]
    numbers = {
        "MANY": f"{many:,}",
        "FEW": f"{max(1, many // BAD_FOR):,}",
        "WRONG": f"{wrong(healthy):,}",
        "HEALTHY": f"{sum(each.healthy for each in healthy):,}",
        "BURSTS": f"{made[BURSTS].wrong:,} of {made[BURSTS].healthy:,}",
    }
    prose = PROSE.read_text(encoding="utf-8")
    for name, number in numbers.items():
        prose = prose.replace(name, number)
    return prose + "\n".join(section(title, each.text) for title, each in made.items())


def section(title: str, text: str) -> str:
    note = "\n".join(textwrap.wrap(NOTES[title], 120)) + "\n\n" if title in NOTES else ""
    return f"## {title}\n\n{note}{text}\n"


def wrong(made: Sequence[Table]) -> int:
    return sum(each.wrong for each in made)


def measure(many: int = FULL) -> list[Figure]:
    """Write the page; how often healthy releases were rolled back."""
    made = {}
    for title, make in makers(many).items():
        made[title] = make()
        print(f"{title}: {made[title].wrong} of {made[title].healthy} rolled back wrongly", file=sys.stderr, flush=True)
    PAGE.write_text(written(many, made), encoding="utf-8")
    healthy = [each for title, each in made.items() if title != BURSTS]
    share = 100 * wrong(healthy) / sum(each.healthy for each in healthy)
    return [Figure("healthy releases rolled back by chance, with a day of keep", share, "%", WRONG_AT_MOST_PERCENT)]


if __name__ == "__main__":
    figures = measure(int(sys.argv[1]) if len(sys.argv) > 1 else FULL)
    print(table(figures))
    sys.exit(not all(figure.holds for figure in figures))
