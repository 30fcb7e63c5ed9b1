"""Measures a gate that is judged by evidence: queries the canary's and stable's counts for each window."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeAlias

from rollout.errors import MetricsError, NoData
from rollout.gates.counts import Mean, Share, Window
from rollout.gates.judge import Measurement, Outcome
from rollout.gates.shared import CANARY, NAMES, STABLE, Shared, expressions, shared
from rollout.gates.weigh import weigh
from rollout.metrics.questions import Answer, Question
from rollout.policy.placeholders import Values, fill
from rollout.policy.plan import Gate, Weighed

IDLE_WINDOWS = 3
"""Once stable has no traffic, its window need not be the canary's. So stable's counts cover this many times the longest
window, which gives more samples of rare events."""

Counts: TypeAlias = Mapping[str, Share | Mean]
"""A window's counts by the gate's label, or under ""."""

SHOWN, SHARED = "shown", "shared"
OF_THE_CANARY_ALONE = "samples"


class Several(Protocol):
    """A Prometheus that answers many queries at once."""

    def several(self, questions: Mapping[str, Question], ago_seconds: float = 0.0) -> Mapping[str, Answer]:
        """An answer for each question. Raises Unreachable."""
        ...


def measure_by_evidence(gate: Gate, values: Values, metrics: Several) -> Measurement:
    """Measure a gate that has `weighed`. Raises a MetricsError if the canary's counts have no usable answer."""
    rule = gate.weighed
    assert rule is not None  # noqa: S101  the caller checks it
    windows = windows_of(rule, values.judged_seconds)
    answers = ask(gate, rule, windows, values, metrics)
    shown = number_or_none(answers.get(SHOWN))
    canary = [by_label(rule, number, answers, CANARY) for number in range(len(windows))]
    stable = [by_label_if_any(rule, number, answers) for number in range(len(windows))]
    labels = sorted({label for counts in canary for label in counts})

    def worst(compared: Sequence[Mapping[str, Shared]]) -> Measurement:
        seen = list(zip(windows, canary, stable, compared, strict=True))
        return max((weigh(gate, [window(*each, label) for each in seen], label, shown) for label in labels), key=rank)

    measured = worst([{} for _ in windows])
    if measured.outcome is not Outcome.FAIL or not may_be_shared(rule, values):
        return measured
    of_both = metrics.several(shared_questions(gate, rule, windows, values))
    return worst([shared_by_label(rule, number, canary[number], of_both) for number in range(len(windows))])


def may_be_shared(rule: Weighed, values: Values) -> bool:
    """Asked only of what would fail: these questions take ten times as long as the others."""
    return rule.shared_every_seconds is not None and bool(values.stable) and not rule.without_vendor


def windows_of(rule: Weighed, judged_seconds: float) -> list[float]:
    """The windows, none longer than the time for which the canary is judged."""
    return sorted({min(seconds, judged_seconds) for seconds in rule.windows_seconds})


def ask(gate: Gate, rule: Weighed, windows: Sequence[float], values: Values, metrics: Several) -> dict[str, Answer]:
    """All counts; in one request if stable's are of the same time as the canary's."""
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


def questions(gate: Gate, rule: Weighed, windows: Sequence[float], values: Values, role: str) -> dict[str, Question]:
    """One question for each key and window: `canary bad 0`, `canary total 0`, ..."""
    return {
        f"{role} {key} {number}": Question(
            fill(promql, replace(values, window_seconds=seconds)), gate.by if key in ("bad", "vendor") else None
        )
        for number, seconds in enumerate(windows)
        for key, promql in questions_of(rule, role).items()
    }


def shared_questions(gate: Gate, rule: Weighed, windows: Sequence[float], values: Values) -> dict[str, Question]:
    """`shared weighted 0`, ...; of now, also once stable has no traffic."""
    values = replace(values, slower_than_seconds=rule.slower_than_seconds, ago_seconds=0.0)
    releases = {CANARY: values.release, STABLE: values.stable}

    def filled(role: str, key: str, seconds: float) -> str:
        return fill(rule.questions[key], replace(values, release=releases[role], window_seconds=seconds))

    return {
        f"{SHARED} {name} {number}": Question(promql, gate.by)
        for number, seconds in enumerate(windows)
        for name, promql in expressions(rule, seconds, filled, gate.by).items()
    }


