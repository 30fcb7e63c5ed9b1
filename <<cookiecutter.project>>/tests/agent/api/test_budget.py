"""The budget of a day, from outside."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from agent.auth import Token
from agent.auth.tokens import digest_of, text_of
from tests.agent.conftest import Serve
from tests.agent.samples import samples
from tests.agent.storages import Storage

TASK = {"task": "What is 15 % of 240?"}
TYPE = "urn:problem-type:agent:budget-used-up"


@pytest.fixture
def shared(storage: Storage) -> str:
    return storage.setting


@pytest.fixture
def tokens(tmp_path: Path) -> str:
    path = tmp_path / "tokens"
    path.write_text(text_of([Token(name, digest_of(f"agt_{name}")) for name in ("ann", "bob")]))
    return str(path)


def status(client: TestClient, name: str = "ann", path: str = "/agent/run", key: str | None = None) -> int:
    headers = {"authorization": f"Bearer agt_{name}"} | ({"idempotency-key": key} if key else {})
    return client.post(path, json=TASK, headers=headers).status_code


@pytest.mark.parametrize("limit", [{"budget_tokens": 1}, {"budget_cost_usd": 0.0001}], ids=str)
@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream"])
def test_the_run_that_crosses_the_limit_is_answered_and_the_next_is_429(
    serve: Serve, limit: dict[str, float], path: str
) -> None:
    client = serve(**limit)
    assert '"answer"' in client.post(path, json=TASK).text
    refused = client.post(path, json=TASK)
    assert (refused.status_code, refused.json()["type"]) == (429, TYPE)
    assert 0 < int(refused.headers["retry-after"]) <= 86_400
    assert refused.json()["detail"].startswith("the service's budget for today (UTC) is used up: try again in ")


def test_below_the_limit_and_without_one_runs_go_on(serve: Serve) -> None:
    for limits in ({"budget_tokens": 1_000_000, "budget_cost_usd": 100}, {}):
        client = serve(**limits)
        assert [status(client) for _ in range(3)] == [200] * 3


def test_a_failed_run_is_charged_too(serve: Serve) -> None:
    client = serve(model="offline:tool_calls=20", max_run_requests=4, budget_tokens=1)
    assert [status(client), status(client)] == [422, 429]


def test_a_refusal_is_no_run_no_exception_and_no_latency(serve: Serve) -> None:
    client = serve(budget_tokens=1)
    assert [status(client), status(client)] == [200, 429]
    found = samples(client)
    assert found["agent_budget_refusals_total", "service"] == found["agent_requests_total", "429"] == 1
    assert sum(value for (name, _), value in found.items() if name == "agent_runs_total") == 1
    assert found["agent_request_seconds_count", ""] == 1
    assert not [name for name, _ in found if name == "agent_exceptions_total"]


def test_each_caller_has_a_budget(serve: Serve, tokens: str) -> None:
    client = serve(tokens_file=tokens, caller_budget_tokens=1)
    assert [status(client, "ann"), status(client, "ann"), status(client, "bob")] == [200, 429, 200]
    refused = client.post("/agent/run", json=TASK, headers={"authorization": "Bearer agt_ann"})
    assert refused.json()["detail"].startswith("your budget for today")
    assert samples(client)["agent_budget_refusals_total", "caller"] == 2


def test_the_stored_answer_to_a_key_costs_nothing(serve: Serve) -> None:
    client = serve(budget_tokens=1)
    assert [status(client, key="k"), status(client, key="k"), status(client, key="other")] == [200, 200, 429]


def test_a_refusal_keeps_no_key(serve: Serve, shared: str) -> None:
    assert [status(serve(conversations=shared, budget_tokens=1), key=key) for key in ("a", "b")] == [200, 429]
    assert status(serve(conversations=shared), key="b") == 200, "its key is free"


def test_both_releases_share_the_budget_and_a_restart_keeps_it(serve: Serve, shared: str) -> None:
    blue = serve(conversations=shared, budget_tokens=1, release="blue")
    green = serve(conversations=shared, budget_tokens=1, release="green")
    assert status(blue) == 200
    assert [status(green), status(blue)] == [429, 429]
    assert status(serve(conversations=shared, budget_tokens=1)) == 429


def test_the_metrics_show_what_all_releases_used_and_the_limits(serve: Serve, shared: str, tokens: str) -> None:
    limits = {"budget_tokens": 10**6, "budget_cost_usd": 5, "caller_budget_tokens": 10**5, "tokens_file": tokens}
    blue, green = (serve(conversations=shared, release=release, **limits) for release in ("blue", "green"))
    for client, name in ((blue, "ann"), (green, "ann"), (green, "bob")):
        assert status(client, name) == 200
    found = samples(blue)
    assert {labels: value for (name, labels), value in found.items() if name == "agent_budget_limit"} == {
        "service,tokens": 10**6,
        "service,usd": 5,
        "caller,tokens": 10**5,
    }
    of_one = sum(found["agent_tokens_total", kind] for kind in ("input", "output"))
    assert found["agent_budget_used", "service,tokens"] == 3 * of_one
    assert found["agent_budget_used", "caller,tokens"] == 2 * of_one, "of ann, who used the most"
    assert found["agent_budget_used", "service,usd"] == pytest.approx(3 * found["agent_cost_usd_total", ""])
    assert ("agent_budget_used", "caller,usd") not in found


def test_a_service_without_limits_has_no_such_series_and_writes_nothing(serve: Serve, shared: str) -> None:
    client = serve(conversations=shared)
    status(client)
    assert not [name for name, _ in samples(client) if name.startswith("agent_budget")]


def test_info_shows_the_limits(serve: Serve) -> None:
    limits = {"budget_tokens": 5, "budget_cost_usd": 0.5, "caller_budget_tokens": 3, "caller_budget_cost_usd": 0.3}
    shown = serve(**limits).get("/info").json()["limits"]
    assert {name: shown[name] for name in limits} == limits
