"""What only a process beside the traffic can see of a host. `rollout doctor` judges it."""

from pydantic import BaseModel, ConfigDict

from rollout.metrics.monitoring import Monitoring


class Fact(BaseModel):
    """Later versions may add fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Disk(Fact):
    """A file system with `purpose`; with less than `needed_bytes` free, a rollout is refused."""

    purpose: str
    free_bytes: int
    total_bytes: int
    needed_bytes: int


class Journals(Fact):
    """How many rollouts are kept, and which journals have unreadable lines or are unreadable, with the reason."""

    rollouts: int
    size_bytes: int
    unreadable: dict[str, str]


class Router(Fact):
    """`certificate_expires` is in epoch seconds; None without TLS."""

    version: str
    certificate_expires: int | None


class Alerting(Fact):
    """Alertmanager: the kinds of notifications that a page and the alert that always fires cause, and how many were
    sent, and not taken, `since` it started. `watchdog` is `active`, `suppressed` or `absent`."""

    version: str
    since: float
    pages: list[str]
    heartbeat: list[str]
    watchdog: str
    sent: int
    failed: int


class HostFacts(Fact):
    """What could not be found out is None, and `troubles` says why, by the part's name."""

    version: str
    time: float
    synchronized: bool | None
    disks: list[Disk]
    journals: Journals | None = None
    router: Router | None = None
    monitoring: Monitoring | None = None
    alerting: Alerting | None = None
    troubles: dict[str, str]
