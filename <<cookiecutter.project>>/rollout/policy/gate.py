"""The schema of a gate in rollout.yaml."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rollout.policy.keys import Certainty, LimitText, Part, PositiveDuration, PromQL, ThresholdText, Windows
from rollout.policy.placeholders import names_in

Kind = Literal["share", "mean", "value"]
KINDS: dict[Kind, tuple[str, ...]] = {
    "share": ("bad", "total"),
    "mean": ("sum", "squares", "count"),
    "value": ("query",),
}
QUERY_KEYS: dict[Kind, str] = {"share": "bad and total", "mean": "sum, squares and count", "value": "a query"}
LIMITS: dict[Kind, str] = {
    "share": "a share, a multiple of stable's, or both: 5%, 3x stable, 0.1% and 1x stable",
    "mean": "a number, a duration, or a multiple of stable's: 4, 2s, 1.5x stable",
    "value": "a fixed limit: compare with stable in the query itself, or use bad and total",
}
KINDS_OF_KEY: dict[str, tuple[Kind, ...]] = {
    "vendor": ("share",),
    "slower_than": ("share",),
    "by": ("share", "value"),
    "shows": ("share", "mean"),
    "certainty": ("share", "mean"),
    "baseline": ("share", "mean"),
    "if_stable_too": ("share",),
    "samples": ("share", "value"),
    "fail_below": ("value",),
}
"""Keys that only some kinds of gates have."""


class GatePolicy(Part):
    """Queries to Prometheus, and the limit at which the gate fails. A gate with `bad` and `total`, or with `sum`,
    `squares` and `count`, is judged by evidence; a gate with `query` by that one value."""

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
    slower_than: PositiveDuration | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    windows: Windows | None = None
    certainty: Certainty | None = None
    baseline: Literal["beside", "before"] | None = None
    if_stable_too: Literal["fail", "wait"] | None = None
    during: Literal["shift", "always"] = "always"
    fail_above: ThresholdText | None = None
    fail_below: LimitText | None = None

    @property
    def kind(self) -> Kind | None:
        """The kind of its queries; None if they are missing or mixed."""
        asked = {key for keys in KINDS.values() for key in keys if getattr(self, key) is not None}
        return next((kind for kind, keys in KINDS.items() if asked == set(keys)), None)

    @model_validator(mode="after")
    def one_question(self) -> Self:
        kind = self.kind
        if kind is None:
            raise ValueError("needs bad and total, or sum, squares and count, or query, and only one of these")
        for key, kinds in KINDS_OF_KEY.items():
            if getattr(self, key) is not None and kind not in kinds:
                raise ValueError(f"{key} needs {' or '.join(QUERY_KEYS[each] for each in kinds)}")
        if kind != "value" and self.at_least is None:
            raise ValueError("at_least is missing: how many samples it takes to pass")
        if kind == "value" and (self.samples is None) != (self.at_least is None):
            raise ValueError("set samples and at_least together: a query, and how many samples a pass needs")
        if kind == "value" and self.windows and len(self.windows) > 1:
            raise ValueError("a gate with query has one window, for example windows: [10m]")
        return self

    @model_validator(mode="after")
    def one_limit(self) -> Self:
        if (self.fail_above is None) == (self.fail_below is None):
            raise ValueError("needs either fail_above or fail_below: a gate has one limit")
        if self.fail_above is not None and self.kind:
            limit, times = self.fail_above.limit, self.fail_above.times_stable
            fits = {
                "share": limit is None or limit.unit == "ratio",
                "mean": limit is None or (times is None and limit.unit in ("count", "seconds")),
                "value": times is None,
            }
            if not fits[self.kind]:
                raise ValueError(f"fail_above with {QUERY_KEYS[self.kind]} must be {LIMITS[self.kind]}")
        return self

    @model_validator(mode="after")
    def stable_too_has_a_limit(self) -> Self:
        if self.if_stable_too == "wait":
            if self.baseline == "before":
                raise ValueError("if_stable_too: wait compares both releases at one time: not with baseline: before")
            if self.samples is not None:
                raise ValueError("if_stable_too: wait needs a total of one release's requests: not with samples")
            if self.fail_above is None or not self.fail_above.limit or not self.fail_above.limit.value:
                raise ValueError("if_stable_too: wait needs a fixed limit too, for example 5%")
        return self

    @model_validator(mode="after")
    def slower_than_is_used(self) -> Self:
        named = any("slower_than" in names_in(text) for text in (self.bad, self.total) if text)
        if named != (self.slower_than is not None):
            raise ValueError("set slower_than and use $slower_than in the query: one needs the other")
        return self
