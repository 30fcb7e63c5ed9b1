"""The facts of a healthy host, which tests change."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rollout.docker import doctor
from rollout.docker.container import Container
from rollout.docker.doctor.facts import PARTS, Facts
from rollout.docker.machine import COMPOSE_VERSION, Machine
from rollout.finding import Finding
from rollout.metrics.monitoring import Monitoring, Scrape
from rollout.onhost import names
from rollout.onhost.facts import Alerting, Disk, HostFacts, Journals, Router
from rollout.onhost.routing import Routing
from rollout.onhost.survey import Survey
from tests.rollout.docker.fakes import ENVIRONMENT, MADE, RELEASE, ours

NOW = MADE.timestamp()
DAY_SECONDS = 86400
GB = 1024**3
PUBLISHED = {"8080": ["0.0.0.0:80"], "8443": ["0.0.0.0:443"]}
ALERTING = Alerting(
    version="0.28.1", since=NOW - 600, pages=["webhook"], heartbeat=["webhook"], watchdog="active", sent=100, failed=0
)
MONITORING = Monitoring(
    version="3.2.1",
    scrapes=[Scrape(job, "blue", RELEASE, up=True, error="") for job in ("agent", "router")],
    alertmanagers=["http://10.0.0.4:9093"],
    firing={"Watchdog": NOW - 600},
)
BESIDE = HostFacts(
    version="1.2.3",
    time=NOW,
    synchronized=True,
    disks=[Disk(purpose="images", free_bytes=20 * GB, total_bytes=40 * GB, needed_bytes=GB)],
    journals=Journals(rollouts=3, size_bytes=5 * 1024**2, unreadable={}),
    router=Router(version="3.2.4", certificate_expires=round(NOW + 60 * DAY_SECONDS)),
    monitoring=MONITORING,
    alerting=ALERTING,
    troubles={},
)
MACHINE = Machine("26.1.5", "1.45", 8 * GB, limits_memory=True, time=NOW)
BLUE_ANSWERS = Routing(up=["blue"], sent=["blue"], answering="blue", checks={"blue": "L7OK", "green": "L4CON"})
NOBODY_ANSWERS = Routing(up=[], sent=["blue"], answering=None, checks={"blue": "L4TOUT", "green": "L4CON"})


def container(part: str, **changes: Any) -> Container:
    """One that runs, and starts again by itself."""
    labels: Mapping[str, str] = {**ours(part), **({names.RELEASE: RELEASE} if part in names.SLOTS else {})}
    made = Container(part, f"my-agent-{part}", "running", 0, True, MADE, labels, {}, restart_policy="always")
    return replace(made, **changes)


ROUTER = container("router", published=PUBLISHED, labels={**ours("router"), COMPOSE_VERSION: "2.26.1-4"})

HEALTHY = Facts(
    project="my-agent",
    environment=ENVIRONMENT,
    machine=MACHINE,
    ahead_seconds=0.1,
    uncertain_seconds=0.1,
    parts={part: container(part) for part in PARTS} | {"router": ROUTER},
    slots={"blue": container("blue"), "green": None},
    engine=None,
    foreign=[],
    routing=BLUE_ANSWERS,
    survey=Survey("blue", None, None, "r", [RELEASE], [RELEASE], NOW - 3600),
    beside=BESIDE,
    absent=[],
    troubles={},
)


def with_part(part: str, **changes: Any) -> Facts:
    """A healthy host, but for one of its parts."""
    return replace(HEALTHY, parts={**HEALTHY.parts, part: replace(HEALTHY.parts[part] or ROUTER, **changes)})


def with_stable(**changes: Any) -> Facts:
    return replace(HEALTHY, slots={**HEALTHY.slots, "blue": container("blue", **changes)})


def with_spare(**changes: Any) -> Facts:
    """A healthy host with a stopped release in the other slot."""
    spare = container("green", **{"state": "exited", **changes})
    return replace(HEALTHY, slots={**HEALTHY.slots, "green": spare})


def seen(**changes: Any) -> Facts:
    """A healthy host, but for what is seen from beside the traffic."""
    return replace(HEALTHY, beside=BESIDE.model_copy(update=changes))


def monitored(**changes: Any) -> Facts:
    return seen(monitoring=replace(MONITORING, **changes))


def alerted(**changes: Any) -> Facts:
    return seen(alerting=ALERTING.model_copy(update=changes))


def wrong(facts: Facts) -> list[Finding]:
    """What is not ok."""
    return [each for each in doctor.judge(facts) if each.level != "ok"]
