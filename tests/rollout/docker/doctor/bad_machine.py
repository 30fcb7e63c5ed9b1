"""Hosts with one thing wrong in the machine, its parts or its addresses: the facts, and the finding's level, code and a
part of its command."""

from dataclasses import replace
from typing import Any

from rollout.docker.doctor.facts import Facts
from rollout.docker.machine import COMPOSE_VERSION
from rollout.onhost.facts import Disk, Router
from tests.rollout.docker.doctor.hosts import (
    BESIDE,
    DAY_SECONDS,
    GB,
    HEALTHY,
    MACHINE,
    NOW,
    PUBLISHED,
    alerted,
    monitored,
    seen,
    with_part,
    with_stable,
)

LOCAL = {"8080": ["127.0.0.1:8080"], "8443": ["127.0.0.1:8443"]}
NO_TLS = BESIDE.model_copy(update={"router": Router(version="3.2.4", certificate_expires=None)})


def expiring(days: float) -> Facts:
    return seen(router=Router(version="3.2.4", certificate_expires=round(NOW + days * DAY_SECONDS)))


def full(free_bytes: int) -> Facts:
    return seen(disks=[Disk(purpose="images", free_bytes=free_bytes, total_bytes=40 * GB, needed_bytes=GB)])


def remembers(**changes: Any) -> Facts:
    return replace(HEALTHY, machine=replace(MACHINE, **changes))


def published(where: dict[str, list[str]], *, certificate: bool) -> Facts:
    facts = with_part("router", published=where)
    return facts if certificate else replace(facts, beside=NO_TLS)


BAD_MACHINE: dict[str, tuple[Facts, str, str, str]] = {
    "an old Docker": (
        replace(HEALTHY, machine=replace(MACHINE, version="19.3.1")),
        "problem",
        "version",
        "docker version",
    ),
    "an old Compose": (
        with_part("router", labels={COMPOSE_VERSION: "2.19.9"}),
        "problem",
        "version",
        "docker compose version",
    ),
    "an old router": (
        seen(router=Router(version="2.4.1", certificate_expires=round(NOW + 1e7))),
        "problem",
        "version",
        "up -d",
    ),
    "an old Prometheus": (monitored(version="2.40.7"), "problem", "version", "up -d"),
    "an old Alertmanager": (alerted(version="0.25.0"), "problem", "version", "up -d"),
    "a clock that nobody sets": (seen(synchronized=False), "warning", "clock", "set-ntp true"),
    "a clock that is off": (replace(HEALTHY, ahead_seconds=-6), "warning", "clock", "timedatectl"),
    "a clock that is wrong": (replace(HEALTHY, ahead_seconds=3600), "problem", "clock", "timedatectl"),
    "a full disk": (full(GB - 1), "problem", "disk", "rollout prune"),
    "a disk that is almost full": (full(2 * GB - 1), "warning", "disk", "rollout prune"),
    "too little memory for two releases": (
        remembers(memory_bytes=2 * GB - 1),
        "problem",
        "memory",
        "RELEASE_MEMORY=511m",
    ),
    "little memory": (remembers(memory_bytes=round(2.6 * GB)), "warning", "memory", "RELEASE_MEMORY=819m"),
    "a kernel without limits": (remembers(limits_memory=False), "warning", "memory", "docker info"),
    "a limit that Docker refuses": (
        replace(HEALTHY, environment={"RELEASE_MEMORY": "lots"}),
        "problem",
        "memory",
        "RELEASE_MEMORY=1g",
    ),
    "a release that used all its memory": (with_stable(out_of_memory=True), "problem", "memory", "docker logs"),
    "a part that is missing": (
        replace(HEALTHY, parts={**HEALTHY.parts, "prometheus": None}),
        "problem",
        "part",
        "up -d",
    ),
    "a part that is stopped": (
        with_part("prometheus", state="exited"),
        "problem",
        "part",
        "docker start my-agent-prometheus",
    ),
    "a part that is paused": (
        with_part("alertmanager", state="paused"),
        "problem",
        "part",
        "docker unpause my-agent-alertmanager",
    ),
    "a part that is ill": (
        with_part("router", healthy=False),
        "problem",
        "part",
        "docker logs --tail 50 my-agent-router",
    ),
    "a part that no reboot starts": (
        with_part("router", restart_policy="no"),
        "problem",
        "restart_policy",
        "docker update --restart always my-agent-router",
    ),
    "a release that no reboot starts": (
        with_stable(restart_policy="on-failure"),
        "problem",
        "restart_policy",
        "docker update --restart always my-agent-blue",
    ),
    "a part that no crash of Docker starts": (
        with_part("router", restart_policy="unless-stopped"),
        "warning",
        "restart_policy",
        "docker update --restart always",
    ),
    "a release that crashes": (with_stable(restarts=3), "warning", "restarts", "docker logs --tail 50 my-agent-blue"),
    "plain HTTP for everybody": (
        published({**LOCAL, "8080": ["0.0.0.0:8080"]}, certificate=False),
        "problem",
        "published",
        "rollout certificate",
    ),
    "no certificate": (published(LOCAL, certificate=False), "warning", "published", "rollout certificate"),
    "a certificate that nobody sees": (
        published(LOCAL, certificate=True),
        "warning",
        "published",
        "ROUTER_TLS_PORT=0.0.0.0:443",
    ),
    "a port over IPv6": (
        published({**PUBLISHED, "8443": ["443"]}, certificate=True),
        "warning",
        "published",
        "ROUTER_TLS_PORT=0.0.0.0:443",
    ),
    "a router that is not published": (published({}, certificate=True), "problem", "published", "up -d"),
    "a part that everybody can reach": (
        with_part("prometheus", published={"9090": ["0.0.0.0:9090"]}),
        "problem",
        "published",
        "docker rm -f my-agent-prometheus",
    ),
    "a certificate that has expired": (expiring(-1), "problem", "certificate", "rollout certificate"),
    "one that expires this week": (expiring(6.9), "problem", "certificate", "rollout certificate"),
    "one that expires soon": (expiring(13), "warning", "certificate", "rollout certificate"),
}
