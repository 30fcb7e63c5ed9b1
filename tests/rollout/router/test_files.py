"""The map file, the running map, and a router that dies during a rollout."""

import shutil
from itertools import islice

import pytest

from rollout.errors import RouterError
from rollout.router.split import everybody_on
from tests.rollout.router.client import ask, ask_all, of
from tests.rollout.router.load import Load
from tests.rollout.router.running import RunningRouter, users_in
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

IN_5 = list(islice(users_in(0, 0.05), 5))
IN_25 = list(islice(users_in(0.05, 0.25), 5))
OUT = list(islice(users_in(0.25, 1), 5))


def sides(router: RunningRouter, users: list[str]) -> set[str | None]:
    return {answer.release for answer in ask_all(router.port, map(of, users))}


def test_after_a_shift_the_file_and_the_running_router_agree(router: RunningRouter) -> None:
    for weight in (0.05, 0.25, 1):
        split = router.shift(weight)
        assert router.control.on_disk() == router.control.current() == split.entries()
    router.control.shift(everybody_on("green"))
    assert router.control.on_disk() == router.control.current() == everybody_on("green").entries()
    assert not list(router.folder.glob(".*")), "a temporary file was left"


def test_a_shift_without_an_answer_of_the_router_is_an_error_and_still_on_disk(router: RunningRouter) -> None:
    router.shift(0.25)
    router.socket.unlink()
    with pytest.raises(RouterError, match=r"router\.sock does not answer"):
        router.control.shift(everybody_on("blue"))
    assert router.control.on_disk() == everybody_on("blue").entries()
    router.kill()
    router.start()
    assert sides(router, [*IN_5, *IN_25, *OUT]) == {"blue"}


def test_a_shift_whose_file_cant_be_written_moves_the_traffic_and_is_an_error(router: RunningRouter) -> None:
    router.shift(0.25)
    shutil.rmtree(router.folder)
    with pytest.raises(RouterError, match=r"applied the split, but .* can't be written"):
        router.control.shift(everybody_on("blue"))
    assert router.control.current() == everybody_on("blue").entries()
    assert sides(router, [*IN_5, *IN_25, *OUT]) == {"blue"}


def test_a_running_map_without_the_splits_keys_is_an_error(router: RunningRouter) -> None:
    (router.folder / "split.map").write_text("stable blue\n", encoding="utf-8")
    router.kill()
    router.start()
    with pytest.raises(RouterError, match="the router's split is"):
        router.shift(0.25)
    assert sides(router, IN_5) == {"blue"}


def test_a_router_killed_during_a_rollout_restarts_with_its_split(router: RunningRouter) -> None:
    router.shift(0.25)
    with Load(router.port, [*IN_5, *IN_25, *OUT]) as load:
        load.wait_for_more(100)
        router.kill()
        router.start()
        load.wait_for_more(100)
    green = {answered.user for answered in load.answered if answered.release == "green"}
    blue = {answered.user for answered in load.answered if answered.release == "blue"}
    assert green == {*IN_5, *IN_25}
    assert blue == {*OUT}


def test_a_restarted_router_obeys_the_next_shift(router: RunningRouter) -> None:
    router.shift(0.05)
    router.kill()
    router.start()
    assert sides(router, IN_5) == {"green"}
    assert sides(router, IN_25) == {"blue"}
    router.shift(0.25)
    assert sides(router, IN_25) == {"green"}


def test_a_router_that_restarts_after_the_lease_sends_everybody_to_stable(router: RunningRouter) -> None:
    split = router.shift(1, lease_seconds=0.2)
    router.kill()
    router.start()
    wait_until(lambda: ask(router.port, of("ann")).release == "blue")
    assert router.control.current() == split.entries()
