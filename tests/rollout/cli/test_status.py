"""`rollout status` of a folder."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rollout.journal import lock
from tests.rollout.cli.shell import NEWER, OLDER, Shell, promoted, rolled_back
from tests.rollout.journal.fifo import fifo, in_time


def test_status_without_a_rollout_says_so_and_is_no_error(shell: Shell) -> None:
    assert shell.run("status") == 0
    assert shell.said == f"no rollout yet in {shell.state.folder}\n"


def test_status_shows_the_newest_rollout_in_one_sentence(shell: Shell) -> None:
    shell.keep(NEWER, rolled_back())
    shell.keep(OLDER, promoted())
    assert shell.run("status") == 0
    (line,) = shell.said.splitlines()
    assert line.startswith(f"{NEWER}: Rolled back at 5 % after ")
    assert line.endswith(": errors: 21.3 % is above 5 %")


def test_status_all_shows_every_rollout_the_oldest_first(shell: Shell) -> None:
    shell.keep(NEWER, rolled_back())
    shell.keep(OLDER, promoted())
    assert shell.run("status", "--all") == 0
    assert [line.split()[:2] for line in shell.said.splitlines()] == [
        [f"{OLDER}:", "Promoted"],
        [f"{NEWER}:", "Rolled"],
    ]


def test_status_of_a_rollout_that_runs_says_who_runs_it(shell: Shell) -> None:
    shell.keep(NEWER, promoted()[:20])
    with lock.held(shell.state.lock(), NEWER, "maria"):
        assert shell.run("status") == 0
    headline, holder = shell.said.splitlines()
    assert headline.startswith(f"{NEWER}: Running at 5 %")
    assert holder.startswith(f"rollout {NEWER} is running, by maria on ")


def test_status_of_a_rollout_whose_engine_died_is_in_doubt_and_says_where_the_traffic_is(shell: Shell) -> None:
    shell.keep(NEWER, promoted()[:20])
    assert shell.run("status") == 0
    assert shell.said.startswith(f"{NEWER}: In doubt at 5 %")
    assert "the router returned all traffic to stable" in shell.said


def test_status_json_lists_rollouts_the_oldest_first_and_which_one_runs(shell: Shell) -> None:
    shell.keep(NEWER, promoted()[:20])
    shell.keep(OLDER, rolled_back())
    with lock.held(shell.state.lock(), NEWER, "maria"):
        assert shell.run("status", "--json", "--all") == 0
    found = json.loads(shell.said)
    assert [(each["rollout"], each["verdict"]) for each in found["rollouts"]] == [
        (OLDER, "rolled_back"),
        (NEWER, "running"),
    ]
    assert found["running"] == NEWER


@pytest.mark.parametrize("content", ["[]", "5", "{}", '{"rollout": []}'])
def test_status_with_a_lock_that_names_nobody_says_so_and_shows_the_rollouts(shell: Shell, content: str) -> None:
    shell.keep(NEWER, promoted())
    with lock.held(shell.state.lock(), NEWER, "maria"):
        shell.state.lock().write_text(content, encoding="utf-8")
        assert shell.run("status") == 0
        headline, named = shell.said.splitlines()
        assert shell.run("status", "--json") == 0
    assert headline.startswith(f"{NEWER}: Promoted")
    assert named.startswith("a rollout may be running: ")
    assert json.loads(shell.said)["running"] is None


@pytest.mark.parametrize("put", [fifo, Path.mkdir])
def test_status_names_what_is_in_the_place_of_the_lock(shell: Shell, put: Callable[[Path], object]) -> None:
    shell.keep(NEWER, promoted())
    put(shell.state.lock())
    assert in_time(lambda: shell.run("status")) == 0
    assert shell.said.splitlines()[1].startswith("the lock can't be read, so a rollout may be running: ")
    assert shell.run("status", "--json") == 0
    assert str(shell.state.lock()) in json.loads(shell.said)["unreadable"]["lock"]


def test_status_and_report_name_a_fifo_among_the_journals_and_do_not_wait_for_it(shell: Shell) -> None:
    shell.keep(OLDER, promoted())
    fifo(shell.state.journal(NEWER))
    assert in_time(lambda: shell.run("status")) == 0
    named, headline = shell.said.splitlines()
    assert named.startswith(f"{NEWER}: {NEWER}.jsonl can't be read: ")
    assert headline.startswith(f"{OLDER}: Promoted")
    assert in_time(lambda: shell.run("status", "--json")) == 0
    assert list(json.loads(shell.said)["unreadable"]) == [NEWER]
    assert in_time(lambda: shell.run("report", "--json")) == 0
    assert json.loads(shell.said)["verdict"] == "promoted"
    assert in_time(lambda: shell.run("report", NEWER)) == 2


def test_status_json_without_a_rollout_is_no_refusal(shell: Shell) -> None:
    assert shell.run("status", "--json") == 0
    assert json.loads(shell.said) == {"rollouts": [], "running": None, "unreadable": {}}
