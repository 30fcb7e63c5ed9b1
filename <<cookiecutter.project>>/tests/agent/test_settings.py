"""The settings, and the messages about invalid ones."""

from pathlib import Path

import pytest

from agent.errors import StartError
from agent.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"AGENT_{name.upper()}", raising=False)


def test_every_setting_has_a_default() -> None:
    assert load_settings().model_dump() == {
        "model": "offline",
        "fallback_model": "",
        "fallback_after_seconds": 30,
        "release": "dev",
        "host": "127.0.0.1",
        "port": 8080,
        "auth": "auto",
        "page": "auto",
        "tokens_file": "/run/secrets/AGENT_TOKENS",
        "requests_per_minute": 600,
        "conversations": "",
        "data_folder": "",
        "keep_conversations_days": 30,
        "keep_answers_hours": 24,
        "keep_answers": 1_000,
        "experiments": "",
        "manage_context": True,
        "context_summaries": False,
        "prompt_caching": False,
        "context_window_tokens": None,
        "deadline_seconds": 120,
        "max_run_requests": 50,
        "max_run_tool_calls": None,
        "max_run_cost_usd": None,
        "budget_tokens": None,
        "budget_cost_usd": None,
        "caller_budget_tokens": None,
        "caller_budget_cost_usd": None,
        "tool_timeout_seconds": 30,
        "max_tool_result_characters": 20_000,
        "mcp_servers": "",
        "cancel_on_disconnect": False,
        "max_running": 1_000,
        "max_queued": 200,
        "max_wait_seconds": 5,
        "log_format": "auto",
        "log_users": False,
        "log_tasks": False,
        "traces_url": "",
        "unready_seconds": 0,
    }


@pytest.mark.parametrize(
    ("folder", "kept", "file"),
    [
        ("", "", ""),
        ("/var/lib/agent", "", ""),
        ("", "kept.db", "kept.db"),
        ("/var/lib/agent", "kept.db", "/var/lib/agent/kept.db"),
        ("/var/lib/agent", "/mine/kept.db", "/mine/kept.db"),
    ],
)
def test_a_relative_file_is_in_the_data_folder(folder: str, kept: str, file: str) -> None:
    settings = Settings(data_folder=folder, conversations=kept, experiments=kept)
    assert (settings.conversations_file, settings.experiments_file) == (file, file)


def test_the_environment_overrides_agent_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "agent.env").write_text("AGENT_RELEASE=file\nAGENT_PORT=9001\n")
    monkeypatch.setenv("AGENT_RELEASE", "environment")
    assert (load_settings().release, load_settings().port) == ("environment", 9001)


def test_all_mistakes_are_in_one_message_each_with_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_PORT", "70000")
    monkeypatch.setenv("AGENT_DEADLINE_SECONDS", "soon")
    monkeypatch.setenv("AGENT_RELEASE", "two words")
    with pytest.raises(StartError) as caught:
        load_settings()
    lines = str(caught.value).splitlines()
    assert lines[0] == "these settings are wrong:"
    assert [line.split(" should be ")[0].strip() for line in lines[1:-1]] == [
        "AGENT_RELEASE=two words",
        "AGENT_PORT=70000",
        "AGENT_DEADLINE_SECONDS=soon",
    ]
    assert all(", for example " in line for line in lines[1:-1])
    assert lines[-1] == "Correct them in the environment or in agent.env."


def test_an_unknown_name_in_agent_env_is_refused_without_showing_its_value(tmp_path: Path) -> None:
    (tmp_path / "agent.env").write_text("AGENT_PROT=8080\nSOME_API_KEY=hush\n")
    with pytest.raises(StartError) as caught:
        load_settings()
    assert "AGENT_PROT in agent.env is not a setting; valid settings: AGENT_MODEL, " in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_stop_that_would_kill_running_requests_is_refused_in_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_UNREADY_SECONDS", "5.5")
    with pytest.raises(StartError) as caught:
        load_settings()
    assert str(caught.value).splitlines()[1] == (
        "  AGENT_UNREADY_SECONDS=5.5 and AGENT_DEADLINE_SECONDS=120 should be at most 125 together, or a stop kills "
        "running requests, for example 5 and 120"
    )


def test_the_time_not_ready_may_be_longer_if_the_deadline_is_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_UNREADY_SECONDS", "60")
    monkeypatch.setenv("AGENT_DEADLINE_SECONDS", "65")
    assert load_settings().unready_seconds == 60


def test_a_number_that_nothing_can_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, field in Settings.model_fields.items():
        if name != "port" and any(isinstance(value, int | float) for value in (field.examples or [])):
            for value in ("9" * 400, "inf"):
                monkeypatch.setenv(f"AGENT_{name.upper()}", value)
                with pytest.raises(StartError, match=f"AGENT_{name.upper()}={value} should be"):
                    load_settings()
            monkeypatch.delenv(f"AGENT_{name.upper()}")
