"""The host itself: versions, clock, disks and memory. Pure."""

import re
from collections.abc import Iterator, Mapping

from rollout.docker import limits
from rollout.docker.doctor import commands
from rollout.docker.doctor.facts import Facts
from rollout.docker.machine import COMPOSE_VERSION
from rollout.errors import Refused
from rollout.finding import Finding, ok, problem, warning
from rollout.text import duration

Version = tuple[int, int]
OLDEST: Mapping[str, Version] = {
    "Docker Engine": (20, 10),
    "Docker Compose": (2, 20),
    "HAProxy": (2, 6),
    "Prometheus": (2, 41),
    "Alertmanager": (0, 26),
}
"""The oldest versions that docs/guides/prepare-a-host.md promises. The engine's is the repository's own."""

INSTALL = {
    "Docker Engine": "docker version  # install a newer one: https://docs.docker.com/engine/install",
    "Docker Compose": "docker compose version  # install a newer one: https://docs.docker.com/compose/install",
}

AHEAD_WARNS_SECONDS, AHEAD_MOST_SECONDS = 5.0, 60.0
DISK_WARNS_TIMES = 2
PARTS_NEED_BYTES = 1024**3
"""What the parts use, beside two releases. With releases of 1 GB it is the 3 GB that the guide asks for."""

MEMORY_TOLERANCE = 0.9
"""A machine that is sold with 3 GB has a little less."""


def check(facts: Facts) -> Iterator[Finding]:
    yield from versions(facts)
    yield from clock(facts)
    yield from disks(facts)
    yield from memory(facts)


def versions(facts: Facts) -> Iterator[Finding]:
    found = known_versions(facts)
    old = list(too_old(found, commands.up(facts.compose)))
    yield from old
    if found and not old:
        yield ok("version", ", ".join(f"{name} {version}" for name, version in found.items()))


def too_old(found: Mapping[str, str], up: str) -> Iterator[Finding]:
    for name, version in found.items():
        oldest = OLDEST.get(name, (0, 0))
        if (numbers := parsed(version)) and numbers < oldest:
            said = f"{name} {version} is too old: {'.'.join(map(str, oldest))} or newer is needed"
            yield problem("version", said, INSTALL.get(name, up))


def known_versions(facts: Facts) -> dict[str, str]:
    beside, router = facts.beside, facts.parts.get("router")
    found = {
        "Docker Engine": f"{facts.machine.version} (API {facts.machine.api_version})" if facts.machine else None,
        "Docker Compose": router.labels.get(COMPOSE_VERSION) if router else None,
        "HAProxy": beside.router.version if beside and beside.router else None,
        "Prometheus": beside.monitoring.version if beside and beside.monitoring else None,
        "Alertmanager": beside.alerting.version if beside and beside.alerting else None,
        "engine": beside.version if beside else None,
    }
    return {name: version for name, version in found.items() if version}


def parsed(version: str) -> Version | None:
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None


def clock(facts: Facts) -> Iterator[Finding]:
    if facts.beside and facts.beside.synchronized is False:
        said = "the host's clock is not synchronized: when it jumps, a canary's traffic lease ends early"
        yield warning("clock", said, "sudo timedatectl set-ntp true  # on the host")
    if facts.machine is None:
        return
    apart = abs(facts.ahead_seconds) - facts.uncertain_seconds
    if apart > AHEAD_WARNS_SECONDS:
        judge = problem if apart > AHEAD_MOST_SECONDS else warning
        where = "ahead of" if facts.ahead_seconds > 0 else "behind"
        said = f"the host's clock is {duration(abs(facts.ahead_seconds))} {where} this machine's: one of them is wrong"
        yield judge("clock", said, "timedatectl  # here and on the host")
    else:
        yield ok("clock", "the host and this machine agree on the time")


def disks(facts: Facts) -> Iterator[Finding]:
    if facts.beside is None:
        return
    for disk in facts.beside.disks:
        said = f"{size(disk.free_bytes)} of {size(disk.total_bytes)} are free for {disk.purpose}"
        if disk.free_bytes < disk.needed_bytes:
            yield problem("disk", f"{said}: a rollout needs {size(disk.needed_bytes)}", "rollout prune")
        elif disk.free_bytes < DISK_WARNS_TIMES * disk.needed_bytes:
            yield warning("disk", f"{said}: with {size(disk.needed_bytes)} no rollout starts", "rollout prune")
        else:
            yield ok("disk", said)


def memory(facts: Facts) -> Iterator[Finding]:
    for each in facts.containers:
        if each.out_of_memory:
            said = f"{each.name} was killed because it used all the memory that it may use"
            judge = warning if each == facts.spare and not each.runs else problem
            yield judge("memory", said, commands.logs(each.name))
    if facts.machine is None:
        return
    try:
        release = limits.of_release(facts.environment).mem_limit
    except Refused as error:
        yield problem(
            "memory", str(error), commands.set_variables(facts.compose, "RELEASE_MEMORY=1g", "RELEASE_CPUS=1")
        )
        return
    if not facts.machine.limits_memory:
        said = "the host's kernel enforces no memory limits: one release can take the memory of all"
        yield warning("memory", said, "docker info  # its last lines say what to enable")
    yield enough(facts, facts.machine.memory_bytes, release)


def enough(facts: Facts, has: int, release: int) -> Finding:
    """During a rollout, two releases run side by side."""
    need = 2 * release + PARTS_NEED_BYTES
    said = f"the host has {size(has)}; two releases of at most {size(release)} and the parts use {size(need)}"
    if has >= need * MEMORY_TOLERANCE:
        return ok("memory", said)
    smaller = max(limits.LEAST_MEMORY_BYTES, (has - PARTS_NEED_BYTES) // 2) // 1024**2
    judge = problem if has < 2 * release else warning
    return judge("memory", said, commands.set_variables(facts.compose, f"RELEASE_MEMORY={smaller}m"))


def size(many: int) -> str:
    """Bytes as `512 MB` or `3.2 GB`."""
    return f"{many / 1024**3:,.1f} GB" if many >= 1024**3 else f"{many // 1024**2:,} MB"
