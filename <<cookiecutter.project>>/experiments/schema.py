"""The schema of experiments/NAME.yaml."""

import math
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from agent.experiments.assignment import BUCKETS
from evals.case import Limit, Pattern, ToolName
from experiments.metric import METRICS
from rollout.policy.keys import LimitText, Part, Ratio
from rollout.policy.schema import wrong_key

SETTINGS = {"temperature": (0.0, 2.0), "top_p": (0.0, 1.0), "max_tokens": (1.0, 1e6)}
"""What a variant may set of a model's settings, and from where to where."""

WHOLE = {"max_tokens"}

MOST_PROMPT_CHARACTERS = 20_000

LEAST_SHARE = 1 / BUCKETS
LEAST_AMOUNT, MOST_AMOUNT = 1e-9, 1e12
"""Beyond these a plan has more digits than a number can hold."""


def above_zero(share: float) -> float:
    """Reject 0 %, and what is too near to it for a plan."""
    if not share:
        raise ValueError("must be above 0%")
    if share < LEAST_SHARE:
        raise ValueError("must be at least 0.01%")
    return share


def assignable(share: float) -> float:
    """Reject a share that users can't be split by: it would always be a mismatch."""
    if not math.isclose(share * BUCKETS, round(share * BUCKETS), abs_tol=1e-6):
        raise ValueError("must have at most two decimals, such as 33.33%: users are split in steps of 0.01%")
    return share


def some_text(text: str) -> str:
    """Reject a text of spaces alone."""
    if not text.strip():
        raise ValueError("is empty")
    return text


def number(value: object) -> object:
    """Reject what becomes a number, and is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number")
    return value


def known_metric(name: str) -> str:
    """Reject an unknown metric."""
    if name not in METRICS:
        raise ValueError(f"{name!r} is not one of {', '.join(METRICS)}")
    return name


Text = Annotated[str, Field(min_length=1), AfterValidator(some_text)]
Share = Annotated[Ratio, AfterValidator(above_zero)]
MetricName = Annotated[str, AfterValidator(known_metric)]


class VariantPolicy(Part):
    """One of the two configurations. What it does not name is as in the release."""

    share: Annotated[Share, AfterValidator(assignable)]
    model: Text | None = None
    prompt: Annotated[Text, Field(max_length=MOST_PROMPT_CHARACTERS)] | None = None
    settings: Annotated[dict[str, Annotated[float, BeforeValidator(number)]], Field(default_factory=dict)]

    @model_validator(mode="after")
    def known_settings(self) -> Self:
        for key, value in self.settings.items():
            least, most = SETTINGS.get(key, (None, None))
            if least is None or most is None:
                raise ValueError(f"settings: {key!r} is not one of {', '.join(SETTINGS)}")
            if not least <= value <= most:
                raise ValueError(f"settings: {key} must be {least:g} to {most:g}, not {value:g}")
            if key in WHOLE and not value.is_integer():
                raise ValueError(f"settings: {key} must be a whole number, not {value:g}")
        return self


class CompletedPolicy(Part):
    """What an answer is held against, as a task of evals/ is; but no rubric: the service asks no model to judge."""

    expects: Text | None = None
    matches: Pattern | None = None
    tools: list[ToolName] | None = None
    max_tokens: Limit | None = None
    max_tool_calls: Limit | None = None


class MeasuredPolicy(Part):
    """A metric, and what is known of it before: of a share `baseline` is enough, of an amount the plan needs the
    standard deviation between users too."""

    metric: MetricName
    baseline: LimitText
    deviation: LimitText | None = None

    @property
    def level(self) -> float:
        """The baseline in the metric's unit; a share is 0..1."""
        return self.baseline.value

    @property
    def spread(self) -> float:
        """The standard deviation between users in the metric's unit; of a share, the largest that it can have."""
        return math.sqrt(self.level * (1 - self.level)) if self.deviation is None else self.deviation.value

    @model_validator(mode="after")
    def has_a_spread(self) -> Self:
        is_share = METRICS[self.metric].kind == "share"
        if is_share and not (self.baseline.unit == "ratio" and 0 < self.level < 1):
            raise ValueError("baseline of a share must be between 0% and 100%, such as 92%")
        if is_share and self.deviation is not None:
            raise ValueError("deviation is for amounts: that of a share follows from its baseline")
        if not is_share and self.deviation is None:
            raise ValueError("deviation is missing: the standard deviation between users, in the metric's unit")
        for each in () if is_share else (self.baseline, self.deviation):
            if each is None or each.unit not in ("count", "seconds") or each.value <= 0:
                raise ValueError("baseline and deviation of an amount must be numbers above 0, such as 1200, or 2s")
            if not LEAST_AMOUNT <= each.value <= MOST_AMOUNT:
                raise ValueError(f"baseline and deviation must be {LEAST_AMOUNT:g} to {MOST_AMOUNT:g}")
        return self


class PrimaryPolicy(MeasuredPolicy):
    """What decides. `minimum_effect` is the smallest change worth knowing: points of a share, percent of an amount."""

    minimum_effect: Share

    @property
    def effect(self) -> float:
        """The minimum effect in the metric's unit, above 0."""
        is_share = METRICS[self.metric].kind == "share"
        return self.minimum_effect if is_share else self.minimum_effect * self.level

    @model_validator(mode="after")
    def effect_is_possible(self) -> Self:
        metric = METRICS[self.metric]
        if metric.kind == "share" and not 0 < self.level + metric.better * self.effect < 1:
            raise ValueError("minimum_effect goes beyond 0% or 100% from this baseline")
        return self


class GuardrailPolicy(MeasuredPolicy):
    """What must not get worse by more than `allow`: points of a share, percent of an amount."""

    allow: Share


class ExperimentPolicy(Part):
    """All of experiments/NAME.yaml."""

    why: Text
    owner: Text
    unit: Literal["user", "conversation"]
    anonymous: Literal["conversation", "left_out"] = "left_out"
    variants: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")], VariantPolicy]
    primary: PrimaryPolicy
    completed: CompletedPolicy | None = None
    guardrails: Annotated[list[GuardrailPolicy], Field(default_factory=list)]
    power: Annotated[Ratio, Field(ge=0.5, lt=1)]
    significance: Annotated[Ratio, AfterValidator(above_zero), Field(le=0.2)]
    sequential: bool = False

    @property
    def names(self) -> tuple[str, str]:
        """The names of the control, which comes first, and of the treatment."""
        control, treatment = self.variants
        return control, treatment

    @property
    def shares(self) -> tuple[float, float]:
        """The shares of all users that the control and the treatment get, 0..1."""
        control, treatment = self.variants.values()
        return control.share, treatment.share

    @model_validator(mode="after")
    def two_that_differ(self) -> Self:
        if len(self.variants) != 2:
            raise wrong_key(f"must be two, the control first, found {len(self.variants)}", "variants")
        control, treatment = self.variants.values()
        if control.share + treatment.share > 1 + 1e-9:
            raise wrong_key("the shares are more than 100% together", "variants")
        same = {"share"}
        if control.model_dump(exclude=same) == treatment.model_dump(exclude=same):
            raise wrong_key("the two do not differ: set model, prompt or settings", "variants")
        return self

    @model_validator(mode="after")
    def each_metric_once(self) -> Self:
        names = [self.primary.metric, *(each.metric for each in self.guardrails)]
        if len(set(names)) != len(names):
            raise wrong_key("each metric can be used once: as the primary one, or as one guardrail", "guardrails")
        return self
