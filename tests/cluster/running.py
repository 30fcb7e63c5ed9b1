"""The cluster of the tests: held up by a process of its own, which ends it when the tests end, however they end."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import pytest

from tests.asking import get
from tests.cluster.api import Api
from tests.cluster.needed import program
from tests.host.images import build, docker, tag_of
from tests.repository import REPOSITORY
from tests.source import TEMPLATE

DOWN_WITHIN_SECONDS = 90.0


class Running:
    """While entered. `described` is what `python -m tests.cluster` says of it."""

    def __enter__(self) -> Self:
        self._errors = tempfile.TemporaryFile("w+")
        self._holder = subprocess.Popen(
            [sys.executable, "-m", "tests.cluster"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=TEMPLATE,
            env={**os.environ, "REPOSITORY": str(REPOSITORY)},
            text=True,
            start_new_session=True,  # Ctrl-C reaches the tests, which then close its input
        )
        self.described: dict[str, Any] = json.loads(self._line())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._holder.stdin
        assert self._holder.stdout
        self._holder.stdin.close()
        self._holder.wait(DOWN_WITHIN_SECONDS)
        self._holder.stdout.close()
        self._errors.close()

    def start(self, name: str) -> None:
        """Start a part again that a test has ended."""
        assert self._holder.stdin
        self._holder.stdin.write(f"start {name}\n")
        self._holder.stdin.flush()
        self.described["pids"][name] = json.loads(self._line())["pid"]

    def _line(self) -> str:
        assert self._holder.stdout
        line = self._holder.stdout.readline()
        if not line:
            self._errors.seek(0)
            pytest.exit(f"the cluster failed:\n{self._errors.read()[-4000:]}", returncode=1)
        return line

    def pid(self, name: str) -> int:
        return int(self.described["pids"][name])

    @property
    def api(self) -> Api:
        return Api(Path(self.described["kubeconfig"]))

    def leader(self, names: Sequence[str]) -> str:
        """Which of these controllers leads: the last that said so in its log."""
        said = {}
        for name in names:
            log = (Path(self.described["logs"]) / f"{name}.log").read_text()
            said[name] = max(re.findall('time="([^"]+)".*I am the new leader', log), default="")
        found = max(said, key=lambda name: said[name])
        assert said[found], f"none of {names} leads"
        return found

    def value(self, promql: str) -> float:
        """A query's only value; 0 if there is none, or Prometheus does not answer."""
        with suppress(OSError):
            page = json.loads(get(f"{self.described['prometheus']}/api/v1/query?query={quote(promql)}"))
            return float(sum(float(each["value"][1]) for each in page["data"]["result"]))
        return 0.0

    def firing(self, alert: str) -> bool:
        return self.value(f'ALERTS{{alertname="{alert}",alertstate="firing"}}') > 0

    def kubectl(self, *arguments: str, fails: bool = False) -> str:
        """Its output. With `fails`, it must fail."""
        command = [program("kubectl"), f"--kubeconfig={self.described['kubeconfig']}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode != 0) == fails, f"kubectl {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    @cached_property
    def _agent(self) -> str:
        return build("agent", tag_of("agent"))

    def import_image(self, model: str = "offline", number: int = 1) -> tuple[str, str]:
        """Build a release of the service with this model and give it to containerd; returns its name and digest, as a
        registry has them. A pull of another digest contacts only this machine."""
        repository = "localhost:1/agent"
        name = f"{repository}:{tag_of('agent').rpartition(':')[2]}"
        text = f"FROM {self._agent}\nENV AGENT_MODEL={model} RELEASE_NAME={number}\n"
        docker("build", "--quiet", "--tag", name, "-", text=text)
        saved = subprocess.run(["docker", "save", name], check=True, capture_output=True).stdout
        docker("rmi", name)
        self._ctr("images", "import", "--base-name", repository, "--digests", "-", stdin=saved)
        return repository, self._ctr("images", "ls", f"name=={name}").splitlines()[1].split()[2]

    def _ctr(self, *arguments: str, stdin: bytes = b"") -> str:
        command = [program("ctr"), f"--address={self.described['containerd']}", "--namespace=k8s.io", *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, check=False)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.decode()}"
        return done.stdout.decode()
