"""A release's evals, against the real service through the real router, before its first user."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rollout.policies import shipped
from tests.rollout.rehearsal.running import Running, copy_repository, shifted_to

pytestmark = pytest.mark.parts

EVALS = """\
evals:
  floor: 100%
  within: 2m
  cases:
    - {id: sum, task: "What is 17 + 25?", contains: "42", matches: '\\.$', max_tokens: 5000, max_tool_calls: 3}
    - {id: price, task: "What is the price of the desk lamp?", contains: 39.90 EUR}
"""
Rehearse = Callable[..., Running]


@pytest.fixture
def policy(tmp_path: Path) -> str:
    (tmp_path / "repository").mkdir()
    return str(copy_repository(tmp_path / "repository", f"{shipped()}\n{EVALS}"))


def test_a_release_that_fails_them_is_taken_back_at_0_percent(rehearse: Rehearse, policy: str) -> None:
    running = rehearse("--policy", policy, "--fault", "tool_calls=7")
    assert running.end() == 1, running.text()
    report = running.report()
    assert report["reason"] == (
        "evals: 1 of 2 cases passed, 50 %, and the floor is 100 %; sum: 7 tool calls, and at most 3 are allowed"
    )
    assert (report["verdict"], report["steps"], report["requests"]["lost"]) == ("rolled_back", [], 0)
    assert "canary" not in {each["role"] for each in report["requests"]["releases"].values() if each["answered"]}
    assert [case["passed"] for case in report["evals"]["cases"]] == [False, True]
    assert "1 of 2 evals passed before the first user: 50 %, floor 100 %" in running.text()


def test_a_good_release_gets_its_first_users_after_them(rehearse: Rehearse, policy: str) -> None:
    running = rehearse("--policy", policy)
    running.until(shifted_to(0.05))
    names = [event["event"] for event in running.events()]
    assert names[: names.index("shifted")] == ["started", "ready", "evaluated"]
    assert running.events()[2]["score"] == 1
