"""Collects the facts for `rollout doctor` on the host: from its router, its monitoring, its disks and its journals."""

import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from rollout import VERSION
from rollout.errors import NothingThere, RolloutError
from rollout.journal.outline import outline
from rollout.journal.state import State
from rollout.metrics.alertmanager import Alertmanager
from rollout.metrics.monitoring import WATCHDOG, Monitoring
from rollout.onhost import ntp, receivers
from rollout.onhost.facts import Alerting, Disk, HostFacts, Journals, Router
from rollout.onhost.survey import ROLLOUTS_LOOKED_AT, Need

PAGE = {"severity": "page"}
HEARTBEAT = {"alertname": WATCHDOG, "severity": "none"}

T = TypeVar("T")


class RouterSpeaks(Protocol):
    """What the router says of itself. Raises RouterError."""

    def version(self) -> str: ...
    def expires(self) -> int | None: ...


def facts(state: State, router: RouterSpeaks, needs: Sequence[Need], prometheus: str) -> HostFacts:
    """Never raises: a part that does not answer is named in `troubles`, and the others are asked all the same."""
    troubles: dict[str, str] = {}

    def tried(part: str, ask: Callable[[], T]) -> T | None:
        try:
            return ask()
        except (RolloutError, OSError) as error:
            troubles[part] = str(error)
            return None

    monitoring = tried("prometheus", lambda: Monitoring.ask(prometheus))
    url = next(iter(monitoring.alertmanagers), None) if monitoring else None
    return HostFacts(
        version=VERSION,
        time=time.time(),
        synchronized=ntp.is_synchronized(),
        disks=tried("disks", lambda: [disk(*need) for need in needs]) or [],
        journals=tried("journals", lambda: journals(state)),
        router=tried("router", lambda: Router(version=router.version(), certificate_expires=router.expires())),
        monitoring=monitoring,
        alerting=tried("alertmanager", lambda: alerting(Alertmanager.ask(url))) if url else None,
        troubles=troubles,
    )


def disk(folder: Path, needed_bytes: int, purpose: str) -> Disk:
    """Raises OSError."""
    usage = shutil.disk_usage(folder)
    return Disk(purpose=purpose, free_bytes=usage.free, total_bytes=usage.total, needed_bytes=needed_bytes)


def journals(state: State) -> Journals:
    """Reads the newest only, one at a time, as a survey does. Raises OSError or Refused."""
    paths, unreadable = state.journals(), dict[str, str]()
    for path in paths[-ROLLOUTS_LOOKED_AT:]:
        try:
            if lines := outline(path).doubt.as_text(1):
                unreadable[path.stem] = lines[0]
        except NothingThere as error:
            unreadable[path.stem] = str(error)
    size = sum(path.stat().st_size for path in paths)
    return Journals(rollouts=len(paths), size_bytes=size, unreadable=unreadable)


def alerting(found: Alertmanager) -> Alerting:
    """Alertmanager's state, with who gets its alerts."""
    return Alerting(
        version=found.version,
        since=found.since,
        pages=receivers.notifications(found.config, PAGE),
        heartbeat=receivers.notifications(found.config, HEARTBEAT),
        watchdog=found.watchdog,
        sent=found.sent,
        failed=found.failed,
    )
