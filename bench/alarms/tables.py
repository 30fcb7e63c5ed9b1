"""The tables of docs/reference/false-alarms.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, partial
from statistics import median

from bench.alarms import chance, means, outage, silence, week
from bench.alarms.rules import RULES, ShareRule
from bench.judgement.costs import Costs
from bench.judgement.tables import RATES, Table, markdown, percent
from bench.judgement.traffic import NIGHT, Traffic
from bench.judgement.workers import by_seed
from rollout.text import number

SHOWN_FROM = 1e-6
SIMULATED_FROM = 1e-4
"""A cell whose bound is lower would be 0 in every simulation that fits in a bench."""

OF_ERRORS = 0.01


def bound(rule: ShareRule, rate: str, share: float) -> float:
    """The most weeks of all (0..1) in which the alert fires."""
    requests_per_second, nights = RATES[rate]
    day = chance.in_a_week(rule, requests_per_second, share)
    return (day + chance.in_a_week(rule, requests_per_second * NIGHT, share)) / 2 if nights else day


def worst(*, nights: bool) -> float:
    """The most weeks (0..1) with any false alarm of a healthy service at the worst rate, steady or with nights."""
    rates = [rate for rate, (_, has_nights) in RATES.items() if has_nights == nights]
    return max(sum(bound(rule, rate, rule.healthy[0]) for rule in RULES) for rate in rates)


def bounds() -> Table:
    """Computed, not simulated."""
    rows = [
        [rule.alert, f"{number(100 * share)} % {rule.what}", *(at_most(bound(rule, rate, share)) for rate in RATES)]
        for rule in RULES
        for share in rule.healthy
    ]
    return Table(markdown(["alert", "healthy with", *RATES], rows))


def at_most(part: float) -> str:
    return f"{100 * part:.1g} %" if part >= SHOWN_FROM else "0"


def shares(many: int) -> Table:
    """So many weeks of each cell whose bound is not negligible."""
    rows, wrong, cells = [], 0, 0
    for rule in RULES:
        for share in rule.healthy:
            for rate in RATES:
                limit = bound(rule, rate, share)
                if limit < SIMULATED_FROM:
                    continue
                fired = sum(by_seed(partial(week.weeks, rule, Traffic(RATES[rate][0], share, 1, RATES[rate][1])), many))
                rows.append([rule.alert, f"{number(100 * share)} %", rate, percent(fired, many), at_most(limit)])
                if share == rule.healthy[0]:
                    wrong, cells = wrong + fired, cells + 1
    return Table(markdown(["alert", "bad", "requests/s", "weeks", "at most"], rows), wrong, many * cells)


def dear(many: int) -> Table:
    """CostPerRunTripled, and TokensPerRunTripled, which is the same rule."""
    rows, wrong = [], 0
    for sigma in (1.0, 1.5):
        fired = [sum(by_seed(partial(of_costs, sigma, *RATES[rate]), many)) for rate in RATES]
        rows.append([number(sigma), *(percent(each, many) for each in fired)])
        wrong += sum(fired)
    return Table(markdown(["sigma", *RATES], rows), wrong, many * len(rows) * len(RATES))


def of_costs(sigma: float, rate: float, nights: bool, seeds: Iterable[int]) -> list[bool]:
    return means.weeks(pool(sigma), rate, nights, seeds)


@cache
def pool(sigma: float) -> Costs:
    return Costs(sigma)


def traffic(many: int) -> Table:
    """TrafficTripled, TrafficStopped and NoSuccess."""
    names: Sequence[str] = ("TrafficTripled", "TrafficStopped", "NoSuccess")
    found = {rate: by_seed(partial(silence.weeks, *RATES[rate], OF_ERRORS), many) for rate in RATES}
    fired = {name: [sum(name in week for week in found[rate]) for rate in RATES] for name in names}
    rows = [[name, *(percent(each, many) for each in fired[name])] for name in names]
    wrong = sum(map(sum, fired.values()))
    return Table(markdown(["alert", *RATES], rows), wrong, many * len(RATES))


SHARES = (0.02, 0.05, 0.125, 0.5, 1.0)
BEGINS = (-180, -60, 0, 120, 300)
"""Seconds after the new release got its first requests."""

LASTS = 960
FIRST = (0.05, 0.25)


def outages(many: int) -> Table:
    """Of both releases, and of the new one alone: so many of each cell for each time at which they begin."""
    rows, wrong, cells = [], 0, 0
    for first in FIRST:
        for rate, (requests_per_second, nights) in RATES.items():
            if nights:
                continue
            row = [f"{number(100 * first)} %", rate]
            for share in SHARES:
                shared = [outage.Outage(requests_per_second, share, begins, LASTS, first) for begins in BEGINS]
                blamed = sum(after is not None for each in shared for after in all_of(each, many))
                wrong, cells = wrong + blamed, cells + many * len(BEGINS)
                row.append(percent(blamed, many * len(BEGINS)))
            for share in SHARES:
                alone = outage.Outage(requests_per_second, share, 0, outage.END, first, is_of_both=False)
                row.append(noticed(all_of(alone, many)))
            rows.append(row)
    shares = [f"{number(100 * share)} %" for share in SHARES]
    head = ["first step", "requests/s", *(f"both {each}" for each in shares), *(f"new {each}" for each in shares)]
    return Table(markdown(head, rows), wrong, cells)


def all_of(each: outage.Outage, many: int) -> list[int | None]:
    return by_seed(partial(outage.all_blamed, each), many)


def noticed(after: Sequence[int | None]) -> str:
    """The median time, if it is noticed in most rollouts."""
    times = [each for each in after if each is not None]
    return f"{median(times):.0f} s" if len(times) > len(after) / 2 else percent(len(times), len(after))
