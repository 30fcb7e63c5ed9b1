"""A real registry on the loopback address, which every Docker engine accepts without TLS."""

import shutil
import subprocess
from pathlib import Path

from rollout.rehearsal.process import Process, free_port, listening
from tests.waiting import wait_until

CONFIG = """\
version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {folder}}}
  delete: {{enabled: true}}
http: {{addr: 127.0.0.1:{port}}}
"""


class Registry:
    """Debian's docker-registry if it is installed, or else the official image."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._name = f"registry-{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        self._process: Process | None = None
        self.config: Path | None = None  # for the program; a container has its own
        if program := shutil.which("docker-registry"):
            self.config = folder / "config.yml"
            self.config.write_text(CONFIG.format(folder=folder / "data", port=self.port))
            self._process = Process("registry", (program, "serve", str(self.config)), folder / "registry.log")
        else:
            publish = f"127.0.0.1:{self.port}:5000"
            subprocess.run(
                ["docker", "run", "--detach", "--rm", "--name", self._name, "--publish", publish, "registry:3"],
                check=True,
                capture_output=True,
            )
        wait_until(lambda: listening(self.port))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        if self._process:
            self._process.stop()
        else:
            subprocess.run(["docker", "rm", "--force", self._name], check=True, capture_output=True)
