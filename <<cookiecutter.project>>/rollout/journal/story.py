"""A rollout's story: the one fold over its journal, used by every reader. Pure: a story and an entry -> a story.

Its size grows with the actions of people and engines, not with the duration of the rollout.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch

from rollout.journal.doubt import Doubt
from rollout.journal.events import (  # fmt: skip
    Drained,
    Ended,
    Evaluated,
    Event,
    EventBase,
    Extended,
    Kept,
    Measured,
    OrderGiven,
    Promoted,
    Reading,
    Ready,
    Recovered,
    Restored,
    Shifted,
    Started,
    TrafficTotals,
    Unjudged,
    Unrestored,
    Verdict,
)
from rollout.journal.line import BadLine, Entry
from rollout.journal.runs import Runs
from rollout.journal.series import Point, Series, of_reading
from rollout.journal.whereabouts import ShareChange, Whereabouts, moved, share_changes


@dataclass(frozen=True)
class Story:
    """One rollout at one moment. Fields are None for what has not happened. Times are epoch seconds; `seconds` are
    since the start. `readings` hold the newest measurement, `series` all; `step` is 0 before the first shift."""

    started: Started | None = None
    newest: Event | None = None  # newest event from the engine: a rehearsal appends more after the end
    ready: Ready | None = None
    evaluated: Evaluated | None = None
    step: int = 0
    weight: float = 0.0
    keeping: bool = False
    undecided: bool = False
    due_at: float | None = None  # the end of the current step or keep
    stopped_at: float | None = None
    first_shift_at: float | None = None
    shifted: Shifted | None = None
    readings: tuple[Reading, ...] = ()
    requests: Mapping[str, int] = field(default_factory=dict)
    series: Mapping[str, Series] = field(default_factory=dict)
    runs: Runs = field(default_factory=Runs)
    place: Whereabouts = "unmoved"
    share_changes: tuple[ShareChange, ...] = (ShareChange(0.0, 0.0),)
    verdicts: tuple[Verdict, ...] = ()
    promoted: Promoted | None = None
    stands: bool = False  # promoted, and no later event contradicts it
    back: Restored | Unrestored | None = None
    drained: Drained | None = None
    kept: Kept | None = None
    ended: Ended | None = None
    orders: tuple[OrderGiven, ...] = ()
    recoveries: tuple[Recovered, ...] = ()
    unjudged: Unjudged | None = None
    traffic: TrafficTotals | None = None
    doubt: Doubt = field(default_factory=Doubt)

    @property
    def verdict(self) -> Verdict | None:
        """The newest verdict: another can follow promoted."""
        return self.verdicts[-1] if self.verdicts else None

    @property
    def against(self) -> Verdict | None:
        """The first verdict against the release; an engine that takes over may repeat it."""
        return next((each for each in self.verdicts if each.verdict != "promoted"), None)

    @property
    def is_empty(self) -> bool:
        """Whether the journal has no lines, readable or not."""
        return self.newest is None and not self.doubt.count

    @property
    def keeps(self) -> bool:
        """Whether the release was promoted and its gates stay active: no later event or bad line contradicts it."""
        return self.stands and not self.doubt.line

    @property
    def stayed(self) -> bool:
        """Whether the release became stable, and no event or bad line suggests that it was rolled back."""
        promoted = self.verdict is not None and self.verdict.verdict == "promoted" and self.promoted is not None
        return promoted and not self.doubt.line

    @property
    def seconds(self) -> float:
        """Seconds from the start to the newest event."""
        return self.since(self.newest.time) if self.newest else 0.0

    def since(self, time: float) -> float:
        """Seconds since the start, rounded to the journal's microseconds: the rest is floating-point noise."""
        return round(time - self.started.time, 6) if self.started else 0.0


def final(story: Story) -> str | None:
    """The verdict that ends the following: of a rollout that has ended or was promoted; None before that."""
    if story.ended:
        return story.ended.verdict
    return "promoted" if story.keeps else None


def story_of(entries: Iterable[Entry]) -> Story:
    """The story of a whole journal, or of its part so far."""
    story = Story()
    for entry in entries:
        story = after(story, entry)
    return story


