"""The split as Prometheus reads it: the canary's share as it was set, and whether the router follows it."""

import http.client
import time
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rollout.errors import RouterError
from rollout.router.aftermath import Aftermath
from rollout.router.haproxy import Haproxy
from rollout.router.split import everybody_on
from tests.rollout.router.backend import Backend
from tests.rollout.router.running import LEASE_MOST_SECONDS, RunningRouter
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

IN_DOUBT, UNRESTORED = (f"agent_rollout_{name}_timestamp_seconds" for name in ("in_doubt", "unrestored"))
WEIGHT, LEASED, ENDS = (f"agent_canary_{name}" for name in ("weight_ratio", "leased", "lease_ends_timestamp_seconds"))


SLOT = "agent_stable_slot"


def page(router: RunningRouter) -> str:
    port = int(router.environment["ROUTER_METRICS_BIND"].rpartition(":")[2])
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/split")
        return connection.getresponse().read().decode()


def split(router: RunningRouter) -> dict[str, float]:
    found = {family.name: family.samples[0] for family in text_string_to_metric_families(page(router))}
    return {name: sample.value for name, sample in found.items() if name != SLOT}


def stable_slot(router: RunningRouter) -> str:
    (family,) = [each for each in text_string_to_metric_families(page(router)) if each.name == SLOT]
    assert [sample.value for sample in family.samples] == [1]
    return family.samples[0].labels["slot"]


def of_canary(router: RunningRouter) -> dict[str, float]:
    return {name: value for name, value in split(router).items() if name.startswith("agent_canary_")}


def test_without_a_canary_its_share_is_zero(router: RunningRouter) -> None:
    assert of_canary(router) == {WEIGHT: 0, LEASED: 0, ENDS: 0}


def test_a_lease_is_shown_until_it_ends_and_the_share_stays_as_it_was_set(router: RunningRouter) -> None:
    set_to = router.shift(0.05, lease_seconds=2.0)
    assert of_canary(router) == {WEIGHT: 0.05, LEASED: 1, ENDS: set_to.until_ms / 1000}
    wait_until(lambda: split(router)[LEASED] == 0)
    assert time.time() * 1000 >= set_to.until_ms
    assert split(router)[WEIGHT] == 0.05


def test_a_lease_that_the_router_rejects_is_none(router: RunningRouter) -> None:
    router.shift(1, lease_seconds=LEASE_MOST_SECONDS + 5)
    assert (split(router)[WEIGHT], split(router)[LEASED]) == (1, 0)


def test_the_stable_slot_is_named_and_changes_with_a_promotion(router: RunningRouter) -> None:
    assert stable_slot(router) == "blue"
    router.control.shift(everybody_on("green"))
    assert stable_slot(router) == "green"


@pytest.mark.parametrize("content", ["", "weight many\nuntil_ms tomorrow\n"])
def test_a_map_that_cannot_be_read_is_a_split_without_a_canary(
    tmp_path: Path, blue: Backend, green: Backend, content: str
) -> None:
    with RunningRouter(tmp_path, blue, green, split_map=content) as router:
        assert of_canary(router) == {WEIGHT: 0, LEASED: 0, ENDS: 0}
        assert stable_slot(router) == "blue"


def test_what_a_rollout_left_is_shown_also_by_a_router_that_restarted(router: RunningRouter) -> None:
    assert (split(router)[IN_DOUBT], split(router)[UNRESTORED]) == (0, 0)
    router.control.record(Aftermath(1_764_000_000, 1_764_000_007))
    assert (split(router)[IN_DOUBT], split(router)[UNRESTORED]) == (1_764_000_000, 1_764_000_007)
    router.kill()
    router.start()
    assert (split(router)[IN_DOUBT], split(router)[UNRESTORED]) == (1_764_000_000, 1_764_000_007)
    router.control.record(Aftermath())
    assert (split(router)[IN_DOUBT], split(router)[UNRESTORED]) == (0, 0)


def test_what_a_rollout_left_is_no_part_of_the_split(router: RunningRouter) -> None:
    wanted = router.shift(0.05)
    router.control.record(Aftermath(1_764_000_000))
    assert router.control.on_disk() == router.control.current() == wanted.entries()


def test_a_router_without_that_map_as_before_an_update_says_so(router: RunningRouter) -> None:
    old = Haproxy(router.socket, router.folder / "older")
    old_map = router.folder / "older" / "aftermath.map"
    old_map.parent.mkdir()
    with pytest.raises(RouterError, match="the router's aftermath is"):
        old.record(Aftermath(1_764_000_000))
    assert "in_doubt_at 1764000000" in old_map.read_text(), "for the next start of the router"
