from pathlib import Path

import pytest

from rollout.rehearsal.dnf import Dnf
from tests.rollout.rehearsal.worlds import FakeWorld


def unpack(package: str, work: Path, world: FakeWorld) -> str | None:
    return Dnf().unpack(package, work / package, work, world)


def test_a_package_is_downloaded_with_missing_dependencies_and_only_program_folders_are_unpacked(
    tmp_path: Path,
) -> None:
    world = FakeWorld("dnf", "rpm2archive", "tar")
    assert unpack("haproxy", tmp_path, world) is None
    script = 'sh -c rpm2archive - <"$1" | tar -xz -C "$2" sh'
    assert [command.replace(str(tmp_path), "WORK") for command in world.ran] == [
        "dnf -y download --resolve --destdir=WORK/haproxy.rpms haproxy",
        f"{script} WORK/haproxy.rpms/haproxy-2.8-1.x86_64.rpm WORK/haproxy",
        f"{script} WORK/haproxy.rpms/liblua-5.4-1.x86_64.rpm WORK/haproxy",
    ]


def test_prometheus_is_requested_by_its_path_because_its_package_was_renamed(tmp_path: Path) -> None:
    world = FakeWorld("dnf", "bsdtar")
    assert unpack("prometheus", tmp_path, world) is None
    assert world.ran[0].endswith(" /usr/bin/prometheus")


@pytest.mark.parametrize(
    ("programs", "used"),
    [
        (("rpm2archive", "tar", "rpm2cpio", "cpio"), "rpm2archive"),
        (("rpm2archive", "rpm2cpio", "cpio", "bsdtar"), "bsdtar"),
        (("rpm2archive", "rpm2cpio", "cpio"), "rpm2cpio"),
    ],
)
def test_an_available_tool_unpacks(programs: tuple[str, ...], used: str, tmp_path: Path) -> None:
    world = FakeWorld("dnf", *programs)
    assert Dnf().obstacle(world) is None
    unpack("haproxy", tmp_path, world)
    assert f"{used} " in world.ran[1]


def test_without_a_tool_to_unpack_the_message_says_so() -> None:
    obstacle = Dnf().obstacle(FakeWorld("dnf", "rpm2archive", "rpm2cpio"))
    assert obstacle == "none of rpm2archive+tar, bsdtar, rpm2cpio+cpio is on PATH to unpack packages"


def test_a_failure_is_reported(tmp_path: Path) -> None:
    world = FakeWorld("dnf", "bsdtar").fails("download", "No such command: download.", code=1)
    assert unpack("haproxy", tmp_path, world) == "haproxy could not be downloaded: No such command: download."
    world = FakeWorld("dnf", "bsdtar").fails("sh -c", "bsdtar: truncated", code=1)
    assert unpack("prometheus", tmp_path, world) == (
        "prometheus-2.55-1.x86_64.rpm could not be unpacked: bsdtar: truncated"
    )
