"""The running experiments: who gets what, and what the log has of it."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from agent.experiments import Outcome
from agent.experiments.experiments import LOOK_SECONDS
from tests.agent.experiments.logged import Clock, names, opened, rows, start, stop

DONE = Outcome("answered", 100, 0.01, 0.5)


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
