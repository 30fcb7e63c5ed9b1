"""A scripted rollout on its own router; its engine is a process that can be killed and stopped."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import TracebackType
from typing import Self

from rollout.router.split import Slot
from tests.rollout.fakes import SPEC
from tests.rollout.lines import Event, read
from tests.rollout.router import scripted
from tests.rollout.router.backend import Backend
from tests.rollout.router.client import ask_all, of
from tests.rollout.router.running import SALT, RunningRouter, users_in
from tests.rollout.router.scripted import LEASE_SECONDS, Case, Fate, Kill
from tests.waiting import wait_until

USERS = list(islice(users_in(0, 0.05), 5))  # a user in the share at 5 % is in it at every weight
WITHIN_SECONDS = 30.0

# Each of a hundred engines is a fork of one process that has already imported everything.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["pytest", scripted.__name__])


class EngineProcess:
    """A running engine; killed at the end if it is still running."""

    def __init__(self, case: Case, kill: Kill | None = None) -> None:
        self._process: ForkServerProcess = PROCESSES.Process(target=scripted.run, args=(case, kill), daemon=True)
        self._process.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.join()
        self._process.close()

    def exit_code(self) -> int:
        """Wait for its end: 0, or the negative number of the signal that killed it."""
        self._process.join(WITHIN_SECONDS)
        assert self._process.exitcode is not None, f"the engine did not end within {WITHIN_SECONDS:g} s"
        return self._process.exitcode

    def send(self, number: signal.Signals) -> None:
        assert self._process.pid
        os.kill(self._process.pid, number)


class Rollout:
    """A scripted rollout and its router."""

    def __init__(self, case: Case, router: RunningRouter) -> None:
        self.case, self.router = case, router

    def run(self, kill: Kill | None = None) -> int:
        """Run an engine to its end. Returns its exit code."""
        with EngineProcess(self.case, kill) as engine:
            return engine.exit_code()

    def events(self) -> list[Event]:
        return read(self.case.journal) if self.case.journal.exists() else []

    def sides(self) -> set[str | None]:
        """The release that answers the first users of the canary's share."""
        return {answer.release for answer in ask_all(self.router.port, map(of, USERS))}

    def all_on_within_a_lease(self, slot: Slot) -> None:
        """Wait for it, up to a second longer on a busy machine."""
        wait_until(lambda: self.sides() == {slot}, LEASE_SECONDS + 1, self.sides)

    def stable_on_disk(self) -> Slot:
        return "green" if self.router.control.on_disk()["stable"] == "green" else "blue"

    def check_end(self) -> Slot:
        """The journal is complete and ended, and the router, its file and the traffic agree on a slot. Returns that
        slot."""
        ended = self.events()[-1]
        assert ended["event"] == "ended"
        slot: Slot = "green" if ended["verdict"] == "promoted" else "blue"
        running = self.router.control.current()
        assert running == self.router.control.on_disk()
        assert (running["stable"], running["weight"], running["until_ms"]) == (slot, "0", "0")
        assert self.sides() == {slot}
        return slot


@contextmanager
def rollout(folder: Path, blue: Backend, green: Backend, fate: Fate, hold_seconds: float = 0.25) -> Iterator[Rollout]:
    """A rollout from blue to green, unless it is scripted to fail."""
    with RunningRouter(folder, blue, green) as router:
        spec = replace(
            SPEC,
            rollout=SALT,
            router_socket=str(router.socket),
            router_folder=str(router.folder),
            state=str(folder / "state"),
        )
        yield Rollout(Case(spec, fate, hold_seconds), router)
