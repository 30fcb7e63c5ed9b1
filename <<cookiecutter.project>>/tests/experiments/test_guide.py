"""The guide's question, from the plan to the winner: its own definition and its own commands, on the offline models."""

import asyncio
import json
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.settings import Settings
from experiments.command import main
from experiments.plan import plan
from experiments.rehearsal import most_users, rehearse
from tests.agent.experiments.logged import rows, start
from tests.experiments import guide
from tests.experiments.samples import defined


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the guide's definition, which commands run in."""
    guide.created(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AGENT_EXPERIMENTS", raising=False)
    return tmp_path


def rewrite(folder: Path, *changes: tuple[str, str]) -> None:
    """Change the definition."""
    path, changed = folder / "experiments" / "cheaper-model.yaml", guide.definition()
    for old, new in changes:
        assert old in changed
        changed = changed.replace(old, new)
    path.write_text(changed)


QUICK = (("share: 95%", "share: 50%"), ("share: 5%", "share: 50%"), ("allow: 2%", "allow: 3%"))


@pytest.mark.usefixtures("folder")
def test_the_plan_is_as_in_the_guide(capsys: pytest.CaptureFixture[str]) -> None:
    command, expected = next(iter(guide.shown().items()))
    assert main(shlex.split(command)) == 0
    assert capsys.readouterr().out == expected


def test_the_guides_commands_lead_to_its_decision(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With half of the users each, 1,000 are enough; the guide's 10,000 take a minute, which `make bench` measures."""
    rewrite(folder, *QUICK)
    guide.commit(folder)
    commands = [shlex.split(command) for command in guide.shown() if "bad.db" not in command]
    assert [command[0] for command in commands] == ["plan", "rehearse", "status", "decide", "report", "winner"]
    commands[-1] += ["--log", ".experiments/cheaper-model.db"]
    for command in commands:
        assert main(command) == 0
    said = capsys.readouterr().out
    assert "complete: `decide`" in said
    assert "Use small: it has better cost per completed task" in said
    assert "winner cheaper-model --log .experiments/cheaper-model.db`" in said
    assert {path.name for path in (folder / ".experiments").iterdir()} >= {
        f"cheaper-model.{end}" for end in ("md", "svg", "json", "db")
    }
    assert (folder / "agent.env").read_text() == "AGENT_MODEL=offline:cost=0.5\n"


def test_a_bad_variant_on_5_percent_of_the_users_is_stopped_by_its_guardrail(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a fifth of the planned users, as the guide says."""
    rewrite(folder, ("offline:cost=0.5", "offline:errors=0.5"))
    assert main(["rehearse", "cheaper-model", "--log", ".experiments/bad.db"]) == 0
    assert int(capsys.readouterr().out.split(" ")[0].replace(",", "")) <= 2_500
    assert main(["status", "cheaper-model", "--log", ".experiments/bad.db", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["broken_guardrails"], found["is_complete"], found["is_mismatched"]) == (["completion"], False, False)
    assert 100 <= found["units"]["small"] < found["units"]["control"] / 15
    assert main(["decide", "cheaper-model", "--log", ".experiments/bad.db"]) == 0
    assert "Keep control: small makes completed tasks worse than is allowed" in capsys.readouterr().out


def test_two_equal_variants_do_not_differ(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(folder, ("offline:cost=0.5", "offline"), *QUICK)
    assert main(["rehearse", "cheaper-model", "--users", "1250"]) == 0
    assert main(["decide", "cheaper-model", "--log", ".experiments/cheaper-model.db"]) == 0
    assert "Keep control: no difference in cost per completed task was found" in capsys.readouterr().out


def test_a_second_rehearsal_needs_another_log(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rehearse = ["rehearse", "cheaper-model", "--users", "1"]
    assert main(rehearse) == 0
    assert main(["stop", "cheaper-model", "--reason", "a test", "--log", ".experiments/cheaper-model.db"]) == 0
    rewrite(folder, ("offline:cost=0.5", "offline:errors=0.5"))
    assert main(rehearse) == 2
    again = "has a rehearsal of cheaper-model: delete it, or use another one with --log"
    assert again in capsys.readouterr().err
    assert main([*rehearse, "--log", ".experiments/bad.db"]) == 0


@pytest.mark.parametrize("users", ["1.5", "0", "-1", "some", "1e3"])
def test_there_are_only_whole_users(folder: Path, capsys: pytest.CaptureFixture[str], users: str) -> None:
    assert main(["rehearse", "cheaper-model", f"--users={users}", "--json"]) == 2
    assert '"wrong_command_line"' in capsys.readouterr().out
    assert not (folder / ".experiments").exists()


def test_a_rehearsal_that_was_interrupted_says_what_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And not that it has to wait for its own end."""
    assert main(["rehearse", "cheaper-model", "--users", "1"]) == 0
    assert main(["rehearse", "cheaper-model"]) == 2
    assert "has a rehearsal of cheaper-model: delete it, or use another one with --log" in capsys.readouterr().err
    assert len(rows(folder / ".experiments" / "cheaper-model.db", "name", "experiments")) == 1


@pytest.mark.parametrize(
    ("old", "new"), [("unit: user", "unit: conversation"), ("unit: user", "unit: user\nanonymous: conversation")]
)
def test_each_unit_can_be_rehearsed(folder: Path, capsys: pytest.CaptureFixture[str], old: str, new: str) -> None:
    rewrite(folder, (old, new), *QUICK)
    assert main(["rehearse", "cheaper-model", "--users", "20"]) == 0
    capsys.readouterr()
    assert main(["status", "cheaper-model", "--log", ".experiments/cheaper-model.db", "--json"]) == 0
    assert sum(json.loads(capsys.readouterr().out)["units"].values()) == 20


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("offline:cost=0.5", "offline:colour=1", "it can't be run: model=offline:colour=1: "),
        (
            "{metric: cost_per_task, minimum_effect: 10%, baseline: 0.002, deviation: 0.001}",
            "{metric: satisfaction, minimum_effect: 5%, baseline: 80%}",
            "made-up users rate nothing, so satisfaction can't decide a rehearsal",
        ),
    ],
)
def test_what_made_up_users_can_not_decide_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str
) -> None:
    """It would go on for ever."""
    rewrite(folder, (old, new))
    assert main(["rehearse", "cheaper-model"]) == 2
    assert says in capsys.readouterr().err


