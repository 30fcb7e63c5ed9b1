"""Runs the commands that only read and write files; `rehearse` and `engine` are tested on real parts."""

from dataclasses import replace
from pathlib import Path

import pytest

from rollout.cli.command import main
from rollout.journal import opened
from rollout.journal.line import event_of
from rollout.journal.state import State
from rollout.onhost.engine_process import started
from tests.rollout.fakes import PLAN, SPEC, World
from tests.rollout.lines import Event

OLDER, NEWER = "20251124T120000.000Z-good", "20251124T130000.000Z-errors-0.2"


class Shell:
    """Runs a command on a state folder of its own, and keeps what it said."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.state, self._capsys = State(folder / ".rollout"), capsys
        self.state.folder.mkdir()

    def run(self, *arguments: str) -> int:
        here = [] if arguments[0] == "check" else ["--state", str(self.state.folder)]
        code = main([*arguments, *here])
        self.said, self.complained = self._capsys.readouterr()
        return code

    def read(self) -> str:
        """What was printed since."""
        return self._capsys.readouterr().out

    def complaints(self) -> str:
        """What it complained of since."""
        return self._capsys.readouterr().err

    def keep(self, rollout: str, events: list[Event]) -> None:
        first = started(replace(SPEC, rollout=rollout), PLAN, events[0]["time"])
        with opened(self.state.journal(rollout)) as book:
            for event in (first, *map(event_of, events[1:])):
                book.write(event)


def promoted() -> list[Event]:
    world = World()
    world.run()
    return world.journal.events


def rolled_back() -> list[Event]:
    world = World()
    world.metrics.say(errors=0.213)
    world.run()
    return world.journal.events
