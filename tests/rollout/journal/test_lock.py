import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from rollout.errors import Locked, Refused
from rollout.journal import lock
from tests.repository import REPOSITORY
from tests.rollout.journal.fifo import fifo, in_time

HOLD = """
import sys, pathlib
from rollout.journal import lock
with lock.held(pathlib.Path(sys.argv[1]), "20251124-first", "maria"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "lock"


def test_a_second_rollout_is_refused_and_the_message_names_the_holder(path: Path) -> None:
    with lock.held(path, "20251124-first", "maria"), pytest.raises(Locked) as refused, lock.held(path, "second", "jan"):
        pass
    words = str(refused.value)
    assert words.startswith(
        f"rollout 20251124-first is running, by maria on {socket.gethostname()} (pid {os.getpid()}) since 2"
    )
    assert words.endswith(". Wait for it, or end it with `rollout abort`.")
    assert isinstance(refused.value, Refused)


def test_a_refused_rollout_does_not_overwrite_the_holders_name(path: Path) -> None:
    with lock.held(path, "first", "maria"):
        with pytest.raises(Locked), lock.held(path, "second", "jan"):
            pass
        assert "rollout first is running" in lock.describe(path)


def test_the_lock_is_held_for_as_long_as_the_context_lasts(path: Path) -> None:
    assert not lock.is_held(path)
    with lock.held(path, "first", "maria"):
        assert lock.is_held(path)
        assert lock.is_held(path)
    assert not lock.is_held(path)


def test_the_lock_is_released_when_its_holder_fails(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock.held(path, "first", "maria"):
        raise ZeroDivisionError
    with lock.held(path, "second", "jan"):
        assert "rollout second is running, by jan" in lock.describe(path)


def test_checking_the_lock_creates_no_file(path: Path) -> None:
    assert not lock.is_held(path)
    assert not path.exists()


def test_a_lock_without_a_name_yet_belongs_to_a_rollout_that_is_starting(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert lock.describe(path) == "another rollout is starting"


ODD = ["[]", "5", "null", '"x"', "{}", "{", "[" * 99_999, '{"rollout": []}', '{"rollout": "../r"}', "\0"]


@pytest.mark.parametrize("content", ODD)
def test_a_lock_that_says_anything_else_names_nobody_and_never_raises(path: Path, content: str) -> None:
    with lock.held(path, "first", "maria"):
        path.write_text(content, encoding="utf-8")
        assert lock.is_held(path)
        assert lock.holder(path) is None
        assert lock.describe(path) == f"a rollout may be running: the lock {path} is held, and does not name its holder"
        with pytest.raises(Locked), lock.held(path, "second", "jan"):
            pass


def test_what_a_lock_of_another_version_leaves_out_is_unknown(path: Path) -> None:
    with lock.held(path, "first", "maria"):
        path.write_text('{"rollout": "first", "by": {}, "pid": 7, "mood": "good"}', encoding="utf-8")
        assert lock.holder(path) == "first"
        assert lock.describe(path) == "rollout first is running, by unknown on unknown (pid 7) since unknown"


@pytest.mark.parametrize("put", [fifo, Path.mkdir])
def test_what_is_no_file_can_not_be_held_and_is_named(path: Path, put: Callable[[Path], object]) -> None:
    path.parent.mkdir()
    put(path)
    assert not in_time(lambda: lock.is_held(path))
    assert "a rollout may be running" in str(in_time(lambda: lock.trouble(path)))
    for ask in (lock.check, hold):
        with pytest.raises(Refused, match="is not a regular file: remove it"):
            in_time(lambda ask=ask: ask(path))  # type: ignore[misc]


def test_who_needs_the_lock_later_is_told_at_once_who_holds_it(path: Path) -> None:
    lock.check(path)
    with lock.held(path, "first", "maria"), pytest.raises(Locked, match="rollout first is running, by maria"):
        lock.check(path)
    lock.check(path)
    assert lock.trouble(path) is None


def hold(path: Path) -> None:
    with lock.held(path, "second", "jan"):
        pass


@pytest.mark.parts
def test_the_kernel_releases_the_lock_of_a_killed_holder(path: Path) -> None:
    with ExitStack() as stack:
        holder = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", HOLD, str(path)],
                cwd=REPOSITORY,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        stack.callback(holder.kill)
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert lock.is_held(path)
        holder.kill()
        holder.wait()
        assert not lock.is_held(path)
        with lock.held(path, "second", "jan"):
            assert "rollout second is running" in lock.describe(path)
