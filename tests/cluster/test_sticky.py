"""Users who keep cookies, with the component `sticky`."""

import json
import ssl
import urllib.request
from http.cookiejar import CookieJar

import pytest

from tests.cluster.policy import quick
from tests.cluster.service import Release, Service

pytestmark = pytest.mark.cluster

COOKIE = "agent_side"
USERS = 200
"""The router gives each new user the next side, by its weights: far fewer are needed."""


class User:
    """A browser: it keeps what it is given."""

    def __init__(self, service: Service) -> None:
        self._url = f"{service.cluster.described['service']}/agent/run"
        self._jar = CookieJar()
        tls = ssl.create_default_context(cafile=service.cluster.described["certificate"])
        handlers = (urllib.request.HTTPSHandler(context=tls), urllib.request.HTTPCookieProcessor(self._jar))
        self._opener = urllib.request.build_opener(*handlers)

    def asks(self) -> str:
        """Which release answered."""
        body = json.dumps({"task": "What is 1 + 1?"}).encode()
        request = urllib.request.Request(self._url, body, {"content-type": "application/json"})  # noqa: S310
        with self._opener.open(request, timeout=30) as answer:
            assert answer.status == 200
            return str(answer.headers["x-release"])

    def cookies(self) -> dict[str, str | None]:
        return {each.name: each.value for each in self._jar}


def first_of_each(service: Service, *releases: str) -> list[User]:
    found: dict[str, User] = {}
    for user in (User(service) for _ in range(USERS)):
        found.setdefault(user.asks(), user)
        if found.keys() == set(releases):
            return [found[each] for each in releases]
    raise AssertionError(f"only {found.keys()} answered {USERS} users")


def test_a_user_stays_on_a_side_through_a_step_and_an_abort_moves_everybody(service: Service) -> None:
    stable = service.stable()
    policy = quick({"5%": "3m", "25%": "3m", "100%": "10s"})
    service.apply(Release(policy=policy, components=("sticky",)))
    canary = service.latest()
    service.wait_for_weight(5)
    of_stable, of_canary = first_of_each(service, stable, canary)
    assert of_stable.cookies().keys() == of_canary.cookies().keys() == {COOKIE}
    for weight in (5, 25):
        service.wait_for_weight(weight)
        assert {of_stable.asks() for _ in range(10)} == {stable}
        assert {of_canary.asks() for _ in range(10)} == {canary}
        if weight == 5:
            service.wait(lambda: service.commands.run("promote", "--reason", "the next step").code == 0)
    assert service.api.get("traefikservices", "my-agent", "agent")["spec"]["weighted"]["sticky"]["cookie"]["maxAge"]
    done = service.commands.run("rollback", "--reason", "that is all")
    assert done.code == 0, done
    service.wait(lambda: of_canary.asks() == stable, 30)
    assert {of_canary.asks() for _ in range(10)} == {stable}
    assert of_canary.cookies() == of_stable.cookies()
