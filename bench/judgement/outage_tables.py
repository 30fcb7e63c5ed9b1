"""The tables of docs/reference/judgement.md about outages of the model's API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from bench.judgement.outage import USUAL, Outage, ends
from bench.judgement.simulation import End
from bench.judgement.tables import Table, markdown, outcome, percent
from bench.judgement.workers import by_seed
from rollout.policy.plan import Gate, Plan
from rollout.text import number

RATES = (1, 5, 20, 100)
SHARES = (0.125, 0.5, 1.0)
BEGINS = (-180, 60, 590, 660, 900)
"""Seconds after the first shift: before it, and soon before and after the shift to 25 %."""

AT_100_PERCENT, LASTS, ALWAYS = 1260, 960, 86_400


def judged_alone(gate: Gate) -> Gate:
    """The same gate, if what stable has too fails it."""
    assert gate.weighed  # noqa: S101  only evidence is simulated
    return replace(gate, weighed=replace(gate.weighed, shared_every_seconds=None))


def of(plan: Plan, gate: Gate, outages: Sequence[Outage], many: int) -> list[End]:
    """So many rollouts of each."""
    return [end for each in outages for end in by_seed(partial(ends, plan, gate, each), many)]


def share_of(found: Sequence[End], verdict: str) -> str:
    return percent(sum(end.verdict == verdict for end in found), len(found))


def shared(plan: Plan, gate: Gate, many: int) -> Table:
    """Good releases in an outage that both have."""
    rows = []
    for rate in RATES:
        for share in SHARES:
            outages = [Outage(rate, share, share, begins, LASTS) for begins in BEGINS]
            before, now = (of(plan, each, outages, many) for each in (judged_alone(gate), gate))
            late = of(plan, gate, [Outage(rate, share, share, AT_100_PERCENT, LASTS)], many)
            cells = (before, "rolled_back"), (now, "rolled_back"), (now, "in_doubt"), (late, "rolled_back")
            rows.append([number(rate), f"{number(100 * share)} %", *(share_of(*cell) for cell in cells)])
    head = ["requests/s", "fail", "rolled back by its share alone", "rolled back", "in doubt", "rolled back at 100 %"]
    return Table(markdown(head, rows))


def bad(plan: Plan, gate: Gate, many: int) -> Table:
    """Bad releases, and how soon they are rolled back by their share alone, and compared with stable."""
    kinds = {
        "the API fails 20 % of its requests, and none of stable's": (0.0, 0.2, USUAL),
        "the API fails all of its requests, and 0.3 % of stable's": (0.003, 1.0, USUAL),
        "the API fails 40 % of its requests, and 5 % of stable's": (0.05, 0.4, USUAL),
        "it fails 20 % itself, and the API 30 % of both": (0.3, 0.3, 0.2),
        "it fails 50 % itself, and the API all of both": (1.0, 1.0, 0.5),
    }
    rows = [
        [number(rate), kind, *(outcome(of(plan, each, [outage], many)) for each in (judged_alone(gate), gate))]
        for kind, (share, of_new, own) in kinds.items()
        for rate in RATES
        for outage in [Outage(rate, share, of_new, 0, ALWAYS, own)]
    ]
    return Table(markdown(["requests/s", "release", "by its share alone", "compared with stable"], rows))
