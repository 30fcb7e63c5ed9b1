"""Counts -> fail, pass or inconclusive, by evidence. Pure.

fail: the evidence exceeds the certainty in any window. pass: the value is within the limit in every window, and the
longest window has enough samples. Otherwise inconclusive: 7 of 60 is above 5 %, but this may be chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rollout.gates import evidence
from rollout.gates.counts import Mean, Share, Window
from rollout.gates.judge import Measurement, Outcome
from rollout.policy.plan import Gate, Weighed
from rollout.text import number, quantity

FEWEST_BAD = 2
"""A single bad request never fails a gate, however low the limit."""

FEWEST_VALUES = 25
"""With fewer values, the variance of a mean is too uncertain to compute its evidence."""


@dataclass(frozen=True)
class Finding:
    """The result of one window. `value` and `limit` are in the gate's unit; `value` is None if there is none yet."""

    window: Window
    value: float | None
    limit: float
    evidence: float
    certain: bool = True  # enough samples to fail

    @property
    def within(self) -> bool:
        return self.value is None or self.value <= self.limit


def weigh(gate: Gate, windows: Sequence[Window], label: str = "", shown: float | None = None) -> Measurement:
    """Judge a gate by its counts in each window, the shortest first."""
    rule = gate.weighed
    assert rule is not None  # noqa: S101  the caller checks it
    findings = [judge_window(gate, rule, window) for window in windows]
    strongest = max(findings, key=lambda each: each.evidence if each.certain else -evidence.MOST)
    longest = findings[-1]
    if strongest.certain and strongest.evidence > rule.certainty:
        return measurement(gate, rule, Outcome.FAIL, strongest, label, shown)
    missing = missing_for_pass(gate, rule, longest)
    if missing:
        return measurement(gate, rule, Outcome.INCONCLUSIVE, longest, label, shown, missing)
    beyond = next((each for each in findings if not each.within), None)
    if beyond:
        return measurement(gate, rule, Outcome.INCONCLUSIVE, beyond, label, shown, "this may be chance")
    return measurement(gate, rule, Outcome.PASS, longest, label, shown)


def judge_window(gate: Gate, rule: Weighed, window: Window) -> Finding:
    canary, stable = window.canary, window.stable
    if isinstance(canary, Mean):
        return judge_mean(gate, rule, window, canary, stable if isinstance(stable, Mean) else None)
    return judge_share(gate, rule, window, canary, stable if isinstance(stable, Share) else None)


def judge_share(gate: Gate, rule: Weighed, window: Window, canary: Share, stable: Share | None) -> Finding:
    """If the share is also compared with stable, the higher of the two limits and the lower evidence count."""
    canary = canary.without_vendor() if rule.without_vendor else canary
    limit, found = gate.limit.value, evidence.share(canary.bad, canary.total, gate.limit.value)
    if rule.times_stable is not None:
        if stable is None or not stable.total:
            return Finding(window, canary.value, limit, 0.0, certain=False)
        limit = max(limit, rule.times_stable * stable.bad / stable.total)
        found = min(
            found,
            evidence.against_stable(canary.bad, canary.total, stable.bad, stable.total, rule.times_stable),
        )
    return Finding(window, canary.value, limit, found, certain=canary.bad >= FEWEST_BAD)


def judge_mean(gate: Gate, rule: Weighed, window: Window, canary: Mean, stable: Mean | None) -> Finding:
    """If the mean is compared with stable, `value` is the ratio of the two means."""
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
    """Why the gate can't pass yet, or an empty string."""
    count = samples_of(longest.window.canary)
    if not count or count < (gate.at_least or 0):
        return f"{int(count)} of {gate.at_least} samples so far"
    if isinstance(longest.window.canary, Mean) and rule.times_stable is not None:
        if longest.value is None:
            return "stable has no data to compare with"
        if longest.value == 0:
            return "the mean is 0: check that runs are answered"
    if not longest.within and rule.times_stable is not None and not longest.window.stable:
        return "stable has no data to compare with"
    return ""


def samples_of(counts: Share | Mean) -> float:
    return counts.total if isinstance(counts, Share) else counts.count


def measurement(
    gate: Gate, rule: Weighed, outcome: Outcome, finding: Finding, label: str, shown: float | None, why: str = ""
) -> Measurement:
    """The measurement, with its detail: `11.7 % (7 of 60), limit 5 %, evidence 1.8 of 3.8: this may be chance`."""
    window = finding.window
    canary, stable = (each if isinstance(each, Share) else None for each in (window.canary, window.stable))
    of_stable = window.stable.value if window.stable and not (rule.kind == "mean" and rule.times_stable) else None
    return Measurement(
        gate.name,
        outcome,
        finding.value,
        samples_of(window.canary),
        sentence(gate, rule, finding, label, shown) + (f": {why}" if why else ""),
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
    )


def sentence(gate: Gate, rule: Weighed, finding: Finding, label: str, shown: float | None) -> str:
    unit, window = gate.limit.unit, finding.window
    parts = [
        f"{label} " * bool(label) + amount(finding.value, unit, window.canary),
        f"limit {limit_text(gate, rule)}",
        f"evidence {evidence_text(finding.evidence, rule.certainty)} of {number(rule.certainty)}",
    ]
    text = ", ".join(parts)
    if shown is not None:
        text += f"; {gate.name} {quantity(shown, 'seconds' if rule.slower_than_seconds else 'count')}"
    if isinstance(window.canary, Share) and window.canary.vendor:
        text += f"; {number(window.canary.vendor)} from the model's API"
    if isinstance(window.stable, Share) and window.stable.total:
        text += f"; stable {amount(window.stable.value, unit, window.stable)}"
    return text


def evidence_text(found: float, certainty: float) -> str:
    """One decimal, or two if it would look equal to the certainty; 0 within the limit."""
    short, long = (f"{max(0.0, found):.{digits}f}" for digits in (1, 2))
    return "0" if found <= 0 else long if float(short) == certainty else short


def amount(value: float | None, unit: str, counts: Share | Mean) -> str:
    """`11.7 % (7 of 60)`, or for a mean `1.62 x (412 samples)`."""
    if isinstance(counts, Mean):
        return f"{quantity(value, unit)} ({number(counts.count)} samples)"
    return f"{quantity(value, unit)} ({number(counts.bad)} of {number(counts.total)})"


def limit_text(gate: Gate, rule: Weighed) -> str:
    """`5 %`, `3 x stable`, `0.1 % and 1 x stable`."""
    own = quantity(gate.limit.value, gate.limit.unit) if gate.limit.value and gate.limit.unit != "multiple" else ""
    times = f"{number(rule.times_stable)} x stable" if rule.times_stable is not None else ""
    return " and ".join(filter(None, [own, times])) or "0 %"
