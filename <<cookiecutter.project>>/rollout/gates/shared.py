"""Whether stable has the canary's bad requests too, as in an outage that both releases suffer: expressions and verdict.

Shares of a whole window can't tell it. If an outage begins soon before or after a shift, more of the canary's requests
than of stable's are in the outage. So short slices of the window are compared one by one: in each, the canary's bad
requests count as much as stable's share of the slice's requests, and stable's as much as the canary's share (Mantel and
Haenszel, Statistical aspects of the analysis of data from retrospective studies, 1959). If both fail alike, both sums
are equal, whatever the shares are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rollout.gates import evidence
from rollout.policy.plan import Weighed
from rollout.policy.quantity import promql_duration

SLICE_SCRAPES = 6
"""A slice's length, in scrapes; one ends at each scrape."""

CANARY, STABLE = "canary", "stable"
NAMES = ("weighted", "stable_weighted", "alone", "before", "stable_before", "stable_vendor")
Filled = Callable[[str, str, float], str]
"""(role, key of the policy, window in seconds) -> that count's expression."""


@dataclass(frozen=True)
class Shared:
    """The bad ones of both releases in slices in which both got requests. `own` are the canary's that are never
    excused: in slices in which stable got no requests and, if the gate asks for the vendor's, those of another
    cause. Then `is_vendors` says whether at least half of stable's are the vendor's."""

    weighted: float
    stable_weighted: float
    own: float = 0.0
    is_vendors: bool = True

    def excuses(self, total: float, limit: float, certainty: float) -> bool:
        """Whether stable has some too, the canary has not evidently more, and its own are not evidently too many."""
        if self.stable_weighted <= 0 or not self.is_vendors:
            return False
        above = evidence.above_stable(self.weighted, self.stable_weighted)
        return max(above, evidence.share(self.own, total, limit)) <= certainty


def expressions(rule: Weighed, window_seconds: float, filled: Filled, by: str | None) -> Mapping[str, str]:
    """The expressions of one window's `Shared`, by name; none if the gate does not ask for it."""
    if rule.shared_every_seconds is None:
        return {}
    over = Slices(window_seconds, rule.shared_every_seconds, filled, by)
    asked = [over.weighted(CANARY), over.weighted(STABLE), over.alone()]
    if "vendor" in rule.questions:
        asked += [over.before(CANARY), over.before(STABLE), filled(STABLE, "vendor", window_seconds)]
    return dict(zip(NAMES, asked, strict=False))


@dataclass(frozen=True)
class Slices:
    """Expressions about the slices of one window."""

    window_seconds: float
    every_seconds: float
    filled: Filled
    by: str | None

    def weighted(self, role: str) -> str:
        """A release's bad ones, by the other's share of the requests; a slice in which the other got none adds nothing.
        The canary's slices of the window's first and last scrape are left out: the releases are scraped at different
        moments, so stable's may be missing."""
        mine, theirs = (f"({self.filled(each, 'total', self.slice_seconds)})" for each in (role, other(role)))
        share = f"(1 / (1 + {mine} / on () ({theirs} > 0)))"
        over = f"{self.inner}:{self.each}] offset {self.each}" if role == CANARY else f"{self.whole}:{self.each}]"
        return self.part(role, f"sum_over_time(({self.bad(role)} * on () group_left () {share})[{over})")

    def alone(self) -> str:
        """The canary's bad ones in slices in which stable got no requests."""
        theirs = f"({self.filled(STABLE, 'total', self.slice_seconds)})"
        return self.part(
            CANARY, f"sum_over_time(({self.bad(CANARY)} unless on () {theirs} > 0)[{self.whole}:{self.each}])"
        )

    def part(self, role: str, summed: str) -> str:
        """A release's bad ones of the window, by what a sum over slices is of the sum over all."""
        on = f"on ({self.by or ''})"
        counted = f"({self.filled(role, 'bad', self.window_seconds)})"
        return f"{counted} * {on} ({summed} / {on} (sum_over_time({self.bad(role)}[{self.whole}:{self.each}]) > 0))"

    def bad(self, role: str) -> str:
        return f"({self.filled(role, 'bad', self.slice_seconds)})"

    @property
    def slice_seconds(self) -> float:
        return SLICE_SCRAPES * self.every_seconds

    def before(self, role: str) -> str:
        """A release's bad ones without the window's first and last scrapes: the service's own metrics are scraped at
        another moment than the router's, so the vendor's errors may be missing there."""
        bad = self.filled(role, "bad", self.inner_seconds)
        return f"last_over_time(({bad})[{self.each}:{self.each}] offset {self.each})"

    @property
    def inner_seconds(self) -> float:
        return max(self.every_seconds, self.window_seconds - 2 * self.every_seconds)

    @property
    def inner(self) -> str:
        return promql_duration(self.inner_seconds)

    @property
    def whole(self) -> str:
        return promql_duration(self.window_seconds)

    @property
    def each(self) -> str:
        return promql_duration(self.every_seconds)


def other(role: str) -> str:
    return STABLE if role == CANARY else CANARY


def shared(found: Mapping[str, float], vendor: float | None) -> Shared | None:
    """The answers of one label; None if stable had nothing bad while both got requests. The canary's can be missing in
    its first scrapes. `vendor`: its bad ones that the vendor caused; None if the gate does not ask for them."""
    if "stable_weighted" not in found:
        return None
    weighted, stable_weighted = found.get("weighted", 0.0), found["stable_weighted"]
    alone = found.get("alone", 0.0)
    if vendor is None:
        return Shared(weighted, stable_weighted, alone)
    own = max(0.0, found.get("before", 0.0) - vendor) + alone
    of_stable = found.get("stable_vendor", 0.0)
    return Shared(weighted, stable_weighted, own, 0 < of_stable >= found.get("stable_before", 0.0) / 2)
