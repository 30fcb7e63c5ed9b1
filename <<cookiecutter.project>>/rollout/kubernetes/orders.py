"""`abort` and `promote`, and the order behind `rollback`: patches of the Rollout's status, as Argo's own plugin does
them. Who gave them and why is recorded first."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from rollout.errors import ClusterFailed, NotRunning, Refused
from rollout.journal.events import OrderGiven
from rollout.journal.orders import OrderKind
from rollout.kubernetes import record
from rollout.kubernetes.look import first_look, named, newest, running
from rollout.kubernetes.port import Changed, Writer
from rollout.kubernetes.request import add
from rollout.kubernetes.seen import Attempt, Service
from rollout.onhost import author
from rollout.onhost.orders import ORDERED

TRIES = 10


def give(
    cluster: Writer, rollout: str | None, kind: OrderKind, reason: str, clock: Callable[[], float] = time.time
) -> tuple[str, str]:
    """Give an order for the named rollout, or for the running one; returns the rollout's name and a message for people.
    Raises NothingThere or Refused."""
    order = OrderGiven(time=clock(), order=kind, by=author.name(), reason=reason)
    for _ in range(TRIES):
        service = first_look(cluster)
        attempt = ordered(service, rollout, kind)
        status = status_of(service, kind)
        try:
            version = recorded(cluster, service, order)
            cluster.patch_status(version, status)
        except Changed:
            continue
        said = f"ordered Argo Rollouts to {ORDERED[kind]} ({attempt.name}): see `rollout status`"
        return attempt.name, said + consequence(service, kind)
    raise ClusterFailed("the Rollout changed again and again: the order was not given. Try again")


def ordered(service: Service, rollout: str | None, kind: str) -> Attempt:
    """The attempt that an order is for. Raises NoRolloutYet, UnknownRollout or NotRunning."""
    found = running(service)
    if found and rollout in (None, found.name):
        return found
    if rollout:
        named(service, rollout)
        raise NotRunning(f"rollout {rollout} is not running: there is nothing to {kind}")
    newest(service)
    raise NotRunning(f"no rollout is running in {service.namespace}: there is nothing to {kind}")


def status_of(service: Service, kind: OrderKind) -> Mapping[str, Any]:
    """The fields of the status that an order sets. Raises Refused for `promote` while nothing is waiting."""
    if kind != "promote":
        return {"abort": True}
    if not service.holds:
        raise Refused("neither a hold nor keep is running: the step waits for its gates or for its pods")
    return {"pauseConditions": None}


def consequence(service: Service, kind: OrderKind) -> str:
    """What a person has to know who takes a release back now."""
    stable = service.stable
    if kind == "promote" or stable is None or stable.ready >= stable.replicas:
        return ""
    if stable.ready == 0:
        return f". None of stable's {stable.replicas} pods is ready: nobody answers before one is"
    return (
        f". Only {stable.ready} of stable's {stable.replicas} pods are ready: the canary gets no more requests, but "
        "the rollout ends when all of them are"
    )


def recorded(cluster: Writer, service: Service, order: OrderGiven) -> str:
    """Record the order, once; returns the Rollout's version then."""
    before = record.orders_in(service.annotations)
    version: str = service.rollout["metadata"]["resourceVersion"]
    if order in before:
        return version
    annotations = {**service.annotations, record.ORDERS: record.written_orders([*before, order])}
    patched = cluster.patch(version, [add("/metadata/annotations", annotations)])
    return str(patched["metadata"]["resourceVersion"])
