"""The tables of docs/reference/judgement.md: simulated cells, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from statistics import median

from bench.judgement import policies, sprt
from bench.judgement.costs import CostRollout, Costs
from bench.judgement.simulation import End, Verdicts, rollout
from bench.judgement.traffic import Traffic
from bench.judgement.workers import by_seed
from rollout.policy.plan import Gate, Plan
from rollout.text import duration, number

NIGHTS = "5, nights 0.25"
RATES: dict[str, tuple[float, bool]] = {
    "0.5": (0.5, False),
    "1": (1, False),
    "5": (5, False),
    "20": (20, False),
    "100": (100, False),
    NIGHTS: (5, True),
}


@dataclass(frozen=True)
class Table:
    """`wrong` of `healthy` rollouts were rolled back; both are 0 for other tables."""

    text: str
    wrong: int = 0
    healthy: int = 0


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def percent(part: int, whole: int) -> str:
    return f"{number(100 * part / whole)} %" if part else "0"


def simulated(
    plan: Plan, gate: Gate, traffic: Traffic, many: int, stable: Traffic | None = None, *, keep: bool
) -> list[End]:
    """So many rollouts of one cell."""
    return by_seed(partial(rollouts, plan, gate, traffic, stable, keep), many)


def rollouts(
    plan: Plan, gate: Gate, traffic: Traffic, stable: Traffic | None, keep: bool, seeds: Iterable[int]
) -> list[End]:
    verdicts = Verdicts(gate)
    return [rollout(plan, verdicts, traffic, seed, stable, keep=keep) for seed in seeds]


def cost_rollouts(plan: Plan, gate: Gate, sigma: float, rate: float, factor: float, seeds: Iterable[int]) -> list[End]:
    """Factor 1 is healthy, with a day of `keep`."""
    return [CostRollout(plan, gate, pool(sigma), rate, factor, seed).run(keep=factor == 1) for seed in seeds]


@cache
def pool(sigma: float) -> Costs:
    """Made once in each process."""
    return Costs(sigma)


def wrongly(
    plan: Plan,
    gate: Gate,
    shares: Sequence[float],
    many: int,
    burst: int = 1,
    rates: Sequence[str] = tuple(RATES),
    compared: bool = False,
) -> Table:
    """How many healthy releases are rolled back, during the rollout or during `keep`."""
    rows, wrong = [], 0
    for name in rates:
        row = [name]
        for share in shares:
            traffic = Traffic(RATES[name][0], share, burst, RATES[name][1])
            ends = simulated(plan, gate, traffic, many, traffic if compared else None, keep=True)
            taken = sum(end.verdict == "rolled_back" for end in ends)
            wrong += taken
            row.append(percent(taken, many))
        rows.append(row)
    head = ["requests/s", *(f"{number(100 * share)} %" for share in shares)]
    return Table(markdown(head, rows), wrong, many * len(shares) * len(rates))


def outcome(ends: Sequence[End]) -> str:
    """`100 % in 45 s`, and the ends of the other rollouts."""
    back = [end.seconds for end in ends if end.verdict == "rolled_back"]
    parts = [f"{percent(len(back), len(ends))} in {duration(median(back))}"] if back else []
    for verdict, word in (("in_doubt", "in doubt"), ("promoted", "promoted")):
        if found := sum(end.verdict == verdict for end in ends):
            parts.append(f"{percent(found, len(ends))} {word}")
    return ", ".join(parts)


def seen(
    plan: Plan, gate: Gate, shares: Sequence[float], rates: Sequence[float], many: int, healthy: float | None = None
) -> Table:
    """How many bad releases are rolled back, and when, next to the fastest possible test. `healthy` is stable's share,
    for a gate that compares."""
    rows = []
    for rate in rates:
        for share in shares:
            traffic, stable = Traffic(rate, share), None if healthy is None else Traffic(rate, healthy)
            ends = simulated(plan, gate, traffic, many, stable, keep=False)
            limit = max(gate.limit.value, healthy or 0.0)
            known = [sprt.seconds(plan, traffic, limit, seed) for seed in range(many)]
            fastest = [seconds for seconds in known if seconds is not None]
            reference = f"{percent(len(fastest), many)} in {duration(median(fastest))}" if fastest else "0"
            rows.append([number(rate), f"{number(100 * share)} %", outcome(ends), reference])
    return Table(markdown(["requests/s", "bad", "rolled back after", "fastest possible"], rows))


def costs(plan: Plan, gate: Gate, rates: Sequence[float], many: int, few: int) -> Table:
    """A mean compared with stable's: factor 1 is healthy, with a day of `keep`; the others are bad."""
    rows, wrong, healthy = [], 0, 0
    for sigma in (1.0, 1.5):
        for rate in rates:
            row = [number(sigma), number(rate)]
            for factor in (1.0, 2.0, 3.0, 5.0):
                work = partial(cost_rollouts, plan, gate, sigma, rate, factor)
                ends = by_seed(work, many if factor == 1 else few)
                if factor == 1:
                    taken = sum(end.verdict == "rolled_back" for end in ends)
                    wrong, healthy = wrong + taken, healthy + many
                    row.append(percent(taken, many))
                else:
                    row.append(outcome(ends))
            rows.append(row)
    return Table(markdown(["sigma", "requests/s", "1 x, wrongly", "2 x", "3 x", "5 x"], rows), wrong, healthy)


def choice(plan: Plan, gate: Gate, many: int) -> Table:
    """The effect of other certainties and windows."""
    rows = []
    for certainty, windows, name in (
        (3.0, (120, 600), "2m, 10m"),
        (3.4, (120, 600), "2m, 10m"),
        (3.8, (120, 600), "2m, 10m"),
        (4.2, (120, 600), "2m, 10m"),
        (3.8, (120,), "2m"),
        (3.8, (120, 600, 1800), "2m, 10m, 30m"),
    ):
        varied = policies.varied(gate, certainty, windows)
        row = [number(certainty), name]
        for rate, nights in (RATES["0.5"], RATES[NIGHTS]):
            ends = simulated(plan, varied, Traffic(rate, 0.025, 1, nights), many, keep=True)
            row.append(percent(sum(end.verdict == "rolled_back" for end in ends), many))
        for share in (0.1, 0.2, 0.5):
            ends = simulated(plan, varied, Traffic(5, share), many, keep=False)
            row.append(outcome(ends))
        rows.append(row)
    head = [
        "certainty",
        "windows",
        "2.5 % at 0.5/s, wrongly",
        "2.5 % at 5/s with nights, wrongly",
        "10 % at 5/s",
        "20 % at 5/s",
        "50 % at 5/s",
    ]
    return Table(markdown(head, rows))
