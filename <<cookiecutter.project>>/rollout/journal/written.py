"""The parts that the lines of a journal are made of, and the policy as a journal has it."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat


def without_surrogates(value: object) -> object:
    """Lone surrogates, as in a file name that is not UTF-8: JSON can hold them, a file cannot."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(without_surrogates)]
Weight = Annotated[float, Field(ge=0, le=1)]
Score = Annotated[float, Field(ge=0, le=1)]
Seconds = FiniteFloat


class Written(BaseModel):
    """A part of a line. Immutable; keeps unknown fields."""

    model_config = ConfigDict(frozen=True, extra="allow")


class WrittenStep(Written):
    weight: Weight
    hold_seconds: Seconds
    at_least: int | FiniteFloat | None = None


class WrittenWeighed(Written):
    """How a gate is judged by evidence. `questions` are PromQL, by the policy's keys."""

    kind: Text = ""
    questions: dict[Text, Text] = {}
    windows_seconds: tuple[Seconds, ...] = ()
    certainty: FiniteFloat | None = None
    times_stable: FiniteFloat | None = None
    before: bool = False
    shows: Text | None = None
    slower_than_seconds: Seconds | None = None
    without_vendor: bool = False
    shared_every_seconds: Seconds | None = None


class WrittenGate(Written):
    """A gate's rule from the policy. `samples` is PromQL."""

    name: Text
    query: Text = ""
    samples: Text | None = None
    at_least: int | FiniteFloat | None = None
    limit: FiniteFloat
    fails_above: bool = True
    window_seconds: Seconds | None = None
    by: Text | None = None
    unit: Text = ""
    during: Text = "always"
    weighed: WrittenWeighed | None = None


class WrittenEval(Written):
    """A task for the canary, and what its answer is held against."""

    id: Text
    task: Text = ""
    contains: Text | None = None
    matches: Text | None = None
    max_tokens: int | None = None
    max_tool_calls: int | None = None


class WrittenEvals(Written):
    """The tasks for the canary before its first user."""

    floor: Score
    within_seconds: Seconds | None = None
    cases: tuple[WrittenEval, ...] = ()


class WrittenPolicy(Written):
    """The plan, fixed before the rollout started."""

    steps: tuple[WrittenStep, ...] = ()
    gates: tuple[WrittenGate, ...] = ()
    keep_seconds: Seconds = 0.0
    every_seconds: Seconds | None = None
    window_seconds: Seconds | None = None
    lease_seconds: Seconds | None = None
    ready_within_seconds: Seconds | None = None
    decide_within_seconds: Seconds | None = None
    drain_within_seconds: Seconds | None = None
    tolerate_errors: int | None = None
    vendor_errors: Text = "always"
    evals: WrittenEvals | None = None
