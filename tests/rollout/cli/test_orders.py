"""`rollout abort` and `rollout promote` in a folder."""

import json
from contextlib import nullcontext
from dataclasses import asdict
from json import dumps

import pytest

from rollout.cli.orders import running
from rollout.docker.container import Said
from rollout.errors import NothingThere
from rollout.journal import lock
from rollout.journal.orders import Order
from rollout.onhost.survey import Survey
from tests.rollout.cli.shell import NEWER, OLDER, Shell, promoted
from tests.rollout.docker.fakes import FakeDocker, engine, host, says


def test_abort_leaves_an_order_for_the_engine_that_runs(shell: Shell) -> None:
    shell.keep(NEWER, promoted()[:20])
    with lock.held(shell.state.lock(), NEWER, "maria"):
        assert shell.run("abort", "--reason", "the wrong prompt") == 0
    assert shell.said.startswith(f"ordered the engine of {NEWER} to roll back to stable")
    order = shell.state.order(NEWER)
    assert isinstance(order, Order)
    assert (order.order, order.reason) == ("abort", "the wrong prompt")


@pytest.mark.parametrize("holder", [NEWER, None])
def test_abort_of_a_rollout_that_does_not_run_is_refused_and_leaves_no_order(shell: Shell, holder: str | None) -> None:
    shell.keep(OLDER, promoted())
    with lock.held(shell.state.lock(), holder, "maria") if holder else nullcontext():
        assert shell.run("abort", "--reason", "why", OLDER) == 2
    assert shell.complained == f"rollout: rollout {OLDER} is not running: there is nothing to abort\n"
    assert shell.state.order(OLDER) is None


@pytest.mark.parametrize("kind", ["abort", "promote"])
def test_without_a_name_an_order_goes_to_the_rollout_that_runs_and_not_to_the_newest(shell: Shell, kind: str) -> None:
    shell.keep(OLDER, promoted()[:20])
    shell.keep(NEWER, promoted())
    with lock.held(shell.state.lock(), OLDER, "maria"):
        assert shell.run(kind, "--reason", "why") == 0
    assert shell.said.startswith(f"ordered the engine of {OLDER} to ")
    assert isinstance(shell.state.order(OLDER), Order)
    assert shell.state.order(NEWER) is None


def test_an_engine_that_has_not_begun_its_journal_can_be_aborted(shell: Shell) -> None:
    shell.keep(OLDER, promoted())
    with lock.held(shell.state.lock(), NEWER, "maria"):
        assert shell.run("abort", "--reason", "why") == 0
    assert isinstance(shell.state.order(NEWER), Order)


@pytest.mark.parametrize("kind", ["abort", "promote"])
def test_without_a_name_an_order_is_refused_when_nothing_runs(shell: Shell, kind: str) -> None:
    shell.keep(OLDER, promoted())
    assert shell.run(kind, "--json", "--reason", "why") == 2
    message = f"no rollout is running in {shell.state.folder}: there is nothing to {kind}"
    assert json.loads(shell.said) == {"refused": {"code": "not_running", "message": message}}
    assert not (shell.state.folder / "orders").exists()


def test_where_the_lock_names_nobody_the_rollout_must_be_named(shell: Shell) -> None:
    shell.keep(OLDER, promoted())
    shell.keep(NEWER, promoted()[:20])
    with lock.held(shell.state.lock(), NEWER, "maria"):
        shell.state.lock().write_text("[]", encoding="utf-8")
        assert shell.run("abort", "--reason", "why") == 2
        assert shell.complained.endswith("is held, and does not name its holder. Name the rollout to abort\n")
        assert shell.run("abort", "--reason", "why", OLDER) == 2
        assert shell.run("abort", "--reason", "why", NEWER) == 0
    assert shell.state.order(OLDER) is None
    assert isinstance(shell.state.order(NEWER), Order)


def survey(newest: str | None) -> Said:
    return says(dumps(asdict(Survey("blue", None, None, newest, [], [], None))))


def test_on_a_host_an_order_goes_to_the_rollout_whose_engine_runs() -> None:
    docker = FakeDocker({"survey": survey(NEWER)}, [engine(OLDER, "running")])
    assert running(host(docker), "abort") == OLDER


@pytest.mark.parametrize(("newest", "code"), [(NEWER, "not_running"), (None, "no_rollout_yet")])
def test_on_a_host_without_a_running_engine_an_order_is_refused(newest: str | None, code: str) -> None:
    docker = FakeDocker({"survey": survey(newest)}, [engine(OLDER, "exited")])
    with pytest.raises(NothingThere) as refused:
        running(host(docker), "abort")
    assert refused.value.code == code


def test_an_order_json_names_the_rollout_and_the_sentence_goes_elsewhere(shell: Shell) -> None:
    shell.keep(NEWER, promoted()[:20])
    with lock.held(shell.state.lock(), NEWER, "maria"):
        assert shell.run("promote", "--json", "--reason", "why") == 0
    assert json.loads(shell.said) == {"rollout": NEWER, "order": "promote"}
    assert shell.complained.startswith(f"ordered the engine of {NEWER} to ")
