"""What `rollout doctor` finds wrong: a code, a level, and a command that helps."""

from dataclasses import replace
from typing import Any

import pytest

from rollout.docker import doctor
from rollout.docker.doctor.facts import Facts
from rollout.docker.doctor.finding import CODES
from rollout.docker.machine import COMPOSE_FILES, COMPOSE_VERSION
from rollout.metrics.monitoring import Scrape
from rollout.onhost.facts import Disk, Journals, Router
from rollout.onhost.survey import Survey
from tests.rollout.docker.doctor.hosts import (
    ALERTING,
    BESIDE,
    BLUE_ANSWERS,
    DAY_SECONDS,
    GB,
    HEALTHY,
    MACHINE,
    MONITORING,
    NOBODY_ANSWERS,
    NOW,
    PUBLISHED,
    alerted,
    container,
    monitored,
    seen,
    with_part,
    with_spare,
    with_stable,
    wrong,
)
from tests.rollout.docker.fakes import RELEASE

LOCAL = {"8080": ["127.0.0.1:8080"], "8443": ["127.0.0.1:8443"]}
NO_TLS = BESIDE.model_copy(update={"router": Router(version="3.2.4", certificate_expires=None)})
DOWN = [Scrape("agent", "blue", RELEASE, up=False, error="refused"), Scrape("router", "blue", RELEASE, True, "")]


def expiring(days: float) -> Facts:
    return seen(router=Router(version="3.2.4", certificate_expires=round(NOW + days * DAY_SECONDS)))


def full(free_bytes: int) -> Facts:
    return seen(disks=[Disk(purpose="images", free_bytes=free_bytes, total_bytes=40 * GB, needed_bytes=GB)])


def remembers(**changes: Any) -> Facts:
    return replace(HEALTHY, machine=replace(MACHINE, **changes))


def published(where: dict[str, list[str]], *, certificate: bool) -> Facts:
    facts = with_part("router", published=where)
    return facts if certificate else replace(facts, beside=NO_TLS)


JUST_FIRING = BESIDE.model_copy(
    update={
        "monitoring": replace(MONITORING, firing={"Watchdog": NOW - 60}),
        "alerting": ALERTING.model_copy(update={"watchdog": "absent"}),
    }
)
EMPTY = replace(HEALTHY, slots={"blue": None, "green": None}, routing=NOBODY_ANSWERS)
SURVEY = Survey("blue", None, None, None, [], [], None)

WRONG: dict[str, tuple[Facts, str, str, str]] = {
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
    "a stable release that is ill": (
        replace(HEALTHY, routing=NOBODY_ANSWERS),
        "problem",
        "answers",
        "docker logs --tail 50 my-agent-blue",
    ),
    "a stable release that is stopped": (
        replace(with_stable(state="exited"), routing=NOBODY_ANSWERS),
        "problem",
        "answers",
        "docker start my-agent-blue",
    ),
    "a stable release that is paused while the router has not noticed": (
        with_stable(state="paused"),
        "problem",
        "answers",
        "docker unpause my-agent-blue",
    ),
    "a stable release for which the other answers": (
        replace(
            HEALTHY,
            slots={"blue": container("blue", state="exited"), "green": container("green")},
            routing=replace(BLUE_ANSWERS, up=["green"], answering="green"),
        ),
        "problem",
        "answers",
        "docker start my-agent-blue",
    ),
    "no release": (replace(EMPTY, survey=SURVEY), "warning", "answers", "rollout start"),
    "a stable release that was removed": (EMPTY, "problem", "answers", "rollout rollback"),
    "an old release that used all its memory": (
        with_spare(out_of_memory=True),
        "warning",
        "memory",
        "docker logs --tail 50 my-agent-green",
    ),
    "an engine that dies": (
        replace(HEALTHY, engine=container("engine", state="restarting", restart_policy="on-failure")),
        "problem",
        "engine",
        "docker logs --tail 50 my-agent-engine",
    ),
    "a lock without an engine": (
        replace(HEALTHY, survey=replace(HEALTHY.survey, running="the lock can't be read")),  # type: ignore[type-var]
        "problem",
        "engine",
        "rollout status --all",
    ),
    "a foreign container": (
        replace(HEALTHY, foreign=["my-agent-green"]),
        "problem",
        "foreign",
        "docker rename my-agent-green my-agent-green-other",
    ),
    "an image that is gone": (replace(HEALTHY, absent=[RELEASE]), "warning", "kept", f"docker pull {RELEASE}"),
    "a bad journal": (
        seen(journals=Journals(rollouts=2, size_bytes=1, unreadable={"r": "r.jsonl:1: not JSON"})),
        "warning",
        "journal",
        "rollout status --all",
    ),
    "a release that can't be scraped": (
        monitored(scrapes=DOWN),
        "problem",
        "targets",
        "docker logs --tail 50 my-agent-blue",
    ),
    "a release that nobody scrapes": (
        monitored(scrapes=[]),
        "problem",
        "targets",
        "docker exec my-agent-prometheus cat",
    ),
    "no rules": (monitored(firing={}), "problem", "alerts", "docker logs --tail 50 my-agent-prometheus"),
    "an alert that fires": (
        monitored(firing={"AgentDown": NOW, "Watchdog": NOW - 600}),
        "warning",
        "firing",
        "alert query",
    ),
    "alerts that are sent to nobody": (
        seen(monitoring=replace(MONITORING, alertmanagers=[]), alerting=None),
        "problem",
        "alerts",
        "run --rm prepare",
    ),
    "alerts that do not arrive": (
        alerted(watchdog="absent"),
        "problem",
        "alerts",
        "docker logs --tail 50 my-agent-prometheus",
    ),
    "alerts that have not arrived yet": (
        alerted(watchdog="absent", since=NOW - 60),
        "warning",
        "alerts",
        "rollout doctor",
    ),
    "alerts that do not fire long enough to have arrived": (
        replace(HEALTHY, beside=JUST_FIRING),
        "warning",
        "alerts",
        "rollout doctor",
    ),
    "a silence": (alerted(watchdog="suppressed"), "problem", "alerts", "silence query"),
    "pages for nobody": (
        alerted(pages=[]),
        "problem",
        "pages",
        "rollout secret --for alerting webhook_url < url.txt && docker compose",
    ),
    "a heartbeat that nobody hears": (
        alerted(heartbeat=[]),
        "warning",
        "heartbeat",
        "rollout secret --for alerting heartbeat_url < url.txt && docker compose",
    ),
    "a receiver that does not take most": (
        alerted(failed=50),
        "problem",
        "delivery",
        "docker logs --tail 50 my-agent-alertmanager",
    ),
    "a receiver that does not take some": (alerted(failed=6), "warning", "delivery", "docker logs"),
    "an engine's image of another version": (
        replace(HEALTHY, beside=None, troubles={"host": "another format"}),
        "problem",
        "unknown",
        "up -d --wait --build",
    ),
    "a Prometheus that does not answer": (
        replace(seen(monitoring=None, alerting=None), troubles={"prometheus": "http://p does not answer"}),
        "problem",
        "unknown",
        "docker start my-agent-prometheus",
    ),
}


