"""An invalid fault is refused before anything is started."""

import pytest

from agent.models.offline.faults import FAULTS
from rollout.errors import Refused
from rollout.rehearsal import candidate
from tests.repository import REPOSITORY


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ("erors=0.2", "--fault erors=0.2: unknown fault 'erors'. Valid faults, separated by commas:\n"),
        ("errors=2", "--fault errors=2: 'errors=2': should be a share above 0 and up to 1. Valid faults, "),
        (
            "latency=80",
            "--fault latency=80: 'latency=80': should be a duration with its unit: ms, s or m. Valid ",
        ),
    ],
)
def test_an_invalid_fault_is_refused_with_a_list_of_all_faults(faults: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        candidate.check(REPOSITORY, faults)
    assert str(refused.value).startswith(said)
    assert [name for name in FAULTS if f"  {name}" not in str(refused.value)] == []


def test_a_valid_fault_is_accepted() -> None:
    candidate.check(REPOSITORY, "errors=0.2,latency=80s,unhealthy")
