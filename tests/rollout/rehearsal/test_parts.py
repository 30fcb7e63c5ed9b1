"""Which source is used, in which order, and the message if none works."""

import subprocess
import sys
from pathlib import Path

import pytest

from rollout.errors import ProgramMissing
from rollout.rehearsal.machine import Machine
from rollout.rehearsal.parts import check, find_programs, lines, tool
from rollout.rehearsal.programs import ALERTMANAGER, HAPROXY, PARTS, PROMETHEUS, PROMTOOL, Program
from tests.repository import REPOSITORY
from tests.rollout.rehearsal.worlds import FakeWorld

APT = ("apt-get", "dpkg-deb")
CACHE = ".cache/agent-release/parts/debian-13-x86_64"


def sources(found: dict[str, Program]) -> dict[str, str]:
    return {name: program.source for name, program in found.items()}


def missing(world: FakeWorld) -> str:
    """The message if the programs can't be installed."""
    with pytest.raises(ProgramMissing) as error:
        find_programs(PARTS, world)
    return str(error.value)


def test_programs_on_path_are_used_and_nothing_is_installed() -> None:
    world = FakeWorld("haproxy", "prometheus", *APT, "brew", "docker")
    found = find_programs(PARTS, world)
    assert found["haproxy"] == Program("haproxy", ("/bin/haproxy",), "path")
    assert found["prometheus"] == Program("prometheus", ("/bin/prometheus",), "path")
    assert world.said == world.downloads() == []


def test_a_missing_program_is_downloaded_into_the_cache_and_found_there_next_time(tmp_path: Path) -> None:
    world = FakeWorld(*APT, "docker", home=tmp_path)
    assert sources(find_programs(PARTS, world)) == {"haproxy": "cache", "prometheus": "cache"}
    folder = tmp_path / CACHE
    way = f"downloading with apt-get into {folder}, without installing anything"
    assert world.said == [f"haproxy and prometheus: {way}"]
    again = FakeWorld(*APT, home=tmp_path)
    found = find_programs(PARTS, again)
    assert found["haproxy"].argv == (
        "/usr/bin/env",
        f"LD_LIBRARY_PATH={folder}/haproxy/usr/lib",
        f"{folder}/haproxy/usr/sbin/haproxy",
    )
    assert found["prometheus"].argv == (f"{folder}/prometheus/usr/bin/prometheus",)
    assert again.said == again.downloads() == []


def test_only_a_missing_program_is_installed(tmp_path: Path) -> None:
    world = FakeWorld("haproxy", *APT, home=tmp_path)
    assert sources(find_programs(PARTS, world)) == {"haproxy": "path", "prometheus": "cache"}
    assert all(command.endswith(" prometheus") for command in world.downloads())


def test_alertmanager_is_used_by_either_name_and_never_from_an_unpacked_package(tmp_path: Path) -> None:
    says = {"prometheus-alertmanager": "alertmanager, version 0.25.0 (branch: debian/sid)"}
    installed = FakeWorld("prometheus-alertmanager", says=says)
    assert find_programs([ALERTMANAGER], installed)["alertmanager"].argv == ("/bin/prometheus-alertmanager",)
    missing = FakeWorld(*APT, "docker", home=tmp_path)
    assert check([ALERTMANAGER], missing)["alertmanager"].startswith("will run in a container of prom/alertmanager:")
    with pytest.raises(ProgramMissing, match="prometheus-alertmanager works only where it is installed"):
        find_programs([ALERTMANAGER], FakeWorld(*APT, home=tmp_path))
    with pytest.raises(ProgramMissing):
        check([ALERTMANAGER], FakeWorld(*APT, home=tmp_path))
    homebrew = FakeWorld("brew", home=tmp_path)
    with pytest.raises(ProgramMissing, match="brew: it has no alertmanager"):
        find_programs([ALERTMANAGER], homebrew)
    assert homebrew.downloads() == []


def test_promtool_comes_with_the_package_of_prometheus(tmp_path: Path) -> None:
    found = find_programs([PROMTOOL], FakeWorld(*APT, home=tmp_path))
    assert found["promtool"].place == str(tmp_path / CACHE / "prometheus/usr/bin/promtool")
    assert sources(find_programs([PROMETHEUS], FakeWorld(home=tmp_path))) == {"prometheus": "cache"}


def test_fedora_uses_dnf(tmp_path: Path) -> None:
    world = FakeWorld("dnf", "rpm2archive", "tar", home=tmp_path, os_release={"ID": "fedora", "VERSION_ID": "43"})
    found = find_programs(PARTS, world)
    assert sources(found) == {"haproxy": "cache", "prometheus": "cache"}
    assert "/fedora-43-x86_64/" in found["haproxy"].place


