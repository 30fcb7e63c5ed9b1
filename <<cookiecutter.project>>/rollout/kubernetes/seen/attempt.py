"""A ReplicaSet: one attempt to make a release stable. `started` in its pod template makes each attempt another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rollout.errors import NoDigest
from rollout.image import Image
from rollout.journal.events import OrderGiven, Slots, Started
from rollout.journal.state import new_rollout
from rollout.journal.written import WrittenPolicy
from rollout.kubernetes import record
from rollout.kubernetes.analysis import Object
from rollout.kubernetes.seen.run import HASH, Run, seconds

REVISION = "rollout.argoproj.io/revision"
CONTAINER = "agent"
FIRST = "the first release here: nothing to compare it with"


@dataclass(frozen=True)
class Attempt:
    """`recorded` is what `rollout start` wrote; None if the release was applied by other means. `background` and
    `passing` are its analysis runs, oldest first. `replicas` is how many pods it should have, `ready` and `available`
    how many are."""

    hash: str
    revision: int
    release: str
    created: float
    replicas: int
    ready: int
    available: int
    recorded: Started | None
    orders: tuple[OrderGiven, ...]
    background: tuple[Run, ...]
    passing: tuple[Run, ...]

    def of_step(self, number: int) -> tuple[Run, ...]:
        return tuple(run for run in self.passing if run.step == number)

    @property
    def runs(self) -> tuple[Run, ...]:
        return (*self.background, *self.passing)

    @property
    def name(self) -> str:
        """The rollout's name."""
        if self.recorded:
            return self.recorded.rollout
        return f"{new_rollout(short_name(self.release), datetime.fromtimestamp(self.created, UTC))}-{self.hash}"

    def started(self, policy: WrittenPolicy, stable: "Attempt | None") -> Started:
        """Its first event. `policy` is for a release without a record, `stable` what was stable before."""
        slots = Slots(stable=stable.hash if stable else "none", canary=self.hash)
        if self.recorded:
            return self.recorded.model_copy(update={"slots": slots})
        return Started(
            time=self.created,
            rollout=self.name,
            release=self.release,
            stable=stable.release if stable else None,
            slots=slots,
            target="kubernetes",
            at_once=None if stable else FIRST,
            policy=policy,
        )


def attempt_of(found: Object, runs: tuple[Run, ...]) -> Attempt:
    """`runs` are those of all attempts."""
    metadata, status = found["metadata"], found.get("status", {})
    annotations: Mapping[str, str] = metadata.get("annotations", {})
    own = sorted((run for run in runs if run.hash == hash_of(found)), key=lambda run: run.created)
    return Attempt(
        hash=hash_of(found),
        revision=int(annotations.get(REVISION, "0")),
        release=release_in(found["spec"]["template"]),
        created=seconds(metadata["creationTimestamp"]),
        replicas=found["spec"].get("replicas", 0),
        ready=status.get("readyReplicas", 0),
        available=status.get("availableReplicas", 0),
        recorded=recorded_in(found, annotations),
        orders=record.orders_in(annotations),
        background=tuple(run for run in own if run.step is None),
        passing=tuple(run for run in own if run.step is not None),
    )


def recorded_in(found: Object, annotations: Mapping[str, str]) -> Started | None:
    """The record, if it is this attempt's: `started` in its pod template says so."""
    recorded = record.start_in(annotations)
    began = found["spec"]["template"]["metadata"].get("annotations", {}).get("started", "")
    return recorded if recorded and str(int(recorded.time)) == began else None


def hash_of(found: Object) -> str:
    labels: Mapping[str, str] = found["metadata"].get("labels", {})
    return labels.get(HASH, "")


def release_in(template: Object) -> str:
    """The image of the service's container in a pod template."""
    containers = template["spec"]["containers"]
    image = str(next((each["image"] for each in containers if each["name"] == CONTAINER), containers[0]["image"]))
    try:
        return str(Image.parse(image))
    except NoDigest:
        return image


def short_name(release: str) -> str:
    try:
        return Image.parse(release).name
    except NoDigest:
        return release
