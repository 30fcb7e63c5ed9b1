"""A gate -> two queries: one whose value fails it, and one that is 1 while it passes. Neither: it is undecided."""

from dataclasses import dataclass

from rollout.kubernetes import single
from rollout.kubernetes.averaged import AveragedGate
from rollout.kubernetes.counted import CountedGate
from rollout.kubernetes.expression import Expressions, Reach
from rollout.kubernetes.promql import all_of, greatest, written
from rollout.policy.plan import Gate


@dataclass(frozen=True)
class Queries:
    """`fails` returns the greatest evidence, or the worst value; the gate fails where `fails_when` is true of it."""

    fails: str
    fails_when: str
    passes: str


def queries(gate: Gate, reach: Reach) -> Queries:
    """Raises PolicyError if a placeholder can't be rendered."""
    asked = Expressions(gate, reach)
    if gate.weighed is None:
        relation = ">" if gate.fails_above else "<"
        return Queries(single.fails(asked), condition(f"{relation} {written(gate.limit.value)}"), single.passes(asked))
    judged = AveragedGate(asked) if gate.weighed.kind == "mean" else CountedGate(asked)
    windows = gate.weighed.windows_seconds
    return Queries(
        fails=greatest([(seconds, judged.evidence(seconds)) for seconds in windows]),
        fails_when=condition(f"> {written(gate.weighed.certainty)}"),
        passes=all_of([judged.enough(windows[-1]), *(judged.within(seconds) for seconds in windows)]),
    )


def condition(relation: str) -> str:
    """No data and NaN, which no comparison holds for, don't fail a gate."""
    return f"len(result) == 1 && result[0] {relation}"


PASSES_WHEN = "len(result) == 1 && result[0] == 1"
