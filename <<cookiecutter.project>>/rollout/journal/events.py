"""The journal's events: one union, discriminated by `event`. docs/reference/journal.md says when each is written.

Fields are defined only here: the engine writes these models, and every reader receives them. A field with a default may
be missing in a line, for example in one from an earlier version; without any other field, the line is a bad line.
Unknown events and fields come from a later version: they are kept, and readers skip them.
"""

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Discriminator, Field, FiniteFloat, Tag

from rollout.journal.provenance import Provenance
from rollout.journal.written import Score, Seconds, Text, Weight, Written, WrittenPolicy

FROM_THE_FUTURE = "an event of a later version"
LAST_SECOND = 253_402_300_799  # the end of the year 9999, the last that a date can have


VerdictName = Literal["promoted", "rolled_back", "in_doubt"]


class EventBase(Written):
    """`time` is epoch seconds."""

    time: Annotated[float, Field(ge=0, le=LAST_SECOND)]


class Slots(Written):
    stable: Text = "slot unknown"
    canary: Text = "slot unknown"


class Started(EventBase):
    event: Literal["started"] = "started"
    rollout: Text
    release: Text
    stable: Text | None = None
    slots: Slots = Slots()
    by: Text = "unknown"
    host: Text = "unknown"
    pid: int | None = None
    version: Text = "unknown"
    target: Text = "unknown"
    at_once: Text | None = None
    speed: Annotated[FiniteFloat, Field(gt=0)] = 1.0
    provenance: Provenance = Provenance()
    policy: WrittenPolicy = WrittenPolicy()


class Ready(EventBase):
    event: Literal["ready"] = "ready"
    seconds: Seconds


class EvalResult(Written):
    """One case: whether it passed, and if not, why."""

    case: Text
    passed: bool
    why: Text = ""


class Evaluated(EventBase):
    """`score` is the share of the cases that passed; `failed` whether that ends the rollout."""

    event: Literal["evaluated"] = "evaluated"
    score: Score
    floor: Score
    failed: bool = False
    seconds: Seconds = 0.0
    cases: tuple[EvalResult, ...] = ()


class Shifted(EventBase):
    event: Literal["shifted"] = "shifted"
    step: int
    weight_before: Weight = 0.0
    weight: Weight


OLD_LABEL_VALUE = "whose"
"""The name of `label_value` in older journals."""


class Reading(Written):
    """One measurement of one gate. `samples` is the number of samples."""

    gate: Text
    outcome: Text
    value: FiniteFloat | None = None
    samples: FiniteFloat | None = None
    detail: Text = ""
    stable: FiniteFloat | None = None
    limit: FiniteFloat
    unit: Text = ""
    at_least: int | FiniteFloat | None = None
    bad: FiniteFloat | None = None
    total: FiniteFloat | None = None
    stable_bad: FiniteFloat | None = None
    stable_total: FiniteFloat | None = None
    evidence: FiniteFloat | None = None
    certainty: FiniteFloat | None = None
    window_seconds: Seconds | None = None
    vendor: FiniteFloat | None = None
    stable_vendor: FiniteFloat | None = None
    shown: FiniteFloat | None = None
    label_value: Text | None = Field(default=None, validation_alias=AliasChoices("label_value", OLD_LABEL_VALUE))
    why: Text | None = None


class Measured(EventBase):
    event: Literal["measured"] = "measured"
    keep: bool = False
    gates: tuple[Reading, ...]
    step: int
    weight: Weight
    left_seconds: Seconds = 0.0
    requests: dict[Text, int] = Field(default_factory=dict)


class Extended(EventBase):
    event: Literal["extended"] = "extended"
    step: int
    why: Text = ""


class Held(EventBase):
    event: Literal["held"] = "held"
    why: Text = ""
    seconds: Seconds | None = None  # how long, once it is over


class OrderGiven(EventBase):
    event: Literal["order"] = "order"
    order: Text
    by: Text = "unknown"
    reason: Text = ""


