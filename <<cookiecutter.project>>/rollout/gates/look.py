"""A look at a gate that is judged by evidence: ask for the counts of each window, the canary's and stable's."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from rollout.errors import MetricsError, NoData
from rollout.gates.counts import Mean, Seen, Share
from rollout.gates.judge import Measurement, Outcome
from rollout.gates.weigh import weigh
from rollout.metrics.questions import Answer, Question
from rollout.policy.placeholders import Values, fill
from rollout.policy.plan import Gate, Weighed

IDLE_WINDOWS = 3
"""Once stable has no traffic, nothing that happens now happens to both: then it is compared over a longer time, three
times the longest window, in which its rare events are counted better."""

CANARY, STABLE, SHOWN = "canary", "stable", "shown"
OF_THE_CANARY_ALONE = "samples"


class Several(Protocol):
    """Where many values come from at once."""

    def several(self, questions: Mapping[str, Question], ago_seconds: float = 0.0) -> Mapping[str, Answer]:
        """An answer for each question; raises Unreachable."""
        ...


def look(gate: Gate, values: Values, metrics: Several) -> Measurement:
    """One measurement of a weighed gate. Raises a MetricsError where the canary's counts have no usable answer."""
    rule = gate.weighed
    assert rule is not None  # noqa: S101  or there is nothing to count
    windows = windows_of(rule, values.judged_seconds)
    answers = ask(gate, rule, windows, values, metrics)
    shown = number_in(answers.get(SHOWN))
    canary = [by_label(rule, number, answers, CANARY) for number in range(len(windows))]
    stable = [by_label_if_any(rule, number, answers) for number in range(len(windows))]
    labels = sorted({label for counts in canary for label in counts})
    measured = [
        weigh(gate, [seen(*each, label) for each in zip(windows, canary, stable, strict=True)], label, shown)
        for label in labels
    ]
    return max(measured, key=rank)


def windows_of(rule: Weighed, judged_seconds: float) -> list[float]:
    """The windows, none longer than there is something to judge."""
    return sorted({min(seconds, judged_seconds) for seconds in rule.windows_seconds})


def ask(gate: Gate, rule: Weighed, windows: Sequence[float], values: Values, metrics: Several) -> dict[str, Answer]:
    """All of it, in one request if stable's counts are of the same moment."""
    values = replace(values, slower_than_seconds=rule.slower_than_seconds)
    canary = questions(gate, rule, windows, values, CANARY)
    if rule.shows:
        longest = replace(values, window_seconds=windows[-1])
        canary[SHOWN] = Question(fill(rule.shows, longest))
    if not values.stable:
        return dict(metrics.several(canary))
    ago_seconds, before = values.ago_seconds, replace(values, release=values.stable, ago_seconds=0.0)
    if rule.before:
        ago_seconds, windows = values.judged_seconds, [rule.windows_seconds[-1]] * len(windows)
    elif ago_seconds:
        windows = [IDLE_WINDOWS * rule.windows_seconds[-1]] * len(windows)
    stable = questions(gate, rule, windows, before, STABLE)
    if not ago_seconds:
        return dict(metrics.several(canary | stable))
    return {**metrics.several(canary), **metrics.several(stable, ago_seconds)}


def questions(gate: Gate, rule: Weighed, windows: Sequence[float], values: Values, whose: str) -> dict[str, Question]:
    """`canary bad 0`, `canary total 0`, ... for each window."""
    return {
        f"{whose} {key} {number}": Question(
            fill(promql, replace(values, window_seconds=seconds)), gate.by if key in ("bad", "vendor") else None
        )
        for number, seconds in enumerate(windows)
        for key, promql in asked_of(rule, whose).items()
    }


def asked_of(rule: Weighed, whose: str) -> Mapping[str, str]:
    return {key: promql for key, promql in rule.questions.items() if whose == CANARY or key != OF_THE_CANARY_ALONE}


def by_label(rule: Weighed, number: int, answers: Mapping[str, Answer], whose: str) -> dict[str, Share | Mean]:
    """One window's counts by the gate's label, or under "". Before the first sample the rest need not be there. Raises
    a MetricsError."""
    found = {key: answers[f"{whose} {key} {number}"] for key in asked_of(rule, whose)}
    count = of_no_series(found["count" if rule.kind == "mean" else "total"])
    if not count:
        return {"": Mean(0, 0, 0) if rule.kind == "mean" else Share(0, 0)}
    if rule.kind == "mean":
        return {"": Mean(one(found["sum"]), one(found["squares"]), count)}
    bad, vendor = numbers(found["bad"]), numbers(found["vendor"]) if "vendor" in found else {}
    own = of_no_series(found[OF_THE_CANARY_ALONE]) if OF_THE_CANARY_ALONE in found else None
    return {label: Share(many, count, min(many, vendor.get(label, 0.0)), own) for label, many in bad.items()}


def by_label_if_any(rule: Weighed, number: int, answers: Mapping[str, Answer]) -> Mapping[str, Share | Mean]:
    """Stable's, which may have no answer."""
    try:
        return by_label(rule, number, answers, STABLE)
    except (MetricsError, KeyError):
        return {}


def seen(seconds: float, canary: Mapping[str, Share | Mean], stable: Mapping[str, Share | Mean], label: str) -> Seen:
    """One label's counts; where a label does not occur, none of its kind happened."""
    return Seen(seconds, none_if_missing(canary, label) or Share(0, 0), none_if_missing(stable, label))


def none_if_missing(counts: Mapping[str, Share | Mean], label: str) -> Share | Mean | None:
    if label in counts or not counts:
        return counts.get(label)
    any_one = next(iter(counts.values()))
    return Share(0, any_one.total, counted=any_one.counted) if isinstance(any_one, Share) else None


def numbers(answer: Answer) -> Mapping[str, float]:
    if isinstance(answer, MetricsError):
        raise answer
    return answer


def one(answer: Answer) -> float:
    """The only number. Raises a MetricsError."""
    return next(iter(numbers(answer).values()))


def of_no_series(answer: Answer) -> float:
    """How many; no series at all is 0, since nothing has been counted yet."""
    return 0.0 if isinstance(answer, NoData) else one(answer)


def number_in(answer: Answer | None) -> float | None:
    """What is only shown may be missing."""
    return None if answer is None or isinstance(answer, MetricsError) else one(answer)


ORDER = (Outcome.PASS, Outcome.INCONCLUSIVE, Outcome.FAIL)


def rank(measured: Measurement) -> tuple[int, float, float]:
    """The worst label of a gate is the one nearest to failing."""
    return ORDER.index(measured.outcome), measured.evidence or 0.0, measured.value or 0.0
