import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from rollout.errors import Locked, Refused
from rollout.journal import lock
from tests.repository import REPOSITORY

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


def test_a_second_rollout_is_refused_and_told_who_holds_the_lock_since_when_and_what_to_do(path: Path) -> None:
    with lock.held(path, "20251124-first", "maria"), pytest.raises(Locked) as refused, lock.held(path, "second", "jan"):
        pass
    words = str(refused.value)
    assert words.startswith(
        f"rollout 20251124-first is running, by maria on {socket.gethostname()} (pid {os.getpid()}) since 2"
    )
    assert words.endswith(". Wait for it, or end it with `rollout abort`.")
    assert isinstance(refused.value, Refused)


def test_the_refused_one_does_not_write_its_name_over_the_holders(path: Path) -> None:
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


def test_the_lock_is_given_back_when_its_holder_fails(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock.held(path, "first", "maria"):
        raise ZeroDivisionError
    with lock.held(path, "second", "jan"):
        assert "rollout second is running, by jan" in lock.describe(path)


def test_asking_whether_it_is_held_makes_no_file(path: Path) -> None:
    assert not lock.is_held(path)
    assert not path.exists()


def test_a_lock_that_nobody_has_signed_yet_belongs_to_a_rollout_that_is_starting(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert lock.describe(path) == "another rollout is starting"


@pytest.mark.parts
def test_the_kernel_gives_the_lock_back_when_its_holder_is_killed(path: Path) -> None:
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
