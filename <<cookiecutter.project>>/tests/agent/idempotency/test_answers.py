"""The answers that are kept for keys."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent.errors import StartError
from agent.idempotency import Answers, Claim, KeyReused, RunInProgress, RunWithoutAnswer, open_answers
from agent.idempotency.answers import MARGIN_SECONDS, keys_in
from agent.place import opened
from tests.agent.storages import SqliteStorage, Storage

CLAIM = Claim(owner="ann", key="k", fingerprint="f", run_id="r", conversation_id="c", seconds=10)
KEEP_SECONDS = 1_000.0

Scenario = Callable[[Answers, list[float]], Awaitable[None]]


def run(storage: Storage, scenario: Scenario, most: int = 100) -> None:
    async def whole() -> None:
        now, place = [0.0], storage.place()
        answers = Answers(keys_in(place), KEEP_SECONDS, most, lambda: now[0])
        async with opened(place):
            await scenario(answers, now)
            await answers.close()

    asyncio.run(whole())


def test_a_key_has_one_run_and_its_answer_stays(storage: Storage) -> None:
    async def scenario(answers: Answers, _now: list[float]) -> None:
        assert await answers.claim(CLAIM) is None
        with pytest.raises(RunInProgress):
            await answers.claim(replace(CLAIM, run_id="r2"))
        await answers.keep(CLAIM, "36")
        assert await answers.claim(replace(CLAIM, run_id="r3")) == "36"
        with pytest.raises(KeyReused):
            await answers.claim(replace(CLAIM, fingerprint="other"))

    run(storage, scenario)


def test_a_key_of_one_owner_is_nobody_else_s(storage: Storage) -> None:
    async def scenario(answers: Answers, _now: list[float]) -> None:
        await answers.claim(CLAIM)
        await answers.keep(CLAIM, "36")
        assert await answers.claim(replace(CLAIM, owner="bob", fingerprint="other")) is None

    run(storage, scenario)


def test_a_run_that_did_nothing_may_run_again_and_one_that_failed_may_not(storage: Storage) -> None:
    async def scenario(answers: Answers, _now: list[float]) -> None:
        await answers.claim(CLAIM)
        await answers.release(CLAIM)
        assert await answers.claim(CLAIM) is None
        await answers.fail(CLAIM)
        with pytest.raises(RunWithoutAnswer):
            await answers.claim(CLAIM)

    run(storage, scenario)


def test_a_run_whose_process_died_has_no_answer_once_its_time_is_over(storage: Storage) -> None:
    async def scenario(answers: Answers, now: list[float]) -> None:
        await answers.claim(CLAIM)
        now[0] = CLAIM.seconds + MARGIN_SECONDS - 1
        with pytest.raises(RunInProgress):
            await answers.claim(CLAIM)
        now[0] += 1
        with pytest.raises(RunWithoutAnswer):
            await answers.claim(CLAIM)

    run(storage, scenario)


def test_an_answer_is_forgotten_when_its_time_is_over(storage: Storage) -> None:
    async def scenario(answers: Answers, now: list[float]) -> None:
        await answers.claim(CLAIM)
        await answers.keep(CLAIM, "36")
        now[0] = KEEP_SECONDS
        assert await answers.claim(CLAIM) == "36"
        now[0] += 1
        assert await answers.claim(CLAIM) is None

    run(storage, scenario)


def test_of_each_owner_the_newest_are_kept_and_what_runs_always(storage: Storage) -> None:
    async def claimed(answers: Answers, owner: str, key: str) -> Claim:
        claim = replace(CLAIM, owner=owner, key=key)
        await answers.claim(claim)
        return claim

    async def scenario(answers: Answers, now: list[float]) -> None:
        await claimed(answers, "ann", "runs")
        for owner in ("bob", "ann"):
            for number in range(4):
                now[0] += 0.001
                await answers.keep(await claimed(answers, owner, str(number)), "36")
        await claimed(answers, "ann", "last")
        rows = await asyncio.to_thread(storage.execute, "SELECT owner, key FROM {answers} ORDER BY at")
        # One more than `most` of bob: the oldest go when the next comes.
        assert [key for owner, key in rows if owner == "ann"] == ["runs", "2", "3", "last"]
        assert [key for owner, key in rows if owner == "bob"] == ["1", "2", "3"]

    run(storage, scenario, most=2)


def test_of_two_releases_with_one_place_one_runs(storage: Storage) -> None:
    async def scenario(blue: Answers, _now: list[float]) -> None:
        place = storage.place()
        green = Answers(keys_in(place), KEEP_SECONDS, 100, lambda: 0.0)
        claims = [replace(CLAIM, key=str(number), run_id=f"{number}") for number in range(50)]
        async with opened(place):
            found = await asyncio.gather(
                *(each.claim(claim) for claim in claims for each in (blue, green)), return_exceptions=True
            )
            assert found.count(None) == len(claims)
            assert sum(isinstance(each, RunInProgress) for each in found) == len(claims)
            await blue.keep(claims[0], "36")
            assert await green.claim(claims[0]) == "36"
            await green.close()

    run(storage, scenario)


def test_the_end_of_another_run_changes_nothing(storage: Storage) -> None:
    async def scenario(answers: Answers, now: list[float]) -> None:
        await answers.claim(CLAIM)
        now[0] = KEEP_SECONDS + 1
        assert await answers.claim(replace(CLAIM, run_id="second")) is None
        await answers.keep(CLAIM, "late")
        with pytest.raises(RunInProgress):
            await answers.claim(CLAIM)

    run(storage, scenario)


def test_what_is_deleted_with_its_conversation_is_gone_from_the_file(sqlite: SqliteStorage) -> None:
    async def scenario(answers: Answers, _now: list[float]) -> None:
        for conversation in ("c", "d"):
            claim = replace(CLAIM, key=conversation, conversation_id=conversation)
            await answers.claim(claim)
            await answers.keep(claim, f"secret-{conversation}")
        await answers.delete("bob", "c")
        await answers.delete("ann", "c")
        found = b"".join(file.read_bytes() for file in sqlite.path.parent.iterdir())
        assert (b"secret-c" in found, b"secret-d" in found) == (False, True)

    run(sqlite, scenario)


def test_an_answer_is_deleted_with_its_conversation_and_no_other(storage: Storage) -> None:
    async def scenario(answers: Answers, _now: list[float]) -> None:
        claims = [replace(CLAIM, owner=owner, key=c, conversation_id=c) for owner in ("ann", "bob") for c in "cd"]
        for claim in claims:
            await answers.claim(claim)
        await answers.delete("ann", "c")
        assert await answers.claim(claims[0]) is None
        for claim in claims[1:]:
            with pytest.raises(RunInProgress):
                await answers.claim(claim)

    run(storage, scenario)


def test_a_file_that_can_t_be_opened_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"AGENT_CONVERSATIONS=.*can't be used"):
        open_answers(str(tmp_path / "nowhere" / "c.db"), 24, 100)
