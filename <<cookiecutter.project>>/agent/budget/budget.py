"""Lets runs begin until the day's budget is used up, and counts what each has used."""

import logging
import time
from collections.abc import Callable, Sequence

from agent.budget.ledger import Ledger
from agent.budget.limits import BudgetLimits, Spent, day_of, seconds_left
from agent.budget.recent import RecentSums
from agent.budget.sums import sums_in
from agent.errors import BudgetUsedUp, StartError, StorageError
from agent.metrics import Metrics
from agent.place import Place

logger = logging.getLogger(__name__)


class Budget:
    """The run that crosses a limit ends as ever; the next one is refused until the day is over."""

    def __init__(
        self, limits: BudgetLimits, ledger: Ledger, metrics: Metrics, clock: Callable[[], float] = time.time
    ) -> None:
        self._limits, self._ledger, self._metrics, self._clock = limits, ledger, metrics, clock
        for scope, unit, limit in limits.each():
            metrics.budget_limit.labels(scope, unit).set(limit)
            metrics.budget_used.labels(scope, unit).set(0)
            metrics.budget_refusals.labels(scope)

    async def admit(self, owner: str) -> None:
        """Return if a run of this owner may begin.

        Raises:
            BudgetUsedUp: the day's budget of the service or of this owner is used up.
            StorageError: nobody knows whether it is.
        """
        now = self._clock()
        scope = self._limits.reached(*await self._ledger.spent(day_of(now), owner))
        if scope is not None:
            self._metrics.budget_refusals.labels(scope).inc()
            raise BudgetUsedUp(scope, seconds_left(now))

    async def charge(self, owner: str, spent: Spent) -> None:
        """Count what a run used, however it ended."""
        await self._ledger.add(day_of(self._clock()), owner, spent)

    async def show(self) -> None:
        """Set the metrics to what all processes have used today. They stay as they are if that can't be read."""
        try:
            service, caller = await self._ledger.highest(day_of(self._clock()))
        except StorageError as error:
            logger.warning("the budget's metrics are not up to date: %s", error)
            return
        of_scope = {"service": service, "caller": caller}
        for scope, unit, _ in self._limits.each():
            spent = of_scope[scope]
            self._metrics.budget_used.labels(scope, unit).set(spent.tokens if unit == "tokens" else spent.cost_usd)

    async def close(self) -> None:
        """Close the ledger."""
        await self._ledger.close()


def open_budget(place: Place, limits: BudgetLimits, metrics: Metrics, unpriced: Sequence[str] = ()) -> Budget | None:
    """The budget in a file or a database, or without either in memory; None without limits. `unpriced` are the settings
    whose model has no known price.

    Raises:
        StartError: the place can't be used; or a limit is in USD, and a price is not known.
    """
    if not limits:
        return None
    if limits.in_usd and unpriced:
        raise StartError(
            f"the price of {' and '.join(unpriced)} is not known, so no budget in USD would ever be used up: "
            "set AGENT_BUDGET_TOKENS or AGENT_CALLER_BUDGET_TOKENS instead of AGENT_BUDGET_COST_USD or "
            "AGENT_CALLER_BUDGET_COST_USD"
        )
    return Budget(limits, Ledger(RecentSums(sums_in(place))), metrics)
