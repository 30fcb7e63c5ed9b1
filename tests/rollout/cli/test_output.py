"""A standard output that nobody reads any more, or that is full: no traceback, and an exit code that is no verdict."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import cast

import pytest

from rollout.onhost import output
from tests.repository import REPOSITORY
from tests.rollout.cli.shell import NEWER, Shell, rolled_back

FULL = "rollout: standard output can't be written: No space left on device\n"
BUFFERS: list[Mapping[str, str]] = [{}, {"PYTHONUNBUFFERED": "1"}]
PICTURE = """
import sys
from rich.console import Console
from rollout.onhost.command_line import Commands, Parser, run
def show(_):
    for _ in range(9):
        Console().print("a line", soft_wrap=True)
    return 0
parser = Parser()
Commands(parser).add("show", show, "show")
sys.exit(run(parser, ["show"]))
"""


@contextmanager
def closed_pipe() -> Iterator[int]:
    """The end to write to; nobody reads."""
    reads, writes = os.pipe()
    os.close(reads)
    try:
        yield writes
    finally:
        os.close(writes)


@contextmanager
def full_disk() -> Iterator[int]:
    writes = os.open("/dev/full", os.O_WRONLY)
    try:
        yield writes
    finally:
        os.close(writes)


def run(
    *command: str, stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE, buffer: Mapping[str, str] = BUFFERS[0]
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"} | dict(buffer)
    return subprocess.run(
        [sys.executable, *command], cwd=REPOSITORY, env=environment, stdout=stdout, stderr=stderr, text=True, timeout=60
    )


@pytest.fixture
def state(shell: Shell) -> Path:
    shell.keep(NEWER, rolled_back())
    return shell.state.folder


@pytest.mark.parametrize("buffer", BUFFERS, ids=["buffered", "unbuffered"])
def test_where_nobody_reads_the_output_the_command_ends_in_silence(state: Path, buffer: Mapping[str, str]) -> None:
    for command in (["status"], ["report", "--json"]):
        with closed_pipe() as writes:
            done = run("-m", "rollout", *command, "--state", str(state), stdout=writes, buffer=buffer)
        assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("buffer", BUFFERS, ids=["buffered", "unbuffered"])
def test_a_full_output_is_one_message_and_a_failure(state: Path, buffer: Mapping[str, str]) -> None:
    for command in (["status", "--state", str(state)], ["report", "--json", "--state", str(state)], ["--help"]):
        with full_disk() as writes:
            done = run("-m", "rollout", *command, stdout=writes, buffer=buffer)
        assert (done.returncode, done.stderr) == (3, FULL)


def test_a_picture_that_nobody_sees_any_more_is_no_verdict() -> None:
    """rich would end the program with 1, which means "rolled back"."""
    with closed_pipe() as writes:
        done = run("-c", PICTURE, stdout=writes)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_stream_gets_a_buffer_for_as_long_as_a_command_runs(tmp_path: Path) -> None:
    with io.FileIO(tmp_path / "out", "w") as raw:
        stream = io.TextIOWrapper(cast(io.BufferedWriter, raw), write_through=True)
        with redirect_stdout(stream):
            with output.buffered():
                assert sys.stdout is not stream
                print("during")
            assert sys.stdout is stream
            print("after")
        stream.detach()
    assert (tmp_path / "out").read_text() == "during\nafter\n"


@pytest.mark.parametrize("buffer", BUFFERS, ids=["buffered", "unbuffered"])
def test_a_refusal_keeps_its_exit_code_wherever_it_can_not_be_written(
    tmp_path: Path, buffer: Mapping[str, str]
) -> None:
    command = ("-m", "rollout", "report", "--json", "--state", str(tmp_path))
    with full_disk() as writes:
        silent = run(*command, stderr=writes, buffer=buffer)
    assert silent.returncode == 2
    assert '"no_rollout_yet"' in silent.stdout
    with full_disk() as writes:
        done = run(*command, stdout=writes, buffer=buffer)
    assert (done.returncode, done.stderr.count("\n"), "Traceback" in done.stderr) == (2, 2, False)
    with closed_pipe() as writes:
        assert run(*command, stdout=writes, stderr=writes, buffer=buffer).returncode == 2
