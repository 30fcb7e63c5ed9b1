"""The service in a namespace: its Rollout, and every attempt that Argo has kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rollout.journal.written import WrittenPolicy, WrittenStep
from rollout.kubernetes.analysis import Object
from rollout.kubernetes.seen.attempt import Attempt, attempt_of
from rollout.kubernetes.seen.run import run_of, seconds

GOT_READY = "NewReplicaSetAvailable"
ALL = 100
"""All of the traffic, in Argo's whole percents."""


@dataclass(frozen=True)
class Service:
    """`attempts` are in order, the newest last."""

    namespace: str
    rollout: Object
    attempts: tuple[Attempt, ...]

    @property
    def status(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.rollout.get("status") or {}
        return found

    @property
    def annotations(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.rollout["metadata"].get("annotations") or {}
        return found

    @property
    def stable(self) -> Attempt | None:
        """The attempt that is stable; None before the first one is."""
        return self.with_hash(str(self.status.get("stableRS", "")))

    @property
    def newest(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    def is_over(self, attempt: Attempt) -> bool:
        """Whether a later attempt has begun."""
        return attempt is not self.newest

    def is_current(self, attempt: Attempt) -> bool:
        """Whether the status speaks of this attempt: a moment after it began, it still speaks of the one before."""
        return not self.is_over(attempt) and self.status.get("currentPodHash") == attempt.hash

    def is_aborted(self, attempt: Attempt) -> bool:
        return self.is_current(attempt) and bool(self.status.get("abort"))

    @property
    def observed(self) -> bool:
        """Whether Argo has seen the newest change of the Rollout."""
        return str(self.status.get("observedGeneration", "")) == str(self.rollout["metadata"].get("generation", ""))

    @property
    def aborted_at(self) -> float | None:
        found = self.status.get("abortedAt")
        return seconds(found) if found else None

    @property
    def is_up(self) -> bool:
        """Whether the newest attempt has got ready."""
        return self.status.get("phase") == "Healthy" or self.condition("Progressing").get("reason") == GOT_READY

    @property
    def healthy_at(self) -> float | None:
        found = [self.condition(kind).get("lastTransitionTime") for kind in ("Healthy", "Completed")]
        return max((seconds(each) for each in found if each), default=None)

    @property
    def holds(self) -> bool:
        """Whether a pause is running: a step's hold, or `keep`."""
        return any(each.get("reason") == "CanaryPauseStep" for each in self.status.get("pauseConditions") or [])

    @property
    def canary_percent(self) -> int:
        """The newest attempt's share of the traffic, as Argo has written it to the router."""
        weights = self.status.get("canary", {}).get("weights") or {}
        return int(weights.get("canary", {}).get("weight", 0))

    def condition(self, kind: str) -> Mapping[str, Any]:
        found = [each for each in self.status.get("conditions") or [] if each.get("type") == kind]
        return found[0] if found else {}

    def with_hash(self, wanted: str) -> Attempt | None:
        return next((each for each in self.attempts if each.hash == wanted), None)

    def before(self, attempt: Attempt) -> Attempt | None:
        """What was stable when an attempt began: its analyses say so, or it is the newest earlier one that was."""
        named = [self.with_hash(run.stable) for run in attempt.runs]
        earlier = [each for each in self.attempts if each.revision < attempt.revision and self.was_stable(each)]
        return next((each for each in named if each), earlier[-1] if earlier else None)

    def was_stable(self, attempt: Attempt) -> bool:
        """Whether it is stable, or a later attempt was compared with it."""
        compared = any(run.stable == attempt.hash for each in self.attempts if each != attempt for run in each.runs)
        recorded = any(
            each.recorded and each.recorded.slots.stable == attempt.hash for each in self.attempts if each != attempt
        )
        return attempt.hash == self.status.get("stableRS") or compared or recorded

    def policy(self) -> WrittenPolicy:
        """The steps of the Rollout, for an attempt whose policy is not recorded."""
        steps = self.rollout["spec"].get("strategy", {}).get("canary", {}).get("steps") or []
        weights = [each["setWeight"] / ALL for each in steps if "setWeight" in each]
        pauses = [pause_seconds(each["pause"]) for each in steps if "pause" in each]
        holds, keep = pauses[: len(weights)], pauses[len(weights) :]
        written = [WrittenStep(weight=weight, hold_seconds=hold) for weight, hold in zip(weights, holds, strict=False)]
        return WrittenPolicy(steps=tuple(written), keep_seconds=sum(keep))


def pause_seconds(pause: Object) -> float:
    """As `rollout render` writes it, `600s`."""
    text = str(pause.get("duration", "0"))
    return float(text.removesuffix("s")) if text.removesuffix("s").replace(".", "", 1).isdigit() else 0.0


def service_of(namespace: str, rollout: Object, replica_sets: Iterable[Object], runs: Iterable[Object]) -> Service:
    """`replica_sets` and `runs` may be the whole namespace's: those of others are left out."""
    uid = rollout["metadata"].get("uid")
    own = tuple(run_of(each) for each in runs if is_owned(each, uid))
    attempts = [attempt_of(each, own) for each in replica_sets if is_owned(each, uid)]
    return Service(
        namespace, rollout, each_with_its_record(sorted(attempts, key=lambda each: (each.revision, each.created)))
    )


def each_with_its_record(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    """A change by other means than `rollout` leaves the earlier record on the Rollout, and Argo copies it again."""
    known, found = set[str](), list[Attempt]()
    for attempt in attempts:
        is_copy = attempt.recorded is not None and attempt.recorded.rollout in known
        found.append(replace(attempt, recorded=None, orders=()) if is_copy else attempt)
        known.add(found[-1].name)
    return tuple(found)


def is_owned(found: Object, uid: object) -> bool:
    return any(each.get("uid") == uid for each in found["metadata"].get("ownerReferences") or [])
