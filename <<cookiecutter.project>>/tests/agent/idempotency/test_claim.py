"""What a known key means for a request."""

import pytest

from agent.idempotency.claim import Claim, KeyReused, Known, RunInProgress, RunWithoutAnswer, State, first_answer

CLAIM = Claim(owner="ann", key="k", fingerprint="same", run_id="r", conversation_id="c", seconds=10)


def known(state: State, fingerprint: str = "same") -> Known:
    return Known(fingerprint, state, until=100, answer="36")


@pytest.mark.parametrize("now", [50, 150])
def test_an_answer_is_the_first_one(now: float) -> None:
    assert first_answer(CLAIM, known("answered"), now) == "36"


@pytest.mark.parametrize(
    ("before", "now", "error"),
    [
        (known("running"), 99, RunInProgress),
        (known("running"), 100, RunWithoutAnswer),
        (known("failed"), 50, RunWithoutAnswer),
        (known("answered", "other"), 50, KeyReused),
        (known("running", "other"), 50, KeyReused),
    ],
    ids=["it runs", "it was lost", "it failed", "another request", "another request that runs"],
)
def test_without_an_answer_it_is_refused(before: Known, now: float, error: type[Exception]) -> None:
    with pytest.raises(error):
        first_answer(CLAIM, before, now)
