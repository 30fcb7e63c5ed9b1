"""`rollout status` of a namespace, with the keys of a host."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from rollout import report, text
from rollout.kubernetes.look import running
from rollout.kubernetes.seen import Attempt, Service, story
from rollout.onhost import records


def lines(service: Service, *, every: bool) -> Iterator[str]:
    """For people: a line for each release that has pods, for what is running, and for each rollout."""
    for role, attempt in releases(service).items():
        yield f"{role:7} {described(attempt)}" if attempt else f"{role:7} empty"
    if service.stable and not service.stable.ready:
        yield "stable does not answer: none of its pods is ready"
    if attempt := running(service):
        yield f"running        {attempt.name}, started by {by(attempt)}"
    if since := stable_since(service):
        yield f"stable since {text.moment(since)}"
    if not service.attempts:
        yield f"no rollout yet in {service.namespace}"
    for attempt in shown(service, every=every):
        found = evidence(service, attempt)
        yield f"{found.rollout}: {report.headline(found)}"


def document(service: Service, *, every: bool) -> dict[str, Any]:
    """What `rollout status --json` prints."""
    current = running(service)
    stable = service.stable
    return {
        "service": service.namespace,
        "stable": stable.release if stable else None,
        "stable_since": stable_since(service),
        "answering": stable.release if stable and stable.ready else None,
        "slots": {"stable": slot(stable, "stable"), "canary": slot(releases(service)["other"], "other")},
        "foreign": [],
        "engine": {"rollout": current.name, "by": by(current)} if current else None,
        "rollouts": [records.in_short(evidence(service, each)) for each in shown(service, every=every)],
        "running": current.name if current else None,
        "unreadable": {},
    }


def releases(service: Service) -> dict[str, Attempt | None]:
    """Stable, and the other release that has pods: the canary or, for a while, what was taken back or was stable."""
    others = [each for each in service.attempts if each is not service.stable and each.replicas]
    return {"stable": service.stable, "other": others[-1] if others else None}


def slot(attempt: Attempt | None, role: str) -> dict[str, Any] | None:
    if attempt is None:
        return None
    return {
        "role": role,
        "release": attempt.release,
        "state": "running" if attempt.replicas else "stopped",
        "healthy": 0 < attempt.replicas <= attempt.ready,
        "created": attempt.created,
    }


def described(attempt: Attempt) -> str:
    since = datetime.fromtimestamp(attempt.created, UTC).isoformat(timespec="seconds")
    return f"{attempt.hash} {attempt.release}, {attempt.ready} of {attempt.replicas} pods ready, created {since}"


def by(attempt: Attempt) -> str:
    return attempt.recorded.by if attempt.recorded else "unknown"


def shown(service: Service, *, every: bool) -> tuple[Attempt, ...]:
    return service.attempts if every else service.attempts[-1:]


def stable_since(service: Service) -> float | None:
    found = story(service, service.stable).promoted if service.stable else None
    return found.time if found else None


def evidence(service: Service, attempt: Attempt) -> report.Evidence:
    return report.gather(story(service, attempt), alive=True)
