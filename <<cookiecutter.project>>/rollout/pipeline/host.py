"""The adapter of `Production` for a prepared host: production, or the runner itself."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from rollout.docker import status
from rollout.docker.follow import shown
from rollout.docker.host import Host
from rollout.docker.report import write_report
from rollout.docker.request import StartRequest, policy_for_docker
from rollout.docker.rollback import rollback
from rollout.docker.start import start
from rollout.image import Image
from rollout.journal.provenance import Provenance
from rollout.pipeline.production import Look, look_in
from rollout.text import Say

POLICY = Path("rollout.yaml")


@dataclass(frozen=True)
class ProductionHost:
    """`say` prints progress."""

    host: Host
    say: Say
    console: Console

    def look(self) -> Look:
        return look_in(status.for_programs(self.host, every=True))

    def start(self, release: str, engine: str, provenance: Provenance) -> str:
        policy = policy_for_docker(POLICY)
        request = StartRequest(Image.parse(release), policy, Image.parse(engine), provenance=provenance)
        return self.follow(start(request, self.host, self.say).rollout)

    def follow(self, rollout: str) -> str:
        return shown(self.host, rollout, self.console, self.say)

    def roll_back(self, release: str | None, reason: str, *, now: bool) -> int:
        back = rollback(self.host, release, POLICY, reason, self.say, now=now)
        return back.exit_code(self.follow(back.rollout), self.host)

    def status(self) -> str:
        return status.for_people(self.host, every=True)

    def write_report(self, rollout: str, folder: Path) -> Path:
        return write_report(self.host, rollout, folder)
