"""What can't be rehearsed is refused with one message and exit code 2, and nothing is left behind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rollout.policies import shipped
from tests.rollout.rehearsal.running import Running, copy_repository

pytestmark = pytest.mark.parts

Rehearse = Callable[..., Running]


def test_an_unknown_fault_is_refused_with_a_list_of_the_known_ones(rehearse: Rehearse) -> None:
    running = rehearse("--fault", "eror=0.2")

    assert running.end(300) == 2, running.text()
    assert "errors=0.2" in running.text()
    assert "Traceback" not in running.text()
    assert list(running.temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("slower_than: 60s", "slower_than: 10m", "gates.latency_p99.slower_than: 600 s is not a bucket boundary"),
        ("histogram_quantile(0.99,", "histogram_quantile(0.99", "gates.latency_p99.shows: Prometheus rejects it"),
        ("weight: 25%", "weight: 125%", "steps[1].weight: 125% is more than 100%"),
    ],
)
def test_a_policy_that_cant_work_is_refused_before_a_canary_is_started(
    rehearse: Rehearse, tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in shipped()
    policy = copy_repository(tmp_path / "repository", shipped().replace(old, new, 1))
    running = rehearse("--policy", str(policy))

    assert running.end(300) == 2, running.text()
    assert said in running.text()
    assert "Traceback" not in running.text()
    assert running.events() == []
    assert list(running.temporary.iterdir()) == []
