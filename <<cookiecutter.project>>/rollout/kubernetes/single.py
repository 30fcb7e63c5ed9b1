"""A gate with one `query`, in PromQL: `gates.judge.judge`, written out."""

from rollout.kubernetes.expression import Expressions
from rollout.kubernetes.promql import counted, once_each, unless, written


def fails(asked: Expressions) -> str:
    """The worst value of the query; nothing without enough samples, or if it is not finite."""
    worst = "max" if asked.gate.fails_above else "min"
    return f"{worst}({value(asked)} < Inf > -Inf){enough_samples(asked)}"


def passes(asked: Expressions) -> str:
    """1 if every value is within the limit, and there are enough samples."""
    relation = "<=" if asked.gate.fails_above else ">="
    outside = f"({value(asked)} unless (({value(asked)} < Inf > -Inf) {relation} {written(asked.gate.limit.value)}))"
    return unless(f"group({value(asked)})", outside) + enough_samples(asked)


def value(asked: Expressions) -> str:
    return once_each(asked.own("query", asked.gate.query), asked.gate.by)


def enough_samples(asked: Expressions) -> str:
    if asked.gate.samples is None:
        return ""
    return f" and on () {counted(asked.own('samples', asked.gate.samples))} >= {asked.gate.at_least}"
