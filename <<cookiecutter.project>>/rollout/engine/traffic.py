"""Moves the traffic of one rollout, renews its lease, and returns it to stable. Tolerates a router that does not answer
for up to one lease, such as during a restart.

A request checks where the traffic goes: the router also accepts a split to a slot in which nothing answers.
"""

from collections.abc import Callable
from contextlib import suppress

from rollout.engine.ports import Clock, Router
from rollout.engine.slots import SlotHistory
from rollout.engine.spec import Spec
from rollout.errors import RouterError, SplitNotSaved
from rollout.gates.decide import GoBack
from rollout.policy.plan import Plan
from rollout.router.aftermath import Aftermath
from rollout.router.split import BUCKETS, Slot, Split, everybody_on
from rollout.router.task import Solved, Unsolved

ANSWERS_WITHIN_SECONDS = 5.0
"""The minimum time to wait for an answer, however short the lease: a rehearsal's machine may be busy."""


class Traffic:
    def __init__(self, spec: Spec, plan: Plan, router: Router, clock: Clock) -> None:
        self._spec, self._plan, self._router, self._clock = spec, plan, router, clock
        self._answered = clock.monotonic()
        self.weight = 0.0
        self.leased = self._promoted = False
        self.answers_instead: Slot | None = None  # the slot that answered stable's users when stable did not
        self.canary, self.stable = SlotHistory(), SlotHistory()

    def shift(self, weight: float) -> None:
        """Send this share of the users, 0..1, to the canary, on a lease; returns when the router has confirmed it."""
        self.weight, self.leased = weight, True
        self._until_confirmed(self.renew)

    def renew(self) -> bool:
        """Renew the lease. Returns False if the router did not confirm it; raises GoBack after one lease without an
        answer."""
        split = Split(
            stable=self._spec.stable_slot,
            canary=self._spec.canary_slot,
            weight=round(self.weight * BUCKETS),
            until_ms=round((self._clock.time() + self._plan.lease_seconds) * 1000),
            salt=self._spec.rollout,
        )
        return self._attempt(lambda: self._router.shift(split))

    def promote(self) -> None:
        """Make the canary's slot stable: it gets all traffic, without a lease."""
        self.weight, self.leased, self._promoted = 1.0, False, True
        self._until_confirmed(lambda: self._attempt(lambda: self._router.shift(everybody_on(self._spec.canary_slot))))

    def check_promoted(self) -> None:
        """Wait until the canary has answered a request as the stable release. Raises GoBack."""
        if trouble := self._retry(lambda: self._silence(self._spec.canary_slot)):
            raise GoBack(f"the canary was promoted, but {trouble}", in_doubt=True)

    def restore(self) -> str | None:
        """Return all traffic to stable, and check it with a request. Returns an error message if stable does not answer
        it, if the router does not confirm the split, or if its file names another slot and can't be written."""
        self.weight, self.leased = 0.0, False
        return self._retry(self._restore_once)

    def record(self, aftermath: Aftermath) -> None:
        """Show Prometheus how the rollout has ended, if the router takes it: no decision depends on that."""
        with suppress(RouterError):
            self._router.record(aftermath)

    def stable_is_down(self) -> bool:
        """Whether stable is down according to the router's health check, so that there is nothing to go back to."""
        return self._spec.stable is not None and self.stable.last is not None and not self.stable.last.up

    def _restore_once(self) -> str | None:
        try:
            self._router.shift(everybody_on(self._spec.stable_slot))
        except SplitNotSaved:
            if self._promoted:
                raise  # a restarted router would send everybody to the canary
        return self._silence(self._spec.stable_slot) if self._spec.stable is not None else None

    def _silence(self, slot: Slot) -> str | None:
        """An error message if a request to stable, which is this slot now, was not answered by it."""
        answering = self._router.answering()
        if answering == slot:
            return None
        self.answers_instead = answering
        check = self._router.health(slot).check
        who = f"{answering} answers instead" if answering else "nobody does"
        return f"{slot} does not answer requests, {who}; its health check says {check}"

    def _retry(self, trouble: Callable[[], str | None]) -> str | None:
        """Retry for one lease; returns the last error message, or None."""
        deadline = self._clock.monotonic() + max(self._plan.lease_seconds, ANSWERS_WITHIN_SECONDS)
        while True:
            try:
                found = trouble()
            except RouterError as error:
                found = str(error)
            if found is None or self._clock.monotonic() >= deadline:
                return found
            self._clock.sleep(self._plan.beat_seconds)

    def solve(self, task: str, within_seconds: float) -> Solved | Unsolved:
        """Let the canary solve a task. A router that does not answer is asked again, up to one lease long; then raises
        GoBack."""
        found: list[Solved | Unsolved] = []
        self._until_confirmed(
            lambda: self._attempt(
                lambda: found.append(self._router.solve(self._spec.canary_slot, task, within_seconds))
            )
        )
        return found[0]

    def refresh_health(self) -> None:
        """Query the health of both slots."""
        self._attempt(lambda: self.canary.update(self._router.health(self._spec.canary_slot)))
        self._attempt(lambda: self.stable.update(self._router.health(self._spec.stable_slot)))

    def requests_of_canary(self) -> int:
        """Its requests since the rollout began, counted now."""
        self.refresh_health()
        return self.canary.requests

    def trouble(self) -> str | None:
        """A message if the canary is or was down, with the result of stable's health check."""
        trouble, stable = self.canary.trouble(), self.stable.last
        return f"{trouble}; stable's health check says {stable.check}" if trouble and stable else trouble

    def refresh_health_if_possible(self) -> None:
        """The same, but never raises GoBack."""
        with suppress(GoBack):
            self.refresh_health()

    def _until_confirmed(self, confirmed: Callable[[], bool]) -> None:
        while not confirmed():
            self._clock.sleep(self._plan.beat_seconds)

    def _attempt(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except RouterError as error:
            silent_seconds = self._clock.monotonic() - self._answered
            if silent_seconds > self._plan.lease_seconds:
                saved = not isinstance(error, SplitNotSaved)
                what = "the router has not answered" if saved else "the split could not be saved"
                raise GoBack(f"{what} for {silent_seconds:.1f} s: {error}", in_doubt=True) from error
            return False
        self._answered = self._clock.monotonic()
        return True
