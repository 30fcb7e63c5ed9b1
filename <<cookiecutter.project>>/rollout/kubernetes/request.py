"""A request to start a release in a cluster, and the patch of the Rollout that it becomes. Pure."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rollout import VERSION
from rollout.image import Image
from rollout.journal.events import Slots, Started
from rollout.journal.provenance import Provenance
from rollout.journal.state import new_rollout
from rollout.kubernetes import record
from rollout.kubernetes.analysis import Object
from rollout.kubernetes.seen import Service
from rollout.kubernetes.seen.attempt import CONTAINER, FIRST
from rollout.onhost import author
from rollout.onhost.engine_process import written
from rollout.policy.plan import Plan


@dataclass(frozen=True)
class StartRequest:
    """`provenance` says why the release may go live; None: it must have been stable here before. `at_once` is the
    reason for moving all traffic without steps and gates; None for a rollout with them."""

    image: Image
    plan: Plan
    at_once: str | None = None
    provenance: Provenance | None = None

    @property
    def release(self) -> str:
        return str(self.image)

    def started(self, service: Service, provenance: Provenance, time: float) -> Started:
        """The rollout's first event. `time` is in epoch seconds."""
        stable = service.stable
        return Started(
            time=time,
            rollout=new_rollout(self.image.name),
            release=self.release,
            stable=stable.release if stable else None,
            slots=Slots(stable=stable.hash if stable else "none", canary="none"),
            by=author.name(),
            host=socket.gethostname(),
            version=VERSION,
            target="kubernetes",
            at_once=self.at_once or (None if stable else FIRST),
            provenance=provenance,
            policy=written(self.plan),
        )


def operations(rollout: Object, started: Started) -> Sequence[Mapping[str, Any]]:
    """The JSON patch that starts a rollout: the image, `started`, and the record; the orders of the last one go."""
    annotations = rollout["metadata"].get("annotations") or {}
    template = rollout["spec"]["template"]
    containers = template["spec"]["containers"]
    index = next((number for number, each in enumerate(containers) if each["name"] == CONTAINER), 0)
    in_template = template.get("metadata", {}).get("annotations") or {}
    return [
        add("/metadata/annotations", {**without_orders(annotations), record.STARTED: record.written_start(started)}),
        add("/spec/template/metadata/annotations", {**in_template, "started": str(int(started.time))}),
        add(f"/spec/template/spec/containers/{index}/image", started.release),
    ]


def without_orders(annotations: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in annotations.items() if key != record.ORDERS}


def add(path: str, value: Any) -> Mapping[str, Any]:
    """The operation that sets a value, whether there is one or not."""
    return {"op": "add", "path": path, "value": value}
