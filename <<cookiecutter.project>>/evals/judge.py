"""The judge: a model that says whether an answer fulfils a rubric, and whose own verdicts are held against people's."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_ai.models import Model
from pydantic_evals.evaluators import EvaluationReason, Evaluator, EvaluatorContext
from pydantic_evals.evaluators.llm_as_a_judge import judge_input_output

from agent.models import make_model
from evals.agreement import Agreement, Label
from evals.errors import JudgeRefused
from evals.offline_judge import offline_judge
from evals.subject import Run

MOST_AT_ONCE = 8


@dataclass(frozen=True)
class Judge:
    """A judge by its model."""

    name: str
    model: Model

    async def judge(self, task: str, answer: str, rubric: str) -> EvaluationReason:
        """Whether the answer to the task fulfils the rubric, and why. Raises what the model raises."""
        graded = await judge_input_output(task, answer, rubric, self.model)
        return EvaluationReason(graded.pass_, graded.reason)

    async def agreement(self, labels: Sequence[Label]) -> Agreement:
        """How its verdicts on these labelled answers compare with people's. Raises JudgeRefused."""
        at_once = asyncio.Semaphore(MOST_AT_ONCE)

        failed: list[Exception] = []

        async def judged(label: Label) -> tuple[bool, bool] | None:
            async with at_once:
                if failed:
                    return None
                try:
                    return label.good, bool((await self.judge(label.task, label.answer, label.rubric)).value)
                except Exception as error:
                    failed.append(error)
                    return None

        # Nobody is cancelled: pydantic-ai leaves coroutines behind that were never awaited.
        pairs = await asyncio.gather(*map(judged, labels))
        for error in failed:
            raise JudgeRefused(f"the judge {self.name} failed: {type(error).__name__}: {error}") from error
        return Agreement([pair for pair in pairs if pair])


@dataclass
class Judged(Evaluator[str, Run, None]):
    """The judge finds that the answer fulfils a rubric."""

    rubric: str
    judge: Judge

    def get_default_evaluation_name(self) -> str:
        return "judge"

    async def evaluate(self, ctx: EvaluatorContext[str, Run, None]) -> EvaluationReason:
        return await self.judge.judge(ctx.inputs, ctx.output.answer, self.rubric)

    def build_serialization_arguments(self) -> dict[str, Any]:
        return {"rubric": self.rubric}


def judge_of(name: str) -> Judge:
    """The judge with this model; `offline` needs no key. Raises StartError."""
    return Judge(name, offline_judge() if name == "offline" else make_model(name, "--judge"))