class Ignored(EventBase):
    event: Literal["ignored"] = "ignored"
    why: Text = ""


class Verdict(EventBase):
    event: Literal["verdict"] = "verdict"
    verdict: VerdictName
    reason: Text = ""
    gate: Text | None = None
    step: int = 0
    weight: Weight = 0.0


class Promoted(EventBase):
    event: Literal["promoted"] = "promoted"
    release: Text = "unknown"
    slot: Text = "slot unknown"


class Restored(EventBase):
    """`release` is None if there was no earlier release."""

    event: Literal["restored"] = "restored"
    release: Text | None = None
    slot: Text = "slot unknown"


class Unrestored(EventBase):
    event: Literal["unrestored"] = "unrestored"
    why: Text = ""
    answers: Text | None = None  # the slot that answered instead of stable's


class Drained(EventBase):
    event: Literal["drained"] = "drained"
    seconds: Seconds
    in_flight: int = 0


class Recovered(EventBase):
    event: Literal["recovered"] = "recovered"
    after: Text = "unknown"
    by: Text = "unknown"
    pid: int | None = None
    choice: Text


class Kept(EventBase):
    event: Literal["kept"] = "kept"
    seconds: Seconds


class Left(EventBase):
    event: Literal["left"] = "left"
    why: Text = ""


class Ended(EventBase):
    event: Literal["ended"] = "ended"
    verdict: VerdictName
    reason: Text = ""
    gate: Text | None = None


class Unjudged(EventBase):
    event: Literal["unjudged"] = "unjudged"
    why: Text = ""


class Answers(Written):
    answered: int = 0
    errors: int = 0


class TrafficTotals(EventBase):
    event: Literal["traffic"] = "traffic"
    sent: int
    answered: int
    lost: int
    lost_by_kind: dict[Text, int] = Field(default_factory=dict)
    late: int | None = None
    releases: dict[Text, Answers] = Field(default_factory=dict)
    first_bad_answer: Seconds | None = None
    last_canary_request_after_verdict_seconds: Seconds | None = None


class Unknown(EventBase):
    event: Text


KNOWN: dict[str, type[EventBase]] = {
    str(model.model_fields["event"].default): model
    for model in (
        Started, Ready, Evaluated, Shifted, Measured, Extended, Held, OrderGiven, Ignored, Verdict, Promoted, Restored,
        Unrestored, Drained, Recovered, Kept, Left, Ended, Unjudged, TrafficTotals,
    )
}  # fmt: skip
"""Each event's name and its model."""


def tag(data: Any) -> str:
    name = data.get("event") if isinstance(data, dict) else getattr(data, "event", None)
    return name if isinstance(name, str) and name in KNOWN else FROM_THE_FUTURE


Event = Annotated[
    Annotated[Started, Tag("started")]
    | Annotated[Ready, Tag("ready")]
    | Annotated[Evaluated, Tag("evaluated")]
    | Annotated[Shifted, Tag("shifted")]
    | Annotated[Measured, Tag("measured")]
    | Annotated[Extended, Tag("extended")]
    | Annotated[Held, Tag("held")]
    | Annotated[OrderGiven, Tag("order")]
    | Annotated[Ignored, Tag("ignored")]
    | Annotated[Verdict, Tag("verdict")]
    | Annotated[Promoted, Tag("promoted")]
    | Annotated[Restored, Tag("restored")]
    | Annotated[Unrestored, Tag("unrestored")]
    | Annotated[Drained, Tag("drained")]
    | Annotated[Recovered, Tag("recovered")]
    | Annotated[Kept, Tag("kept")]
    | Annotated[Left, Tag("left")]
    | Annotated[Ended, Tag("ended")]
    | Annotated[Unjudged, Tag("unjudged")]
    | Annotated[TrafficTotals, Tag("traffic")]
    | Annotated[Unknown, Tag(FROM_THE_FUTURE)],
    Discriminator(tag),
]
