"""Counts -> fail, pass or inconclusive, by evidence. Pure.

fail: the evidence exceeds the certainty in any window. pass: the value is within the limit in every window, and the
longest window has enough samples. Otherwise inconclusive: 7 of 60 is above 5 %, but this may be chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rollout.gates import amounts, evidence
from rollout.gates.counts import Mean, Share, Window
from rollout.gates.judge import Measurement, Outcome
from rollout.policy.plan import Gate, Weighed

FEWEST_BAD = 4
"""Fewer bad requests never fail a gate, however low the limit: in a day of low traffic, three rare ones can coincide
by chance."""

FEWEST_VALUES = 25
"""With fewer values, the variance of a mean is too uncertain to compute its evidence."""

STABLE_TOO = "stable has as many"


@dataclass(frozen=True)
class Finding:
    """The result of one window. `value` and `limit` are in the gate's unit; `value` is None if there is none yet."""

    window: Window
    value: float | None
    limit: float
    evidence: float
    certain: bool = True  # enough samples to fail, which stable does not have too
    shared: bool = False

    @property
    def within(self) -> bool:
        return self.value is None or self.value <= self.limit


def weigh(gate: Gate, windows: Sequence[Window], label: str = "", shown: float | None = None) -> Measurement:
    """Judge a gate by its counts in each window, the shortest first."""
    rule = gate.weighed
    assert rule is not None  # noqa: S101  the caller checks it
    outcome, finding, why = verdict(gate, rule, windows)
    return measurement(gate, rule, outcome, finding, label, shown, why)


def verdict(gate: Gate, rule: Weighed, windows: Sequence[Window]) -> tuple[Outcome, Finding, str]:
    """The outcome, the finding that decided it, and why it is inconclusive, if it is."""
    findings = [judge_window(gate, rule, window) for window in windows]
    strongest = max(findings, key=lambda each: each.evidence if each.certain else -evidence.MOST)
    longest = findings[-1]
    if strongest.certain and strongest.evidence > rule.certainty:
        return Outcome.FAIL, strongest, ""
    missing = missing_for_pass(gate, rule, longest)
    excused = next((each for each in findings if each.shared and each.evidence > rule.certainty), None)
    if excused:
        return Outcome.INCONCLUSIVE, excused, STABLE_TOO
    if missing:
        return Outcome.INCONCLUSIVE, longest, missing
    beyond = next((each for each in findings if not each.within), None)
    if beyond:
        return Outcome.INCONCLUSIVE, beyond, "this may be chance"
    return Outcome.PASS, longest, ""


def judge_window(gate: Gate, rule: Weighed, window: Window) -> Finding:
    canary, stable = window.canary, window.stable
    if isinstance(canary, Mean):
        return judge_mean(gate, rule, window, canary, stable if isinstance(stable, Mean) else None)
    return judge_share(gate, rule, window, canary, stable if isinstance(stable, Share) else None)


def judge_share(gate: Gate, rule: Weighed, window: Window, canary: Share, stable: Share | None) -> Finding:
    """If the share is also compared with stable, the higher of the two limits and the lower evidence count."""
    canary = canary.without_vendor() if rule.without_vendor else canary
    limit, found = gate.limit.value, evidence.share(canary.bad, canary.total, gate.limit.value)
    shared = is_shared(rule, window, canary, limit)
    if rule.times_stable is not None:
        if stable is None or not stable.total:
            return Finding(window, canary.value, limit, 0.0, certain=False)
        limit = max(limit, rule.times_stable * stable.bad / stable.total)
        found = min(
            found,
            evidence.against_stable(canary.bad, canary.total, stable.bad, stable.total, rule.times_stable),
        )
    return Finding(window, canary.value, limit, found, certain=canary.bad >= FEWEST_BAD and not shared, shared=shared)


def is_shared(rule: Weighed, window: Window, canary: Share, limit: float) -> bool:
    """Whether stable has it too, so that it does not fail the canary."""
    seen = None if rule.without_vendor else window.shared
    return seen is not None and seen.excuses(canary.total, limit, rule.certainty)


