"""This release and the one before, side by side as in a rollout, on one file or database.

Where git's history has the release before, its own code runs. Everywhere, the statements of the first version, copied
here, read and write what this release does: what a release before reads must stay.
"""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from agent.budget import Spent
from agent.budget.sums import sums_in
from agent.conversations import Conversations
from agent.idempotency import Claim
from agent.idempotency.answers import keys_in
from agent.place import opened
from tests.agent.budget.test_two_releases import total
from tests.agent.conftest import Start
from tests.agent.conversations.test_kept import TURN, run, say
from tests.agent.release_before import release_before
from tests.agent.service import Service
from tests.agent.storages import Storage
from tests.asking import Answer, ask

TASK = "What is 6 * 7?"
DAY = "2026-11-28"
CLAIM = Claim(owner="ann", key="k", fingerprint="f", run_id="r", conversation_id="c", seconds=60)


def run_on(service: Service, key: str) -> Answer:
    """A run of the same conversation."""
    return ask(service.url(), TASK, headers={"idempotency-key": key}, conversation_id="c-1")


def test_each_continues_what_the_release_before_wrote_and_answers_its_keys(
    start: Start, tmp_path: Path, storage: Storage
) -> None:
    name = release_before(tmp_path / "before")
    if name is None:
        pytest.skip("git's history here has no release before this one, nor a change of what is kept")
    env = {"AGENT_CONVERSATIONS": storage.setting, "AGENT_BUDGET_TOKENS": "1000000"}
    before = start(PYTHONPATH=str(tmp_path / "before"), AGENT_RELEASE="before", **env)
    now = start(AGENT_RELEASE="now", **env)
    first, second, third = run_on(before, "k-1"), run_on(now, "k-2"), run_on(before, "k-3")
    assert [each.status for each in (first, second, third)] == [200] * 3
    assert [each.release for each in (first, second, third)] == ["before", "now", "before"]
    assert (run_on(now, "k-1").text, run_on(before, "k-2").text) == (first.text, second.text)
    exports = [json.loads(each.get("/agent/conversations/c-1"))["messages"] for each in (before, now)]
    assert exports[0] == exports[1]
    assert sum(part["part_kind"] == "user-prompt" for each in exports[0] for part in each["parts"]) == 3
    used = sum(total(each, "agent_tokens_total") for each in (before, now))
    assert [total(each, "agent_budget_used", scope="service") for each in (before, now)] == [used, used]


def first_versions(storage: Storage) -> str:
    """What the first version wrote."""
    return (Path(__file__).parent / "conversations" / f"version_1.{type(storage).__name__}.sql").read_text()


def fields(value: Any, path: str = "") -> set[str]:
    """The paths of all members of a JSON value."""
    if isinstance(value, list):
        return {found for each in value for found in fields(each, f"{path}[]")}
    if not isinstance(value, dict):
        return set()
    return {found for name, each in value.items() for found in ({f"{path}.{name}"} | fields(each, f"{path}.{name}"))}


def kept_fields(storage: Storage) -> set[str]:
    """All members of what is kept, as the first version selects it."""
    records = storage.execute("SELECT id, scope, revision, updated_at, record FROM {conversations}")
    entries = storage.execute("SELECT id, conversation, entry FROM {entries}")
    return {found for row in records + entries for found in fields(json.loads(row[-1]))}


def test_the_first_version_finds_all_it_reads_in_a_conversation_of_this_one(storage: Storage) -> None:
    async def scenario(kept: Conversations) -> None:
        await say(kept, "ann", "c")

    storage.execute(first_versions(storage))
    known = kept_fields(storage)
    storage.execute("DROP TABLE {conversations}; DROP TABLE {entries};")
    run(storage, scenario)
    assert known - kept_fields(storage) == set()
    ((head, version),) = [
        (record["head_id"], record["format_version"])
        for record in (json.loads(row[0]) for row in storage.execute("SELECT record FROM {conversations}"))
    ]
    entries = {
        entry["id"]: entry for entry in (json.loads(row[0]) for row in storage.execute("SELECT entry FROM {entries}"))
    }
    kinds = []
    while head is not None:
        kinds.append(entries[head]["message"]["kind"])
        head = entries[head]["parent_id"]
    assert (version, kinds[::-1]) == (1, [message.kind for message in TURN])


def test_this_version_goes_on_where_the_first_one_has_written(storage: Storage) -> None:
    async def scenario(kept: Conversations) -> None:
        await say(kept, "ann", "c")
        assert len(await kept.export("ann", "c") or []) == 2 * len(TURN)

    storage.execute(first_versions(storage))
    run(storage, scenario, keep_days=36_500)


def test_either_version_sees_the_keys_that_the_other_has_claimed(storage: Storage) -> None:
    async def scenario() -> None:
        place = storage.place()
        keys = keys_in(place)
        async with opened(place):
            until = time.time() + 60
            assert await keys.claim(CLAIM, 0, until) is None
            row = "SELECT fingerprint, state, answer FROM {answers} WHERE owner = 'ann' AND key = 'k'"
            assert await asyncio.to_thread(storage.execute, row) == [("f", "running", "")]
            await keys.end(CLAIM, "answered", "yes")
            assert await asyncio.to_thread(storage.execute, row) == [("f", "answered", "yes")]
            await asyncio.to_thread(
                storage.execute,
                "INSERT INTO {answers} (owner, key, fingerprint, run_id, conversation, state, at, until, answer) "
                "VALUES ('bob', 'k', 'f', 'r', 'c', 'answered', 0, 0, 'no')",
            )
            known = await keys.claim(Claim(**{**vars(CLAIM), "owner": "bob"}), 0, until)
            assert known is not None
            assert (known.state, known.answer) == ("answered", "no")
            await keys.close()

    asyncio.run(scenario())


def test_either_version_adds_to_the_sums_of_the_other(storage: Storage) -> None:
    async def scenario() -> None:
        place = storage.place()
        sums = sums_in(place)
        async with opened(place):
            await sums.add(DAY, "ann", Spent(7, 0.5))
            table = f"{storage.prefix}spent"
            await asyncio.to_thread(
                storage.execute,
                f"INSERT INTO {table} (day, owner, tokens, cost_usd) VALUES ('{DAY}', 'ann', 1, 0.25) "  # noqa: S608
                f"ON CONFLICT (day, owner) DO UPDATE SET tokens = {table}.tokens + excluded.tokens, "
                f"cost_usd = {table}.cost_usd + excluded.cost_usd",
            )
            assert await sums.spent(DAY, "ann") == (Spent(8, 0.75), Spent(8, 0.75))
            await sums.close()

    asyncio.run(scenario())
