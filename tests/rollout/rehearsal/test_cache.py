"""The cache is filled in one step or not at all, whoever else fills it, and however a process ends."""

import fcntl
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from rollout.rehearsal.cache import FILLING, Cache, folder_of
from rollout.rehearsal.machine import World
from rollout.rehearsal.programs import HAPROXY, PARTS, PROMETHEUS, PROMTOOL
from tests.rollout.rehearsal.worlds import FILES, FakeWorld, unpack

DEBIAN = {"ID": "debian", "VERSION_ID": "13"}
BROKEN = "error while loading shared libraries"


class Bringing:
    """Extracts these archives; calls `during` in between."""

    name = "fake"

    def __init__(self, *archives: str, during: Callable[[], None] = lambda: None) -> None:
        self._archives, self._during = archives or ("haproxy", "liblua", "prometheus", "promtool"), during
        self.packages: list[str] = []

    def unpack(self, package: str, tree: Path, work: Path, world: World) -> str | None:
        self.packages.append(package)
        assert work.is_dir()
        assert world.user
        for archive in self._archives:
            unpack(archive, tree)
        self._during()
        return None


def fill(folder: Path, source: Bringing, world: FakeWorld | None = None) -> list[str]:
    """Install both programs; returns the errors."""
    troubles: list[str] = []
    Cache(folder, world or FakeWorld()).fill(PARTS, source, troubles)
    return troubles


def entries(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


@pytest.mark.parametrize(
    ("environment", "os_release", "folder"),
    [
        ({"HOME": "/home/u"}, DEBIAN, "/home/u/.cache/agent-release/parts/debian-13-x86_64"),
        ({"HOME": "/home/u", "XDG_CACHE_HOME": "/c"}, DEBIAN, "/c/agent-release/parts/debian-13-x86_64"),
        ({"XDG_CACHE_HOME": "/c"}, {}, "/c/agent-release/parts/unknown-rolling-x86_64"),
        (
            {"HOME": "/h", "XDG_CACHE_HOME": "relative"},
            {"ID": "../x"},
            "/h/.cache/agent-release/parts/.._x-rolling-x86_64",
        ),
        ({}, DEBIAN, None),
        ({"HOME": ""}, DEBIAN, None),
    ],
)
def test_each_system_has_its_own_folder_in_the_users_cache(
    environment: Mapping[str, str], os_release: Mapping[str, str], folder: str | None
) -> None:
    assert folder_of(environment, os_release, "x86_64") == (folder and Path(folder))


def test_installed_programs_are_found_and_nothing_else_remains(tmp_path: Path) -> None:
    assert fill(tmp_path, Bringing()) == []
    assert entries(tmp_path) == {"lock", "haproxy", "prometheus"}
    cache = Cache(tmp_path, FakeWorld())
    assert all(cache.find(each) for each in (*PARTS, PROMTOOL))


def test_only_missing_packages_are_installed(tmp_path: Path) -> None:
    fill(tmp_path, Bringing())
    again = Bringing()
    assert fill(tmp_path, again) == []
    assert again.packages == []


def test_a_program_that_no_longer_runs_is_installed_again(tmp_path: Path) -> None:
    fill(tmp_path, Bringing())
    broken = FakeWorld().fails(f"{tmp_path}/haproxy/usr/sbin/haproxy -v", BROKEN, code=127)
    assert Cache(tmp_path, broken).find(HAPROXY) is None
    (tmp_path / "haproxy" / "of-before").touch()
    again = Bringing()
    fill(tmp_path, again, broken)
    assert again.packages == ["haproxy"]
    assert entries(tmp_path / "haproxy") == {"usr"}
    assert entries(tmp_path) == {"lock", "haproxy", "prometheus"}


def test_a_program_that_does_not_run_never_gets_into_the_cache(tmp_path: Path) -> None:
    broken = FakeWorld().fails("haproxy/usr/sbin/haproxy -v", BROKEN, code=127)
    (trouble,) = fill(tmp_path, Bringing(), broken)
    assert trouble.startswith("fake: ")
    assert trouble.endswith(f"/haproxy/usr/sbin/haproxy does not run: {BROKEN}")
    assert entries(tmp_path) == {"lock", "prometheus"}


def test_a_package_without_the_program_is_an_error(tmp_path: Path) -> None:
    assert fill(tmp_path, Bringing("haproxy")) == ["fake: its package holds no prometheus"]


def test_leftovers_of_a_killed_process_are_not_used_and_the_next_one_removes_them(tmp_path: Path) -> None:
    unpack("haproxy", tmp_path / f"{FILLING}x" / "haproxy")
    assert Cache(tmp_path, FakeWorld()).find(HAPROXY) is None
    fill(tmp_path, Bringing())
    assert entries(tmp_path) == {"lock", "haproxy", "prometheus"}


def test_an_error_midway_leaves_nothing(tmp_path: Path) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "file"))

    assert fill(tmp_path, Bringing(during=full)) == [f"fake: {tmp_path}/file: No space left on device"]
    assert entries(tmp_path) == {"lock"}


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(tmp_path, Bringing(during=interrupted))
    assert entries(tmp_path) == {"lock"}


def test_a_folder_that_cant_be_created_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert fill(tmp_path / "file" / "cache", Bringing()) == [f"fake: {tmp_path}/file/cache: Not a directory"]


def test_while_another_process_fills_the_cache_it_waits_and_then_installs_nothing(tmp_path: Path) -> None:
    world, mine = FakeWorld(), Bringing()
    with (tmp_path / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = threading.Thread(target=fill, args=(tmp_path, mine, world))
        waiting.start()
        while not world.said:
            assert waiting.is_alive()
        for package, archives in {"haproxy": ("haproxy", "liblua"), "prometheus": ("prometheus", "promtool")}.items():
            for archive in archives:
                unpack(archive, tmp_path / package)
    waiting.join(10)
    assert world.said == ["waiting for another process that downloads the same programs"]
    assert mine.packages == []


def test_a_full_cache_is_used_without_writing(tmp_path: Path) -> None:
    for archive, file in FILES.items():
        unpack(archive, tmp_path / ("haproxy" if file == FILES["liblua"] else archive))
    cache = Cache(tmp_path, FakeWorld())
    assert cache.find(HAPROXY)
    assert cache.find(PROMETHEUS)
    assert "lock" not in entries(tmp_path)
