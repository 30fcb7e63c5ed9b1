"""The engine as a process on the host: built from a spec, and resumed after a crash."""

import math
import os
import socket
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from rollout import VERSION, journal
from rollout.engine.loop import Engine
from rollout.engine.spec import Spec
from rollout.errors import MetricsError
from rollout.gates import preflight
from rollout.journal import lock
from rollout.journal.compaction import compact
from rollout.journal.events import Slots, Started
from rollout.journal.provenance import Provenance
from rollout.journal.state import State
from rollout.journal.written import WrittenPolicy
from rollout.metrics.prometheus import Prometheus
from rollout.onhost.clock import IncomingOrders, MachineClock
from rollout.policy import file as policy_file
from rollout.policy.plan import Plan, plan
from rollout.router.haproxy import Haproxy

EXIT_CODES = {"promoted": 0, "rolled_back": 1, "in_doubt": 3}
LEFT = 143
"""The exit code of an engine that was stopped (SIGTERM) while it watched a promoted release."""


def run(spec: Spec) -> str:
    """Run the rollout to its end, or resume the one of a dead engine. Returns the verdict, or `left`.

    Raises Refused (nothing touched) when the lock is held, the policy is invalid or Prometheus does not
    answer.
    """
    state, clock = State(Path(spec.state)), MachineClock()
    clock.listen()
    with lock.held(state.lock(), spec.rollout, spec.by):
        policy = policy_file.parse(spec.policy, "rollout.yaml")
        wanted = plan(
            policy,
            spec.speed,
            spec.first_weight,
            hold_at_most=math.inf if spec.hold_at_most_seconds is None else spec.hold_at_most_seconds,
            keep_at_most=math.inf if spec.keep_at_most_seconds is None else spec.keep_at_most_seconds,
        )
        path = state.journal(spec.rollout)
        before = journal.story_of(journal.read(path)) if path.exists() else journal.Story()
        metrics = Prometheus(spec.prometheus, timeout_seconds=wanted.lease_seconds / 4)
        patient = Prometheus(spec.prometheus) if before.is_empty else metrics  # nothing depends on a lease yet
        if before.is_empty and spec.at_once is None:
            preflight.check(plan(policy).gates, spec.release, spec.stable or "", patient)
        if before.is_empty:
            make_room(state, clock.time())
        if spec.speed != 1:
            with suppress(MetricsError):  # a resumed engine continues without Prometheus
                wanted = replace(wanted, gates=preflight.at_bucket_boundaries(wanted.gates, patient))
        with journal.opened(path) as book:
            router = Haproxy(Path(spec.router_socket), Path(spec.router_folder), evals_token=state.evals_token())
            engine = Engine(spec, wanted, router, metrics, book, clock, IncomingOrders(state, spec.rollout, clock))
            if not before.is_empty:
                return engine.resume(before, router.on_disk().get("stable"))
            book.write(started(spec, wanted, clock.time()))
            return engine.run()


def make_room(state: State, now: float) -> None:
    """Compact old journals before the rollout starts. A failure is printed and does not stop the rollout."""
    for trouble in compact(state.journals(), now).troubles:
        print(f"an old journal could not be compacted: {trouble}", file=sys.stderr, flush=True)


def started(spec: Spec, wanted: Plan, time: float) -> Started:
    """The event `started`: everything that is fixed before the rollout starts."""
    return Started(
        time=time,
        rollout=spec.rollout,
        release=spec.release,
        stable=spec.stable,
        slots=Slots(stable=spec.stable_slot, canary=spec.canary_slot),
        by=spec.by,
        host=socket.gethostname(),
        pid=os.getpid(),
        version=VERSION,
        target=spec.target,
        at_once=spec.at_once,
        speed=spec.speed,
        provenance=Provenance.model_validate(spec.provenance),
        policy=written(wanted),
    )


def written(wanted: Plan) -> WrittenPolicy:
    """The plan in the journal's format."""
    gates = [{**asdict(gate), "limit": gate.limit.value, "unit": gate.limit.unit} for gate in wanted.gates]
    return WrittenPolicy.model_validate({**asdict(wanted), "gates": gates})
