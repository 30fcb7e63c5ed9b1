"""Which requests count for or against a release: those to the agent's routes, as counted by the router."""

import re
from urllib.request import urlopen

import pytest

from tests.rollout.router.backend import Backend
from tests.rollout.router.client import Connection, ask, request
from tests.rollout.router.running import RunningRouter
from tests.waiting import wait_until

pytestmark = pytest.mark.parts

SERIES = re.compile(r'haproxy_server_(\w+)\{proxy="agent",server="blue"(?:,code="(\w+)")?\} (\d+)$')


def counted(router: RunningRouter) -> dict[str, int]:
    """The router's counts for blue that gates query, without zeros."""
    with urlopen(f"http://{router.environment['ROUTER_METRICS_BIND']}/metrics?scope=server") as page:
        found = (SERIES.match(line) for line in page.read().decode().splitlines())
        counts = {match[2] or match[1]: int(match[3]) for match in found if match}
    kept = ("2xx", "4xx", "5xx", "sessions_total", "response_errors_total", "redispatch_warnings_total")
    return {name: counts[name] for name in kept if counts.get(name)}


OF_NOBODY = ["/health", "/", "/agent", "/agents/run", "/AGENT/run", "//agent/run", "/x/../agent/run", "/%2561gent/run"]


@pytest.mark.parametrize("path", OF_NOBODY)
def test_paths_outside_the_agents_routes_are_answered_and_not_counted(router: RunningRouter, path: str) -> None:
    assert ask(router.port, request(path)).release == "blue"
    assert counted(router) == {}
    assert router.control.health("blue").requests == 0


OF_THE_AGENT = [
    "/agent/run",
    "/agent/run?probe=1",
    "/agent/other",
    "/%61gent/run",
    "/agent%2frun",
    "http://agent/agent/run",
]


@pytest.mark.parametrize("path", OF_THE_AGENT)
def test_a_route_of_the_agent_counts_however_it_is_encoded(router: RunningRouter, path: str) -> None:
    assert ask(router.port, request(path)).release == "blue"
    assert counted(router) == {"sessions_total": 1, "2xx": 1}
    assert router.control.health("blue").requests == 1


def test_answers_count_by_status_class_and_a_cut_connection_counts_as_an_error(router: RunningRouter) -> None:
    for path, times in (("/agent/401", 3), ("/agent/503", 2), ("/agent/run", 4), ("/agent/cut", 1)):
        for _ in range(times):
            ask(router.port, request(path))
    counts = counted(router)
    assert counts.pop("response_errors_total") in (1, 2), "HAProxy 3 counts it twice"
    assert counts == {"sessions_total": 10, "4xx": 3, "5xx": 2, "2xx": 4}


def test_requests_that_the_router_itself_refuses_count_for_no_release(router: RunningRouter) -> None:
    two = (("authorization", "Bearer a"), ("authorization", "Bearer b"))
    assert ask(router.port, request("/agent/run", *two)).status == 400
    assert ask(router.port, request("/agent/run", ("content-length", "2000000"), method="POST")).status == 413
    assert counted(router) == {}


def test_a_slot_that_refuses_connections_gets_errors_although_the_other_answers(
    router: RunningRouter, blue: Backend
) -> None:
    blue.kill()
    assert ask(router.port, request()).release == "green"
    assert counted(router)["redispatch_warnings_total"] == 1


def test_other_requests_use_the_slots_health_and_are_drained(router: RunningRouter, blue: Backend) -> None:
    blue.go.clear()
    with Connection(router.port) as waiting:
        waiting.send(request("/feedback"))
        wait_until(lambda: len(blue.requests) == 1)
        assert router.control.health("blue").running == 1
        blue.go.set()
        assert waiting.answer().release == "blue"
    blue.healthy = False
    router.wait_for("blue", up=False)
    assert ask(router.port, request("/feedback")).release == "green"
    assert ask(router.port, request("/feedback")).status == 200
