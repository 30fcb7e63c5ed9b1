"""The journal's events: one union, discriminated by `event`. docs/reference/journal.md says when each is written.

Fields are defined only here: the engine writes these models, and every reader receives them. A field with a default may
be missing in a line, for example in one from an earlier version; without any other field, the line is a bad line.
Unknown events and fields come from a later version: they are kept, and readers skip them.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, FiniteFloat, Tag

FROM_THE_FUTURE = "an event of a later version"
LAST_SECOND = 253_402_300_799  # the end of the year 9999, the last that a date can have


def without_surrogates(value: object) -> object:
    """Lone surrogates, as in a file name that is not UTF-8: JSON can hold them, a file cannot."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(without_surrogates)]
Ratio = Annotated[float, Field(ge=0, le=1)]
Seconds = FiniteFloat
VerdictName = Literal["promoted", "rolled_back", "in_doubt"]


class Written(BaseModel):
    """A part of a line. Immutable; keeps unknown fields."""

    model_config = ConfigDict(frozen=True, extra="allow")


class EventBase(Written):
    """`time` is epoch seconds."""

    time: Annotated[float, Field(ge=0, le=LAST_SECOND)]


class Slots(Written):
    stable: Text = "slot unknown"
    canary: Text = "slot unknown"


class WrittenStep(Written):
    weight: Ratio
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


class Provenance(Written):
    """Why a release may go live. `kind`: `signed` by the release workflow and approved, `former`: stable on this host
    before, `unverified`: a person's decision, with a `reason`; empty in a rehearsal. `run` is the URL of the workflow
    run's attempt, `approved_at` is in epoch seconds."""

    kind: Text = ""
    reason: Text | None = None
    signed_by: Text | None = None
    repository_id: Text | None = None
    commit: Text | None = None
    run: Text | None = None
    approved_by: Text | None = None
    approved_at: Seconds | None = None


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


class Shifted(EventBase):
    event: Literal["shifted"] = "shifted"
    step: int
    weight_before: Ratio = 0.0
    weight: Ratio


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
    whose: Text | None = None
    why: Text | None = None


class Measured(EventBase):
    event: Literal["measured"] = "measured"
    keep: bool = False
    gates: tuple[Reading, ...]
    step: int
    weight: Ratio
    left_seconds: Seconds = 0.0
    requests: dict[Text, int] = {}


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
    weight: Ratio = 0.0


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
    """`answers` is the slot that answered instead of stable's, if one did."""

    event: Literal["unrestored"] = "unrestored"
    why: Text = ""
    answers: Text | None = None


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


class Traffic(EventBase):
    event: Literal["traffic"] = "traffic"
    sent: int
    answered: int
    lost: int
    lost_by_kind: dict[Text, int] = {}
    late: int | None = None
    releases: dict[Text, Answers] = {}
    first_bad_answer: Seconds | None = None
    last_canary_request_after_verdict_seconds: Seconds | None = None


class Unknown(EventBase):
    event: Text


KNOWN: dict[str, type[EventBase]] = {
    str(model.model_fields["event"].default): model
    for model in (
        Started, Ready, Shifted, Measured, Extended, Held, OrderGiven, Ignored, Verdict, Promoted, Restored, Unrestored,
        Drained, Recovered, Kept, Left, Ended, Unjudged, Traffic,
    )
}  # fmt: skip
"""Each event's name and its model."""


def tag(data: Any) -> str:
    name = data.get("event") if isinstance(data, dict) else getattr(data, "event", None)
    return name if isinstance(name, str) and name in KNOWN else FROM_THE_FUTURE


Event = Annotated[
    Annotated[Started, Tag("started")]
    | Annotated[Ready, Tag("ready")]
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
    | Annotated[Traffic, Tag("traffic")]
    | Annotated[Unknown, Tag(FROM_THE_FUTURE)],
    Discriminator(tag),
]
