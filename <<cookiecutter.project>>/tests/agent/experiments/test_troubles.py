"""What does not run as it was started is seen in the metrics, and costs nothing else."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from agent.experiments import Experiments, Variant
from agent.experiments.log import REST_SECONDS, ExperimentLog
from agent.experiments.troubles import Troubles
from agent.metrics import Metrics
from tests.agent.experiments.logged import rows, start, stop

PROMPTS = [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "prompt": "x"}]
NONE = {("all", "log_read"): 0.0, ("all", "log_write"): 0.0}


class Service:
    """A service with this log; time goes on when it is told to. Its release has other definitions of `changed`."""

    def __init__(self, path: Path, *changed: str) -> None:
        self.path, self.metrics, self.now = path, Metrics([]), 1_000.0
        self._experiments = Experiments(
            ExperimentLog(str(path), lambda: self.now),
            "v1",
            lambda variant: variant.model is None,
            Troubles(self.metrics.experiment_troubles),
            lambda: self.now,
            lambda name: "another" if name in changed else None,
        )

    async def variants(self) -> list[Variant]:
        """What a user gets some seconds later."""
        self.now += REST_SECONDS
        return [each.variant for each in await self._experiments.assign(f"user-{self.now}", None)]

    def shown(self) -> dict[tuple[str, str], float]:
        (family,) = self.metrics.experiment_troubles.collect()
        return {(each.labels["experiment"], each.labels["reason"]): each.value for each in family.samples}

    async def close(self) -> None:
        await self._experiments.close()


def test_each_trouble_of_an_experiment_is_shown_until_its_end_and_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    for name in ("good", "changed", "definition"):
        start(path, name, PROMPTS)
    start(path, "model")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE experiments SET definition = '{}' WHERE name = 'definition'")

    async def follow() -> None:
        service = Service(path, "changed")
        assert service.shown() == NONE
        assert len(await service.variants()) == 2
        assert service.shown() == NONE | {(name, name): 1.0 for name in ("model", "definition", "changed")}
        stop(path)
        assert await service.variants() == []
        assert service.shown() == NONE
        await service.close()

    asyncio.run(follow())
    assert {name for (name,) in rows(path, "DISTINCT experiment", "exposures")} == {"good", "changed"}


def test_a_log_that_can_not_be_used_is_shown_until_it_can(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    start(path, "good", PROMPTS)

    async def follow() -> None:
        service = Service(path)
        with closing(sqlite3.connect(path)) as other:
            for table, reason in (("experiments", "log_read"), ("exposures", "log_write")):
                await service.variants()
                assert service.shown() == NONE
                other.execute(f"ALTER TABLE {table} RENAME TO away")
                await service.variants()
                assert service.shown() == NONE | {("all", reason): 1.0}
                other.execute(f"ALTER TABLE away RENAME TO {table}")
            await service.variants()
            assert service.shown() == NONE
        await service.close()

    asyncio.run(follow())
