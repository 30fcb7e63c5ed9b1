from pathlib import Path

import pytest

from rollout.rehearsal.apt import Apt
from tests.rollout.rehearsal.worlds import ARCHIVES, FakeWorld

BOTH = ("apt-get", "dpkg-deb")


def commands(world: FakeWorld, work: Path) -> list[str]:
    return [command.replace(str(work), "WORK") for command in world.ran]


def test_a_package_is_downloaded_with_the_systems_lists_and_only_program_folders_are_unpacked(
    tmp_path: Path,
) -> None:
    world = FakeWorld(*BOTH)
    assert Apt().unpack("haproxy", tmp_path / "haproxy", tmp_path, world) is None
    assert commands(world, tmp_path) == [
        "apt-get -c WORK/shared.conf install -y --download-only --reinstall --no-install-recommends haproxy",
        "dpkg-deb -x WORK/cache/archives/haproxy_2.6_amd64.deb WORK/haproxy",
        "dpkg-deb -x WORK/cache/archives/liblua5.4-0_5.4_amd64.deb WORK/haproxy",
    ]
    assert list((tmp_path / "cache" / "archives").glob("*.deb")) == []


def test_if_the_systems_lists_do_not_work_new_ones_are_fetched_once(tmp_path: Path) -> None:
    world = FakeWorld(*BOTH).fails("shared.conf", "E: Unable to locate package", code=100)
    world.fails("update", "W: one source of many is dead", code=100)
    for package in ("haproxy", "prometheus"):
        assert Apt().unpack(package, tmp_path / package, tmp_path, world) is None
    assert [command.split(" -")[1].removeprefix("c WORK/") for command in commands(world, tmp_path)][:3] == [
        "shared.conf install",
        "own.conf update",
        "own.conf install",
    ]
    assert sum("update" in command or "shared" in command for command in world.ran) == 2
    assert f'Dir::State::Lists "{tmp_path}/lists";' in (tmp_path / "own.conf").read_text()
    assert "Lists" not in (tmp_path / "shared.conf").read_text()


def test_all_files_are_in_the_work_folder_and_the_systems_hooks_do_not_run(tmp_path: Path) -> None:
    Apt().unpack("haproxy", tmp_path / "haproxy", tmp_path, FakeWorld(*BOTH))
    configuration = (tmp_path / "shared.conf").read_text()
    for line in (f'Dir::Cache "{tmp_path}/cache";', 'APT::Sandbox::User "";', "#clear APT::Update::Post-Invoke;"):
        assert line in configuration.splitlines()


def test_a_failed_download_reports_its_last_lines(tmp_path: Path) -> None:
    world = FakeWorld(*BOTH).fails("install", "Reading\nE: no\nE: net\nE: work\n", code=100)
    trouble = Apt().unpack("haproxy", tmp_path / "haproxy", tmp_path, world)
    assert trouble == "haproxy could not be downloaded: E: no / E: net / E: work"


def test_errors_while_fetching_lists_are_reported_with_the_failed_download(tmp_path: Path) -> None:
    world = FakeWorld(*BOTH).fails("update", "W: Failed to fetch: no such host\nReading package lists...", code=0)
    world.fails("install", "Reading state information...\nE: Unable to locate package", code=100)
    for package in ("haproxy", "prometheus"):
        trouble = Apt().unpack(package, tmp_path / package, tmp_path, world)
        assert trouble == (
            f"{package} could not be downloaded: W: Failed to fetch: no such host / E: Unable to locate package"
        )


def test_an_archive_that_can_not_be_unpacked_is_named(tmp_path: Path) -> None:
    world = FakeWorld(*BOTH).fails("dpkg-deb -x", "dpkg-deb: error: No space left on device", code=2)
    trouble = Apt().unpack("haproxy", tmp_path / "haproxy", tmp_path, world)
    assert trouble == f"{ARCHIVES['haproxy'][0]} could not be unpacked: dpkg-deb: error: No space left on device"


def test_a_package_that_downloads_nothing_is_an_error(tmp_path: Path) -> None:
    world = FakeWorld(*BOTH).fails("install", "", code=0)
    trouble = Apt().unpack("haproxy", tmp_path / "haproxy", tmp_path, world)
    assert trouble == "apt-get found nothing to download for haproxy"


@pytest.mark.parametrize(
    ("os_release", "obstacle"),
    [
        ({"ID": "debian", "VERSION_CODENAME": "bookworm"}, None),
        ({"ID": "ubuntu", "VERSION_CODENAME": "noble", "UBUNTU_CODENAME": "noble"}, None),
        ({"ID": "ubuntu", "VERSION_CODENAME": "jammy"}, "the packages of jammy are too old"),
        (
            {"ID": "linuxmint", "VERSION_CODENAME": "victoria", "UBUNTU_CODENAME": "jammy"},
            "the packages of jammy are too old",
        ),
        ({}, None),
    ],
)
def test_systems_whose_packages_are_known_to_be_too_old_are_not_tried(
    os_release: dict[str, str], obstacle: str | None
) -> None:
    assert Apt().obstacle(FakeWorld(*BOTH, os_release=os_release)) == obstacle


def test_it_also_needs_dpkg_deb() -> None:
    assert Apt().obstacle(FakeWorld("apt-get")) == "dpkg-deb is not on PATH"
