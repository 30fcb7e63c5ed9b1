"""One shell in a container for many short commands: starting a container for each would be slow."""

import subprocess
from collections.abc import Mapping

END = "-- that was all --"


class Shell:
    """Stays open while it answers, and is reopened after Docker was down."""

    def __init__(self, container: str, environment: Mapping[str, str]) -> None:
        self._command = ["docker", "exec", "--interactive", container, "sh"]
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None

    def ask(self, script: str) -> str:
        """The command's output; empty while Docker is down."""
        process = self._process or self._open()
        try:
            print(script, f"echo; echo {END}", sep="\n", file=process.stdin, flush=True)
        except OSError:
            self.close()
            return ""
        lines: list[str] = []
        for line in process.stdout or ():
            if line.rstrip("\n") == END:
                return "".join(lines)[:-1]
            lines.append(line)
        self.close()
        return ""

    def close(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _open(self) -> "subprocess.Popen[str]":
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return self._process
