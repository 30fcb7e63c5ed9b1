"""Counts -> fail, pass, or not sure yet, by evidence. Pure.

fail: in any window the evidence is above the certainty. pass: in no window the value is beyond the limit, and the
longest one holds enough samples. Anything between is inconclusive: 7 of 60 is above 5 %, but chance does that too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rollout.gates import amounts, evidence
from rollout.gates.counts import Mean, Seen, Share
from rollout.gates.judge import Measurement, Outcome
from rollout.policy.plan import Gate, Weighed

FEWEST_BAD = 4
"""Fewer bad requests prove nothing, however small the limit: in a day of little traffic, three rare ones come together
by chance."""

FEWEST_VALUES = 25
"""Of fewer, the spread of a mean is not known, on which its evidence rests."""


@dataclass(frozen=True)
class Reading:
    """What one window says. `value` and `limit` are in the gate's unit; None: there is none yet."""

    seen: Seen
    value: float | None
    limit: float
    evidence: float
    certain: bool = True  # enough of it to fail by

    @property
    def within(self) -> bool:
        return self.value is None or self.value <= self.limit


def weigh(gate: Gate, windows: Sequence[Seen], whose: str = "", shown: float | None = None) -> Measurement:
    """The verdict on the counts of each of the gate's windows, the shortest first."""
    rule = gate.weighed
    assert rule is not None  # noqa: S101  or there is nothing to weigh
    outcome, reading, why = verdict(gate, rule, windows)
    return said(gate, rule, outcome, reading, whose, shown, why)


def verdict(gate: Gate, rule: Weighed, windows: Sequence[Seen]) -> tuple[Outcome, Reading, str]:
    """The outcome, what the window says that decided, and what an inconclusive one waits for."""
    readings = [read(gate, rule, seen) for seen in windows]
    strongest = max(readings, key=lambda each: each.evidence if each.certain else -evidence.MOST)
    longest = readings[-1]
    if strongest.certain and strongest.evidence > rule.certainty:
        return Outcome.FAIL, strongest, ""
    missing = lacking(gate, rule, longest)
    if missing:
        return Outcome.INCONCLUSIVE, longest, missing
    beyond = next((each for each in readings if not each.within), None)
    if beyond:
        return Outcome.INCONCLUSIVE, beyond, "chance does that too"
    return Outcome.PASS, longest, ""


def read(gate: Gate, rule: Weighed, seen: Seen) -> Reading:
    if isinstance(seen.canary, Mean):
        stable = seen.stable if isinstance(seen.stable, Mean) else None
        return read_mean(gate, rule, seen, seen.canary, stable)
    return read_share(gate, rule, seen, seen.canary, seen.stable if isinstance(seen.stable, Share) else None)


def read_share(gate: Gate, rule: Weighed, seen: Seen, canary: Share, stable: Share | None) -> Reading:
    """Where it is also compared with stable, the larger of the two limits counts, and the weaker evidence."""
    canary = canary.without_vendor() if rule.without_vendor else canary
    limit, found = gate.limit.value, evidence.share(canary.bad, canary.total, gate.limit.value)
    if rule.times_stable is not None:
        if stable is None or not stable.total:
            return Reading(seen, canary.value, limit, 0.0, certain=False)
        limit = max(limit, rule.times_stable * stable.bad / stable.total)
        found = min(
            found,
            evidence.against_stable(canary.bad, canary.total, stable.bad, stable.total, rule.times_stable),
        )
    return Reading(seen, canary.value, limit, found, certain=canary.bad >= FEWEST_BAD)


def read_mean(gate: Gate, rule: Weighed, seen: Seen, canary: Mean, stable: Mean | None) -> Reading:
    """Against stable the value is the ratio of the two means."""
    if rule.times_stable is None:
        found = evidence.mean(canary.sum, canary.squares, canary.count, gate.limit.value)
        return Reading(seen, canary.value, gate.limit.value, found, certain=canary.count >= FEWEST_VALUES)
    if stable is None or not stable.value or canary.value is None:
        return Reading(seen, None, rule.times_stable, 0.0, certain=False)
    found = evidence.means(
        (canary.sum, canary.squares, canary.count), (stable.sum, stable.squares, stable.count), rule.times_stable
    )
    certain = min(canary.count, stable.count) >= FEWEST_VALUES
    return Reading(seen, canary.value / stable.value, rule.times_stable, found, certain)


def lacking(gate: Gate, rule: Weighed, longest: Reading) -> str:
    """What is missing for a pass; nothing if nothing is. Few samples of stable's excuse nothing: one bad request of two
    would make half of the canary's a pass."""
    count = longest.seen.canary.samples
    if not count or count < (gate.at_least or 0):
        return f"{int(count)} of {gate.at_least} samples so far"
    if rule.times_stable is None or within_its_own(gate, longest):
        return ""
    beside = longest.seen.stable.samples if longest.seen.stable else 0
    if not beside or longest.value is None:
        return "stable has nothing to compare with"
    if beside < (gate.at_least or 0):
        return f"stable has only {int(beside)} of {gate.at_least} samples to compare with"
    if isinstance(longest.seen.canary, Mean) and longest.value == 0:
        return "nothing at all: was anything answered?"
    return ""


def within_its_own(gate: Gate, reading: Reading) -> bool:
    """Whether a share is within the gate's own limit, whatever stable has."""
    return isinstance(reading.seen.canary, Share) and reading.value is not None and reading.value <= gate.limit.value


def said(
    gate: Gate, rule: Weighed, outcome: Outcome, reading: Reading, whose: str, shown: float | None, why: str
) -> Measurement:
    """The measurement, with its sentence."""
    seen = reading.seen
    canary, stable = (each if isinstance(each, Share) else None for each in (seen.canary, seen.stable))
    of_stable = seen.stable.value if seen.stable and not (rule.kind == "mean" and rule.times_stable) else None
    measured = Measurement(
        gate.name,
        outcome,
        reading.value,
        seen.canary.samples,
        "",
        stable=of_stable,
        bad=canary.bad if canary else None,
        total=canary.total if canary else None,
        stable_bad=stable.bad if stable else None,
        stable_total=stable.total if stable else None,
        evidence=round(reading.evidence, 3),
        certainty=rule.certainty,
        window_seconds=seen.window_seconds,
        vendor=canary.vendor if canary and "vendor" in rule.questions else None,
        stable_vendor=stable.vendor if stable and "vendor" in rule.questions else None,
        shown=shown,
        whose=whose or None,
        why=why or None,
    )
    return replace(measured, detail=sentence(gate, rule, measured))


def sentence(gate: Gate, rule: Weighed, measured: Measurement) -> str:
    """`11.7 % (7 of 60), limit 5 %, evidence 1.8 of 3.8, stable 0.2 % (2 of 1,140): chance does that too`."""
    unit = gate.limit.unit
    parts = [
        " ".join(filter(None, [measured.whose, amounts.canary(measured, unit)])),
        f"limit {amounts.limit(gate.limit.value, unit, rule.times_stable)}",
        f"evidence {amounts.evidence(measured)}",
    ]
    parts += amounts.besides(measured, gate.name, of_times=rule.slower_than_seconds is not None)
    if measured.stable is not None:
        parts.append(f"stable {amounts.stable(measured, unit)}")
    return ", ".join(parts) + (f": {measured.why}" if measured.why else "")
