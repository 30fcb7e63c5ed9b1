"""Clients can't choose their slot."""

import json
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

import pytest

from rollout.router.split import bucket
from tests.rollout.router.backend import Backend
from tests.rollout.router.client import Answer, ask, of, request
from tests.rollout.router.running import SALT, RunningRouter, users_in

pytestmark = pytest.mark.parts

BY_ADDRESS = bucket(SALT, "127.0.0.1")


@pytest.fixture
def router(tmp_path: Path, blue: Backend, green: Backend) -> Iterator[RunningRouter]:
    """A router at 25 % that trusts another network, not the tests' own."""
    with RunningRouter(tmp_path, blue, green, trusted="192.0.2.0/24") as running:
        running.shift(0.25)
        yield running


def side(of_bucket: int) -> str:
    return "green" if of_bucket < 2500 else "blue"


def headers(answer: Answer) -> dict[str, str]:
    """The last request that reached the backend."""
    return dict(json.loads(answer.body))


def by_credential(credential: str) -> int:
    return bucket(SALT, sha256(credential.encode()).hexdigest().upper())


def test_names_from_an_untrusted_address_are_ignored_and_not_passed_on(router: RunningRouter) -> None:
    for user in [*islice(users_in(0, 0.25), 10), *islice(users_in(0.25, 1), 10)]:
        answer = ask(router.port, of(user))
        assert answer.release == side(BY_ADDRESS)
        assert "x-user-id" not in headers(answer)
    assert {line["bucket"] for line in router.lines(20)} == {BY_ADDRESS}


def test_a_name_from_a_trusted_address_is_forwarded(tmp_path: Path, blue: Backend, green: Backend) -> None:
    with RunningRouter(tmp_path, blue, green) as router:
        assert headers(ask(router.port, of("ann")))["x-user-id"] == "ann"


INSIDER = next(users_in(0, 0.01))
TRICKS = {
    "upper case": [("X-USER-ID", INSIDER)],
    "twice": [("x-user-id", INSIDER), ("x-user-id", INSIDER)],
    "empty, then named": [("x-user-id", ""), ("x-user-id", INSIDER)],
    "folded": [("x-filler", f"a\r\n x-user-id: {INSIDER}")],
    "underscores": [("x_user_id", INSIDER)],
    "hop by hop": [("connection", "x-user-id"), ("x-user-id", INSIDER)],
    "a forged address": [("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.1"), ("x-real-ip", "192.0.2.1")],
    "the proxy protocol's address": [("client-ip", "192.0.2.1"), ("true-client-ip", "192.0.2.1")],
    "a wished release": [("x-release", "green"), ("x-slot", "green"), ("x-canary", "always")],
    "cookies": [("cookie", "canary=always; slot=green; SERVERID=green")],
    "an empty credential": [("authorization", "")],
}


@pytest.mark.parametrize("trick", TRICKS)
def test_no_header_of_an_untrusted_client_changes_its_slot(router: RunningRouter, trick: str) -> None:
    answer = ask(router.port, request("/", *TRICKS[trick]))
    assert answer.release == side(BY_ADDRESS)
    assert router.lines(1)[0]["bucket"] == BY_ADDRESS
    assert {"x-user-id", "x-release"}.isdisjoint(headers(answer))


@pytest.mark.parametrize("path", ["/?x-user-id=a&canary=1", "/green", "http://agent/green", "/;slot=green"])
def test_no_address_of_an_untrusted_client_changes_its_slot(router: RunningRouter, path: str) -> None:
    assert ask(router.port, request(path)).release == side(BY_ADDRESS)
    assert router.lines(1)[0]["bucket"] == BY_ADDRESS


def test_a_name_in_a_trailer_does_not_count(router: RunningRouter) -> None:
    head = b"POST / HTTP/1.1\r\nhost: agent\r\ntransfer-encoding: chunked\r\ntrailer: x-user-id\r\n\r\n"
    ask(router.port, head + f"0\r\nx-user-id: {INSIDER}\r\n\r\n".encode())
    assert router.lines(1)[0]["bucket"] == BY_ADDRESS


def test_a_header_name_that_ends_in_a_space_is_refused(router: RunningRouter) -> None:
    assert ask(router.port, request("/", ("x-user-id ", INSIDER))).status == 400


