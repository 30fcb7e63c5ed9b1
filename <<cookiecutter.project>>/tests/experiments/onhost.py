"""A Docker engine with releases, whose images answer in this process."""

import os
from collections.abc import Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, cast

from agent.experiments.onhost import main
from experiments.docker import HostLog
from rollout.docker.container import Container, Said
from rollout.docker.host import Host
from rollout.docker.port import ContainerEngine
from rollout.onhost import names

PROJECT, VOLUME = "my-agent", "my-agent_data"
MOST_ARGUMENT_BYTES = 128 * 1024
MADE = datetime(2026, 11, 29, tzinfo=UTC)


@dataclass
class Engine:
    """`app` is the working directory in the images, `data` the volume's folder. `says` replaces what a command answers;
    `ran` are the images that were asked, and `settings` those of the last container."""

    app: Path
    data: Path
    says: Said | None = None
    there: dict[str, Container] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def release(self, slot: str, minutes: int, state: str = "running", **volumes: str) -> None:
        """Start a release so many minutes later."""
        labels = {names.PART: "release", names.PROJECT: PROJECT, names.RELEASE: f"{slot}@sha256:1"}
        made = Container(slot, f"{PROJECT}-{slot}", state, 0, None, MADE + timedelta(minutes=minutes), labels, {})
        self.there[made.name] = replace(
            made, volumes=volumes or {names.DATA: VOLUME, names.SECRETS: f"{PROJECT}_secrets"}
        )

    def container(self, name: str) -> Container | None:
        return self.there.get(name)

    def run(self, image: str, command: Sequence[str], **settings: Any) -> Said:
        self.ran.append(image)
        self.settings = settings
        assert all(len(each.encode()) < MOST_ARGUMENT_BYTES for each in command), "Linux would not start it"
        if self.says is not None:
            return self.says
        mount = settings["mounts"][0]
        assert (mount["Source"], settings["environment"]["AGENT_DATA_FOLDER"]) == (VOLUME, mount["Target"])
        out, err = StringIO(), StringIO()
        os.environ["AGENT_DATA_FOLDER"] = str(self.data)
        try:
            with chdir(self.app), redirect_stdout(out), redirect_stderr(err):
                code = main(list(command))
        except SystemExit as error:  # of argparse
            code = int(str(error.code))
        finally:
            del os.environ["AGENT_DATA_FOLDER"]
        return Said(code, out.getvalue(), err.getvalue())

    def log(self) -> HostLog:
        """The log on this host."""
        return HostLog.of(Host(cast(ContainerEngine, self), PROJECT, "engine", {}))
