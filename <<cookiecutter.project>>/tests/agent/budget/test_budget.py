"""The budget as time goes by, and while its file can't be used."""

import asyncio
from pathlib import Path

import pytest

from agent.budget import Budget, BudgetLimits, DayLimits, Spent, open_budget
from agent.budget.ledger import Ledger
from agent.budget.sums import sums_in
from agent.errors import BudgetUsedUp, StartError, StorageError
from agent.metrics import Metrics
from tests.agent.budget.test_limits import MIDNIGHT
from tests.agent.storages import SqliteStorage

LIMITS = BudgetLimits(DayLimits(tokens=100))


def test_a_new_day_has_a_new_budget() -> None:
    async def scenario() -> None:
        now, metrics = [MIDNIGHT - 10.5], Metrics([])
        budget = Budget(LIMITS, Ledger(sums_in("")), metrics, lambda: now[0])
        await budget.admit("ann")
        await budget.charge("ann", Spent(100))
        with pytest.raises(BudgetUsedUp) as refused:
            await budget.admit("bob")
        assert refused.value.retry_after_seconds == 10.5
        now[0] = MIDNIGHT
        await budget.admit("bob")
        await budget.show()
        labels = {"scope": "service", "unit": "tokens"}
        assert metrics.registry.get_sample_value("agent_budget_used", labels) == 0
        await budget.close()

    asyncio.run(scenario())


def test_metrics_that_can_t_be_read_stay_as_they_are(sqlite: SqliteStorage, caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics([])

    async def scenario() -> None:
        budget = Budget(LIMITS, Ledger(sums_in(sqlite.place())), metrics)
        await budget.charge("ann", Spent(30))
        await budget.show()
        sqlite.execute("ALTER TABLE spent RENAME TO gone")
        await budget.show()
        with pytest.raises(StorageError):
            await budget.admit("ann")
        await budget.close()

    asyncio.run(scenario())
    assert metrics.registry.get_sample_value("agent_budget_used", {"scope": "service", "unit": "tokens"}) == 30
    assert "the budget's metrics are not up to date" in caplog.text


def test_without_limits_there_is_no_budget_and_no_file(tmp_path: Path) -> None:
    assert open_budget(str(tmp_path / "b.db"), BudgetLimits(), Metrics([])) is None
    assert not (tmp_path / "b.db").exists()


def test_a_file_that_can_t_be_used_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="can't be used"):
        open_budget(str(tmp_path / "nowhere" / "b.db"), LIMITS, Metrics([]))
