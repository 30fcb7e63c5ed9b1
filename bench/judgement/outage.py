"""An outage of the model's API during a rollout: whether a gate takes the new release back. The engine's own verdict
and `decide` judge simulated counts; a release's own metrics can be scraped up to one scrape later than the router's."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bench.judgement.judged import judged
from bench.judgement.simulation import End
from bench.judgement.traffic import LOOK_SECONDS, poisson, roughly_poisson
from bench.judgement.windows import Sums
from rollout.gates.counts import Share, Window
from rollout.gates.decide import decide
from rollout.gates.judge import Measurement
from rollout.gates.shared import SLICE_SCRAPES, shared
from rollout.policy.plan import Gate, Plan, Step

USUAL = 0.003
"""The share of requests that fails without an outage, in both releases."""

SLICE = SLICE_SCRAPES - 1
"""Between so many pairs of a slice's scrapes its counts grow."""


@dataclass(frozen=True)
class Outage:
    """From `begins` seconds after the first shift, for `lasts` seconds, the API fails this share of the requests to
    stable, and of the new release's `of_new`: the same, unless the release is bad. `own` of the new release's requests
    always fail by themselves."""

    requests_per_second: float
    share: float
    of_new: float
    begins: float
    lasts: float
    own: float = USUAL

    def vendors(self, seconds: float, *, new: bool) -> float:
        """The share of requests that the API fails at this moment."""
        is_out = self.begins <= seconds < self.begins + self.lasts
        return (self.of_new if new else self.share) if is_out else 0.0


@dataclass(frozen=True)
class Looks:
    """A release's counts in each look: its errors, those that the API caused, and all requests."""

    bad: Sequence[int]
    vendor: Sequence[int]
    total: Sequence[int]


class Rollout:
    """One gate of a plan in an outage."""

    def __init__(self, plan: Plan, gate: Gate, outage: Outage, seed: int, *, late: bool) -> None:
        """`late`: the canary's own metrics are scraped one scrape after the router's."""
        assert gate.weighed  # noqa: S101  only evidence is simulated
        self._plan, self._gate, self._rule, self._outage = replace(plan, gates=(gate,)), gate, gate.weighed, outage
        self._rng, self._late = random.Random(seed), late  # noqa: S311  draws counts, keeps no secret
        self._windows = [round(seconds / LOOK_SECONDS) for seconds in self._rule.windows_seconds]
        self._new, self._old = Release(), Release()

    def run(self) -> End:
        seconds = 0.0
        for step in self._plan.steps:
            verdict, took = self._take(step, seconds)
            seconds += took
            if verdict != "advance":
                return End(verdict, seconds)
        return End("promoted", seconds)

    def _take(self, step: Step, since: float) -> tuple[str, float]:
        for look in range(1, int(self._plan.decide_within_seconds / LOOK_SECONDS) + 1):
            elapsed = look * LOOK_SECONDS
            self._draw(step.weight, since + elapsed - LOOK_SECONDS)
            requests = int(self._new.total.last(round(self._plan.window_seconds / LOOK_SECONDS)))
            measured = self._measure(look + round(since / LOOK_SECONDS))
            move = decide(self._plan, step, elapsed, [measured], errors=0, requests=requests)
            if move.move == "back":
                return "in_doubt" if move.in_doubt else "rolled_back", elapsed
            if move.move == "advance":
                return "advance", elapsed
        raise AssertionError("a step ends by its deadline")

    def _draw(self, weight: float, seconds: float) -> None:
        for release, part, new in ((self._new, weight, True), (self._old, 1 - weight, False)):
            requests = self._outage.requests_per_second * LOOK_SECONDS * part
            vendors = self._outage.vendors(seconds, new=new)
            own = (self._outage.own if new else USUAL) * (1 - vendors)
            (vendor,), (other,) = (poisson(self._rng, requests * each, 1) for each in (vendors, own))
            (good,) = roughly_poisson(self._rng, requests * (1 - vendors - own), 1)
            release.add(vendor + other, vendor, vendor + other + good)
        mine, theirs = self._new.total.last(SLICE), self._old.total.last(SLICE)
        for release, of_other in ((self._new, theirs), (self._old, mine)):
            in_slice = release.bad.last(SLICE)
            release.slices.add(float(in_slice))
            release.weighted.add(in_slice * of_other / (mine + theirs) if mine + theirs else 0.0)
            release.alone.add(0.0 if of_other else float(in_slice))

    def _measure(self, looks: int) -> Measurement:
        return judged(self._gate, [self._window(min(each, looks)) for each in self._windows])

    def _window(self, looks: int) -> Window:
        new, old = self._new, self._old
        canary = Share(new.bad.last(looks), new.total.last(looks), new.vendor_of(looks, late=self._late))
        found = {
            "before": new.bad.inner(looks),
            "stable_before": old.bad.inner(looks),
            "stable_vendor": old.vendor_of(looks, late=False),
        }
        for name, release, weighted in (
            ("weighted", new, new.weighted.inner(looks)),
            ("alone", new, new.alone.last(looks)),
            ("stable_weighted", old, old.weighted.last(looks)),
        ):
            if release.slices.last(looks):
                found[name] = release.bad.last(looks) * weighted / release.slices.last(looks)
        asks = self._rule.shared_every_seconds is not None
        seen = shared(found, canary.vendor if "vendor" in self._rule.questions else None) if asks else None
        return Window(looks * LOOK_SECONDS, canary, Share(old.bad.last(looks), old.total.last(looks)), seen)


class Late(Sums[float]):
    def late(self, looks: int) -> float:
        """Until the look before the newest."""
        return self.last(looks + 1) - self.last(1)

    def inner(self, looks: int) -> float:
        """Without the window's first and last look."""
        return self.last(max(1, looks - 1)) - self.last(1)


class Release:
    def __init__(self) -> None:
        self.bad, self.vendor, self.total = Late(), Late(), Late()
        self.slices, self.weighted, self.alone = Late(), Late(), Late()

    def add(self, bad: int, vendor: int, total: int) -> None:
        for sums, count in ((self.bad, bad), (self.vendor, vendor), (self.total, total)):
            sums.add(count)

    def vendor_of(self, looks: int, *, late: bool) -> float:
        return self.vendor.late(looks) if late else self.vendor.last(looks)


def ends(plan: Plan, gate: Gate, outage: Outage, seeds: Iterable[int]) -> list[End]:
    """In every second rollout, the canary's own metrics are late."""
    return [Rollout(plan, gate, outage, seed, late=seed % 2 == 1).run() for seed in seeds]
