from pathlib import Path

import pytest

from rollout.errors import ProgramMissing
from rollout.rehearsal.machine import Machine, with_system_folders
from rollout.rehearsal.programs import HAPROXY, PROMETHEUS, Program, find_programs, judge_version
from tests.rollout.rehearsal.worlds import FakeWorld

BOTH = [HAPROXY, PROMETHEUS]


def missing(world: FakeWorld, *, yes: bool = False) -> str:
    """The message when the programs can't be had."""
    with pytest.raises(ProgramMissing) as error:
        find_programs(BOTH, world, yes=yes)
    return str(error.value)


def test_programs_on_path_are_used_and_nobody_is_asked() -> None:
    world = FakeWorld("haproxy", "prometheus", "apt-get", "docker", answers=True)
    found = find_programs(BOTH, world)
    assert found["haproxy"] == Program("haproxy", ("/bin/haproxy",), "path")
    assert found["prometheus"] == Program("prometheus", ("/bin/prometheus",), "path")
    assert world.asked == world.said == world.installs() == []


def test_a_program_that_was_just_installed_is_used_from_path() -> None:
    found = find_programs(BOTH, FakeWorld("apt-get", answers=True))
    assert found["haproxy"] == Program("haproxy", ("/bin/haproxy",), "package")
    assert {each.source for each in found.values()} == {"package"}


def test_only_what_is_missing_is_installed() -> None:
    world = FakeWorld("haproxy", "apt-get")
    found = find_programs(BOTH, world, yes=True)
    assert {name: program.source for name, program in found.items()} == {"haproxy": "path", "prometheus": "package"}
    assert world.installs() == ["apt-get install --yes --no-install-recommends prometheus"]


def test_without_consent_the_programs_run_in_containers() -> None:
    found = find_programs(BOTH, FakeWorld("apt-get", "docker", answers=False))
    assert {program.source for program in found.values()} == {"container"}


def test_a_program_that_is_too_old_is_not_replaced_but_run_in_a_container() -> None:
    world = FakeWorld("haproxy", "prometheus", "apt-get", "docker", says={"haproxy": "HA-Proxy version 2.4.9"})
    world.fails("--entrypoint=haproxy", "HAProxy version 3.2.1", code=0)
    found = find_programs(BOTH, world, yes=True)
    assert (found["haproxy"].source, found["prometheus"].source) == ("container", "path")
    assert world.installs() == []


def test_a_package_that_is_too_old_is_not_used() -> None:
    message = missing(FakeWorld("apt-get", says={"haproxy": "HA-Proxy version 2.4.9"}), yes=True)
    assert "The rehearsal needs haproxy. " in message
    assert "/bin/haproxy is haproxy 2.4, which is too old: haproxy 2.6 or newer is needed" in message


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        ("HAProxy version 2.6.0 2022/05/31", None),
        ("HAProxy version 3.2.4-alpine", None),
        ("HAProxy version 10.0.0", None),
        ("HA-Proxy version 2.5.14", "x is haproxy 2.5, which is too old: haproxy 2.6 or newer is needed"),
        ("HA-Proxy version 1.8", "x is haproxy 1.8, which is too old: haproxy 2.6 or newer is needed"),
        ("segfault\n", "x does not tell its version (segfault): haproxy 2.6 or newer is needed"),
        ("", "x does not tell its version (it said nothing): haproxy 2.6 or newer is needed"),
    ],
)
def test_a_version_is_judged_by_its_numbers(said: str, trouble: str | None) -> None:
    assert judge_version(HAPROXY, "x", said) == trouble


def test_one_message_names_the_three_ways_and_what_was_tried() -> None:
    assert missing(FakeWorld()).splitlines() == [
        "The rehearsal needs haproxy and prometheus. Do one of three things, then try again:",
        "  1. put haproxy 2.6 or newer and prometheus 2.41 or newer on PATH",
        "  2. say --yes, and they are installed with apt-get, dnf or brew",
        "  3. start Docker, and they run in containers: "
        f"HAPROXY_IMAGE={HAPROXY.image_default} PROMETHEUS_IMAGE={PROMETHEUS.image_default}",
        "What was tried:",
        "  - package manager: none of apt-get, dnf, brew is on PATH",
        "  - docker: it is not on PATH",
    ]


