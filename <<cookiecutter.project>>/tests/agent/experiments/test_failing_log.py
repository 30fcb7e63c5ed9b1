"""A log that can't be used: no run fails or waits for it, and what could not be written is written later."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from agent.errors import StartError, StorageError
from agent.experiments import Assigned, Experiments, Outcome, Variant, open_experiments
from agent.experiments.experiments import LOOK_SECONDS
from agent.experiments.log import BUSY_SECONDS, REST_SECONDS, ExperimentLog, LogRests, Running
from agent.metrics import Metrics
from tests.agent.experiments.logged import Clock, names, opened, rows, start, troubles
from tests.agent.stubborn import Stubborn

DONE = Outcome("answered", 100, 0.01, 0.5)


def test_a_log_that_can_not_be_written_changes_no_assignment(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "log.db"
    start(path)

    async def with_a_broken_table() -> tuple[Assigned, ...]:
        experiments = opened(path)
        with closing(sqlite3.connect(path)) as other:
            other.execute("DROP TABLE exposures")
        assigned = await experiments.assign("ana", None)
        await experiments.rated("run-1", "good")
        await experiments.close()
        return assigned

    assert len(asyncio.run(with_a_broken_table())) == 1
    assert "an experiment's log could not be written" in caplog.text


def test_runs_do_not_wait_one_after_the_other_for_a_log_that_is_locked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "log.db"
    start(path)

    async def while_it_is_locked() -> float:
        experiments = opened(path)
        await experiments.assign("ana", None)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            found = await asyncio.gather(*(names(experiments, f"user-{number}") for number in range(20)))
            waited = time.monotonic() - began
        assert all(len(each) == 1 for each in found)
        await experiments.close()
        return waited

    assert asyncio.run(while_it_is_locked()) < 10 * BUSY_SECONDS
    assert caplog.text.count("an experiment's log could not be written") == 1
    assert len(rows(path, "unit", "exposures")) == 1


def test_a_log_that_failed_is_asked_again_later(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "log.db"

    async def used() -> None:
        log = ExperimentLog(str(path), clock)
        await log.expose("cheaper", b"ana", 0, "v1", 0.0)
        with closing(sqlite3.connect(path)) as other:
            other.execute("ALTER TABLE exposures RENAME TO away")
            with pytest.raises(StorageError):
                await log.expose("cheaper", b"bob", 0, "v1", 0.0)
            other.execute("ALTER TABLE away RENAME TO exposures")
        with pytest.raises(LogRests):
            await log.expose("cheaper", b"bob", 0, "v1", 0.0)
        clock.now += REST_SECONDS
        await log.expose("cheaper", b"bob", 0, "v1", 0.0)
        await log.close()

    asyncio.run(used())
    assert rows(path, "unit", "exposures") == [(b"ana",), (b"bob",)]


def test_a_log_that_can_not_be_opened_stops_the_start(tmp_path: Path) -> None:
    def never(_variant: Variant) -> bool:
        return True

    assert open_experiments("", "v1", never, Metrics([])) is None
    with pytest.raises(StartError, match=r"AGENT_EXPERIMENTS=.* can't be used: unable to open"):
        open_experiments(str(tmp_path / "no" / "log.db"), "v1", never, Metrics([]))
    (tmp_path / "agent.env").write_text("AGENT_MODEL=offline\n" * 50)
    with pytest.raises(StartError, match=r"AGENT_EXPERIMENTS=.* can't be used: file is not a database"):
        open_experiments(str(tmp_path / "agent.env"), "v1", never, Metrics([]))


def test_a_log_that_is_locked_at_the_start_is_opened_later(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock, path = Clock(), tmp_path / "log.db"
    start(path)

    async def started() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            experiments = opened(path, clock=clock)
            assert "the service goes on trying" in caplog.text
            assert await experiments.assign("ana", None) == ()
            other.execute("ROLLBACK")
        assert await experiments.assign("ana", None) == (), "it rests"
        clock.now += REST_SECONDS
        assert len(await experiments.assign("ana", None)) == 1
        await experiments.close()

    asyncio.run(started())
    assert "none runs until they can" in caplog.text
    assert len(rows(path, "unit", "exposures")) == 1


def test_a_log_that_reports_its_cancellation_as_an_error_delays_no_stop(tmp_path: Path) -> None:
    stubborn = Stubborn()

    class StubbornLog(ExperimentLog):
        async def running(self) -> list[Running]:
            await stubborn.wait(StorageError("it took too long"))
            return []

    async def stop() -> None:
        log = StubbornLog(str(tmp_path / "log.db"))
        async with Experiments(log, "v1", lambda _variant: True, troubles()).opened():
            await stubborn.began.wait()

    asyncio.run(asyncio.wait_for(stop(), 30))
    assert stubborn.waits == 1


def test_a_damaged_log_costs_no_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "log.db"
    start(path)
    with path.open("r+b") as file:
        file.seek(100)  # behind the header: the table of tables
        file.write(b"\xff" * 3_000)

    async def started() -> None:
        experiments = opened(path)
        assert await experiments.assign("ana", None) == ()
        await experiments.close()

    asyncio.run(started())
    assert "malformed" in caplog.text


def test_a_log_that_was_deleted_runs_nothing_and_the_new_one_has_its_users(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No command could end an experiment in a file that nobody can open."""
    clock, path = Clock(), tmp_path / "log.db"
    start(path)

    async def used() -> list[int]:
        experiments = opened(path, clock=clock)
        found = [len(await names(experiments, "ana"))]
        path.unlink()
        clock.now += LOOK_SECONDS
        found.append(len(await names(experiments, "ana")))
        start(path)
        clock.now += LOOK_SECONDS
        found.append(len(await names(experiments, "ana")))
        await experiments.close()
        return found

    assert asyncio.run(used()) == [1, 0, 1]
    assert "was deleted or replaced" in caplog.text
    assert len(rows(path, "unit", "exposures")) == 1


def test_an_exposure_that_could_not_be_written_is_written_at_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    start(path)

    async def expose_twice() -> None:
        clock = Clock()
        experiments = opened(path, clock=clock)
        other = sqlite3.connect(path)
        other.execute("ALTER TABLE exposures RENAME TO away")
        await experiments.assign("ana", None)
        other.execute("ALTER TABLE away RENAME TO exposures")
        clock.now += REST_SECONDS
        await experiments.assign("ana", None)
        other.close()
        await experiments.close()

    asyncio.run(expose_twice())
    assert len(rows(path, "unit", "exposures")) == 1