def questions_of(rule: Weighed, role: str) -> Mapping[str, str]:
    return {key: promql for key, promql in rule.questions.items() if role == CANARY or key != OF_THE_CANARY_ALONE}


def by_label(rule: Weighed, number: int, answers: Mapping[str, Answer], role: str) -> dict[str, Share | Mean]:
    """The canary's or stable's counts in window `number`. If the count is 0, the other answers may be missing. Raises a
    MetricsError."""
    found = {key: answers[f"{role} {key} {number}"] for key in questions_of(rule, role)}
    count = zero_if_no_data(found["count" if rule.kind == "mean" else "total"])
    if not count:
        return {"": Mean(0, 0, 0) if rule.kind == "mean" else Share(0, 0)}
    if rule.kind == "mean":
        return {"": Mean(one(found["sum"]), one(found["squares"]), count)}
    bad, vendor = numbers(found["bad"]), numbers(found["vendor"]) if "vendor" in found else {}
    own = zero_if_no_data(found[OF_THE_CANARY_ALONE]) if OF_THE_CANARY_ALONE in found else None
    return {label: Share(many, count, min(many, vendor.get(label, 0.0)), own) for label, many in bad.items()}


def by_label_if_any(rule: Weighed, number: int, answers: Mapping[str, Answer]) -> Counts:
    """Stable's counts; empty if they have no answer."""
    try:
        return by_label(rule, number, answers, STABLE)
    except (MetricsError, KeyError):
        return {}


def shared_by_label(rule: Weighed, number: int, canary: Counts, answers: Mapping[str, Answer]) -> Mapping[str, Shared]:
    """What window `number` has while both releases got requests. No series is no count; after any other error, nothing
    is excused."""
    asked = {name: answer for name in NAMES if (answer := answers.get(f"{SHARED} {name} {number}")) is not None}
    if any(isinstance(answer, MetricsError) and not isinstance(answer, NoData) for answer in asked.values()):
        return {}
    by_name = {name: answer for name, answer in asked.items() if not isinstance(answer, MetricsError)}
    found = {
        label: shared(
            {name: each[label] for name, each in by_name.items() if label in each},
            counts.vendor if "vendor" in rule.questions else None,
        )
        for label, counts in canary.items()
        if isinstance(counts, Share)
    }
    return {label: each for label, each in found.items() if each}


def window(seconds: float, canary: Counts, stable: Counts, compared: Mapping[str, Shared], label: str) -> Window:
    """One label's counts; a label that is missing was counted 0 times."""
    counts = zero_if_missing(canary, label) or Share(0, 0)
    return Window(seconds, counts, zero_if_missing(stable, label), compared.get(label))


def zero_if_missing(counts: Counts, label: str) -> Share | Mean | None:
    if label in counts or not counts:
        return counts.get(label)
    any_one = next(iter(counts.values()))
    return Share(0, any_one.total, counted=any_one.counted) if isinstance(any_one, Share) else None


def numbers(answer: Answer) -> Mapping[str, float]:
    if isinstance(answer, MetricsError):
        raise answer
    return answer


def one(answer: Answer) -> float:
    """The only number in an answer. Raises a MetricsError."""
    return next(iter(numbers(answer).values()))


def zero_if_no_data(answer: Answer) -> float:
    """A count; 0 if there is no series yet."""
    return 0.0 if isinstance(answer, NoData) else one(answer)


def number_or_none(answer: Answer | None) -> float | None:
    """A number that is only shown, so it may be missing."""
    return None if answer is None or isinstance(answer, MetricsError) else one(answer)


ORDER = (Outcome.PASS, Outcome.INCONCLUSIVE, Outcome.FAIL)


def rank(measured: Measurement) -> tuple[int, float, float]:
    """Sorts a gate's labels; the last one is the closest to failing."""
    return ORDER.index(measured.outcome), measured.evidence or 0.0, measured.value or 0.0
