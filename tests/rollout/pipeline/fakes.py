"""Production that notes what it is told, and a run that notes what it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from rollout import report
from rollout.errors import RolloutError
from rollout.journal.provenance import Provenance
from rollout.pipeline.production import Look, Rollout
from tests.rollout.lines import story
from tests.rollout.report.examples import promoted

NEW, OLD, NEXT = (f"ghcr.io/my-org/my-agent@sha256:{letter * 64}" for letter in "bac")
ENGINE = f"ghcr.io/my-org/my-agent-engine@sha256:{'e' * 64}"


FIRST_ATTEMPT, SECOND_ATTEMPT = (f"https://github.com/my-org/my-agent/actions/runs/7/attempts/{n}" for n in (1, 2))
APPROVED_AT = 1000.0
"""What a deploy of NEW was approved for, in epoch seconds."""


def signed(approved_at: float | None = APPROVED_AT, run: str = FIRST_ATTEMPT) -> Provenance:
    return Provenance(kind="signed", run=run, approved_at=approved_at)


def newest(
    release: str, stable: str | None, verdict: str, provenance: Provenance | None = None, started: float = 10.0
) -> Rollout:
    """Started long ago, if nothing else is said."""
    name, said = "20261124T130000.000Z-my-agent", f"It is {verdict}"
    return Rollout(name, release, stable, started, verdict, said, provenance or Provenance())


@dataclass
class FakeProduction:
    """`after` is what is stable after a rollback, None if nothing changes; `error` is raised by one."""

    found: Look
    verdict: str = "promoted"
    code: int = 0
    after: str | None = None
    error: RolloutError | None = None
    silent: RolloutError | None = None
    calls: list[str] = field(default_factory=list)
    provenance: Provenance | None = None

    def look(self) -> Look:
        if self.silent:
            raise self.silent
        return self.found

    def start(self, release: str, engine: str, provenance: Provenance) -> str:
        self.calls.append(f"start {release} {engine}")
        self.provenance = provenance
        return self.verdict

    def follow(self, rollout: str) -> str:
        self.calls.append(f"follow {rollout}")
        return self.verdict

    def roll_back(self, release: str | None, reason: str, *, now: bool) -> int:
        self.calls.append(f"roll back to {release}{' now' if now else ''}: {reason}")
        if self.after:
            self.found = replace(self.found, stable=self.after)
        if self.error:
            raise self.error
        return self.code

    def status(self) -> str:
        return f"stable blue {self.found.stable}\n"

    def write_report(self, rollout: str, folder: Path) -> Path:
        self.calls.append(f"report {rollout}")
        return report.write(story(promoted()), False, folder)


class Run:
    """A workflow's run: its outputs, its annotations, and its summary."""

    def __init__(self) -> None:
        self.outputs: dict[str, str] = {}
        self.annotations: list[str] = []
        self.summary = ""

    def write_outputs(self, outputs: Mapping[str, str]) -> None:
        self.outputs |= outputs

    def annotate(self, kind: Literal["notice", "warning", "error"], message: str) -> None:
        self.annotations.append(f"{kind}: {message}")

    def say(self, text: str) -> None:
        self.summary += f"{text}\n"