def judge_mean(gate: Gate, rule: Weighed, window: Window, canary: Mean, stable: Mean | None) -> Finding:
    """Against stable, the value is the ratio of the two means."""
    if rule.times_stable is None:
        found = evidence.mean(canary.sum, canary.squares, canary.count, gate.limit.value)
        return Finding(window, canary.value, gate.limit.value, found, certain=canary.count >= FEWEST_VALUES)
    if stable is None or not stable.value or canary.value is None:
        return Finding(window, None, rule.times_stable, 0.0, certain=False)
    found = evidence.means(
        (canary.sum, canary.squares, canary.count), (stable.sum, stable.squares, stable.count), rule.times_stable
    )
    certain = min(canary.count, stable.count) >= FEWEST_VALUES
    return Finding(window, canary.value / stable.value, rule.times_stable, found, certain)


def missing_for_pass(gate: Gate, rule: Weighed, longest: Finding) -> str:
    """Why the gate can't pass yet, or an empty string. A comparison needs enough of stable's samples: one bad
    request of two would excuse half of the canary's."""
    count = longest.window.canary.samples
    if not count or count < (gate.at_least or 0):
        return f"{int(count)} of {gate.at_least} samples so far"
    if rule.times_stable is None or within_absolute_limit(gate, longest):
        return ""
    stable_samples = longest.window.stable.samples if longest.window.stable else 0
    if not stable_samples or longest.value is None:
        return "stable has no data to compare with"
    if stable_samples < (gate.at_least or 0):
        return f"stable has only {int(stable_samples)} of {gate.at_least} samples to compare with"
    if isinstance(longest.window.canary, Mean) and longest.value == 0:
        return "the mean is 0: check that runs are answered"
    return ""


def within_absolute_limit(gate: Gate, finding: Finding) -> bool:
    """Whether a share is within the gate's absolute limit, whatever stable's share is."""
    is_share = isinstance(finding.window.canary, Share)
    return is_share and finding.value is not None and finding.value <= gate.limit.value


def measurement(
    gate: Gate, rule: Weighed, outcome: Outcome, finding: Finding, label: str, shown: float | None, why: str
) -> Measurement:
    """The measurement, with its detail."""
    window = finding.window
    canary, stable = (each if isinstance(each, Share) else None for each in (window.canary, window.stable))
    of_stable = window.stable.value if window.stable and not (rule.kind == "mean" and rule.times_stable) else None
    measured = Measurement(
        gate.name,
        outcome,
        finding.value,
        window.canary.samples,
        "",
        stable=of_stable,
        bad=canary.bad if canary else None,
        total=canary.total if canary else None,
        stable_bad=stable.bad if stable else None,
        stable_total=stable.total if stable else None,
        evidence=round(finding.evidence, 3),
        certainty=rule.certainty,
        window_seconds=window.window_seconds,
        vendor=canary.vendor if canary and "vendor" in rule.questions else None,
        stable_vendor=stable.vendor if stable and "vendor" in rule.questions else None,
        shown=shown,
        label_value=label or None,
        why=why or None,
    )
    return replace(measured, detail=sentence(gate, rule, measured))


def sentence(gate: Gate, rule: Weighed, measured: Measurement) -> str:
    """`11.7 % (7 of 60), limit 5 %, evidence 1.8 of 3.8, stable 0.2 % (2 of 1,140): this may be chance`."""
    unit = gate.limit.unit
    parts = [
        " ".join(filter(None, [measured.label_value, amounts.canary(measured, unit)])),
        f"limit {amounts.limit(gate.limit.value, unit, rule.times_stable)}",
        f"evidence {amounts.evidence(measured)}",
    ]
    parts += amounts.besides(measured, gate.name, of_times=rule.slower_than_seconds is not None)
    if measured.stable is not None:
        parts.append(f"stable {amounts.stable(measured, unit)}")
    return ", ".join(parts) + (f": {measured.why}" if measured.why else "")
