"""Describes each event in one sentence, the same in the live view and in plain lines."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Literal

from rollout.journal import BadLine, Entry
from rollout.journal.events import (  # fmt: skip
    Drained,
    Ended,
    Evaluated,
    EventBase,
    Extended,
    Held,
    Kept,
    Left,
    OrderGiven,
    Promoted,
    Ready,
    Recovered,
    Restored,
    Shifted,
    Started,
    TrafficTotals,
    Unrestored,
    Verdict,
)
from rollout.live.counts import Counts, ReleaseCounts
from rollout.live.progress import GateReading, Progress
from rollout.text import duration, one_line, percent, short, tally

VERDICTS = {"promoted": "PROMOTED", "rolled_back": "ROLLED BACK", "in_doubt": "IN DOUBT"}
KUBERNETES = "kubernetes"
CHOICES = {"back": "rolling back to stable", "on": "continuing"}
Tone = Literal["plain", "good", "bad", "doubtful"]
TONES: Mapping[str, Tone] = {"promoted": "good", "rolled_back": "bad", "in_doubt": "doubtful"}


@dataclass(frozen=True)
class Sentence:
    """One event as text; `tone` selects the color."""

    text: str
    tone: Tone = "plain"


def sentence(entry: Entry, progress: Progress) -> Sentence | None:
    """The sentence for an entry, given the state after it; None for a measurement or an unknown event."""
    said = _said(entry, progress)
    return replace(said, text=one_line(said.text)) if said else None


def measurement(progress: Progress, counts: Counts | None, now: float) -> str:
    """One line for a measurement: the weight, each gate and the requests."""
    where = f"keep at {percent(progress.weight)}" if progress.keeping else f"at {percent(progress.weight)}"
    gates = "; ".join(reading(each) for each in progress.gates)
    return one_line(
        f"{where}, {time_left(progress, now)}: {'; '.join(filter(None, [gates, requests(progress, counts)]))}"
    )


def reading(gate: GateReading) -> str:
    """A pass is short: `errors 0.4 % (2 of 500) pass`. Else `errors 11.7 % (7 of 60), limit 5 %, evidence 1.8 of 3.8,
    stable 0.2 % (2 of 1,140): inconclusive, chance does that too`; of a gate that is judged by its value alone
    `restarts fail (1 is above 0)`."""
    if not gate.outcome:
        return f"{gate.gate} -"
    if gate.outcome == "pass":
        return f"{gate.gate} {gate.canary} pass"
    if not gate.is_weighed:
        return f"{gate.gate} {gate.outcome}" + (f" ({gate.why})" if gate.why else "")
    counts = [gate.canary, f"limit {gate.limit}", f"evidence {gate.evidence}", *gate.besides]
    counts += [f"stable {gate.stable}"] if gate.stable else []
    verdict = ", ".join(filter(None, [gate.outcome, gate.why]))
    return " ".join(filter(None, [gate.gate, gate.label_value, ", ".join(counts)])) + f": {verdict}"


def requests(progress: Progress, counts: Counts | None) -> str:
    """Requests to each release. The load counts them, and the lost ones; without a load, the router's counts. Argo
    Rollouts counts none."""
    if progress.target == KUBERNETES:
        return ""
    answered = requests_by_role(progress, counts)
    text = f"{answered['stable']:,} requests to stable, {answered['canary']:,} to the canary"
    return f"{text}, {lost(counts)}" if counts else text


def requests_by_role(progress: Progress, counts: Counts | None) -> dict[str, int]:
    """Answers of each role's release; without a load, the router's counts."""
    if counts is None:
        return {role: progress.requests.get(role, 0) for role in ("stable", "canary")}
    names = {"stable": progress.stable or "", "canary": progress.release}
    return {role: counts.releases.get(name, ReleaseCounts()).answered for role, name in names.items()}


def lost(counts: Counts) -> str:
    """`0 lost`, or the number for each kind; then the late requests, if any."""
    kinds = tally(counts.lost_by_kind)
    late = f", {counts.late:,} skipped (too many unanswered)" if counts.late else ""
    return f"{counts.lost:,} lost" + (f" ({kinds})" if kinds else "") + late


def time_left(progress: Progress, now: float) -> str:
    """`7 s left`, or `undecided` when the time is over and the gates have not decided."""
    if progress.undecided:
        return "undecided"
    left = progress.left_seconds(now)
    return "" if left is None else f"{duration(math.ceil(left))} left"


def named(release: str, slot: str) -> str:
    """A release by its name and slot: `v1.3.0 (green)`."""
    return f"{short(release)} ({slot})"


def canary(progress: Progress) -> str:
    return named(progress.release, progress.slots["canary"])


def stable(progress: Progress) -> str | None:
    return named(progress.stable, progress.slots["stable"]) if progress.stable else None


@singledispatch
def _said(_: EventBase | BadLine, _progress: Progress) -> Sentence | None:
    return None


@_said.register
def _(line: BadLine, _: Progress) -> Sentence:
    return Sentence(f"unreadable line in the journal: {line}", "doubtful")


@_said.register
def _(event: Started, progress: Progress) -> Sentence:
    pace = f", at {progress.speed:g}x speed" if progress.speed != 1 else ""
    instead = f"replaces {stable(progress)}" if progress.stable else "is the first release"
    return Sentence(f"rollout {event.rollout}: {canary(progress)} {instead}{pace}")


@_said.register
def _(event: Ready, progress: Progress) -> Sentence:
    return Sentence(f"{canary(progress)} is healthy after {duration(event.seconds)}")


@_said.register
def _(event: Evaluated, _: Progress) -> Sentence:
    passed = f"{sum(each.passed for each in event.cases)} of {len(event.cases)} evals passed"
    text = f"{passed} before the first user: {percent(event.score)}, floor {percent(event.floor)}"
    return Sentence(text, "bad" if event.failed else "good")


@_said.register
def _(event: Shifted, progress: Progress) -> Sentence:
    return Sentence(
        f"step {event.step} of {len(progress.steps)}: {percent(event.weight_before)} -> "
        f"{percent(event.weight)} of the traffic to {canary(progress)}"
    )


@_said.register
def _(event: Extended, _: Progress) -> Sentence:
    return Sentence(f"step {event.step} extended: {event.why}", "doubtful")


@_said.register
def _(event: Held, progress: Progress) -> Sentence:
    if event.seconds is not None:
        return Sentence(f"the hold is over after {duration(event.seconds)}")
    return Sentence(f"on hold: {event.why}; {canary(progress)} answers everybody until stable is up again", "bad")


@_said.register
def _(event: OrderGiven, _: Progress) -> Sentence:
    return Sentence(f"{event.order}, ordered by {event.by}: {event.reason}", "doubtful")


@_said.register
def _(event: Verdict, _: Progress) -> Sentence:
    where = f"at {percent(event.weight)}, step {event.step}" if event.step else "before step 1"
    return Sentence(
        f"{VERDICTS.get(event.verdict, event.verdict)} {where}: {event.reason}",
        TONES.get(event.verdict, "plain"),
    )


@_said.register
def _(event: Promoted, _: Progress) -> Sentence:
    return Sentence(f"{named(event.release, event.slot)} is now stable", "good")


@_said.register
def _(event: Restored, _: Progress) -> Sentence:
    if event.release is None:
        return Sentence("no release receives traffic: there is no earlier release to go back to", "bad")
    return Sentence(f"all traffic is on {named(event.release, event.slot)} again", "good")


@_said.register
def _(event: Unrestored, _: Progress) -> Sentence:
    return Sentence(f"stable could not be given all traffic: {event.why}", "bad")


@_said.register
def _(event: Drained, progress: Progress) -> Sentence:
    rest = f", {event.in_flight} requests still in flight" if event.in_flight else ""
    return Sentence(f"{canary(progress)} drained in {duration(event.seconds)}{rest}")


@_said.register
def _(event: Recovered, _: Progress) -> Sentence:
    choice = CHOICES.get(event.choice, event.choice)
    if event.after == "left":
        return Sentence(f"a new engine took over: {choice}")
    return Sentence(f"a new engine took over from one that died after '{event.after}': {choice}", "doubtful")


@_said.register
def _(event: Kept, _: Progress) -> Sentence:
    return Sentence(f"keep ended after {duration(event.seconds)}: the old release was not needed")


@_said.register
def _(event: Left, _: Progress) -> Sentence:
    return Sentence(f"the engine stopped and the new release stays: {event.why}", "doubtful")


@_said.register
def _(event: Ended, _: Progress) -> Sentence:
    return Sentence(f"ended: {VERDICTS.get(event.verdict, event.verdict)}", TONES.get(event.verdict, "plain"))


@_said.register
def _(event: TrafficTotals, _: Progress) -> Sentence:
    text = f"{event.sent:,} requests sent, {event.answered:,} answered, {event.lost:,} lost"
    return Sentence(text, "bad" if event.lost else "good")