def test_a_healthy_host_has_nothing_wrong_and_exit_code_0() -> None:
    assert wrong(HEALTHY) == []
    assert doctor.exit_code(doctor.judge(HEALTHY)) == 0


@pytest.mark.parametrize("name", WRONG)
def test_one_thing_wrong_is_one_finding_with_its_command(name: str) -> None:
    facts, level, code, command = WRONG[name]
    (found,) = wrong(facts)
    assert (found.level, found.code) == (level, code), found
    assert command in (found.command or "")
    assert doctor.exit_code([found]) == (level == "problem")


def test_every_code_is_found_somewhere() -> None:
    assert {code for _, _, code, _ in WRONG.values()} == set(CODES)


@pytest.mark.parametrize(
    "facts",
    [
        replace(HEALTHY, ahead_seconds=30, uncertain_seconds=26),
        full(2 * GB),
        remembers(memory_bytes=round(2.8 * GB)),
        expiring(14.1),
        alerted(failed=5),
        published({**PUBLISHED, "8080": ["127.0.0.1:8080"]}, certificate=True),
        with_part("prometheus", healthy=None),
        alerted(sent=0),
        with_spare(restart_policy="no", restarts=3),
    ],
)
def test_what_is_just_right_is_no_finding(facts: Facts) -> None:
    assert wrong(facts) == []


def test_a_stopped_release_is_not_also_a_target_that_is_down() -> None:
    stopped = replace(with_stable(state="exited"), routing=NOBODY_ANSWERS, beside=monitored(scrapes=DOWN).beside)
    assert [each.code for each in wrong(stopped)] == ["answers"]


def test_a_stopped_router_is_not_also_a_target_that_is_down() -> None:
    down = monitored(
        scrapes=[Scrape("agent", "blue", RELEASE, True, ""), Scrape("router", "blue", RELEASE, False, "gone")]
    )
    assert [each.code for each in wrong(down)] == ["targets"]
    stopped = replace(with_part("router", state="exited"), beside=down.beside)
    assert [each.code for each in wrong(stopped)] == ["part"]


def test_ipv6_on_the_routers_network_needs_no_warning() -> None:
    facts = published({**PUBLISHED, "8443": ["443"]}, certificate=True)
    assert wrong(replace(facts, environment={**facts.environment, "ROUTER_BIND": ":8080,:::8080"})) == []


def test_problems_come_before_warnings_and_these_before_what_is_ok() -> None:
    facts = replace(seen(synchronized=False), foreign=["my-agent-green"])
    levels = [each.level for each in doctor.judge(facts)]
    assert levels[:3] == ["problem", "warning", "ok"]
    assert levels == sorted(levels, key=("problem", "warning", "ok").index)


def test_commands_name_the_files_that_the_host_was_made_with() -> None:
    files = "/elsewhere/deploy/docker/compose.yaml,/elsewhere/deploy/docker/ipv6.yaml"
    (found,) = wrong(with_part("router", labels={COMPOSE_FILES: files}, published={}))
    assert found.command == "docker compose -f deploy/docker/compose.yaml -f deploy/docker/ipv6.yaml up -d --wait"
