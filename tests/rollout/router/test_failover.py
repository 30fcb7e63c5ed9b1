"""One slot is down: the other one answers, and no request is sent twice."""

import threading
from collections import Counter
from itertools import islice

import pytest

from tests.rollout.router.backend import Backend
from tests.rollout.router.client import Closed, Connection, ask, of, request
from tests.rollout.router.load import Load
from tests.rollout.router.running import RunningRouter, users_in
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

IN_25 = list(islice(users_in(0, 0.25), 20))
OUT = list(islice(users_in(0.25, 1), 20))
CLIENTS = 4


def test_a_canary_that_dies_at_25_percent_loses_at_most_the_requests_in_flight(
    router: RunningRouter, green: Backend
) -> None:
    router.shift(0.25)
    with Load(router.port, [*IN_25, *OUT], CLIENTS) as load:
        load.wait_for_more(200)
        green.kill()
        killed = len(load.answered)
        load.wait_for_more(400)
        router.wait_for("green", up=False)
        load.wait_for_more(200)
    assert len(load.lost) <= CLIENTS
    assert "green" in {answered.release for answered in load.answered[:killed]}
    assert {answered.release for answered in load.answered[killed + CLIENTS :]} == {"blue"}
    assert set(IN_25) <= {answered.user for answered in load.answered[killed + CLIENTS :]}


def test_a_canary_that_comes_back_gets_its_users_back(router: RunningRouter, green: Backend) -> None:
    router.shift(0.25)
    green.kill()
    router.wait_for("green", up=False)
    assert ask(router.port, of(IN_25[0])).release == "blue"
    green.start()
    router.wait_for("green", up=True)
    assert ask(router.port, of(IN_25[0])).release == "green"
    assert router.control.health("green").downs == 1


def test_a_canary_whose_health_check_fails_gets_no_requests(router: RunningRouter, green: Backend) -> None:
    router.shift(1)
    green.healthy = False
    router.wait_for("green", up=False)
    assert {ask(router.port, of(user)).release for user in IN_25} == {"blue"}
    assert router.control.health("green").check.startswith("L7STS")


def test_if_stable_is_down_the_canary_answers(router: RunningRouter, blue: Backend) -> None:
    blue.kill()
    with Load(router.port, [*IN_25, *OUT]) as load:
        load.wait_for_more(200)
        router.wait_for("blue", up=False)
        load.wait_for_more(200)
    assert load.lost == []
    assert {answered.release for answered in load.answered} == {"green"}


def test_with_both_slots_down_the_router_answers_503(router: RunningRouter, blue: Backend, green: Backend) -> None:
    blue.kill()
    green.kill()
    router.wait_for("blue", up=False)
    router.wait_for("green", up=False)
    answer = ask(router.port, of("ann"))
    assert (answer.status, answer.release) == (503, None)


def sent(blue: Backend, green: Backend) -> Counter[bytes]:
    """How often each body reached a backend."""
    return Counter(seen.body for seen in [*blue.requests, *green.requests] if seen.method == "POST")


def test_a_post_whose_answer_never_came_is_not_sent_again(router: RunningRouter, blue: Backend, green: Backend) -> None:
    """Neither on a new connection to the backend, nor on a reused one."""
    bodies = [f"order {number}".encode() for number in range(20)]
    for body in bodies:
        ask(router.port, of("ann"))
        with Connection(router.port) as connection:
            connection.send(of("ann"))
            connection.answer()
            connection.send(request("/agent/cut", ("x-user-id", "ann"), method="POST", body=body))
            try:
                assert connection.answer().status == 502
            except Closed:
                continue  # with keep-alive, the client decides whether to send it again
    assert sent(blue, green) == Counter(dict.fromkeys(bodies, 1))


def test_a_post_in_progress_when_its_slot_died_is_not_sent_again(
    router: RunningRouter, blue: Backend, green: Backend
) -> None:
    blue.go.clear()
    statuses: list[int] = []

    def post() -> None:
        answer = ask(router.port, request("/agent/run", ("x-user-id", "ann"), method="POST", body=b"order"))
        statuses.append(answer.status)

    client = threading.Thread(target=post)
    client.start()
    wait_until(lambda: len(blue.requests) == 1)
    blue.kill()
    client.join()
    assert statuses == [502]
    assert sent(blue, green) == Counter([b"order"])
