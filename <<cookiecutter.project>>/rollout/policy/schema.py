"""What rollout.yaml may say: steps, gates, deadlines. Frozen and strict."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from rollout.policy import quantity
from rollout.policy.placeholders import unknown_in

Seconds = Annotated[float, BeforeValidator(quantity.duration)]
SomeSeconds = Annotated[Seconds, Field(gt=0)]
Ratio = Annotated[float, BeforeValidator(quantity.ratio)]
LimitText = Annotated[quantity.Limit, BeforeValidator(quantity.limit)]


def known_placeholders(promql: str) -> str:
    """Refuse a `$name` that the engine would not fill in."""
    if problem := unknown_in(promql):
        raise ValueError(problem)
    return promql


PromQL = Annotated[str, Field(min_length=1), AfterValidator(known_placeholders)]


LONGEST_LEASE_SECONDS = 60.0
"""LEASE_MOST_MS in haproxy.cfg."""


def misfit(message: str, *path: str) -> PydanticCustomError:
    """A key that is wrong only beside others; names itself, since pydantic would name what holds them all."""
    return PydanticCustomError("misfit", message, {"path": path})


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class StepPolicy(Part):
    """A share of the users, and how long it stays there at least."""

    weight: Ratio
    hold: Seconds


class WatchPolicy(Part):
    """How the gates are measured."""

    every: SomeSeconds
    window: SomeSeconds
    lease: SomeSeconds
    ready_within: SomeSeconds
    decide_within: Seconds
    drain_within: Seconds
    tolerate_errors: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def times_hold_two_measurements(self) -> Self:
        for key in ("window", "lease"):
            if getattr(self, key) < 2 * self.every:
                raise misfit("must be at least 2 x watch.every", "watch", key)
        if self.lease > LONGEST_LEASE_SECONDS:
            raise misfit(
                f"must be at most {LONGEST_LEASE_SECONDS:g}s: the router believes no longer one", "watch", "lease"
            )
        return self


class GatePolicy(Part):
    """One PromQL expression against one limit. Below `at_least` samples it is not judged."""

    query: PromQL
    by: Annotated[str, Field(pattern=r"^[a-zA-Z_]\w*$")] | None = None
    samples: PromQL | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    window: SomeSeconds | None = None
    fail_above: LimitText | None = None
    fail_below: LimitText | None = None

    @model_validator(mode="after")
    def one_limit_and_a_whole_floor(self) -> Self:
        if (self.fail_above is None) == (self.fail_below is None):
            raise ValueError("say either fail_above or fail_below: a gate has one limit")
        if (self.samples is None) != (self.at_least is None):
            raise ValueError("samples and at_least belong together: what is counted, and how many are enough")
        return self


def rising_to_everybody(steps: list[StepPolicy]) -> list[StepPolicy]:
    """Refuse steps that go back, stand still, or end before 100 %."""
    weights = [step.weight for step in steps]
    found = ", ".join(f"{weight * 100:g}%" for weight in weights)
    if weights[0] == 0 or any(after <= before for before, after in pairwise(weights)):
        raise ValueError(f"each weight must be above the one before, found {found}")
    if weights[-1] != 1:
        raise ValueError(f"the last weight must be 100%, found {found}")
    return steps


class Policy(Part):
    """The whole of rollout.yaml."""

    target: Literal["docker", "kubernetes"]
    steps: Annotated[list[StepPolicy], Field(min_length=1), AfterValidator(rising_to_everybody)]
    keep: Seconds
    watch: WatchPolicy
    gates: Annotated[dict[str, GatePolicy], Field(min_length=1)]

    @model_validator(mode="after")
    def every_step_has_time_to_pass(self) -> Self:
        if self.watch.decide_within < max(step.hold for step in self.steps):
            raise misfit("must be at least the longest hold, or no step could ever pass", "watch", "decide_within")
        return self

    @model_validator(mode="after")
    def windows_hold_two_measurements(self) -> Self:
        for name, gate in self.gates.items():
            if gate.window is not None and gate.window < 2 * self.watch.every:
                raise misfit("must be at least 2 x watch.every", "gates", name, "window")
        return self
