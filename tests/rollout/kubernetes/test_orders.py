"""`abort`, `promote` and `rollback` are patches of the Rollout's status; who gave them is recorded first."""

import pytest

from rollout.errors import (
    AlreadyStable,
    ClusterFailed,
    Locked,
    NoOtherRelease,
    NotAnswering,
    NotRunning,
    Refused,
    UnknownRollout,
    Unverified,
)
from rollout.journal.orders import OrderKind
from rollout.kubernetes import record
from rollout.kubernetes.orders import give
from rollout.kubernetes.rollback import Rollback, rollback
from tests.rollout.kubernetes.fakes import PLAN, FakeCluster, cluster
from tests.rollout.kubernetes.objects import newest, of
from tests.rollout.kubernetes.test_start import pods_of_stable, stable

NEVER = f"ghcr.io/my-org/my-agent@sha256:{'d' * 64}"


def ordered(fake: FakeCluster, kind: OrderKind, rollout: str | None = None) -> str:
    return give(fake, rollout, kind, "users complain", clock=lambda: 5.0)[0]


def back(fake: FakeCluster, release: str | None = None, *, now: bool = False) -> Rollback:
    return rollback(fake, release, lambda: PLAN, "users complain", lambda _: None, now=now)


@pytest.mark.parametrize("name", ["second_step", "keep"])
def test_an_abort_is_recorded_and_then_patched(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLOUT_BY", "ada")
    fake = cluster(name)
    assert ordered(fake, "abort") == newest(of(fake.objects)).name
    (recorded, said), status = fake.patches
    assert (recorded, status) == ("rollout", ("status", {"abort": True}))
    (order,) = record.orders_in(said["/metadata/annotations"])
    assert (order.order, order.by, order.reason) == ("abort", "ada", "users complain")


@pytest.mark.parametrize("racing", ["rollout", "status"])
@pytest.mark.parametrize("races", [1, 2, 3])
def test_an_order_is_recorded_once_whoever_changes_the_rollout_meanwhile(races: int, racing: str) -> None:
    fake = cluster("second_step", races=races, racing=(racing,))
    ordered(fake, "abort")
    assert len(record.orders_in(fake.objects["rollout"]["metadata"]["annotations"])) == 1
    assert fake.patches[-1] == ("status", {"abort": True})


@pytest.mark.parametrize(("ready", "said"), [(2, ""), (1, "Only 1 of stable's 2 pods"), (0, "nobody answers")])
def test_an_abort_says_what_it_means_while_stable_lacks_pods(ready: int, said: str) -> None:
    fake = cluster("keep")
    pods_of_stable(fake, ready)
    told = give(fake, None, "abort", "users complain", clock=lambda: 5.0)[1]
    assert said in told
    assert ("pods" in told) == (ready < 2)


def test_an_order_that_could_not_be_given_is_a_failure() -> None:
    with pytest.raises(ClusterFailed, match="Try again"):
        ordered(cluster("second_step", races=100), "abort")


def test_promote_ends_a_hold_and_skips_no_gate() -> None:
    fake = cluster("keep")
    ordered(fake, "promote")
    assert fake.patches[-1] == ("status", {"pauseConditions": None})
    waiting = cluster("second_step")
    waiting.objects["rollout"]["status"]["pauseConditions"] = []
    with pytest.raises(Refused, match="the step waits for its gates"):
        ordered(waiting, "promote")
    assert waiting.patches == []


def test_without_a_running_rollout_there_is_nothing_to_order() -> None:
    fake = cluster("rolled_back")
    with pytest.raises(NotRunning, match="there is nothing to abort"):
        ordered(fake, "abort")
    with pytest.raises(NotRunning, match="is not running"):
        ordered(fake, "abort", newest(of(fake.objects)).name)
    with pytest.raises(UnknownRollout):
        ordered(fake, "abort", "nobody")


@pytest.mark.parametrize("named", [True, False])
def test_a_running_rollout_is_taken_back_by_a_rollback(named: bool) -> None:
    fake = cluster("keep")
    found = back(fake, stable(fake) if named else None)
    assert (found.attempt, found.back_to) == (newest(of(fake.objects)), of(fake.objects).status["stableRS"])
    assert fake.patches[-1] == ("status", {"abort": True})


def test_it_succeeds_when_stable_serves_again() -> None:
    fake = cluster("keep")
    found = back(fake)
    assert [found.exit_code(verdict, fake) for verdict in ("rolled_back", "in_doubt", "promoted")] == [0, 0, 3]
    pods_of_stable(fake, 0)
    assert found.exit_code("rolled_back", fake) == 3


def test_no_traffic_goes_to_a_release_without_ready_pods() -> None:
    fake = cluster("keep")
    pods_of_stable(fake, 0)
    with pytest.raises(NotAnswering):
        back(fake)
    assert fake.patches == []


def test_another_release_has_to_wait_for_a_running_one() -> None:
    with pytest.raises(Locked):
        rollback(
            cluster("second_step"), NEVER, lambda: PLAN, "r", lambda _: None, now=True, unverified_because="a test"
        )


def test_to_what_is_stable_there_is_nothing_to_do() -> None:
    fake = cluster("rolled_back")
    with pytest.raises(AlreadyStable):
        back(fake, stable(fake))


def test_a_release_that_was_never_stable_needs_a_reason_here_too() -> None:
    with pytest.raises(Unverified):
        back(cluster("rolled_back"), NEVER, now=True)


def test_without_an_earlier_good_release_one_has_to_be_named() -> None:
    """All recorded attempts are of one image."""
    with pytest.raises(NoOtherRelease, match="name the one to restore"):
        back(cluster("rolled_back"))
