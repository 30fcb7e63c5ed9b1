"""The canary solves the policy's tasks, one after the other, before its first user."""

from collections.abc import Callable

from rollout.engine.ports import Clock
from rollout.engine.record import Record
from rollout.engine.traffic import Traffic
from rollout.gates.decide import GoBack
from rollout.gates.evals import Result, failure, judge_case, score
from rollout.journal.events import EvalResult, Evaluated
from rollout.policy.plan import Eval, Evals
from rollout.router.task import Unsolved
from rollout.text import duration


class Evaluation:
    """One evaluation of the canary."""

    def __init__(self, evals: Evals, traffic: Traffic, record: Record, clock: Clock) -> None:
        self._evals, self._traffic, self._record, self._clock = evals, traffic, record, clock
        self._began = clock.monotonic()

    def run(self, pause: Callable[[float], None]) -> None:
        """Record the results. Obeys orders between two tasks, by `pause`. Raises GoBack if too few cases pass."""
        results = []
        for case in self._evals.cases:
            pause(0)
            results.append(self._result(case))
        why = failure(self._evals, results)
        self._record.write(
            Evaluated(
                time=self._clock.time(),
                score=score(results),
                floor=self._evals.floor,
                failed=why is not None,
                seconds=round(self._clock.monotonic() - self._began, 3),
                cases=tuple(EvalResult(case=each.case, passed=each.passed, why=each.why) for each in results),
            )
        )
        if why:
            raise GoBack(why)

    def _result(self, case: Eval) -> Result:
        left_seconds = self._evals.within_seconds - (self._clock.monotonic() - self._began)
        if left_seconds <= 0:
            late = f"all cases together took longer than {duration(self._evals.within_seconds)}"
            return judge_case(case, Unsolved(late))
        return judge_case(case, self._traffic.solve(case.task, left_seconds))
