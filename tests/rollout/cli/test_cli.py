"""The commands that only read and write files; `rehearse` and `engine` are tested on real parts."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rollout import VERSION
from rollout.cli import options
from rollout.cli.command import main
from rollout.docker.request import policy_for_docker
from rollout.errors import HostFailed
from rollout.journal import lock, opened
from rollout.journal.line import event_of
from rollout.journal.orders import Order
from rollout.journal.state import State
from rollout.onhost.command_line import Commands, Parser, run
from rollout.onhost.engine_process import started
from tests.rollout.fakes import PLAN, SPEC, World
from tests.rollout.lines import Event
from tests.rollout.policies import SMALL, shipped

RELEASE = f"my-agent@sha256:{'a' * 64}"
OLDER, NEWER = "20251124T120000.000Z-good", "20251124T130000.000Z-errors-0.2"


class Shell:
    """Runs a command on a state folder of its own, and keeps what it said."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.state, self._capsys = State(folder / ".rollout"), capsys

    def run(self, *arguments: str) -> int:
        here = [] if arguments[0] == "check" else ["--state", str(self.state.folder)]
        code = main([*arguments, *here])
        self.said, self.complained = self._capsys.readouterr()
        return code

    def read(self) -> str:
        """What was printed since."""
        return self._capsys.readouterr().out

    def keep(self, rollout: str, events: list[Event]) -> None:
        first = started(replace(SPEC, rollout=rollout), PLAN, events[0]["time"])
        with opened(self.state.journal(rollout)) as book:
            for event in (first, *map(event_of, events[1:])):
                book.write(event)


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


def promoted() -> list[Event]:
    world = World()
    world.run()
    return world.journal.events


def rolled_back() -> list[Event]:
    world = World()
    world.metrics.say(errors=0.213)
    world.run()
    return world.journal.events


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


def test_report_writes_markdown_a_picture_and_json_and_says_where(shell: Shell) -> None:
    shell.keep(NEWER, rolled_back())
    assert shell.run("report") == 0
    assert shell.said == f"{shell.state.reports() / NEWER}.md\n"
    assert {path.name for path in shell.state.reports().iterdir()} == {
        f"{NEWER}.{kind}" for kind in ("md", "svg", "json")
    }


def test_report_writes_where_it_is_told_to(shell: Shell, tmp_path: Path) -> None:
    shell.keep(NEWER, rolled_back())
    assert shell.run("report", "--out", str(tmp_path / "elsewhere")) == 0
    assert (tmp_path / "elsewhere" / f"{NEWER}.md").exists()


def test_report_json_prints_the_newest_rollout(shell: Shell) -> None:
    shell.keep(OLDER, promoted())
    shell.keep(NEWER, rolled_back())
    assert shell.run("report", "--json") == 0
    document = json.loads(shell.said)
    assert (document["verdict"], document["gate"]) == ("rolled_back", "errors")
    assert document["reason"] == "errors: 21.3 % is above 5 %"


def test_report_json_prints_the_rollout_that_is_named(shell: Shell) -> None:
    shell.keep(OLDER, promoted())
    shell.keep(NEWER, rolled_back())
    assert shell.run("report", "--json", OLDER) == 0
    assert json.loads(shell.said)["verdict"] == "promoted"


def test_abort_leaves_an_order_for_the_engine_that_runs(shell: Shell) -> None:
    shell.keep(NEWER, promoted()[:20])
    with lock.held(shell.state.lock(), NEWER, "maria"):
        assert shell.run("abort", "--reason", "the wrong prompt") == 0
    assert shell.said.startswith(f"ordered the engine of {NEWER} to roll back to stable")
    order = shell.state.order(NEWER)
    assert isinstance(order, Order)
    assert (order.order, order.reason) == ("abort", "the wrong prompt")


@pytest.mark.parametrize("rollout", [[], [OLDER]])
def test_abort_of_a_rollout_that_does_not_run_is_refused_and_leaves_no_order(shell: Shell, rollout: list[str]) -> None:
    shell.keep(OLDER, promoted())
    with lock.held(shell.state.lock(), NEWER, "maria"):
        assert shell.run("abort", "--reason", "why", *rollout) == 2
    assert shell.complained == f"rollout: rollout {OLDER} is not running: there is nothing to abort\n"
    assert shell.state.order(OLDER) is None


@pytest.mark.parametrize("command", [["report"], ["report", "--json"], ["abort", "--reason", "why"]])
def test_without_a_rollout_there_is_nothing_to_report_or_to_stop(shell: Shell, command: list[str]) -> None:
    assert shell.run(*command) == 2
    assert shell.complained.startswith(f"rollout: no rollout yet in {shell.state.folder}")


@pytest.mark.parametrize("command", [["report"], ["abort", "--reason", "why"]])
def test_a_rollout_that_does_not_exist_is_refused_by_name(shell: Shell, command: list[str]) -> None:
    shell.keep(OLDER, promoted())
    assert shell.run(*command, "typo") == 2
    assert shell.complained == "rollout: there is no rollout typo: `rollout status --all` lists all rollouts\n"