def test_a_rehearsal_that_nothing_decides_ends(tmp_path: Path) -> None:
    definition = defined(tmp_path, guide.definition())
    assert most_users(definition.policy, plan(definition.policy)) == 20_250


@pytest.mark.parametrize("source", ["", "0123abc"])
def test_a_rehearsal_uses_no_log_of_a_service(folder: Path, capsys: pytest.CaptureFixture[str], source: str) -> None:
    start(folder / "service.db", "another")
    with closing(sqlite3.connect(folder / "service.db")) as database, database:
        if source:
            database.execute("UPDATE experiments SET source = ?, ended_at = 1", (source,))
        else:
            database.execute("DELETE FROM experiments")
    assert main(["rehearse", "cheaper-model", "--users", "1", "--log", "service.db", "--json"]) == 2
    assert '"not_a_rehearsal"' in capsys.readouterr().out
    assert rows(folder / "service.db", "unit", "exposures") == []


def test_a_rehearsal_uses_no_database(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rehearse", "cheaper-model", "--users", "1", "--log", "postgresql://db/agent", "--json"]) == 2
    assert '"not_a_rehearsal"' in capsys.readouterr().out
    assert not list(folder.glob("postgresql*"))


@pytest.mark.parametrize("fault", ["window=20", "latency=1s"])
def test_a_run_that_fails_in_a_rehearsal_is_in_its_log(tmp_path: Path, fault: str) -> None:
    log = tmp_path / "log.db"
    start(log)
    settings = Settings.model_construct(model=f"offline:{fault}", experiments=str(log), deadline_seconds=0.05)
    assert asyncio.run(rehearse(settings, "user", 4, lambda: False)) == 4
    assert (
        len(rows(log, "outcome", "outcomes WHERE outcome IN ('context_full', 'client_context_full', 'deadline')")) > 0
    )


def test_a_rehearsal_asks_no_model_that_costs_money(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rehearse", "cheaper-model", "--model", "anthropic:claude-sonnet-5"]) == 2
    rewrite(folder, ("offline:cost=0.5", "openai:gpt-5"))
    assert main(["rehearse", "cheaper-model", "--json"]) == 2
    assert '"costs_money"' in capsys.readouterr().out
    assert not (folder / ".experiments").exists()
