"""Creating a model from its name."""

from pathlib import Path

import pytest
from pydantic_ai.models.test import TestModel

from agent.errors import StartError
from agent.models.by_name import check_name, is_ready, make_model
from agent.models.offline.model import OfflineModel
from agent.models.vendor import VendorModel


def test_offline_models_are_ours() -> None:
    assert isinstance(make_model("offline"), OfflineModel)
    assert isinstance(make_model("offline:errors=0.2,latency=3s"), OfflineModel)


def test_all_other_names_are_pydantic_ais() -> None:
    model = make_model("test")
    assert isinstance(model, VendorModel)
    assert isinstance(model.wrapped, TestModel)


@pytest.mark.parametrize("name", ["offlin", "nobody:knows-this", ""])
def test_an_unknown_name_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(StartError, match=rf"AGENT_MODEL={name} can't be used: (.|\n)*Use offline, which needs no key"):
        make_model(name)


def test_a_missing_package_names_the_line_to_add() -> None:
    with pytest.raises(StartError) as refused:
        make_model("groq:llama")
    assert str(refused.value) == (
        "AGENT_MODEL=groq:llama can't be used: its package is not installed.\n"
        "Add the line pydantic-ai-slim[groq] to requirements/agent.in, and run `make requirements`. Then `make run` "
        "installs the package; build an image again."
    )


def test_of_a_package_with_another_name_it_quotes_who_knows_it() -> None:
    with pytest.raises(StartError, match=r'pydantic-ai-slim\[groq\]"(.|\n)*the line pydantic-ai-slim\[EXTRA\] to'):
        make_model("gateway/groq:llama")


def test_credentials_that_a_client_does_not_find_are_no_crash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(StartError, match=r"google-cloud:gemini-2.5-flash can't be used: .*none.json"):
        make_model("google-cloud:gemini-2.5-flash")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("anthropic:claude-haiku-4-5", "ANTHROPIC_API_KEY"),
        ("google:gemini-2.5-flash", "GOOGLE_API_KEY"),
        ("openai:gpt-5-mini", "OPENAI_API_KEY"),
        ("openai-chat:gpt-5-mini", "OPENAI_API_KEY"),
    ],
)
def test_a_missing_key_names_the_secret_to_set(monkeypatch: pytest.MonkeyPatch, name: str, key: str) -> None:
    for variable in (key, "GEMINI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(StartError) as refused:
        make_model(name)
    assert str(refused.value) == (
        f"AGENT_MODEL={name} can't be used: its key is not set, the secret {key}.\n"
        f"On a host, set it with `rollout secret {key} < key.txt`; elsewhere as an environment variable, or as a file "
        "of that name in /run/secrets. Never write it in agent.env."
    )


def test_an_invalid_fault_names_the_setting_and_lists_the_faults() -> None:
    with pytest.raises(StartError, match=r"AGENT_MODEL=offline:hang=2: 'hang=2': should be a share(.|\n)*latency=80s"):
        make_model("offline:hang=2")


def test_a_model_that_cant_report_readiness_counts_as_ready() -> None:
    assert is_ready(TestModel())


def test_a_model_that_reports_it_is_not_ready_is_not_ready() -> None:
    assert is_ready(make_model("offline"))
    assert not is_ready(make_model("offline:unhealthy"))


@pytest.mark.parametrize("name", ["offlin", "offline:hang=2"])
def test_an_error_names_the_setting_that_the_model_comes_from(name: str) -> None:
    with pytest.raises(StartError, match=f"AGENT_FALLBACK_MODEL={name}"):
        make_model(name, "AGENT_FALLBACK_MODEL")


@pytest.mark.parametrize("name", ["offline:errors=0.2", "anthropic:claude-sonnet-5", "openai:not-yet-published"])
def test_a_name_is_known_without_its_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(key, raising=False)
    check_name(name, "model")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("offline:colour=1", "model=offline:colour=1: unknown fault 'colour'"),
        ("gpt-5", "model=gpt-5 can't be used: Unknown model: gpt-5\nUse offline"),
        ("opneai:gpt-5", "can't be used: Unknown model: opneai:gpt-5"),
        ("openai:", "it names a provider, and no model of it"),
        ("groq:llama", r"its package is not installed.\nAdd the line pydantic-ai-slim\[groq\]"),
    ],
)
def test_a_name_that_no_key_makes_known_is_refused(name: str, says: str) -> None:
    with pytest.raises(StartError, match=says):
        check_name(name, "model")