def test_check_sums_up_a_policy_that_is_right(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert shell.run("check", "--policy", str(path)) == 0
    assert shell.said.splitlines() == [
        f"{path}: 2 steps, 1 gates: errors",
        "the first step needs at least 3.33 requests per second to pass",
    ]


def test_check_says_what_a_policy_can_do_with_a_given_traffic(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(shipped(), encoding="utf-8")
    assert shell.run("check", "--policy", str(path), "--traffic", "5") == 0
    assert "at 5 requests/s, about:\n  5 %: passed after 10 m\n    errors: sees 20 %" in shell.said


def test_check_refuses_a_policy_with_every_mistake_a_line_each(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("keep: 24h", "keep: 24").replace("weight: 5%", "weight: 500%"), encoding="utf-8")
    assert shell.run("check", "--policy", str(path)) == 2
    assert shell.complained.splitlines() == [
        "rollout: rollout.yaml:3: steps[0].weight: 500% is more than 100%",
        "rollout.yaml:5: keep: 24 is not a duration: write a number and a unit, such as 250ms, 10s, 2m or 24h",
    ]


def test_check_refuses_a_policy_that_is_not_there(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("check", "--policy", str(tmp_path / "rollout.yaml")) == 2
    assert "can't be read" in shell.complained


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["deploy"],
        ["abort"],
        ["rehearse", "--speed", "0"],
        ["rehearse", "--speed", "nan"],
        ["rehearse", "--speed", "1000"],
        ["rehearse", "--load", "\u0663"],
        ["rehearse", "--load", "-1"],
        ["rehearse", "--first", "25"],
        ["rehearse", "--keep", "5"],
        ["status", "--al"],
    ],
    ids=" ".join,
)
def test_a_command_line_that_is_wrong_is_refused_before_anything_starts(arguments: list[str]) -> None:
    assert main(arguments) == 2


REFUSALS: dict[str, list[str]] = {
    "no_rollout_yet": ["report", "--json"],
    "unknown_rollout": ["report", "--json", "typo"],
    "not_running": ["abort", "--json", "--reason", "why", OLDER],
    "policy_error": ["check", "--json", "--policy", "nowhere.yaml"],
    "wrong_command_line": ["status", "--json", "--al"],
}


@pytest.mark.parametrize("code", REFUSALS)
def test_with_json_a_refusal_is_an_object_with_a_code_and_a_message(shell: Shell, code: str) -> None:
    if code != "no_rollout_yet":
        shell.keep(OLDER, promoted())
    assert shell.run(*REFUSALS[code]) == 2
    refused = json.loads(shell.said)["refused"]
    assert refused["code"] == code
    assert f"rollout: {refused['message']}\n" in shell.complained  # people read the log


def test_without_json_a_refusal_prints_nothing_where_an_answer_would_be(shell: Shell) -> None:
    assert shell.run("report") == 2
    assert shell.said == ""


def test_with_json_what_fails_is_an_object_too_and_is_not_called_refused(
    shell: Shell,
) -> None:
    def fail(self: State) -> list[Path]:
        raise HostFailed(f"{self.folder} is gone")

    parser = Parser()
    Commands(parser).add("fail", lambda chosen: len(fail(chosen.state)), "fail", options.as_json(), options.where())
    assert run(parser, ["fail", "--json", "--state", str(shell.state.folder)]) == 3
    assert json.loads(shell.read()) == {"failed": {"code": "host_failed", "message": f"{shell.state.folder} is gone"}}


@pytest.mark.parametrize("command", [["start", RELEASE], ["start", RELEASE, "--follow", "--engine", RELEASE]])
def test_a_target_that_does_not_exist_yet_is_refused_before_any_host_is_asked(
    shell: Shell, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("target: docker", "target: kubernetes"), encoding="utf-8")
    assert main([*command, "--json", "--policy", str(path)]) == 2
    refused = json.loads(shell.read())["refused"]
    assert refused["code"] == "unsupported_target"
    assert "releases can't be deployed to kubernetes yet. Write `target: docker`" in refused["message"]


@pytest.mark.parametrize("target", ["docker", '"docker"', "'docker'  # one host"])
def test_a_target_that_exists_is_obeyed_however_it_is_quoted(target: str, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL.replace("target: docker", f"target: {target}"), encoding="utf-8")
    assert policy_for_docker(path) == path.read_text()


def test_check_json_says_what_the_policy_holds(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert shell.run("check", "--json", "--policy", str(path)) == 0
    found = json.loads(shell.said)
    assert found.pop("requests_per_second") == pytest.approx(3.333, rel=0.01)
    assert found == {"target": "docker", "steps": [0.05, 1.0], "gates": ["errors"], "forecast": []}


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


def test_an_order_json_names_the_rollout_and_the_sentence_goes_elsewhere(shell: Shell) -> None:
    shell.keep(NEWER, promoted()[:20])
    with lock.held(shell.state.lock(), NEWER, "maria"):
        assert shell.run("promote", "--json", "--reason", "why") == 0
    assert json.loads(shell.said) == {"rollout": NEWER, "order": "promote"}
    assert shell.complained.startswith(f"ordered the engine of {NEWER} to ")


NAMES = "rehearse parts check start follow status abort promote rollback report prune secret"
COMMANDS: list[list[str]] = [[], *([name] for name in NAMES.split())]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert "usage: rollout" in capsys.readouterr().out


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"{VERSION}\n"
