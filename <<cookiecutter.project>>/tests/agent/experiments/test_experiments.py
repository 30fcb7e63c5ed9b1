"""The running experiments: who gets what, and what the log has of it."""

import asyncio
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from agent.errors import StartError, StorageError
from agent.experiments import Assigned, Experiments, Outcome, Variant, open_experiments
from agent.experiments.experiments import LOOK_SECONDS
from agent.experiments.log import BUSY_SECONDS, REST_SECONDS, ExperimentLog, LogRests, Running
from agent.experiments.troubles import Troubles
from agent.metrics import Metrics
from tests.agent.experiments.logged import rows, start, stop

DONE = Outcome("answered", 100, 0.01, 0.5)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def opened(path: Path, release: str = "v1", clock: Clock | None = None, runs: bool = True) -> Experiments:
    clock = clock or Clock()
    return Experiments(ExperimentLog(str(path), clock), release, lambda _variant: runs, troubles(), clock)


def troubles() -> Troubles:
    return Troubles(Metrics([]).experiment_troubles)


async def names(experiments: Experiments, owner: str, conversation: str | None = None) -> list[str]:
    return [each.variant.name for each in await experiments.assign(owner, conversation)]


def test_a_user_has_the_same_variant_in_both_releases_and_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    start(path)

    async def found(release: str) -> list[list[str]]:
        experiments = opened(path, release)
        variants = [await names(experiments, f"user-{number}") for number in range(200)]
        await experiments.close()
        return variants

    first = asyncio.run(found("v1"))
    assert Counter(name for (name,) in first)["small"] > 70
    assert first == asyncio.run(found("v2")) == asyncio.run(found("v1"))


def test_an_exposure_is_written_once_with_the_release_that_came_first(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    start(path)

    async def expose() -> None:
        for release in ("v1", "v2", "v1"):
            experiments = opened(path, release)
            for _ in range(2):
                await experiments.assign("ana", None)
            await experiments.close()

    asyncio.run(expose())
    assert rows(path, "experiment, release, at", "exposures") == [("cheaper", "v1", 1_000.0)]


def test_the_log_has_no_name_of_a_user(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    start(path)
    start(path, "another", [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "prompt": "x"}])

    async def expose() -> None:
        experiments = opened(path)
        assigned = await experiments.assign("ana.horvat", None)
        await experiments.ended(assigned, "run-1", DONE)
        await experiments.close()

    asyncio.run(expose())
    units = rows(path, "unit", "exposures")
    assert len(set(units)) == 2, "the two experiments could be joined"
    assert b"horvat" not in path.read_bytes()


def test_an_anonymous_run_is_left_out_or_belongs_to_its_conversation(tmp_path: Path) -> None:
    async def found(path: Path, owner: str, conversation: str | None) -> int:
        experiments = opened(path)
        assigned = await experiments.assign(owner, conversation)
        await experiments.close()
        return len(assigned)

    left_out, by_conversation, unit = tmp_path / "a.db", tmp_path / "b.db", tmp_path / "c.db"
    start(left_out)
    start(by_conversation, anonymous="conversation")
    start(unit, unit="conversation")
    assert [asyncio.run(found(left_out, "", name)) for name in ("c1", None)] == [0, 0]
    assert [asyncio.run(found(by_conversation, "", name)) for name in ("c1", None)] == [1, 0]
    assert [asyncio.run(found(unit, "ana", name)) for name in ("c1", None)] == [1, 0]


def test_conversations_of_two_owners_with_one_name_are_two_units(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    start(path, unit="conversation")

    async def expose() -> None:
        experiments = opened(path)
        for owner in ("ana", "bo"):
            await experiments.assign(owner, "c1")
        await experiments.close()

    asyncio.run(expose())
    assert len(rows(path, "unit", "exposures")) == 2


def test_a_start_and_a_stop_take_effect_within_a_second(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    clock = Clock()

    async def follow() -> list[int]:
        experiments = opened(path, clock=clock)
        seen = [len(await experiments.assign("ana", None))]
        for change in (start, stop):
            change(path)
            clock.now += LOOK_SECONDS
            seen.append(len(await experiments.assign("ana", None)))
        await experiments.close()
        return seen

    assert asyncio.run(follow()) == [0, 1, 0]


def test_the_first_runs_of_a_process_wait_until_it_knows_the_experiments(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    start(path)

    async def both() -> list[int]:
        experiments = opened(path)
        found = await asyncio.gather(experiments.assign("ana", None), experiments.assign("bo", None))
        await experiments.close()
        return [len(each) for each in found]

    assert asyncio.run(both()) == [1, 1]


def test_an_experiment_that_can_not_be_run_exposes_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "log.db"
    start(path)

    async def exposed() -> int:
        experiments = opened(path, runs=False)
        found = await experiments.assign("ana", None)
        await experiments.close()
        return len(found)

    assert asyncio.run(exposed()) == 0
    assert rows(path, "unit", "exposures") == []
    assert "the experiment cheaper is not run" in caplog.text


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
    looks, looking = [], asyncio.Event()

    class Stubborn(ExperimentLog):
        async def running(self) -> list[Running]:
            looks.append(1)
            looking.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if len(looks) > 1:
                    raise
                raise StorageError("it took too long") from None
            return []

    async def stop() -> None:
        log = Stubborn(str(tmp_path / "log.db"))
        async with Experiments(log, "v1", lambda _variant: True, troubles()).opened():
            await looking.wait()

    asyncio.run(asyncio.wait_for(stop(), 30))
    assert looks == [1]


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


def test_a_runs_end_is_written_once_and_its_first_rating_stays(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    start(path)

    async def run_twice() -> None:
        experiments = opened(path)
        assigned = await experiments.assign("ana", None)
        for _ in range(2):
            await experiments.ended(assigned, "run-1", DONE)
        for rating in ("bad", "good"):
            await experiments.rated("run-1", rating)
        await experiments.close()

    asyncio.run(run_twice())
    found = rows(path, "run_id, outcome, tokens, cost_usd, seconds, rating", "outcomes")
    assert found == [("run-1", "answered", 100, 0.01, 0.5, "bad")]


def test_a_rating_after_the_end_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    start(path)

    async def rate_late() -> None:
        experiments = opened(path)
        await experiments.ended(await experiments.assign("ana", None), "run-1", DONE)
        stop(path)
        await experiments.rated("run-1", "bad")
        await experiments.close()

    asyncio.run(rate_late())
    assert rows(path, "run_id, rating", "outcomes") == [("run-1", None)]