def test_the_credential_decides_for_untrusted_clients_and_is_forwarded(router: RunningRouter) -> None:
    tokens = [f"token-{number}" for number in range(20)]
    for token in tokens:
        answer = ask(router.port, request("/", ("authorization", f"Bearer {token}"), ("x-user-id", INSIDER)))
        assert answer.release == side(by_credential(token))
        assert headers(answer)["authorization"] == f"Bearer {token}"
    assert [line["bucket"] for line in router.lines(20)] == [by_credential(token) for token in tokens]


@pytest.mark.parametrize("spelling", ["bearer token,a", "BEARER   token,a", "token,a", "Bearer token,a "])
def test_one_credential_is_one_user_however_its_scheme_is_spelled(router: RunningRouter, spelling: str) -> None:
    ask(router.port, request("/", ("authorization", spelling)))
    assert router.lines(1)[0]["bucket"] == by_credential("token,a")


SIGNED = {
    "Digest": 'Digest username="ann lee", realm="agent", nonce="{0}", uri="/agent/run", nc=0000000{0}, response="{0}"',
    "Digest, the name last": 'Digest realm="agent", nonce="{0}", response="{0}",username="ann lee"',
    "AWS": "AWS4-HMAC-SHA256 Credential=AKID{1}/2026112{0}/eu-west-1/bedrock/aws4_request, Signature={0}",
    "Azure": "HMAC-SHA256 Credential=AKID{1}&SignedHeaders=date;host&Signature={0}",
    "OAuth 1": 'OAuth oauth_nonce="{0}", oauth_token="AKID{1}", oauth_signature="{0}"',
    "Hawk": 'Hawk id="AKID{1}", ts="{0}", nonce="{0}", mac="{0}="',
    "signed messages": 'Signature keyId="AKID{1}",signature="{0}="',
}


@pytest.mark.parametrize("scheme", SIGNED)
def test_a_credential_that_signs_each_request_is_one_user_by_the_name_in_it(router: RunningRouter, scheme: str) -> None:
    for number in range(8):
        ask(router.port, request("/", ("authorization", SIGNED[scheme].format(number, ""))))
    name = "ann lee" if "ann lee" in SIGNED[scheme] else "AKID"
    assert {line["bucket"] for line in router.lines(8)} == {by_credential(name)}


@pytest.mark.parametrize("scheme", [name for name in SIGNED if not name.startswith("Digest")])
def test_another_name_in_it_is_another_user(router: RunningRouter, scheme: str) -> None:
    ask(router.port, request("/", ("authorization", SIGNED[scheme].format(1, "2"))))
    assert router.lines(1)[0]["bucket"] == by_credential("AKID2")


@pytest.mark.parametrize("token", ["id=7", "abc==", "username", "a/b=c"])
def test_a_token_that_looks_a_little_like_one_counts_whole(router: RunningRouter, token: str) -> None:
    ask(router.port, request("/", ("authorization", token)))
    assert router.lines(1)[0]["bucket"] == by_credential(token)


def test_two_credentials_at_once_are_refused(router: RunningRouter, blue: Backend, green: Backend) -> None:
    """The service might check one of them while the router hashes the other."""
    answer = ask(router.port, request("/", ("authorization", "Bearer a"), ("Authorization", "Bearer b")))
    assert (answer.status, answer.release) == (400, None)
    assert blue.requests == green.requests == []


def test_a_trusted_callers_last_name_counts_the_one_that_a_proxy_adds(
    tmp_path: Path, blue: Backend, green: Backend
) -> None:
    with RunningRouter(tmp_path, blue, green) as router:
        router.shift(0.25)
        ask(router.port, request("/", ("x-user-id", INSIDER), ("x-user-id", "ann"), ("authorization", "Bearer a")))
        assert router.lines(1)[0]["bucket"] == bucket(SALT, "ann")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/METRICS",
        "/metrics?a=b",
        "/metrics/",
        "/metrics/x",
        "/%6detrics",
        "/%4D%45TRICS",
        "http://agent/metrics",
    ],
)
def test_metrics_are_not_public(router: RunningRouter, blue: Backend, green: Backend, method: str, path: str) -> None:
    answer = ask(router.port, request(path, method=method))
    assert (answer.status, answer.release, answer.body) == (404, None, b"not here")
    assert blue.requests == green.requests == []
