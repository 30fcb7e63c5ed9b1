from pathlib import Path

from rollout.rehearsal.containers import Containers
from rollout.rehearsal.programs import HAPROXY, PROMETHEUS, PROMTOOL
from tests.rollout.rehearsal.worlds import FakeWorld

BOTH = (HAPROXY, PROMETHEUS)


def test_an_engine_that_does_not_answer_is_reported_in_its_own_words() -> None:
    world = FakeWorld("docker").fails("docker ps", "Cannot connect to the Docker daemon. Is it running?\n")
    obstacle = Containers().obstacle(world)
    assert obstacle == "the Docker engine does not answer: Cannot connect to the Docker daemon. Is it running?"


def test_an_image_that_cant_be_pulled_is_reported_without_dockers_hint_at_its_help() -> None:
    said = "docker: Error response from daemon: no such host.\n\nRun 'docker run --help' for more information\n"
    world = FakeWorld("docker", environment={"PROMETHEUS_IMAGE": "here/prom:1"}).fails("here/prom:1", said)
    troubles: list[str] = []
    assert Containers().bring(BOTH, world, troubles).keys() == {"haproxy"}
    assert troubles == ["docker: here/prom:1 does not run: docker: Error response from daemon: no such host."]


def test_an_image_that_is_too_old_is_not_used() -> None:
    troubles: list[str] = []
    assert Containers().bring([HAPROXY], FakeWorld("docker", says={"haproxy": "HA-Proxy version 2.4"}), troubles) == {}
    assert "which is too old" in troubles[0]


def test_variables_choose_the_images_and_an_empty_one_counts_as_unset() -> None:
    world = FakeWorld("docker", environment={"HAPROXY_IMAGE": "mirror/haproxy:3.2", "PROMETHEUS_IMAGE": ""})
    found = Containers().bring(BOTH, world, [])
    assert found["haproxy"].image == "mirror/haproxy:3.2"
    assert found["prometheus"].image == PROMETHEUS.image_default
    assert world.said[0] == "haproxy: using the container image mirror/haproxy:3.2"


def test_promtool_is_in_the_image_of_prometheus() -> None:
    promtool = Containers().bring([PROMTOOL], FakeWorld("docker"), [])["promtool"]
    assert promtool.command(["check"])[-3:] == ("--entrypoint=promtool", PROMETHEUS.image_default, "check")


def test_a_container_has_the_hosts_network_our_user_and_folders_at_their_own_paths() -> None:
    program = Containers().bring([HAPROXY], FakeWorld("docker"), [])["haproxy"]
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


def test_a_folder_that_is_named_twice_is_mounted_once() -> None:
    program = Containers().bring([HAPROXY], FakeWorld("docker"), [])["haproxy"]
    command = program.command([], folders=[Path("/stage"), Path("/stage")])
    assert [word for word in command if word.startswith("--mount")] == ["--mount=type=bind,source=/stage,target=/stage"]
