from itertools import pairwise

import pytest

from rollout.journal.whereabouts import AT_REST
from rollout.report import gather
from rollout.report.traffic import shares
from tests.rollout.lines import story
from tests.rollout.report import examples
from tests.rollout.report.journals import Journal


def drawn(journal: Journal) -> list[tuple[float, bool]]:
    return [(share.canary, share.inferred) for share in shares(story(journal))]


def test_the_share_follows_the_steps() -> None:
    assert drawn(examples.promoted())[:4] == [(0.0, False), (0.05, False), (0.25, False), (1.0, False)]


@pytest.mark.parametrize("make", [examples.rolled_back_at_5_percent, examples.rolled_back_after_promotion])
def test_after_a_rollback_all_traffic_is_stables(make: type[Journal]) -> None:
    assert drawn(make())[-1] == (0.0, False)
    assert gather(story(make()), alive=False).settled == 0.0


def test_between_an_engines_death_and_its_successor_the_lease_is_what_says_where_the_traffic_was() -> None:
    assert drawn(examples.recovered())[-4:-1] == [(0.25, False), (0.0, True), (0.0, False)]


def test_what_only_the_router_knows_is_left_out() -> None:
    assert AT_REST[story(examples.died_when_promoting()).place] is None
    *_, before, after = shares(story(examples.recovered_after_promotion()))[:4]
    assert before.ended_seconds == pytest.approx(21.9, abs=0.1)
    assert after.started_seconds == pytest.approx(30.9, abs=0.1)
    assert after.canary == 1.0


def test_a_router_that_could_not_be_told_comes_back_by_the_lease_or_after_promotion_nobody_knows() -> None:
    assert drawn(examples.unrestored())[-1] == (0.0, True)
    assert AT_REST[story(examples.unrestored()).place] == 0.0
    assert drawn(examples.unrestored_after_promotion())[-1] == (1.0, False)
    assert AT_REST[story(examples.unrestored_after_promotion()).place] is None


@pytest.mark.parametrize("make", examples.EXAMPLES.values(), ids=str)
def test_shares_never_overlap(make: type[Journal]) -> None:
    found = shares(story(make()))
    assert all(a.ended_seconds <= b.started_seconds for a, b in pairwise(found))
