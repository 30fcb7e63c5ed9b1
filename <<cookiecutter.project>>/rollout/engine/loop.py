"""plan -> shift -> measure -> judge -> promote | go back. The only loop; it acts only through its ports."""

import math
import os
from collections.abc import Callable
from contextlib import suppress

from rollout.engine.evaluation import Evaluation
from rollout.engine.ports import Clock, Journal, Orders, Router, WatchedMetrics
from rollout.engine.record import Record
from rollout.engine.recovery import AlreadyEnded, Promotion, Repeat, choose, last
from rollout.engine.spec import Spec
from rollout.engine.traffic import Traffic
from rollout.engine.visits import Visits
from rollout.engine.watch import Interrupted, Watch
from rollout.errors import MetricsError
from rollout.gates.decide import GoBack, decide, decide_kept
from rollout.gates.judge import Outcome
from rollout.journal import Story, events
from rollout.policy.plan import Plan, Step
from rollout.router.aftermath import Aftermath


class Engine:
    """One rollout, from the canary's first health check to its end."""

    def __init__(
        self,
        spec: Spec,
        plan: Plan,
        router: Router,
        metrics: WatchedMetrics,
        journal: Journal,
        clock: Clock,
        orders: Orders,
    ) -> None:
        self._spec, self._plan, self._metrics = spec, plan, metrics
        self._record = Record(journal, clock, plan.gates)
        self._clock, self._now = clock, clock.time
        self._traffic = Traffic(spec, plan, router, clock)
        self._watch = Watch(spec, plan, self._traffic, metrics, self._record, clock, orders)

    def run(self) -> str:
        """Run the whole rollout. Returns the verdict: promoted, rolled_back or in_doubt; or left, if the engine
        received a signal after the promotion."""
        self._traffic.record(Aftermath())  # of the rollout before
        return self._to_the_end(self._run_steps if self._spec.at_once is None else self._go_live)

    def resume(self, before: Story, stable_now: str | None) -> str:
        """Continue a dead engine's rollout from its journal; `stable_now` is the stable slot according to the router's
        file."""
        answers, at_once = self._old_answers(before), self._spec.at_once is not None
        choice = choose(before, stable_now, self._spec.canary_slot, old_answers=answers, at_once=at_once)
        if isinstance(choice, AlreadyEnded):
            return choice.verdict
        self._record.try_write(
            events.Recovered,
            time=self._now(),
            after=last(before),
            by=self._spec.by,
            pid=os.getpid(),
            choice="back" if isinstance(choice, GoBack) else "on",
        )
        if before.shifted:
            self._watch.step, self._traffic.weight = before.shifted.step, before.shifted.weight
        if isinstance(choice, Promotion):
            return self._resume_keep(choice)
        return self._go_live_again(before, stable_now) if isinstance(choice, Repeat) else self._go_back(choice)

    def _old_answers(self, before: Story) -> bool:
        """Whether the old release answers; checked only if a bad line leaves the verdict open. True if the router does
        not answer."""
        if before.doubt.line:
            self._traffic.refresh_health_if_possible()
        return self._traffic.stable.last is None or self._traffic.stable.last.up

    def _go_live_again(self, before: Story, stable_now: str | None) -> str:
        """Repeat the only move of a rollout without steps. If the router shows that it was made, and only the journal
        can't be read, the rollout is over."""
        if before.doubt.line and stable_now == self._spec.canary_slot:
            self._watch.reason = self._spec.at_once or ""
            return self._to_the_end(lambda: None)
        return self.run()

    def _resume_keep(self, promotion: Promotion) -> str:
        now = self._clock.time()
        self._watch.reason = promotion.reason
        self._watch.stable_left = self._watch.began - (now - promotion.stable_left_at)
        self._watch.began -= now - promotion.began_at
        self._watch.promoted = True
        return self._to_the_end(lambda: self._keep_until(promotion.promoted_at + self._plan.keep_seconds))

    def _go_back(self, back: GoBack) -> str:
        """Record the verdict, return all traffic to stable, and wait for the canary's last requests."""
        self._record.try_write(
            events.Verdict,
            time=self._now(),
            verdict=back.verdict,
            reason=back.reason,
            gate=back.gate,
            step=self._watch.step,
            weight=self._traffic.weight,
        )
        verdict = back.verdict
        if trouble := self._traffic.restore():
            answers = self._traffic.answers_instead
            self._record.try_write(events.Unrestored, time=self._now(), why=trouble, answers=answers)
            verdict = "in_doubt"
        else:
            self._record.try_write(
                events.Restored, time=self._now(), release=self._spec.stable, slot=self._spec.stable_slot
            )
        self._traffic.record(Aftermath.at(self._now(), in_doubt=verdict == "in_doubt", unrestored=trouble is not None))
        self._drain()
        self._record.try_write(events.Ended, time=self._now(), verdict=verdict, reason=back.reason, gate=back.gate)
        return verdict

    def _to_the_end(self, part: Callable[[], None]) -> str:
        try:
            part()
        except GoBack as back:
            return self._go_back(back)
        except Interrupted as interrupted:
            self._record.try_write(events.Left, time=self._now(), why=str(interrupted))
            return "left"
        except Exception as error:  # after any error, the traffic returns to stable first
            return self._go_back(GoBack(f"the engine failed: {error!r}", in_doubt=True))
        self._record.try_write(events.Ended, time=self._now(), verdict="promoted", reason=self._watch.reason, gate=None)
        return "promoted"

    def _run_steps(self) -> None:
        self._wait_until_ready()
        if self._plan.evals is not None:
            Evaluation(self._plan.evals, self._traffic, self._record, self._clock).run(self._watch.pause)
            self._watch.ready = self._clock.monotonic()  # the gates do not count these runs
        for number, step in enumerate(self._plan.steps, start=1):
            self._run_step(number, step)
        self._record_promotion_verdict()
        self._promote_and_keep(self._plan.keep_seconds)

    def _go_live(self) -> None:
        """Move all traffic as soon as the canary is healthy; the spec gives the reason."""
        self._watch.reason = self._spec.at_once or ""
        self._wait_until_ready()
        self._record_promotion_verdict()
        self._promote()

    def _record_promotion_verdict(self) -> None:
        """Record the verdict `promoted` before the traffic moves. Raises OSError."""
        self._record.write(
            events.Verdict(
                time=self._now(),
                verdict="promoted",
                reason=self._watch.reason,
                gate=None,
                step=self._watch.step,
                weight=self._traffic.weight,
            )
        )

    def _wait_until_ready(self) -> None:
        """Wait until the canary is healthy and, if gates will judge it, Prometheus scrapes it: requests before the
        first scrape are not counted."""
        deadline = self._clock.monotonic() + self._plan.ready_within_seconds
        while missing := self._not_ready():
            if self._clock.monotonic() > deadline:
                raise missing
            self._watch.pause()
            self._traffic.refresh_health()
        self._traffic.canary.watch_from_now()
        self._watch.ready = self._clock.monotonic()
        self._record.write(events.Ready(time=self._now(), seconds=round(self._watch.ready - self._watch.began, 3)))

    def _not_ready(self) -> GoBack | None:
        """Why the canary is not ready yet, or None."""
        last = self._traffic.canary.last
        if last is None or not last.up:
            return GoBack(f"the canary never got ready: its health check says {last.check if last else 'nothing'}")
        if self._spec.at_once is not None:
            return None
        try:
            if self._metrics.sees(self._spec.release):
                return None
        except MetricsError as error:
            return GoBack(f"Prometheus never found the canary: {error}", in_doubt=True)
        return GoBack("Prometheus never found the canary: it has no target of this release", in_doubt=True)

    def _run_step(self, number: int, step: Step) -> None:
        """Run one step: shift the traffic, then measure until the step passes."""
        before, self._watch.step = self._traffic.weight, number
        self._traffic.shift(step.weight)
        self._record.write(events.Shifted(time=self._now(), step=number, weight_before=before, weight=step.weight))
        visits = Visits(self._clock.monotonic(), self._traffic.requests_of_canary())
        began, errors, extended_for, self._watch.skip_hold = self._clock.monotonic(), 0, "", False
        if step.weight == 1:
            self._watch.stable_left = began
        while True:
            gates = self._watch.measure(self._plan.gates_of(step), began + step.hold_seconds, keep=False)
            if held_seconds := self._hold(step):
                began, errors = began + held_seconds, 0
                continue
            errors = errors + 1 if any(measured.outcome is Outcome.ERROR for measured in gates) else 0
            visits.add(now := self._clock.monotonic(), self._traffic.canary.requests)
            decision = decide(self._plan, step, now - began, gates, errors, visits.during(self._plan.window_seconds))
            if decision.move == "back":
                raise GoBack(decision.reason, decision.gate, in_doubt=decision.in_doubt)
            if decision.move == "advance" or self._watch.skip_hold:
                return
            if decision.move == "extend" and (decision.gate or "time") != extended_for:
                extended_for = decision.gate or "time"
                self._record.write(events.Extended(time=self._now(), step=number, why=decision.reason))

    def _hold(self, step: Step) -> float:
        """While stable is down, the canary answers everybody and there is nothing to go back to: wait until stable is
        up or a person orders `promote`. Returns how long that took, in seconds."""
        if not self._traffic.stable_is_down() or self._watch.skip_hold:
            return 0.0
        began = self._clock.monotonic()
        self._record.write(self._held())
        while self._traffic.stable_is_down() and not self._watch.skip_hold:
            if self._clock.monotonic() - began >= self._plan.decide_within_seconds:
                raise GoBack(f"stable did not come back within {self._plan.decide_within_seconds:g} s", in_doubt=True)
            self._watch.measure(self._plan.gates_of(step), began, keep=False)
        seconds = self._clock.monotonic() - began
        self._record.write(self._held(seconds))
        return seconds

    def _held(self, seconds: float | None = None) -> events.Held:
        check = self._traffic.stable.last.check if self._traffic.stable.last else "nothing"
        return events.Held(time=self._now(), why=f"stable's health check says {check}", seconds=seconds)

    def _promote_and_keep(self, seconds: float) -> None:
        """Make the canary's slot stable, and keep measuring while the old release is still up. Now only a failed gate
        or a dead release goes back: an unreachable Prometheus or router, or a full disk, is not evidence against
        stable."""
        self._promote()
        began = self._clock.monotonic()
        until = began + seconds
        self._traffic.refresh_health_if_possible()
        self._traffic.canary.watch_from_now()
        held = False
        while True:  # at least once, even if a resumed keep is already over
            decision = decide_kept(self._watch.measure(self._plan.kept_gates, until, keep=True))
            over = self._watch.skip_hold or self._clock.monotonic() >= until
            nowhere = decision.move == "back" and self._traffic.stable_is_down()
            if decision.move == "back" and (over or not nowhere):
                raise GoBack(decision.reason, decision.gate)
            if nowhere and not held:
                held = True
                self._record.try_write(self._held)
            if over:
                break
        self._record.try_write(
            events.Kept, time=self._now(), seconds=round(min(seconds, self._clock.monotonic() - began), 3)
        )

    def _keep_until(self, until: float) -> None:
        """Continue a keep that ends at `until` (epoch seconds)."""
        self._wait_until_back()
        self._watch.ready = self._clock.monotonic()  # errors while the host was down do not count against the release
        self._promote_and_keep(max(0.0, until - self._clock.time()))

    def _wait_until_back(self) -> None:
        """Wait until the release is healthy for one lease in a row. The host may have restarted, and it starts
        containers in any order, so the release gets as long as a new one; and a router that just started reports every
        server as up."""
        deadline, up_since = self._clock.monotonic() + self._plan.ready_within_seconds, math.inf
        while (now := self._clock.monotonic()) - up_since < self._plan.lease_seconds:
            self._traffic.refresh_health_if_possible()
            last = self._traffic.canary.last
            up_since = min(up_since, now) if last and last.up else math.inf
            if up_since == math.inf and now > deadline:
                if trouble := self._traffic.trouble():
                    raise GoBack(trouble)
                return  # the router does not answer: no evidence against the release
            self._watch.pause()

    def _promote(self) -> None:
        self._traffic.promote()
        if not self._watch.promoted:  # otherwise a resumed engine found it promoted
            self._traffic.check_promoted()
        self._watch.promoted, self._watch.skip_hold = True, False
        self._record.try_write(
            events.Promoted, time=self._now(), release=self._spec.release, slot=self._spec.canary_slot
        )

    def _drain(self) -> None:
        """Wait until the canary has answered its running requests, or `drain_within` is over. Does not wait if the
        router does not answer."""
        began = self._clock.monotonic()
        with suppress(GoBack):
            self._traffic.refresh_health()
            while self._running() and self._clock.monotonic() - began < self._plan.drain_within_seconds:
                self._clock.sleep(self._plan.beat_seconds)
                self._traffic.refresh_health()
        seconds = round(self._clock.monotonic() - began, 3)
        self._record.try_write(events.Drained, time=self._now(), seconds=seconds, in_flight=self._running())

    def _running(self) -> int:
        return self._traffic.canary.last.running if self._traffic.canary.last else 0
