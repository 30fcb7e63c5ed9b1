"""Whether an evaluation passes: each evaluator's score against its floor, and everything that did not happen."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_evals.reporting import EvaluationReport

from evals.subject import Run

Report = EvaluationReport[str, Run, None]


@dataclass(frozen=True)
class Score:
    """How many of an evaluator's cases passed, and the share that must."""

    evaluator: str
    passed: int
    cases: int
    floor: float

    @property
    def share(self) -> float | None:
        """The share of passed cases; None if nothing was measured."""
        return self.passed / self.cases if self.cases else None

    @property
    def is_met(self) -> bool:
        """Whether the floor is met; nothing measured does not meet it."""
        return self.share is not None and self.share >= self.floor


@dataclass(frozen=True)
class Verdict:
    """The scores; the cases that crashed, the evaluators that did, and the failed checks, each with its reason."""

    scores: tuple[Score, ...]
    crashed: tuple[str, ...]
    failed: tuple[str, ...]

    @property
    def why_not(self) -> str | None:
        """Why the evaluation fails, in one line; None if it passes."""
        if self.crashed:
            return f"{len(self.crashed)} crashed, the first {self.crashed[0]}"
        below = [score for score in self.scores if not score.is_met]
        return "; ".join(_below(score) for score in below) or None


def verdict_of(report: Report, floors: Mapping[str, float]) -> Verdict:
    """Judge a report. A case that crashed is in no average of it, so it is looked for by itself."""
    crashed = [f"case {case.name}: {case.error_message}" for case in report.failures]
    crashed += [
        f"evaluator {failure.name} of case {case.name}: {failure.error_message}"
        for case in report.cases
        for failure in case.evaluator_failures
    ]
    scores = []
    for name, floor in floors.items():
        found = [case.assertions[name].value for case in report.cases if name in case.assertions]
        scores.append(Score(name, sum(found), len(found), floor))
    failed = [
        f"{case.name}: {name}: {result.reason}"
        for case in report.cases
        for name, result in case.assertions.items()
        if not result.value
    ]
    return Verdict(tuple(scores), tuple(crashed), tuple(failed))


def _below(score: Score) -> str:
    if score.share is None:
        return f"{score.evaluator} measured nothing"
    return f"{score.evaluator} is {score.share:.3f}, below its floor of {score.floor:.3f}"
