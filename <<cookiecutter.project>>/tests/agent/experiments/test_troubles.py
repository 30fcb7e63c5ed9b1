"""What does not run as it was started is seen in the metrics, and costs nothing else."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from agent.experiments import Experiments, Variant
from agent.experiments.experiments import LOOK_SECONDS
from agent.experiments.log import REST_SECONDS, ExperimentLog
from agent.experiments.troubles import Troubles
from agent.metrics import Metrics
from tests.agent.experiments.logged import rows, start, stop

PROMPTS = [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "prompt": "x"}]
REASONS = ("model", "definition", "changed", "not_released")
NONE = {("all", "log_read"): 0.0, ("all", "log_write"): 0.0}
GOOD = {("good", reason): 0.0 for reason in REASONS}


class Service:
    """A service with this log; time goes on when it is told to. Its release has these definitions, by name; of all
    others the one that was started."""

    def __init__(self, path: Path, **released: str | None) -> None:
        self.path, self.metrics, self.now = path, Metrics([]), 1_000.0
        self._experiments = Experiments(
            ExperimentLog(str(path), lambda: self.now),
            "v1",
            lambda variant: variant.model is None,
            Troubles(self.metrics.experiment_troubles),
            lambda: self.now,
            lambda name: released.get(name, ""),
        )

    async def variants(self, later_seconds: float = REST_SECONDS) -> list[Variant]:
        """What a user gets some seconds later."""
        self.now += later_seconds
        return [each.variant for each in await self._experiments.assign(f"user-{self.now}", None)]

    def shown(self) -> dict[tuple[str, str], float]:
        (family,) = self.metrics.experiment_troubles.collect()
        return {(each.labels["experiment"], each.labels["reason"]): each.value for each in family.samples}

    async def close(self) -> None:
        await self._experiments.close()


def test_each_trouble_of_an_experiment_is_shown_until_its_end_and_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    for name in ("good", "changed", "not_released", "definition"):
        start(path, name, PROMPTS)
    start(path, "model")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE experiments SET definition = '{}' WHERE name = 'definition'")

    async def follow() -> None:
        service = Service(path, changed="another", not_released=None)
        assert service.shown() == NONE
        assert len(await service.variants()) == 3
        assert service.shown() == NONE | {
            (name, reason): float(name == reason) for name in ("good", *REASONS) for reason in REASONS
        }
        stop(path)
        assert await service.variants() == []
        assert service.shown() == NONE
        await service.close()

    asyncio.run(follow())
    assert {name for (name,) in rows(path, "DISTINCT experiment", "exposures")} == {"good", "changed", "not_released"}


def test_a_log_that_can_not_be_used_is_shown_until_it_can(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    start(path, "good", PROMPTS)

    async def follow() -> None:
        service = Service(path)
        with closing(sqlite3.connect(path)) as other:
            # After a failed read the log rests, so the exposure is not written either.
            for table, reasons in (("experiments", ("log_read", "log_write")), ("exposures", ("log_write",))):
                await service.variants()
                assert service.shown() == NONE | GOOD
                other.execute(f"ALTER TABLE {table} RENAME TO away")
                await service.variants()
                assert service.shown() == NONE | GOOD | {("all", reason): 1.0 for reason in reasons}
                await service.variants(LOOK_SECONDS)
                assert service.shown() == NONE | GOOD | {("all", "log_read"): 1.0, ("all", "log_write"): 1.0}
                other.execute(f"ALTER TABLE away RENAME TO {table}")
            await service.variants()
            assert service.shown() == NONE | GOOD
        await service.close()

    asyncio.run(follow())
