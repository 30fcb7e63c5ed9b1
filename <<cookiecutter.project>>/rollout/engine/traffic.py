"""The traffic of one rollout: moved, leased, brought home. Bears a router that restarts, for as long as a lease."""

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
        """Give the canary this share of the users, 0..1, on a lease; returns when the router has confirmed it."""
        self.weight, self.leased = weight, True
        self._insist(self.renew)

    def renew(self) -> bool:
        """Prolong the lease. False when the router did not confirm it; raises GoBack when it has not for too long."""
        split = Split(
            stable=self._spec.stable_slot,
            canary=self._spec.canary_slot,
            weight=round(self.weight * BUCKETS),
            until_ms=round((self._clock.time() + self._plan.lease_seconds) * 1000),
            salt=self._spec.rollout,
        )
        return self._patiently(lambda: self._router.shift(split))

    def promote(self) -> None:
        """Make the canary's slot the stable one: all traffic is its own, and no lease is needed."""
        self.weight, self.leased = 1.0, False
        self._insist(lambda: self._patiently(lambda: self._router.shift(everybody_on(self._spec.canary_slot))))

    def restore(self) -> str | None:
        """Everybody back on stable. Returns what is wrong when the router can't be told, or its file can't be written:
        whichever of the two is left says the same, and the lease ends."""
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

    def look(self) -> None:
        """See how both slots are."""
        self._patiently(lambda: self.canary.see(self._router.health(self._spec.canary_slot)))
        self._patiently(lambda: self.stable.see(self._router.health(self._spec.stable_slot)))

    def trouble(self) -> str | None:
        """A sentence when the canary is down, or was, with what stable's health check says beside it."""
        trouble, stable = self.canary.trouble(), self.stable.last
        return f"{trouble}; stable's health check says {stable.check}" if trouble and stable else trouble

    def look_if_possible(self) -> None:
        """The same, on the way back, where nothing may stop it."""
        with suppress(GoBack):
            self.look()

    def _insist(self, confirmed: Callable[[], bool]) -> None:
        while not confirmed():
            self._clock.sleep(self._plan.beat_seconds)

    def _patiently(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except RouterError as error:
            silent_seconds = self._clock.monotonic() - self._answered
            if silent_seconds > self._plan.lease_seconds:
                raise GoBack(f"the router is gone for {silent_seconds:.1f} s: {error}", in_doubt=True) from error
            return False
        self._answered = self._clock.monotonic()
        return True
