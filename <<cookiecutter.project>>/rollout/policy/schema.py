"""The schema of rollout.yaml: steps, gates, deadlines. Frozen and strict."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from rollout.policy.evals import EvalsPolicy
from rollout.policy.gate import GatePolicy
from rollout.policy.keys import Certainty, Duration, Part, PositiveDuration, Ratio, Windows

LONGEST_LEASE_SECONDS = 60.0
"""The same as LEASE_MOST_MS in haproxy.cfg."""


def wrong_key(message: str, *path: str) -> PydanticCustomError:
    """An error about one key that depends on others: pydantic would report their parent."""
    return PydanticCustomError("wrong_key", message, {"path": path})


class StepPolicy(Part):
    """The canary's share of the users, and its minimum duration. No gate needs more than `at_least` samples to pass."""

    weight: Ratio
    hold: Duration
    at_least: Annotated[int, Field(ge=1)] | None = None


class WatchPolicy(Part):
    """How the gates are measured."""

    every: PositiveDuration
    windows: Windows
    certainty: Certainty
    vendor_errors: Literal["shift", "always"]
    lease: PositiveDuration
    ready_within: PositiveDuration
    decide_within: Duration
    drain_within: Duration
    tolerate_errors: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def times_hold_two_measurements(self) -> Self:
        for key, seconds in (("windows", self.windows[0]), ("lease", self.lease)):
            if seconds < 2 * self.every:
                raise wrong_key("must be at least 2 x watch.every", "watch", key)
        if self.lease > LONGEST_LEASE_SECONDS:
            raise wrong_key(
                f"must be at most {LONGEST_LEASE_SECONDS:g}s: the router rejects longer leases", "watch", "lease"
            )
        return self


def rising_to_everybody(steps: list[StepPolicy]) -> list[StepPolicy]:
    """Reject weights that do not increase up to 100 %."""
    weights = [step.weight for step in steps]
    found = ", ".join(f"{weight * 100:g}%" for weight in weights)
    if weights[0] == 0 or any(after <= before for before, after in pairwise(weights)):
        raise ValueError(f"each weight must be above the one before, found {found}")
    if weights[-1] != 1:
        raise ValueError(f"the last weight must be 100%, found {found}")
    return steps


class Policy(Part):
    """All of rollout.yaml."""

    target: Literal["docker", "kubernetes"]
    steps: Annotated[list[StepPolicy], Field(min_length=1), AfterValidator(rising_to_everybody)]
    keep: Duration
    watch: WatchPolicy
    evals: EvalsPolicy | None = None
    gates: Annotated[dict[str, GatePolicy], Field(min_length=1)]

    @model_validator(mode="after")
    def every_step_has_time_to_pass(self) -> Self:
        if self.watch.decide_within < max(step.hold for step in self.steps):
            raise wrong_key("must be at least the longest hold, so that every step can pass", "watch", "decide_within")
        return self

    @model_validator(mode="after")
    def windows_hold_two_measurements(self) -> Self:
        for name, gate in self.gates.items():
            if gate.windows is not None and gate.windows[0] < 2 * self.watch.every:
                raise wrong_key("must be at least 2 x watch.every", "gates", name, "windows")
        return self