def test_a_mac_uses_homebrew() -> None:
    world = FakeWorld("brew", "docker", os_release={})
    assert sources(find_programs(PARTS, world)) == {"haproxy": "package", "prometheus": "package"}
    assert world.downloads() == ["brew install haproxy prometheus"]
    assert world.said == ["running: brew install haproxy prometheus"]


def test_after_a_source_that_fails_the_next_one_is_tried(tmp_path: Path) -> None:
    world = FakeWorld(*APT, "docker", home=tmp_path).fails("apt-get", "E: no network", code=100)
    assert sources(find_programs(PARTS, world)) == {"haproxy": "container", "prometheus": "container"}


def test_each_program_comes_from_the_first_source_that_has_it(tmp_path: Path) -> None:
    world = FakeWorld(*APT, "docker", home=tmp_path).fails("--no-install-recommends prometheus", "E: none", code=100)
    assert sources(find_programs(PARTS, world)) == {"haproxy": "cache", "prometheus": "container"}


def test_a_program_on_path_that_is_too_old_is_ignored(tmp_path: Path) -> None:
    world = FakeWorld("haproxy", *APT, home=tmp_path).fails("/bin/haproxy -v", "HA-Proxy version 2.4.9", code=0)
    assert sources(find_programs([HAPROXY], world)) == {"haproxy": "cache"}


def test_a_package_that_is_too_old_is_not_used(tmp_path: Path) -> None:
    message = missing(FakeWorld(*APT, home=tmp_path, says={"haproxy": "HA-Proxy version 2.4.9"}))
    assert message.startswith("Rehearsals need haproxy, ")
    assert "/usr/sbin/haproxy is haproxy 2.4, which is too old: haproxy 2.6 or newer is needed" in message
    assert not (tmp_path / CACHE / "haproxy").exists()


def test_one_message_lists_the_sources_and_why_each_failed() -> None:
    assert missing(FakeWorld()).splitlines() == [
        "Rehearsals need haproxy and prometheus, which could not be found or installed. "
        "Do one of these, then try again:",
        "  1. install haproxy 2.6 or newer and prometheus 2.41 or newer on PATH",
        "  2. start Docker, to run them in containers: "
        f"HAPROXY_IMAGE={HAPROXY.image_default} PROMETHEUS_IMAGE={PROMETHEUS.image_default}",
        "What was tried:",
        "  - apt-get: apt-get is not on PATH",
        "  - dnf: it is not on PATH",
        "  - brew: it is not on PATH",
        "  - docker: it is not on PATH",
    ]


def test_without_a_home_the_message_says_what_to_set() -> None:
    message = missing(FakeWorld(*APT, environment={"HOME": ""}))
    assert (
        "  - apt-get: there is no home folder to keep programs in: set XDG_CACHE_HOME to a writable folder" in message
    )


def test_a_home_that_cant_be_written_is_reported_before_anything_is_downloaded(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    world = FakeWorld(*APT, home=tmp_path / "home")
    assert f"  - apt-get: {tmp_path}/home/{CACHE} is not writable: set XDG_CACHE_HOME to a writable folder" in missing(
        world
    )
    assert world.downloads() == []


@pytest.mark.parametrize(
    ("programs", "way"),
    [
        (APT, "will be downloaded with apt-get, into {home}/" + CACHE),
        (("dnf", "bsdtar"), "will be downloaded with dnf, into {home}/" + CACHE),
        (("brew",), "will be installed with brew, into your prefix"),
        (("docker",), "will run in a container of " + PROMETHEUS.image_default),
    ],
    ids=["apt-get", "dnf", "brew", "docker"],
)
def test_a_check_shows_the_source_of_a_program_and_installs_nothing(
    programs: tuple[str, ...], way: str, tmp_path: Path
) -> None:
    world = FakeWorld("haproxy", *programs, home=tmp_path)
    assert lines(world, only_check=True) == ["haproxy: /bin/haproxy", f"prometheus: {way.format(home=tmp_path)}"]
    assert world.said == world.downloads() == []
    assert list(tmp_path.iterdir()) == []


def test_a_check_refuses_if_there_is_no_source() -> None:
    with pytest.raises(ProgramMissing, match="docker: it is not on PATH"):
        check(PARTS, FakeWorld("haproxy"))


def test_a_check_of_available_programs_uses_no_source() -> None:
    world = FakeWorld("haproxy", "prometheus", "docker")
    assert check(PARTS, world) == {"haproxy": "/bin/haproxy", "prometheus": "/bin/prometheus"}
    assert world.ran == ["/bin/haproxy -v", "/bin/prometheus --version"]


def test_the_check_needs_only_the_standard_library() -> None:
    answer = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", "import sys; sys.path.append('.'); import rollout.rehearsal.parts"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parts
def test_this_machines_own_programs_are_found_and_run() -> None:
    for name in ("haproxy", "prometheus", "promtool"):
        assert Machine().run(tool(name).command(["--help"]), 30).output
