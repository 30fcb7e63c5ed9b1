"""The evaluators: each looks at one thing about a run, and passes or fails."""

import re
from dataclasses import dataclass

from pydantic_evals.evaluators import EvaluationReason, Evaluator, EvaluatorContext

from evals.case import Expectations
from evals.judge import Judge, Judged
from evals.subject import Run

Context = EvaluatorContext[str, Run, None]
Evaluates = Evaluator[str, Run, None]


@dataclass
class Contains(Evaluates):
    """The answer contains a text."""

    text: str

    def get_default_evaluation_name(self) -> str:
        return "contains"

    def evaluate(self, ctx: Context) -> EvaluationReason:
        answer = ctx.output.answer
        return EvaluationReason(self.text in answer, f"{self.text!r} is not in {answer!r}")


@dataclass
class Format(Evaluates):
    """A regular expression finds something in the answer."""

    pattern: str

    def get_default_evaluation_name(self) -> str:
        return "format"

    def evaluate(self, ctx: Context) -> EvaluationReason:
        answer = ctx.output.answer
        return EvaluationReason(re.search(self.pattern, answer) is not None, f"{self.pattern} is not in {answer!r}")


@dataclass
class Tools(Evaluates):
    """The run called exactly these tools, in any order and number."""

    names: list[str]

    def get_default_evaluation_name(self) -> str:
        return "tools"

    def evaluate(self, ctx: Context) -> EvaluationReason:
        called = sorted(set(ctx.output.tools))
        expected = sorted(set(self.names))
        return EvaluationReason(called == expected, f"it called {_names(called)}, not {_names(expected)}")


@dataclass
class Tokens(Evaluates):
    """The run used at most so many tokens, sent and received."""

    most: int

    def get_default_evaluation_name(self) -> str:
        return "tokens"

    def evaluate(self, ctx: Context) -> EvaluationReason:
        used = ctx.output.tokens
        return EvaluationReason(used <= self.most, f"it used {used} tokens, and may use {self.most}")


@dataclass
class ToolCalls(Evaluates):
    """The run made at most so many calls of tools."""

    most: int

    def get_default_evaluation_name(self) -> str:
        return "tool_calls"

    def evaluate(self, ctx: Context) -> EvaluationReason:
        made = len(ctx.output.tools)
        return EvaluationReason(made <= self.most, f"it made {made} tool calls, and may make {self.most}")


def evaluators_of(expected: Expectations, judge: Judge | None = None) -> tuple[Evaluates, ...]:
    """The evaluators of a case: one for each of its expectations; for a rubric, only with a judge."""
    found: list[Evaluates] = []
    if expected.expects is not None:
        found.append(Contains(expected.expects))
    if expected.matches is not None:
        found.append(Format(expected.matches))
    if expected.tools is not None:
        found.append(Tools(expected.tools))
    if expected.max_tokens is not None:
        found.append(Tokens(expected.max_tokens))
    if expected.max_tool_calls is not None:
        found.append(ToolCalls(expected.max_tool_calls))
    if expected.rubric is not None and judge is not None:
        found.append(Judged(expected.rubric, judge))
    return tuple(found)


def _names(tools: list[str]) -> str:
    return ", ".join(tools) or "none"
