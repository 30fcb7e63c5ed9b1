"""Writes docs/reference/judgement.md: the text of page.md, and the tables."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench.figure import Figure, table
from bench.judgement import outage_tables, policies, tables
from bench.judgement.tables import Table

PAGE = policies.PROJECT / "docs" / "reference" / "judgement.md"
PROSE = Path(__file__).with_suffix(".md")
FULL = 1000
BOTH_HAVE = "A type of exception that both releases have: rolled back"
BURSTS = "Errors in groups of ten: healthy releases rolled back"
SHARED = "Errors: good releases in an outage of the model's API"
BAD_IN_OUTAGE = "Errors: bad releases in an outage of the model's API"
ROLLOUTS_OF_OUTAGES = {SHARED: 25, BAD_IN_OUTAGE: 10}
"""An outage is simulated with every verdict, so the rollouts of a cell are fewer, by this factor."""

WRONG_AT_MOST_PERCENT = 0.1
NOTES = {
    BURSTS: "The share is the same, but ten requests in a row fail together, for example while a database is briefly "
    "down. The formula assumes that failures are independent, and here they are not: at a few requests per second, ten "
    "failures in a row are very strong evidence against a release. With more traffic, such a group is a small part of "
    "a window. If your errors come in groups, use longer windows and a higher certainty.",
    SHARED: "The API fails this share of all requests, to both releases, for 16 minutes. They begin three minutes "
    "before the first step, in it, soon before or soon after the shift to 25 %, or five minutes after it; and, "
    "in the last column, one minute after the shift to 100 %, where stable gets nothing to compare with. The "
    "release's own metrics are scraped after the router's in half of the rollouts. Each cell is 40 rollouts "
    "for each begin. While the outage lasts, no step passes; in doubt are those that it keeps waiting for 30 "
    "minutes. The rest is promoted. At 1 request per second, a step can pass by chance in an outage of 12.5 %, "
    "which then goes on at 100 %. An outage that begins less than half a minute before the shift to 100 % does "
    "too; the table has none.",
    BAD_IN_OUTAGE: "0.3 % of stable's requests always fail. Each cell is 100 rollouts. What the API fails alike in "
    "both hides what the release fails itself, until it is evidently more than on stable.",
    BOTH_HAVE: "The limit is 0.1 %, so few exceptions are much evidence, and a day has many looks: at 5 requests a "
    "second, six in two minutes are 3.9 standard deviations, and with a share of 0.05 % chance does that about once in "
    "600 days. So this gate asks for 4.2.",
}
Maker = Callable[[], Table]


def makers(many: int, few: int) -> dict[str, Maker]:
    """The function that creates each table, by its title; `few` rollouts of a bad release."""
    plan, low = policies.shipped(), policies.low_traffic()
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
        SHARED: partial(outage_tables.shared, plan, errors, max(1, many // ROLLOUTS_OF_OUTAGES[SHARED])),
        BAD_IN_OUTAGE: partial(outage_tables.bad, plan, errors, max(1, few // ROLLOUTS_OF_OUTAGES[BAD_IN_OUTAGE])),
        "Slow requests: healthy releases rolled back, by their share of slow requests": partial(
            wrongly, plan, slow, (0.002, 0.005)
        ),
        "Slow requests: bad releases": partial(seen, plan, slow, (0.02, 0.05, 0.2, 1), (1, 5, 20, 100)),
        BOTH_HAVE: partial(wrongly, plan, new, (0.0002, 0.0005), compared=True),
        "A new type of exception: bad releases": partial(
            seen, plan, new, (0.003, 0.01, 0.05, 0.2), (1, 5, 20, 100), healthy=0.0
        ),
        "Cost, log-normal: rolled back, by its multiple of stable's": partial(
            tables.costs, plan, cost, (1, 5, 20), many, few
        ),
        "Why these windows and this certainty": partial(tables.choice, plan, errors, few),
    }


def written(many: int, few: int, made: dict[str, Table]) -> str:
    """The whole page; `many` is the number of rollouts in each cell, and of bad releases so few."""
    healthy = [each for title, each in made.items() if title != BURSTS]
    numbers = {
        "MANY": f"{many:,}",
        "FEW": f"{few:,}",
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


def measure(many: int = FULL, few: int | None = None) -> list[Figure]:
    """Write the page; how often healthy releases were rolled back. `few` rollouts of a bad release, else as many."""
    made, few = {}, few or many
    for title, make in makers(many, few).items():
        made[title] = make()
        print(f"{title}: {made[title].wrong} of {made[title].healthy} rolled back wrongly", file=sys.stderr, flush=True)
    PAGE.write_text(written(many, few, made), encoding="utf-8")
    healthy = [each for title, each in made.items() if title != BURSTS]
    share = 100 * wrong(healthy) / sum(each.healthy for each in healthy)
    return [Figure("healthy releases rolled back by chance, with a day of keep", share, "%", WRONG_AT_MOST_PERCENT)]


if __name__ == "__main__":
    figures = measure(*map(int, sys.argv[1:3]))
    print(table(figures))
    sys.exit(not all(figure.holds for figure in figures))
