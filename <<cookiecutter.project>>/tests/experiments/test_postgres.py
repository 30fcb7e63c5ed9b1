"""The log in PostgreSQL: the service writes it, the commands read it, and the figures are those of a file."""

import asyncio
import math
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from agent.api import create_app
from agent.errors import StorageError
from agent.experiments.log import LogRests, Outcome, unit_id
from agent.experiments.measures import MEASURES
from agent.experiments.postgres import ADD, EXPOSE, SCHEMA, PostgresLog
from agent.experiments.postgres_records import INSERT
from agent.experiments.records import RecordsRefused, Store, opened_store
from agent.place import database
from agent.settings import Settings
from experiments.command import main
from experiments.commands import experiment_of
from tests.agent.storages import PostgresStorage
from tests.experiments.filled import Behaviour, fill
from tests.experiments.repository import Repository
from tests.experiments.samples import BY_CONVERSATION, CHEAPER, defined

CHANGES = (
    "rating = 'good' WHERE run_id LIKE 'run-%1-0'",
    "rating = 'bad' WHERE run_id LIKE 'run-%2-0'",
    "passed = run_id NOT LIKE 'run-%3-0' WHERE run_id LIKE 'run-%-0'",
    "outcome = 'client_deadline', cost_usd = NULL WHERE run_id LIKE 'run-%4-0'",
)
OUTCOMES = "SELECT experiment, unit, run_id, at, outcome, tokens, cost_usd, seconds, passed, rating FROM outcomes"
RATE = "UPDATE agent_outcomes SET rating = $1 WHERE run_id = $2"


def use(storage: PostgresStorage, scenario: Callable[[PostgresLog], Awaitable[None]], **more: Any) -> None:
    """Run a scenario with a service's log."""

    async def whole() -> None:
        place = database(storage.setting, "AGENT_EXPERIMENTS", wait_seconds=1.0)
        log = PostgresLog(place, **more)
        async with place:
            await scenario(log)

    asyncio.run(whole())


@pytest.fixture
def both(postgres: PostgresStorage, tmp_path: Path) -> tuple[Path, PostgresStorage]:
    """The same users in a file and in a database: of three releases, with ratings, checks, and what has no price."""
    path = tmp_path / "log.db"
    fill(path, 900, Behaviour(answered=0.8, cost=0.005), release=lambda number: f"v{number % 3}")
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for change in CHANGES:
            file.execute(f"UPDATE outcomes SET {change}")  # noqa: S608
        exposures = file.execute("SELECT experiment, unit, variant, release, at FROM exposures").fetchall()
        outcomes = file.execute(OUTCOMES).fetchall()

    async def copy() -> None:
        place = database(postgres.setting)
        place.needs(SCHEMA)
        async with place, place.transaction() as connection:
            await connection.executemany(EXPOSE, exposures)
            await connection.executemany(
                ADD, [(*row[:8], None if row[8] is None else bool(row[8])) for row in outcomes]
            )
            await connection.executemany(RATE, [(row[9], row[2]) for row in outcomes])

    asyncio.run(copy())
    return path, postgres


@pytest.mark.parametrize("end", [1_500.5, 1e9])
def test_the_sums_are_those_of_a_file(both: tuple[Path, PostgresStorage], end: float) -> None:
    path, storage = both

    def gathered(where: str) -> Any:
        with opened_store(where) as store:
            return store.gathered("cheaper", MEASURES, 1e9, end)

    ours, theirs = gathered(storage.setting), gathered(str(path))
    assert (ours.exposed, ours.began, ours.until, ours.unpriced) == (
        theirs.exposed,
        theirs.began,
        theirs.until,
        theirs.unpriced,
    )
    assert ours.unpriced > 0
    for name in MEASURES:
        assert len(ours.cells[name]) == len(theirs.cells[name]) > 20
        for one, other in zip(sorted(ours.cells[name]), sorted(theirs.cells[name]), strict=True):
            assert one[:4] == other[:4]
            assert one[4:] == pytest.approx(other[4:], rel=1e-12)


def test_a_service_writes_what_the_commands_start_and_read(
    postgres: PostgresStorage,
    repository: Repository,
    capsys: pytest.CaptureFixture[str],
) -> None:
    repository.commit(BY_CONVERSATION)
    url = postgres.setting

    def run(command: str, *options: str) -> tuple[int, str]:
        folder = str(repository.folder / "experiments")
        return main([command, "cheaper", "--folder", folder, "--log", url, "--json", *options]), capsys.readouterr().out

    assert run("start")[0] == 2, "the service creates the tables"
    settings = Settings.model_construct(experiments=url, conversations="", release="v1")
    with TestClient(create_app(settings)) as client:
        assert run("start")[0] == 0
        assert '"already_started"' in run("start")[1]
        for number in range(6):
            body = {"task": "Hello", "conversation_id": f"c{number}"}
            answer = client.post("/agent/run", json=body).json()
        rating = {"run_id": answer["run_id"], "rating": "good"}
        assert client.post("/feedback", json=rating).status_code == 204
    assert postgres.execute("SELECT count(*), count(rating) FROM {outcomes}") == [(6, 1)]
    assert '"state": "running"' in run("status")[1]
    assert '"too_early"' in run("decide")[1]
    assert run("stop", "--reason", "a test")[0] == 0
    assert '"ended"' in run("stop", "--reason", "again")[1]


