"""What rollout.yaml may say: steps, gates, deadlines. Frozen and strict."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from rollout.policy import quantity
from rollout.policy.placeholders import names_in, unknown_in
from rollout.policy.threshold import Threshold, threshold

Seconds = Annotated[float, BeforeValidator(quantity.duration)]
SomeSeconds = Annotated[Seconds, Field(gt=0)]
Ratio = Annotated[float, BeforeValidator(quantity.ratio)]
LimitText = Annotated[quantity.Limit, BeforeValidator(quantity.limit)]
ThresholdText = Annotated[Threshold, BeforeValidator(threshold)]
Certainty = Annotated[float, Field(ge=1, le=10, strict=False)]


def known_placeholders(promql: str) -> str:
    """Refuse a `$name` that the engine would not fill in."""
    if problem := unknown_in(promql):
        raise ValueError(problem)
    return promql


PromQL = Annotated[str, Field(min_length=1), AfterValidator(known_placeholders)]


Kind = Literal["share", "mean", "value"]
KINDS: dict[Kind, tuple[str, ...]] = {
    "share": ("bad", "total"),
    "mean": ("sum", "squares", "count"),
    "value": ("query",),
}
ASKED: dict[Kind, str] = {"share": "bad and total", "mean": "sum, squares and count", "value": "a query"}
FITS: dict[Kind, str] = {
    "share": "a share, a multiple of stable's or both: 5%, 3x stable, 0.1% and 1x stable",
    "mean": "a number, a time or a multiple of stable's: 4, 2s, 1.5x stable",
    "value": "a number of its own: compare with stable in the query, or ask for bad and total",
}
ONLY: dict[str, tuple[Kind, ...]] = {
    "vendor": ("share",),
    "slower_than": ("share",),
    "by": ("share", "value"),
    "shows": ("share", "mean"),
    "certainty": ("share", "mean"),
    "baseline": ("share", "mean"),
    "samples": ("value",),
    "fail_below": ("value",),
}
"""Keys that only some questions have."""

LONGEST_LEASE_SECONDS = 60.0
"""LEASE_MOST_MS in haproxy.cfg."""


def rising(windows: list[float]) -> list[float]:
    """Refuse windows that don't grow: the first is the quick one, the last decides what passes."""
    if any(after <= before for before, after in pairwise(windows)):
        raise ValueError("each window must be longer than the one before")
    return windows


Windows = Annotated[list[SomeSeconds], Field(min_length=1), AfterValidator(rising)]


def misfit(message: str, *path: str) -> PydanticCustomError:
    """A key that is wrong only beside others; names itself, since pydantic would name what holds them all."""
    return PydanticCustomError("misfit", message, {"path": path})


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class StepPolicy(Part):
    """A share of the users, and how long it stays there at least. `at_least`: no gate needs more samples to pass it."""

    weight: Ratio
    hold: Seconds
    at_least: Annotated[int, Field(ge=1)] | None = None


class WatchPolicy(Part):
    """How the gates are measured."""

    every: SomeSeconds
    windows: Windows
    certainty: Certainty
    vendor_errors: Literal["shift", "always"]
    lease: SomeSeconds
    ready_within: SomeSeconds
    decide_within: Seconds
    drain_within: Seconds
    tolerate_errors: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def times_hold_two_measurements(self) -> Self:
        for key, seconds in (("windows", self.windows[0]), ("lease", self.lease)):
            if seconds < 2 * self.every:
                raise misfit("must be at least 2 x watch.every", "watch", key)
        if self.lease > LONGEST_LEASE_SECONDS:
            raise misfit(
                f"must be at most {LONGEST_LEASE_SECONDS:g}s: the router believes no longer one", "watch", "lease"
            )
        return self


class GatePolicy(Part):
    """A question to Prometheus and where it fails. It is judged by evidence if it counts (`bad` of `total`) or averages
    (`sum`, `squares`, `count`), and else by the one value of its `query`."""

    bad: PromQL | None = None
    total: PromQL | None = None
    vendor: PromQL | None = None
    sum: PromQL | None = None
    squares: PromQL | None = None
    count: PromQL | None = None
    query: PromQL | None = None
    samples: PromQL | None = None
    shows: PromQL | None = None
    by: Annotated[str, Field(pattern=r"^[a-zA-Z_]\w*$")] | None = None
    slower_than: SomeSeconds | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    windows: Windows | None = None
    certainty: Certainty | None = None
    baseline: Literal["beside", "before"] | None = None
    during: Literal["shift", "always"] = "always"
    fail_above: ThresholdText | None = None
    fail_below: LimitText | None = None

    @property
    def kind(self) -> Kind | None:
        """What it asks; None where that is not said, or said twice."""
        asked = {key for keys in KINDS.values() for key in keys if getattr(self, key) is not None}
        return next((kind for kind, keys in KINDS.items() if asked == set(keys)), None)

    @model_validator(mode="after")
    def one_question(self) -> Self:
        kind = self.kind
        if kind is None:
            raise ValueError("ask one question: bad and total, or sum, squares and count, or query")
        for key, kinds in ONLY.items():
            if getattr(self, key) is not None and kind not in kinds:
                raise ValueError(f"{key} belongs to {' or '.join(ASKED[each] for each in kinds)}")
        if kind != "value" and self.at_least is None:
            raise ValueError("at_least is missing: how many samples are enough to pass")
        if kind == "value" and (self.samples is None) != (self.at_least is None):
            raise ValueError("samples and at_least belong together: what is counted, and how many are enough")
        if kind == "value" and self.windows and len(self.windows) > 1:
            raise ValueError("a query has one window: write windows: [10m]")
        return self

    @model_validator(mode="after")
    def one_limit(self) -> Self:
        if (self.fail_above is None) == (self.fail_below is None):
            raise ValueError("say either fail_above or fail_below: a gate has one limit")
        if self.fail_above is not None and self.kind:
            limit, times = self.fail_above.limit, self.fail_above.times_stable
            fits = {
                "share": limit is None or limit.unit == "ratio",
                "mean": limit is None or (times is None and limit.unit in ("count", "seconds")),
                "value": times is None,
            }
            if not fits[self.kind]:
                raise ValueError(f"fail_above of {ASKED[self.kind]} is {FITS[self.kind]}")
        return self

    @model_validator(mode="after")
    def a_bucket_s_edge(self) -> Self:
        named = any("slower_than" in names_in(text) for text in (self.bad, self.total) if text)
        if named != (self.slower_than is not None):
            raise ValueError("slower_than and $slower_than belong together: a time, and where it stands in the query")
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
            if gate.windows is not None and gate.windows[0] < 2 * self.watch.every:
                raise misfit("must be at least 2 x watch.every", "gates", name, "windows")
        return self
