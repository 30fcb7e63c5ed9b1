"""The programs are installed by real processes: from a fake archive, two at once or killed midway; then from a real
one."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rollout.rehearsal.apt import TOO_OLD, Apt
from rollout.rehearsal.machine import Machine
from tests.repository import REPOSITORY
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(
    bool(TOO_OLD & set(Machine().os_release.values())), reason="apt-get is not tried on a system this old"
)

PARTS = [sys.executable, "-m", "rollout.rehearsal.parts"]
HIDDEN = {"haproxy", "prometheus", "promtool", "docker", "brew", "dnf"}
WITHIN_SECONDS = 60.0

APT_GET = """\
#!/bin/sh
echo "$$ $*" >>"$CALLS"
while [ -e "$HOLD" ]; do sleep 0.05; done
for package; do :; done
touch "$(dirname "$2")/cache/archives/${package}_1_amd64.deb"
"""
DPKG_DEB = """\
#!/bin/sh
mkdir -p "$3/usr/bin"
for name in haproxy prometheus; do
  printf '#!/bin/sh\\necho "%s version 3.0"\\n' $name >"$3/usr/bin/$name"
  chmod +x "$3/usr/bin/$name"
done
"""


class Home:
    """A user's home folder, and a PATH without HAProxy and Prometheus."""

    def __init__(self, folder: Path) -> None:
        self.path, self.cache, self.calls, self.hold = (folder / name for name in ("bin", "cache", "calls", "hold"))
        self.path.mkdir()
        for source in (Path("/usr/bin"), Path("/bin"), Path("/usr/sbin")):
            for program in source.iterdir():
                if program.name not in HIDDEN and not (self.path / program.name).is_symlink():
                    (self.path / program.name).symlink_to(program)

    def script(self, name: str, text: str) -> None:
        (self.path / name).unlink(missing_ok=True)
        (self.path / name).write_text(text)
        (self.path / name).chmod(0o755)

    def parts(self, *options: str) -> "subprocess.Popen[str]":
        environment = {
            **os.environ,
            "PATH": str(self.path),
            "XDG_CACHE_HOME": str(self.cache),
            "CALLS": str(self.calls),
            "HOLD": str(self.hold),
        }
        return subprocess.Popen(
            [*PARTS, *options],
            cwd=REPOSITORY,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def downloads(self) -> list[str]:
        """The packages requested from the fake apt-get."""
        return [line.split()[-1] for line in self.calls.read_text().splitlines()] if self.calls.exists() else []

    def kept(self) -> set[str]:
        return {each.name for each in self.cache.glob("agent-release/parts/*/*")}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """With an apt-get that waits while a file exists."""
    home = Home(tmp_path)
    home.script("apt-get", APT_GET)
    home.script("dpkg-deb", DPKG_DEB)
    return home


def end(process: "subprocess.Popen[str]") -> str:
    """Its output; its exit code must be 0."""
    output, errors = process.communicate(timeout=WITHIN_SECONDS)
    assert process.returncode == 0, errors
    return output


def test_two_processes_at_once_download_once(home: Home) -> None:
    home.hold.touch()
    first = home.parts()
    wait_until(home.downloads, WITHIN_SECONDS)
    second = home.parts()
    assert second.stderr is not None
    said = [second.stderr.readline() for _ in range(2)]
    assert said[1] == "waiting for another process that downloads the same programs\n"
    home.hold.unlink()
    assert end(first) == end(second)
    assert home.downloads() == ["haproxy", "prometheus"]
    assert home.kept() == {"lock", "haproxy", "prometheus"}


def test_an_installation_killed_midway_leaves_nothing_usable_and_the_next_one_cleans_up(home: Home) -> None:
    home.hold.touch()
    killed = home.parts()
    wait_until(home.downloads, WITHIN_SECONDS)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert not {"haproxy", "prometheus"} & home.kept()
    os.kill(int(home.calls.read_text().split()[0]), signal.SIGKILL)  # apt-get, which outlives its parent by a moment
    home.hold.unlink()
    assert f"haproxy: {home.cache}" in end(home.parts())
    assert home.kept() == {"lock", "haproxy", "prometheus"}


@pytest.mark.parametrize("text", ["", "#!/bin/sh\nexit 139\n", "\0" * 4096], ids=["empty", "crashes", "zeros"])
def test_a_damaged_program_in_the_cache_is_installed_again(text: str, home: Home) -> None:
    end(home.parts())
    program = next(home.cache.glob("agent-release/parts/*/haproxy/usr/bin/haproxy"))
    program.write_text(text)
    assert "will be downloaded" in end(home.parts("--check"))
    assert f"haproxy: {program}" in end(home.parts())
    assert home.downloads() == ["haproxy", "prometheus", "haproxy"]


def test_without_a_source_it_refuses_with_one_message(home: Home) -> None:
    home.script("apt-get", "#!/bin/sh\necho 'E: no network'; exit 100\n")
    process = home.parts()
    _, errors = process.communicate(timeout=WITHIN_SECONDS)
    assert process.returncode == 2
    assert "  - apt-get: haproxy could not be downloaded: E: no network\n" in errors
    assert "Traceback" not in errors
    assert home.kept() == {"lock"}


@pytest.mark.parts
@pytest.mark.skipif(Apt().obstacle(Machine()) is not None, reason="this system has no apt-get with new enough packages")
def test_the_real_programs_come_from_the_systems_own_archive_without_root(tmp_path: Path) -> None:
    home = Home(tmp_path)
    end(home.parts())
    assert home.kept() == {"lock", "haproxy", "prometheus"}
    answer = end(home.parts("--check"))
    assert [line.split(": ")[0] for line in answer.splitlines()] == ["haproxy", "prometheus"]
    assert answer.count(str(home.cache)) == 2
    shutil.rmtree(home.cache)  # 180 MB
