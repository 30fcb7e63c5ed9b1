"""The start of an experiment, and the log that it is in."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from agent.experiments.records import INSERT
from experiments.commands import experiment_of
from experiments.errors import Overlaps
from experiments.log import opened
from tests.experiments.repository import Repository, code
from tests.experiments.samples import CHEAPER, defined


def test_a_start_records_the_hash_and_the_commit(started: Repository) -> None:
    exit_code, found, _ = started.run("status")
    assert (exit_code, found["state"], found["units"]) == (0, "running", {"control": 0, "small": 0})


@pytest.mark.parametrize("change", ["uncommitted", "untracked"])
def test_a_definition_that_is_not_committed_does_not_start(repository: Repository, change: str) -> None:
    name = "cheaper" if change == "uncommitted" else "another"
    repository.write(CHEAPER + "# changed\n", name)
    exit_code, found, _ = repository.run("start", name=name)
    assert (exit_code, code(found)) == (2, "not_committed")
    assert code(repository.run("status", name=name)[1]) == "not_started"


@pytest.mark.parametrize("command", ["plan", "start"])
def test_a_model_that_nobody_knows_is_refused_before_anything_is_written(repository: Repository, command: str) -> None:
    repository.commit(CHEAPER.replace("offline:cost=0.5", "opneai:gpt-5"))
    exit_code, found, _ = repository.run(command)
    assert (exit_code, code(found)) == (2, "wrong_definition")
    says = found["refused"]["message"]
    assert says.startswith(
        "cheaper.yaml:6: variants.small.model=opneai:gpt-5 can't be used: Unknown model: opneai:gpt-5"
    )
    assert "a name that pydantic-ai knows" in says
    assert code(repository.run("status")[1]) == "not_started"


def test_a_model_whose_key_is_on_the_host_alone_starts(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    repository.commit(CHEAPER.replace("offline:cost=0.5", "anthropic:claude-sonnet-5"))
    assert repository.say("start")[0] == 0


def test_a_name_starts_once(started: Repository) -> None:
    assert code(started.run("start")[1]) == "already_started", "and not overlaps: it is running itself"
    started.say("stop", "--reason", "a mistake")
    assert code(started.run("start")[1]) == "already_started"


def test_two_experiments_on_the_same_setting_do_not_run_at_once(started: Repository) -> None:
    started.commit(name="second")
    exit_code, said = started.say("start", name="second")
    assert exit_code == 2
    assert "cheaper is running and changes the model too" in said
    started.commit(CHEAPER.replace('model: "offline:cost=0.5"', "prompt: Be brief."), "prompt")
    assert started.say("start", name="prompt")[0] == 0


def test_a_start_does_not_create_a_log_that_no_service_uses(repository: Repository) -> None:
    repository.log.unlink()
    exit_code, found, _ = repository.run("start")
    assert (exit_code, code(found)) == (2, "no_log")
    assert not repository.log.exists()


@pytest.mark.parametrize("command", ["start", "status"])
def test_a_database_of_something_else_is_no_log_and_stays_as_it_is(repository: Repository, command: str) -> None:
    repository.log.unlink()
    with closing(sqlite3.connect(repository.log)) as database:
        database.execute("CREATE TABLE conversations (id TEXT)")
    before = repository.log.read_bytes()
    exit_code, found, text = repository.run(command)
    assert (exit_code, code(found)) == (2, "no_log")
    assert "is another database: use the file in AGENT_EXPERIMENTS" in text
    assert repository.log.read_bytes() == before


def test_two_starts_at_once_do_not_both_run(repository: Repository, tmp_path: Path) -> None:
    """The second waits for the first, and sees it."""
    both = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        both.append(experiment_of(defined(tmp_path / name, name=name)))
    first, second = both
    with (
        closing(sqlite3.connect(repository.log, isolation_level=None, check_same_thread=False)) as other,
        opened(str(repository.log)) as log,
    ):
        other.execute("BEGIN IMMEDIATE")
        other.execute(INSERT, (first.name, "", first.model_dump_json(), 0.0, "", ""))

        def end() -> None:
            time.sleep(0.3)
            other.execute("COMMIT")

        with ThreadPoolExecutor() as threads:
            threads.submit(end)
            with pytest.raises(Overlaps):
                log.start(second, "", "", "")
