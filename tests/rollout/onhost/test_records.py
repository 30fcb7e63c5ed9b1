"""Commands that run next to the data: printing a growing journal, and giving orders."""

import json
import threading
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from rollout import journal
from rollout.journal import lock
from rollout.journal.events import Ended, Promoted, Ready, Shifted, Started
from rollout.journal.orders import Order
from rollout.journal.state import State
from rollout.onhost.command import main
from tests.waiting import wait_until

ROLLOUT = "20251124T120000.000Z-good"
EVENTS: dict[str, journal.Event] = {
    "started": Started(time=0.0, rollout=ROLLOUT, release="v2"),
    "ready": Ready(time=0.0, seconds=1.0),
    "shifted": Shifted(time=0.0, step=1, weight=0.05),
    "promoted": Promoted(time=0.0),
    "ended": Ended(time=0.0, verdict="promoted"),
}


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = State(tmp_path)
    write(state, "started", "ready", "shifted")
    return state


def write(state: State, *events: str) -> None:
    with journal.opened(state.journal(ROLLOUT)) as book:
        for event in events:
            book.write(EVENTS[event])


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return events_in(capsys.readouterr().out)


def events_in(output: str) -> list[str]:
    """The events of the whole lines."""
    return [json.loads(line)["event"] for line in output.splitlines(keepends=True) if line.endswith("\n")]


def test_a_journal_is_printed_as_far_as_it_is_written(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", ROLLOUT, "--state", str(state.folder)]) == 0
    assert printed(capsys) == ["started", "ready", "shifted"]


def test_a_reader_that_returns_gets_only_new_events(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", ROLLOUT, "--state", str(state.folder), "--from", "2"]) == 0
    assert printed(capsys) == ["shifted"]


@pytest.mark.parametrize("last", ["promoted", "ended"])
def test_a_journal_is_followed_until_the_rollout_is_promoted_or_has_ended(state: State, last: str) -> None:
    output = StringIO()

    def go_on() -> None:
        wait_until(lambda: len(events_in(output.getvalue())) == 3)
        write(state, last)

    writer = threading.Thread(target=go_on)
    with lock.held(state.lock(), ROLLOUT, "maria"), redirect_stdout(output):
        writer.start()
        assert main(["journal", ROLLOUT, "--state", str(state.folder), "--follow"]) == 0
        writer.join()
    assert events_in(output.getvalue()) == ["started", "ready", "shifted", last]


@pytest.mark.parametrize("kind", ["abort", "promote", "rollback"])
def test_an_order_names_its_author_and_reason(state: State, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLOUT_BY", "maria")
    with lock.held(state.lock(), ROLLOUT, "jan"):
        assert main(["order", kind, ROLLOUT, "--state", str(state.folder), "--reason", "because"]) == 0
    assert state.order(ROLLOUT) == Order(kind, by="maria", reason="because")  # type: ignore[arg-type]


def test_an_order_for_an_engine_that_is_not_running_is_refused(
    state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["order", "promote", ROLLOUT, "--state", str(state.folder), "--reason", "because"]) == 2
    printed, complained = capsys.readouterr()
    message = f"rollout {ROLLOUT} is not running: there is nothing to promote"
    assert json.loads(printed) == {"refused": {"code": "not_running", "message": message}}
    assert complained == f"rollout: {message}\n"
    assert state.order(ROLLOUT) is None


@pytest.mark.parametrize("command", ["survey", "check-host", "targets", "engine"])
def test_a_command_run_by_hand_says_that_it_is_not_for_people(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ROLLOUT_SPEC", "ROLLOUT_CHECK", "ROUTER_METRICS_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    assert main([command]) in (2, 3)
    assert capsys.readouterr().err.startswith("rollout: ")
