"""What `rollout doctor` says to people."""

from dataclasses import replace

import pytest

from rollout.docker import doctor
from rollout.docker.doctor.facts import Facts
from rollout.onhost.facts import Disk
from tests.rollout.docker.doctor.hosts import (
    BESIDE,
    GB,
    HEALTHY,
    NOBODY_ANSWERS,
    PUBLISHED,
    container,
    monitored,
    seen,
    with_part,
    with_spare,
    with_stable,
    wrong,
)

MB = 1024**2


def said(facts: Facts) -> str:
    """The one thing that is wrong."""
    (found,) = wrong(facts)
    return found.message


def test_a_healthy_host_is_told_what_was_looked_at() -> None:
    assert [f"{each.code}: {each.message}" for each in doctor.judge(HEALTHY)] == [
        "answers: my-agent@sha256:aaaaaaaaaaaa is stable in blue, and answers",
        "kept: the other slot is empty",
        "journal: 3 rollouts are kept, 5 MB of journals",
        "targets: Prometheus scrapes 2 targets",
        "firing: no alert fires",
        "alerts: Prometheus' alerts arrive at Alertmanager",
        "pages: a page is sent by webhook",
        "heartbeat: the heartbeat is sent by webhook",
        "delivery: 100 of 100 notifications were delivered",
        "part: my-agent-router is running",
        "part: my-agent-prometheus is running",
        "part: my-agent-alertmanager is running",
        "restart_policy: 4 containers start again after a crash or a reboot",
        "certificate: the certificate is valid until 2027-01-23 13:00 UTC",
        "published: the service is published on 0.0.0.0:80, 0.0.0.0:443",
        "version: Docker Engine 26.1.5 (API 1.45), Docker Compose 2.26.1-4, HAProxy 3.2.4, Prometheus 3.2.1, "
        "Alertmanager 0.28.1, engine 1.2.3",
        "clock: the host and this machine agree on the time",
        "disk: 20.0 GB of 40.0 GB are free for images",
        "memory: the host has 8.0 GB; two releases of at most 1.0 GB and the parts use 3.0 GB",
    ]


def test_nothing_is_said_of_what_nobody_could_look_at() -> None:
    nothing = replace(HEALTHY, machine=None, beside=None, survey=None, routing=None, parts={})
    assert {each.code for each in doctor.judge(nothing)} == {"restart_policy"}


@pytest.mark.parametrize(("seconds", "where"), [(-6, "6 s behind"), (7200, "2 h ahead of")])
def test_a_clock_that_is_off_is_named_with_its_direction(seconds: float, where: str) -> None:
    off = replace(HEALTHY, ahead_seconds=seconds)
    assert said(off) == f"the host's clock is {where} this machine's: one of them is wrong"


def test_a_silent_stable_release_is_named_with_why() -> None:
    ill = replace(HEALTHY, routing=NOBODY_ANSWERS)
    assert said(ill) == ("stable does not answer, nobody answers: the health check of my-agent-blue says L4TOUT")
    stopped = replace(with_stable(state="exited"), routing=NOBODY_ANSWERS)
    assert said(stopped) == "stable does not answer, nobody answers: my-agent-blue is exited"


@pytest.mark.parametrize("port", ["8080", "8443"])
def test_a_router_with_one_of_its_ports_is_not_the_one_of_compose(port: str) -> None:
    assert "does not publish its ports 8080 and 8443" in said(with_part("router", published={port: PUBLISHED[port]}))


@pytest.mark.parametrize(
    "facts", [with_stable(out_of_memory=True, state="exited"), with_spare(out_of_memory=True, state="running")]
)
def test_whatever_should_run_and_had_no_memory_is_a_problem(facts: Facts) -> None:
    assert [each.level for each in wrong(facts) if each.code == "memory"] == ["problem"]


def test_small_sizes_are_in_megabytes() -> None:
    disk = Disk(purpose="journals", free_bytes=20 * MB, total_bytes=2 * GB, needed_bytes=32 * MB)
    assert said(seen(disks=[disk])) == "20 MB of 2.0 GB are free for journals: a rollout needs 32 MB"


def test_an_engine_and_a_release_in_the_other_slot_are_named() -> None:
    busy = replace(with_spare(), engine=container("engine", labels={"agent-release.rollout": "20261128-good"}))
    told = [each.message for each in doctor.judge(busy) if each.code in ("engine", "kept")]
    assert told == [
        "20261128-good is running, or watches what it promoted",
        "my-agent@sha256:aaaaaaaaaaaa is in the other slot (exited)",
    ]


def test_a_target_without_a_slot_is_named_by_its_job() -> None:
    assert BESIDE.monitoring is not None
    first, second = BESIDE.monitoring.scrapes
    down = replace(second, job="certificate", slot="", release="", up=False, error="refused")
    facts = monitored(scrapes=[first, second, down])
    assert said(facts) == "Prometheus can't scrape the certificate target: refused"
