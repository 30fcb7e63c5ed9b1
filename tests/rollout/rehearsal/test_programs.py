from pathlib import Path

import pytest

from rollout.rehearsal.machine import Machine, with_system_folders
from rollout.rehearsal.programs import HAPROXY, Program, judge_version, last_line, probe
from tests.rollout.rehearsal.worlds import FakeWorld

ON_PATH = Program("haproxy", ("/bin/haproxy",), "path")


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        ("HAProxy version 2.6.0 2022/05/31", None),
        ("HAProxy version 3.2.4-alpine", None),
        ("HAProxy version 10.0.0", None),
        ("HA-Proxy version 2.5.14", "x is haproxy 2.5, which is too old: haproxy 2.6 or newer is needed"),
        ("HA-Proxy version 1.8", "x is haproxy 1.8, which is too old: haproxy 2.6 or newer is needed"),
        ("segfault\n", "x does not report its version (segfault): haproxy 2.6 or newer is needed"),
        ("", "x does not report its version (it printed nothing): haproxy 2.6 or newer is needed"),
    ],
)
def test_a_version_is_judged_by_its_numbers(said: str, trouble: str | None) -> None:
    assert judge_version(HAPROXY, "x", said) == trouble


def test_a_program_that_does_not_run_is_reported_in_its_own_words() -> None:
    world = FakeWorld().fails("haproxy -v", "haproxy: cannot open shared object file: liblua5.4.so.0\n", code=127)
    trouble = probe(HAPROXY, ON_PATH, world)
    assert trouble == "/bin/haproxy does not run: haproxy: cannot open shared object file: liblua5.4.so.0"


def test_a_program_on_path_is_started_directly_and_leaves_nothing_to_remove() -> None:
    assert ON_PATH.command(["-f", "x.cfg"], {"A": "b"}, [Path("/stage")], label="router") == (
        "/bin/haproxy",
        "-f",
        "x.cfg",
    )
    assert ON_PATH.removal("router") == ()


def test_the_last_meaningful_lines_are_reported() -> None:
    assert last_line("a\n\n  b\nc\n\n", 2) == "b / c"
    assert last_line("\n") == "it printed nothing"


@pytest.mark.parametrize(
    ("path", "searched"),
    [
        ("/usr/local/bin:/usr/bin", "/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin"),
        ("/opt/tools", "/opt/tools"),
        ("", ""),
    ],
)
def test_next_to_each_bin_folder_on_path_its_sbin_is_searched_too(path: str, searched: str) -> None:
    assert with_system_folders(path) == searched


def test_a_program_that_cant_start_or_does_not_end_is_an_answer() -> None:
    assert Machine().run(["/no/such/program"], 5).code == 127
    slow = Machine().run(["/bin/sh", "-c", "echo begun; exec sleep 60"], 0.2)
    assert (slow.code, slow.output) == (124, "/bin/sh did not end within 0.2 s")
