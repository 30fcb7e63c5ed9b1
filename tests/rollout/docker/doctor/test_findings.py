"""What `rollout doctor` finds wrong: a code, a level, and a command that helps."""

from dataclasses import replace

import pytest

from rollout.docker import doctor
from rollout.docker.doctor.facts import Facts
from rollout.docker.machine import COMPOSE_FILES
from rollout.finding import CODES
from rollout.metrics.monitoring import Scrape
from tests.rollout.docker.doctor.bad_machine import BAD_MACHINE, expiring, full, published, remembers
from tests.rollout.docker.doctor.bad_service import BAD_SERVICE, DOWN
from tests.rollout.docker.doctor.hosts import (
    GB,
    HEALTHY,
    NOBODY_ANSWERS,
    PUBLISHED,
    alerted,
    monitored,
    seen,
    with_part,
    with_spare,
    with_stable,
    wrong,
)
from tests.rollout.docker.fakes import RELEASE

WRONG = BAD_MACHINE | BAD_SERVICE


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
    in_a_cluster = {"cluster", "access", "controller", "rendered", "prometheus"}
    assert {code for _, _, code, _ in WRONG.values()} == set(CODES) - in_a_cluster


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
