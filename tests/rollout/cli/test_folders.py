"""Folders that a command reads or writes: refused at once, before any work."""

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rollout.cli import folder
from rollout.cli.command import main
from rollout.errors import Refused
from tests.rollout.cli.shell import NEWER, Shell, rolled_back
from tests.rollout.journal.test_state import not_allowed
from tests.rollout.policies import SMALL

ON_STATE = [["status"], ["report"], ["abort", "--reason", "why"], ["promote", "--reason", "why"]]


@pytest.mark.parametrize("command", ON_STATE, ids=lambda words: words[0])
def test_a_folder_that_does_not_exist_is_no_empty_one(command: list[str], shell: Shell, tmp_path: Path) -> None:
    assert main([*command, "--json", "--state", str(tmp_path / "typo")]) == 2
    refused = json.loads(shell.read())["refused"]
    assert refused["code"] == "nothing_there"
    assert refused["message"].startswith(f"there is no folder {tmp_path / 'typo'}: ")


def test_a_file_is_no_folder_of_rollouts(shell: Shell) -> None:
    (shell.state.folder / "journals").touch()
    assert shell.run("status") == 2
    assert shell.complained == f"rollout: the folder {shell.state.folder}/journals can't be read: Not a directory\n"


@pytest.mark.parametrize("option", ["--state=", "--state= ", "--out="])
def test_an_empty_name_is_refused(option: str, shell: Shell) -> None:
    assert main(["report", option]) == 2
    assert shell.read() == ""


@pytest.mark.parametrize("command", ON_STATE, ids=lambda words: words[0])
def test_a_folder_and_a_host_can_not_both_be_meant(command: list[str], shell: Shell) -> None:
    assert shell.run(*command, "--service", "my-agent") == 2
    assert "not allowed with argument" in shell.complained


def a_file(path: Path) -> None:
    path.touch()


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to("nowhere")


BLOCKED: list[Callable[[Path], None]] = [a_file, a_link_to_nothing]


@pytest.mark.parametrize("put", BLOCKED)
def test_a_report_that_can_not_be_written_is_refused_before_anything_is_read(
    put: Callable[[Path], None], shell: Shell, tmp_path: Path
) -> None:
    put(tmp_path / "out")
    assert shell.run("report", "no-such-rollout", "--out", str(tmp_path / "out" / "reports")) == 2
    assert shell.complained == f"rollout: can't write to {tmp_path}/out/reports: {tmp_path}/out is not a folder\n"


def test_the_default_folder_of_reports_is_checked_too(shell: Shell) -> None:
    shell.keep(NEWER, rolled_back())
    shell.state.reports().touch()
    assert shell.run("report") == 2
    assert shell.complained.startswith(f"rollout: can't write to {shell.state.reports()}: ")
    assert shell.run("report", "--json") == 0  # it writes nothing


def test_on_a_host_a_report_that_can_not_be_written_is_refused_before_the_host_is_asked(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / ".rollout").touch()
    monkeypatch.chdir(tmp_path / "repository")
    assert main(["report", "--service", "my-agent"]) == 2
    assert shell.complaints().startswith("rollout: can't write to .rollout/reports: .rollout is not a folder")


@pytest.mark.parametrize("name", ["", "journals", "orders", "reports"])
def test_a_rehearsal_that_can_not_write_is_refused_before_anything_starts(
    name: str, shell: Shell, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    (state / name).parent.mkdir(exist_ok=True)
    (state / name).touch()
    assert main(["rehearse", "--state", str(state), "--policy", "nowhere.yaml"]) == 2
    assert f"can't write to {state}" in shell.complaints()


def test_a_rehearsal_in_a_folder_where_one_runs_is_refused_before_anything_starts(shell: Shell, tmp_path: Path) -> None:
    policy = tmp_path / "rollout.yaml"
    policy.write_text(SMALL, encoding="utf-8")
    shell.state.lock().mkdir()
    assert shell.run("rehearse", "--policy", str(policy)) == 2
    assert shell.complained == f"rollout: the lock {shell.state.lock()} is not a regular file: remove it\n"


def test_a_folder_need_not_exist_yet_and_the_check_does_not_make_it(tmp_path: Path) -> None:
    folder.check(tmp_path / "a" / "b")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("name", ["", "reports"])
def test_a_folder_where_nobody_may_write_is_refused(name: str) -> None:
    why = "can't write to .*(is not writable|Permission denied)"
    with TemporaryDirectory() as kept, not_allowed(Path(kept)), pytest.raises(Refused, match=why):
        folder.check(Path(kept) / name)