def after(story: Story, entry: Entry) -> Story:
    """The story after one more entry. An unknown event only becomes `newest`."""
    if isinstance(entry, BadLine):
        return replace(story, doubt=story.doubt.after(entry))
    if isinstance(entry, TrafficTotals | Unjudged):
        return _apply(entry, story)
    before, now = story.seconds, story.since(entry.time)
    applied = _apply(entry, story)
    return replace(
        applied,
        newest=entry,
        runs=story.runs.after(entry, before, now),
        place=moved(story.place, entry),
        share_changes=(*story.share_changes, *share_changes(story.place, entry, before, now)),
        doubt=story.doubt.after(entry),
    )


@singledispatch
def _apply(_: EventBase, story: Story) -> Story:
    return story


@_apply.register
def _(event: Started, story: Story) -> Story:
    if story.started:
        return story
    return replace(story, started=event, series={gate.name: Series(gate) for gate in event.policy.gates})


@_apply.register
def _(event: Ready, story: Story) -> Story:
    return replace(story, ready=event)


@_apply.register
def _(event: Evaluated, story: Story) -> Story:
    return replace(story, evaluated=event)


@_apply.register
def _(event: Shifted, story: Story) -> Story:
    steps = story.started.policy.steps if story.started else ()
    hold = steps[event.step - 1].hold_seconds if 0 < event.step <= len(steps) else None
    return replace(
        story,
        shifted=event,
        first_shift_at=event.time if story.first_shift_at is None else story.first_shift_at,
        step=event.step,
        weight=event.weight,
        due_at=None if hold is None else event.time + hold,
        undecided=False,
    )


@_apply.register
def _(event: Measured, story: Story) -> Story:
    series = dict(story.series)
    for reading in event.gates:
        gate = series.get(reading.gate) or Series(of_reading(reading))
        series[reading.gate] = gate.plus(_point(event, reading, story.since(event.time)))
    return replace(
        story,
        step=event.step,
        weight=event.weight,
        keeping=event.keep,
        due_at=event.time + event.left_seconds,
        readings=event.gates,
        requests=event.requests,
        series=series,
    )


def _point(event: Measured, reading: Reading, seconds: float) -> Point:
    return Point(
        seconds=seconds,
        step="keep" if event.keep else str(event.step),
        weight=event.weight,
        value=reading.value,
        outcome=reading.outcome,
        samples=reading.samples,
        detail=reading.detail,
        stable=reading.stable,
        bad=reading.bad,
        total=reading.total,
        stable_bad=reading.stable_bad,
        stable_total=reading.stable_total,
        evidence=reading.evidence,
        certainty=reading.certainty,
        window_seconds=reading.window_seconds,
        vendor=reading.vendor,
        stable_vendor=reading.stable_vendor,
        shown=reading.shown,
    )


@_apply.register
def _(_event: Extended, story: Story) -> Story:
    return replace(story, undecided=True)


@_apply.register
def _(event: OrderGiven, story: Story) -> Story:
    return replace(story, orders=(*story.orders, event))


@_apply.register
def _(event: Verdict, story: Story) -> Story:
    stopped_at = None if event.verdict == "promoted" else event.time
    return replace(story, verdicts=(*story.verdicts, event), stopped_at=stopped_at, undecided=False, stands=False)


@_apply.register
def _(event: Promoted, story: Story) -> Story:
    due_at = event.time + (story.started.policy.keep_seconds if story.started else 0.0)
    return replace(story, promoted=event, keeping=True, weight=1.0, due_at=due_at, stands=True)


@_apply.register
def _(event: Restored, story: Story) -> Story:
    return replace(story, back=event, weight=0.0)


@_apply.register
def _(event: Unrestored, story: Story) -> Story:
    return replace(story, back=event)


@_apply.register
def _(event: Drained, story: Story) -> Story:
    return replace(story, drained=event)


@_apply.register
def _(event: Recovered, story: Story) -> Story:
    return replace(story, recoveries=(*story.recoveries, event))


@_apply.register
def _(event: Kept, story: Story) -> Story:
    return replace(story, kept=event, due_at=event.time, stopped_at=event.time)


@_apply.register
def _(event: Ended, story: Story) -> Story:
    return replace(story, ended=event, stopped_at=story.stopped_at or event.time, stands=False)


@_apply.register
def _(event: Unjudged, story: Story) -> Story:
    return replace(story, unjudged=event)


@_apply.register
def _(event: TrafficTotals, story: Story) -> Story:
    return replace(story, traffic=event)
