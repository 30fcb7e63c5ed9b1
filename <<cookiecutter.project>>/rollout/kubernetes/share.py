"""The evidence of counts in PromQL: `gates.evidence.share` and `against_stable`, written out."""

from dataclasses import dataclass

from rollout.gates.weigh import FEWEST_BAD
from rollout.kubernetes.promql import all_of, counted, either, matched, once_each, unless, with_one, written


@dataclass(frozen=True)
class Counts:
    """Expressions for the counts of one release in one window; `by` is the label of `bad`."""

    bad: str
    total: str
    by: str | None

    @property
    def ratio(self) -> str:
        return f"({once_each(self.bad, self.by)} / {with_one(self.by)} {counted(self.total)})"


def evidence(of: Counts, limit: float) -> str:
    """Standard deviations above a limit of 0..1, of each label."""
    expected, one = f"({written(limit)} * {counted(of.total)})", with_one(of.by)
    bad = f"clamp_min({once_each(of.bad, of.by)} - 0.5, 0)"
    return f"(1.5 * ({bad} ^ (2 / 3) - {one} {expected} ^ (2 / 3)) / {one} {expected} ^ (1 / 6) < Inf)"


def against(canary: Counts, stable: Counts, times: float) -> str:
    """Standard deviations above `times` x stable's share, of each label; nothing at or below it."""
    on, one = matched(canary.by), with_one(canary.by)
    bad, own = f"(({canary.bad}) - 0.5)", f"({written(times)} * {counted(canary.total)})"
    their_bad, theirs = f"({bad_of_each_label(canary, stable)} + 0.5)", counted(stable.total)
    both, all_own = f"({bad} + {on} {their_bad})", f"({own} + on () {theirs})"
    deviance = (
        f"{bad} * {on} ln({bad} / {one} {own})"
        f" + {on} {their_bad} * {on} ln({their_bad} / {one} {theirs})"
        f" - {on} {both} * {on} ln({both} / {one} {all_own})"
    )
    higher = f"{bad} / {one} {own} > {on} {their_bad} / {one} {theirs}"
    return f"(sqrt(2 * ({deviance})) and {on} {higher} and on () ({stable.bad}))"


def bad_of_each_label(canary: Counts, stable: Counts) -> str:
    """Stable's bad ones for each label of the canary; a label that stable does not have is counted 0 times."""
    if canary.by is None:
        return once_each(stable.bad, None)
    return f"(({stable.bad}) or {matched(canary.by)} 0 * ({canary.bad}))"


def certain(of: Counts, promql: str) -> str:
    """The evidence, from FEWEST_BAD bad ones on."""
    return f"({promql} and {matched(of.by)} ({of.bad}) >= {FEWEST_BAD})"


def within(canary: Counts, limit: float, stable: Counts | None = None, times: float = 0.0) -> str:
    """A value if no label's share exceeds its limit, or if there are no requests. Of two limits, the higher counts."""
    limits = written(limit)
    if stable is not None:
        on = matched(canary.by)
        share = f"{bad_of_each_label(canary, stable)} / {with_one(canary.by)} {counted(stable.total)}"
        fixed = f"0 * {once_each(canary.bad, canary.by)} + {written(limit)}"
        limits = f"{on} (clamp_min({written(times)} * {share}, {written(limit)}) or {on} {fixed})"
    return either(all_within(canary, limits), unless("vector(1)", f"({canary.total}) > 0"))


def all_within(canary: Counts, limits: str) -> str:
    """1 if every label's share is within its limit; NaN is not."""
    return f"(min({canary.ratio} <= bool {limits}) == 1)"


def enough_of_stable(canary: Counts, limit: float, stable: Counts, at_least: int) -> str:
    """A value if every share is within the fixed limit, or stable has enough samples to excuse one that is not."""
    return either(all_within(canary, written(limit)), f"({counted(stable.total)} >= {at_least})")


def enough(samples: str, total: str, at_least: int) -> str:
    """1 if there are `at_least` samples."""
    return all_of([f"group({counted(samples)} >= {at_least})", counted(total)])


def without_vendor(bad: str, vendor: str, by: str | None) -> str:
    """The bad ones that the model's API did not cause, of each label."""
    on = matched(by)
    others = f" or {on} ({bad})" if by else ""
    return f"clamp_min(({bad}) - {on} ({vendor}), 0){others}"
