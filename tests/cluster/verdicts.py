"""What the controller of Argo Rollouts makes of gates: it judges analysis runs that belong to no Rollout, with the
rendered metrics, each measured once."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rollout.gates.judge import Outcome
from rollout.kubernetes.analysis import API_VERSION, passing, watching
from rollout.policy.plan import Gate, Plan, Step
from tests.cluster.api import Api, Object
from tests.rollout.kubernetes.argo import UNDECIDED
from tests.waiting import wait_until

WITHIN_SECONDS = 240.0
EVERY_SECONDS = 0.5
STEP = Step(weight=0.05, hold_seconds=10)
BACK_SECONDS = 30.0
"""For stable's counts once it is idle, besides three of the gate's longest windows."""

ENDED = ("Successful", "Failed", "Error", "Inconclusive")
NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Judged:
    """A gate's verdict, in the words of the table. `evidence` is that of the query that can fail it, if it has some."""

    verdict: str
    evidence: float | None


@dataclass(frozen=True)
class Controller:
    """In a namespace without a Rollout, with the Prometheus of this URL."""

    api: Api
    namespace: str
    plan: Plan
    prometheus: str

    def judge(self, gates: Sequence[Gate], release: str, stable: str, started: int = 1) -> list[Judged]:
        """All of them at once. Two runs each, since a failure ends the other metrics of its run."""
        given = {"prometheus": self.prometheus, "release": release, "stable": stable, "started": str(started)}
        made = [(self._make(watches, given), self._make(passes, given)) for watches, passes in map(self.metrics, gates)]
        wanted = {name for pair in made for name in pair}

        def runs() -> Mapping[str, Object]:
            found = self.api.list("analysisruns", self.namespace)
            return {each["metadata"]["name"]: each for each in found if each["metadata"]["name"] in wanted}

        def ended() -> bool:
            return sum(phase(run) in ENDED for run in runs().values()) == len(wanted)

        wait_until(ended, WITHIN_SECONDS, lambda: {name: phase(run) for name, run in runs().items()}, EVERY_SECONDS)
        found = runs()
        return [judged(found[watches], found[passes]) for watches, passes in made]

    def metrics(self, gate: Gate) -> tuple[Object, Object]:
        """As rendered, but measured once, and without patience for an error."""
        plan = replace(
            self.plan,
            gates=(gate,),
            steps=(STEP,),
            keep_seconds=0.0,
            decide_within_seconds=BACK_SECONDS,
            tolerate_errors=1,
            vendor_errors="shift" if gate.weighed and gate.weighed.without_vendor else "always",
        )
        (watches,), (passes,) = watching(plan), passing(plan, STEP)
        return watches | {"count": 1}, passes

    def _make(self, metric: Object, given: dict[str, str]) -> str:
        name = f"judged-{next(NUMBERS)}"
        arguments = [{"name": key, "value": value} for key, value in (given | {"attempts": "1"}).items()]
        run = {"apiVersion": API_VERSION, "kind": "AnalysisRun", "metadata": {"name": name}}
        self.api.create("analysisruns", self.namespace, run | {"spec": {"args": arguments, "metrics": [metric]}})
        return name


def phase(run: Object) -> str:
    return str(run.get("status", {}).get("phase"))


def judged(watches: Object, passes: Object) -> Judged:
    phases = (phase(watches), phase(passes))
    if "Error" in phases:
        return Judged(Outcome.ERROR, None)
    if phases[0] == "Failed":
        return Judged(Outcome.FAIL, measured(watches))
    return Judged(Outcome.PASS if phases[1] == "Successful" else UNDECIDED, measured(watches))


def measured(run: Object) -> float | None:
    """Argo writes a vector as [1,2], and NaN and +Inf as themselves."""
    (result,) = run["status"]["metricResults"]
    (measurement,) = result["measurements"]
    inner = str(measurement["value"]).strip("[]")
    return float(inner) if inner and "," not in inner else None
