"""Runs with a variant, over HTTP: what it changes, and what the log has of them."""

import asyncio
from pathlib import Path

import pytest
from pydantic_ai import ModelMessage, ModelResponse, TextPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from starlette.testclient import TestClient

from agent.auth.tokens import Token, digest_of, text_of
from agent.experiments import Assigned, Variant
from agent.run import Treatments, build_agent
from tests.agent.conftest import Serve
from tests.agent.experiments.logged import rows, start

TASK = {"task": "What is 15 % of 240?"}
USERS = [f"user-{number}" for number in range(12)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The path of a log; users have their names as tokens."""
    (tmp_path / "tokens").write_text(text_of([Token(name, digest_of(name)) for name in USERS]))
    return tmp_path / "log.db"


def serving(serve: Serve, log: Path, **settings: object) -> TestClient:
    tokens = str(log.with_name("tokens"))
    return serve(experiments=str(log), tokens_file=tokens, **settings)


def ask(client: TestClient, user: str, path: str = "/agent/run", **more: str) -> dict[str, object]:
    response = client.post(path, json=TASK | more, headers={"authorization": f"Bearer {user}"})
    assert response.status_code == 200, response.text
    return dict(response.json()) if path == "/agent/run" else {"text": response.text}


def test_a_variants_model_answers_its_users_and_no_others(serve: Serve, log: Path) -> None:
    start(log)
    client = serving(serve, log)
    costs = {str(ask(client, user)["usage"]["cost_usd"]) for user in USERS}  # type: ignore[index]
    assert len(costs) == 2
    small, control = sorted(map(float, costs))
    assert small == pytest.approx(control / 2)
    found = rows(log, "variant, cost_usd", "exposures JOIN outcomes USING (experiment, unit)")
    assert {variant: cost for variant, cost in found} == {0: control, 1: small}
    assert 'agent_model_answers_total{model="offline:cost=0.5",role="first"}' in client.get("/metrics").text


def test_a_variants_prompt_replaces_the_agents(serve: Serve, log: Path) -> None:
    start(log, variants=[{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "prompt": "Answer with a number."}])
    client = serving(serve, log)
    assert {ask(client, user)["answer"] for user in USERS} == {"The answer is 36.", "36"}


def test_a_variants_settings_reach_its_model() -> None:
    seen: list[object] = []

    def answer(_messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        seen.append(info.model_settings)
        return ModelResponse(parts=[TextPart("36")])

    agent = build_agent(FunctionModel(answer))
    treatments = Treatments(lambda name: pytest.fail(name))
    variant = Variant.model_validate({"name": "b", "share": 0.5, "settings": {"max_tokens": 9, "temperature": 0.5}})
    with treatments.of([Assigned("x", b"", variant)]).applied(agent):
        asyncio.run(agent.run("What is 15 % of 240?"))  # run_sync would leave an event loop open
    asyncio.run(agent.run("What is 15 % of 240?"))
    assert seen == [{"max_tokens": 9, "temperature": 0.5}, None]


def test_a_variants_settings_leave_the_agents_others() -> None:
    agent = build_agent(FunctionModel(lambda *_: ModelResponse(parts=[TextPart("36")])))
    agent.model_settings = {"max_tokens": 9, "temperature": 0.5}
    treatments = Treatments(lambda name: pytest.fail(name))
    variant = Variant.model_validate({"name": "b", "share": 0.5, "settings": {"temperature": 1}})
    seen: list[object] = []

    def answer(_messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        seen.append(info.model_settings)
        return ModelResponse(parts=[TextPart("36")])

    with treatments.of([Assigned("x", b"", variant)]).applied(agent), agent.override(model=FunctionModel(answer)):
        asyncio.run(agent.run("What is 15 % of 240?"))
    assert seen == [{"max_tokens": 9, "temperature": 1}]


def test_a_stream_is_treated_like_a_run(serve: Serve, log: Path) -> None:
    start(log, variants=[{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "prompt": "Answer with a number."}])
    client = serving(serve, log)
    texts = [str(ask(client, user, "/agent/stream")["text"]) for user in USERS]
    assert {'"answer": "36"' in text for text in texts} == {True, False}
    assert len(rows(log, "run_id", "outcomes")) == len(USERS)


def test_a_failed_run_and_a_rating_are_in_the_log(serve: Serve, log: Path) -> None:
    variants = [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "model": "offline:errors=1"}]
    start(log, variants=variants)
    client = serving(serve, log)
    for user in USERS:
        headers = {"authorization": f"Bearer {user}"}
        response = client.post("/agent/run", json=TASK, headers=headers)
        if response.status_code == 200:
            rating = {"run_id": response.json()["run_id"], "rating": "bad"}
            client.post("/feedback", json=rating, headers=headers)
    found = set(rows(log, "outcome, rating, variant", "exposures JOIN outcomes USING (experiment, unit)"))
    assert found == {("answered", "bad", 0), ("vendor_error", None, 1)}


def test_a_variant_whose_model_is_unknown_runs_for_nobody(
    serve: Serve, log: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start(log, variants=[{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "model": "nobody:knows"}])
    client = serving(serve, log)
    assert {ask(client, user)["answer"] for user in USERS} == {"The answer is 36."}
    assert rows(log, "unit", "exposures") == []
    assert "the variant b can't be run: the variant's model=nobody:knows can't be used" in caplog.text


def test_without_an_experiment_nothing_is_in_the_log(serve: Serve, log: Path) -> None:
    client = serving(serve, log)
    ask(client, USERS[0])
    assert rows(log, "unit", "exposures") == rows(log, "unit", "outcomes") == []


def test_a_run_of_nobody_in_an_unnamed_conversation_is_left_out(serve: Serve, tmp_path: Path) -> None:
    log = tmp_path / "log.db"
    start(log, anonymous="conversation")
    client = serve(experiments=str(log))
    for conversation in ({}, {"conversation_id": "c1"}):
        assert client.post("/agent/run", json=TASK | conversation).status_code == 200
    assert len(rows(log, "unit", "exposures")) == 1


def test_a_variants_window_is_what_its_runs_fill(serve: Serve, log: Path) -> None:
    start(log, variants=[{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "model": "offline:window=2000"}])
    client = serving(serve, log)
    filled = {float(ask(client, user)["usage"]["context_utilization_ratio"]) for user in USERS}  # type: ignore[index]
    small, large = sorted(filled)
    assert large == pytest.approx(4 * small)  # the offline model's own window has 8,000 tokens


def test_an_answer_is_held_against_what_the_experiment_says(serve: Serve, log: Path) -> None:
    for name, expected in (("right", "36"), ("wrong", "63")):
        prompts = [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "settings": {"top_p": 0.5}}]
        start(log, name, prompts, completed={"expects": expected, "tools": ["calculate"]})
    start(log, "neither")
    ask(serving(serve, log), USERS[0])
    assert dict(rows(log, "experiment, passed", "outcomes")) == {"right": 1, "wrong": 0, "neither": None}
