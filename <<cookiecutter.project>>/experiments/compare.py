"""One metric of both variants: the difference, its interval, and on which side of its limit that is. Pure."""

from dataclasses import dataclass
from typing import Literal

from agent.experiments.measures import MOMENTS
from experiments.evidence import Measured
from experiments.inference.contrast import Contrast, Pair, contrast
from experiments.inference.interval import Interval, fixed, p_value, sequence
from experiments.inference.sums import NotEnough
from experiments.metric import METRICS
from experiments.schema import GuardrailPolicy, MeasuredPolicy

State = Literal["good", "bad", "open"]


@dataclass(frozen=True)
class Look:
    """How certain an interval is; with `planned_units` it holds at every look, without only for one."""

    significance: float
    planned_units: int | None = None

    def interval(self, found: Contrast) -> Interval:
        """The interval around a difference."""
        if self.planned_units is None:
            return fixed(found, self.significance)
        return sequence(found, self.significance, self.planned_units)


@dataclass(frozen=True)
class Compared:
    """A metric of both variants, and treatment - control within each release. `state` of the primary metric: better,
    worse, or not known; of a guardrail: within what is allowed, beyond it, or not known. `p` is None if the interval
    holds at every look."""

    metric: str
    control: float
    treatment: float
    difference: float
    interval: Interval
    state: State
    p: float | None


def compared(each: MeasuredPolicy, measured: Measured, look: Look, until: int = MOMENTS) -> Compared:
    """A metric of the users who came in the moments before `until`. Raises NotEnough."""
    if measured.unpriced:
        raise NotEnough(f"the cost of {measured.unpriced:,} runs is not known: their model has no known price")
    pairs = measured.pairs(until)
    whole, found = sum(pairs, Pair()), contrast(pairs)
    score = look.interval(_score(each, pairs, found))
    return Compared(
        each.metric,
        whole.control.value,
        whole.treatment.value,
        found.difference,
        look.interval(found),
        "good" if score.low > 0 else "bad" if score.high < 0 else "open",
        p_value(found) if look.planned_units is None else None,
    )


def _score(each: MeasuredPolicy, pairs: list[Pair], found: Contrast) -> Contrast:
    """Above 0 if the treatment is better or, of a guardrail, not worse by more than it allows: of an amount, that is a
    percentage of the control's, whose own chance counts too."""
    metric, margin = METRICS[each.metric], 0.0
    if isinstance(each, GuardrailPolicy):
        if metric.kind == "amount":
            found = contrast(pairs, 1 - metric.better * each.allow)
        else:
            margin = each.allow
    return Contrast(metric.better * found.difference + margin, found.variance, found.units)