def test_an_engine_that_does_not_answer_is_told_in_its_own_words() -> None:
    world = FakeWorld("docker").fails("docker ps", "Cannot connect to the Docker daemon. Is it running?\n")
    assert "  - docker: its engine does not answer: Cannot connect to the Docker daemon. Is it running?" in missing(
        world
    )


def test_an_image_that_can_not_be_had_is_told_without_dockers_hint_at_its_help() -> None:
    said = "docker: Error response from daemon: no such host.\n\nRun 'docker run --help' for more information\n"
    message = missing(FakeWorld("docker", environment={"PROMETHEUS_IMAGE": "here/prom:1"}).fails("here/prom:1", said))
    assert "  - docker: here/prom:1 does not run: docker: Error response from daemon: no such host." in message
    assert "The rehearsal needs prometheus. " in message


def test_the_images_are_chosen_by_variables_and_an_empty_one_counts_as_unset() -> None:
    environment = {"HAPROXY_IMAGE": "mirror/haproxy:3.2", "PROMETHEUS_IMAGE": ""}
    world = FakeWorld("docker", environment=environment)
    found = find_programs(BOTH, world)
    assert found["haproxy"].image == "mirror/haproxy:3.2"
    assert found["prometheus"].image == PROMETHEUS.image_default
    assert world.said[0] == "haproxy: using the container image mirror/haproxy:3.2"


def test_a_container_has_the_hosts_network_our_user_and_the_folders_under_their_own_path() -> None:
    program = find_programs([HAPROXY], FakeWorld("docker", user="1000:1000"))["haproxy"]
    command = program.command(["-f", "x.cfg"], {"ROUTER_BIND": ":80"}, [Path("/stage")], label="router")
    assert command[:6] == ("/bin/docker", "run", "--rm", "--init", "--network=host", "--user=1000:1000")
    assert command[6:] == (
        "--env=ROUTER_BIND=:80",
        "--mount=type=bind,source=/stage,target=/stage",
        "--name=router",
        "--entrypoint=haproxy",
        HAPROXY.image_default,
        "-f",
        "x.cfg",
    )
    assert program.removal("router") == ("/bin/docker", "rm", "--force", "router")


def test_a_program_on_path_is_started_as_it_is_and_leaves_nothing_to_remove() -> None:
    program = find_programs([HAPROXY], FakeWorld("haproxy"))["haproxy"]
    assert program.command(["-f", "x.cfg"], {"A": "b"}, [Path("/stage")], label="router") == (
        "/bin/haproxy",
        "-f",
        "x.cfg",
    )
    assert program.removal("router") == ()


@pytest.mark.parametrize(
    ("path", "searched"),
    [
        ("/usr/local/bin:/usr/bin", "/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin"),
        ("/opt/tools", "/opt/tools"),
        ("", ""),
    ],
)
def test_beside_each_bin_folder_on_path_its_sbin_is_searched_too(path: str, searched: str) -> None:
    assert with_system_folders(path) == searched


def test_a_program_that_can_not_start_or_does_not_end_is_an_answer() -> None:
    assert Machine().run(["/no/such/program"], 5).code == 127
    slow = Machine().run(["/bin/sh", "-c", "echo begun; exec sleep 60"], 0.2)
    assert (slow.code, slow.output) == (124, "/bin/sh did not end within 0.2 s")


@pytest.mark.parts
def test_this_machines_own_programs_are_found_and_new_enough() -> None:
    found = find_programs(BOTH, Machine())
    assert {program.source for program in found.values()} == {"path"}
    for program in found.values():
        assert Machine().run(program.command(["--help"]), 10).output
