"""`rollout status` of a folder."""

import json

from rollout.journal import lock
from tests.rollout.cli.shell import NEWER, OLDER, Shell, promoted, rolled_back


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


def test_status_json_without_a_rollout_is_no_refusal(shell: Shell) -> None:
    assert shell.run("status", "--json") == 0
    assert json.loads(shell.said) == {"rollouts": [], "running": None, "unreadable": {}}
