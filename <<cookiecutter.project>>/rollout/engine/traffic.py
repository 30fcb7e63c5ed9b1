"""Moves the traffic of one rollout, renews its lease, and returns it to stable. Tolerates a router that does not answer
for up to one lease, such as during a restart."""

from collections.abc import Callable
from contextlib import suppress

from rollout.engine.ports import Clock, Router
from rollout.engine.slots import SlotHistory
from rollout.engine.spec import Spec
from rollout.errors import RouterError
from rollout.gates.decide import GoBack
from rollout.policy.plan import Plan
from rollout.router.split import BUCKETS, Split, everybody_on


class Traffic:
    def __init__(self, spec: Spec, plan: Plan, router: Router, clock: Clock) -> None:
        self._spec, self._plan, self._router, self._clock = spec, plan, router, clock
        self._answered = clock.monotonic()
        self.weight = 0.0
        self.leased = False
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
        self.weight, self.leased = 1.0, False
        self._until_confirmed(lambda: self._attempt(lambda: self._router.shift(everybody_on(self._spec.canary_slot))))

    def restore(self) -> str | None:
        """Return all traffic to stable. Returns an error message if the router does not confirm it, or if its file
        can't be written. Before the promotion, the traffic is on stable in both cases once the lease has expired."""
        self.weight, self.leased = 0.0, False
        deadline = self._clock.monotonic() + self._plan.lease_seconds
        while True:
            try:
                self._router.shift(everybody_on(self._spec.stable_slot))
                return None
            except RouterError as error:
                if self._clock.monotonic() >= deadline:
                    return str(error)
                self._clock.sleep(self._plan.beat_seconds)

    def refresh_health(self) -> None:
        """Query the health of both slots."""
        self._attempt(lambda: self.canary.update(self._router.health(self._spec.canary_slot)))
        self._attempt(lambda: self.stable.update(self._router.health(self._spec.stable_slot)))

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
                raise GoBack(
                    f"the router has not answered for {silent_seconds:.1f} s: {error}", in_doubt=True
                ) from error
            return False
        self._answered = self._clock.monotonic()
        return True
