"""`rollout abort` and `rollout promote` in a folder."""

import json

import pytest

from rollout.journal import lock
from rollout.journal.orders import Order
from tests.rollout.cli.shell import NEWER, OLDER, Shell, promoted


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


def test_an_order_json_names_the_rollout_and_the_sentence_goes_elsewhere(shell: Shell) -> None:
    shell.keep(NEWER, promoted()[:20])
    with lock.held(shell.state.lock(), NEWER, "maria"):
        assert shell.run("promote", "--json", "--reason", "why") == 0
    assert json.loads(shell.said) == {"rollout": NEWER, "order": "promote"}
    assert shell.complained.startswith(f"ordered the engine of {NEWER} to ")