def test_a_start_waits_for_another_one_and_sees_it(postgres: PostgresStorage, tmp_path: Path) -> None:
    """Both would change the model."""
    first, second = (experiment_of(defined(tmp_path, CHEAPER, name)) for name in ("first", "second"))

    def start() -> str:
        try:
            with opened_store(postgres.setting) as store:
                store.start(second, "", 0.0, "", "")
        except RecordsRefused as error:
            return error.code
        return "started"

    async def at_once() -> str:
        place = database(postgres.setting)
        PostgresLog(place)
        async with place:
            async with place.transaction() as connection:
                await connection.fetch(INSERT, "first", "", first.model_dump_json(), 0.0, "", "")
                starting = asyncio.create_task(asyncio.to_thread(start))
                await asyncio.wait([starting], timeout=1.0)
            return await starting

    assert asyncio.run(at_once()) == "overlaps"


def test_a_first_exposure_and_a_first_rating_stay(postgres: PostgresStorage) -> None:
    unit = unit_id("cheaper", "ana")

    async def scenario(log: PostgresLog) -> None:
        await asyncio.to_thread(postgres.execute, "INSERT INTO {experiments} VALUES ('cheaper', '', '{}', 0, '', '')")
        for variant, release in ((0, "v1"), (1, "v2")):
            await log.expose("cheaper", unit, variant, release, 1.0)
            await log.add("cheaper", unit, "run-1", 2.0, Outcome("answered", 100, None, 0.5, variant == 0))
        for rating in ("bad", "good"):
            await log.rate("run-1", rating)
        await log.add("cheaper", unit, "run-2", 2.0, Outcome("error", 0, None, 0.5))
        (running,) = await log.running()
        assert (running.name, running.definition) == ("cheaper", "{}")
        await asyncio.to_thread(postgres.execute, "UPDATE {experiments} SET ended_at = 1")
        await log.rate("run-2", "good")  # its end fixed what was compared
        assert await log.running() == []

    use(postgres, scenario)
    assert postgres.execute("SELECT variant, release FROM {exposures}") == [(0, "v1")]
    assert postgres.execute("SELECT cost_usd, rating, passed FROM {outcomes} ORDER BY run_id") == [
        (None, "bad", True),
        (None, None, None),
    ]


def test_a_log_that_failed_rests(postgres: PostgresStorage) -> None:
    now = [1_000.0]

    async def scenario(log: PostgresLog) -> None:
        await log.running()
        await asyncio.to_thread(postgres.execute, "ALTER TABLE {experiments} RENAME TO away")
        with pytest.raises(StorageError, match="does not exist"):
            await log.running()
        with pytest.raises(LogRests):
            await log.running()
        now[0] += 11
        with pytest.raises(StorageError, match="does not exist"):
            await log.running()

    use(postgres, scenario, clock=lambda: now[0])


def test_reading_ends_after_its_time(both: tuple[Path, PostgresStorage]) -> None:
    """Something else holds the table."""
    _, storage = both

    async def read() -> None:
        place = database(storage.setting)
        async with place, place.transaction() as connection:
            await connection.execute("LOCK TABLE agent_outcomes")
            with opened_store(storage.setting, 1.0) as store, pytest.raises(RecordsRefused) as refused:
                await asyncio.to_thread(store.gathered, "cheaper", ["completion"], 1e9)
        assert (refused.value.code, str(refused.value)) == ("too_large", "reading took longer than 1 s")

    asyncio.run(read())


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://agent:secret@127.0.0.1:1/none", "the database 127.0.0.1:1/none can't be used"),
        ("postgresql://agent:secret@127.0.0.1:1", "the log should be a file, or a URL like"),
    ],
)
def test_a_database_that_is_not_there_is_named_without_its_password(
    repository: Repository, capsys: pytest.CaptureFixture[str], url: str, says: str
) -> None:
    assert main(["status", "cheaper", "--folder", str(repository.folder / "experiments"), "--log", url]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "agent:secret@127.0.0.1:1" not in said


def test_a_store_in_a_file_and_one_in_a_database_refuse_alike(both: tuple[Path, PostgresStorage]) -> None:
    def codes(store: Store) -> list[str]:
        found = []
        for ask in (lambda: store.started("cheaper"), lambda: store.end("cheaper", 0.0, "", {})):
            with pytest.raises(RecordsRefused) as refused:
                ask()
            found.append(refused.value.code)
        return found

    path, storage = both
    with opened_store(str(path), math.inf) as file, opened_store(storage.setting) as base:
        assert codes(file) == codes(base) == ["not_started", "ended"]
