"""A machine made up for a test: what is on it, what its programs say, and what its owner answers."""

from collections.abc import Mapping, Sequence
from typing import Self

from rollout.rehearsal.machine import Answer

HAPROXY_SAYS = "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/\nStatus: long-term supported"
PROMETHEUS_SAYS = "prometheus, version 2.42.0+ds (branch: debian/sid)\n  build user: team"
VERSIONS = {"haproxy": HAPROXY_SAYS, "prometheus": PROMETHEUS_SAYS}


class FakeWorld:
    """`programs` are the names on PATH. A package manager's `install` puts there what it was told to."""

    def __init__(
        self,
        *programs: str,
        environment: Mapping[str, str] | None = None,
        user: str = "0:0",
        answers: bool | None = None,
        says: Mapping[str, str] | None = None,
    ) -> None:
        self.programs = set(programs)
        self.environment = environment or {}
        self.user = user
        self._answers = answers
        self._says = {**VERSIONS, **(says or {})}
        self._fails: list[tuple[str, Answer]] = []
        self.asked: list[str] = []
        self.said: list[str] = []
        self.ran: list[str] = []

    def fails(self, words: str, says: str, code: int = 1) -> Self:
        """A command with these words in it fails like that."""
        self._fails.append((words, Answer(code, says)))
        return self

    def which(self, name: str) -> str | None:
        return f"/bin/{name}" if name in self.programs else None

    def run(self, argv: Sequence[str], timeout_seconds: float | None) -> Answer:
        assert timeout_seconds is None or timeout_seconds > 0
        command = " ".join(argv)
        self.ran.append(command)
        for words, answer in self._fails:
            if words in command:
                return answer
        return self._obey(command)

    def ask(self, question: str) -> bool | None:
        self.asked.append(question)
        return self._answers

    def say(self, line: str) -> None:
        self.said.append(line)

    def installs(self) -> list[str]:
        """The commands that would have changed this machine."""
        return [command for command in self.ran if " install " in command]

    def _obey(self, command: str) -> Answer:
        if " install " in command:
            self.programs |= {name for name in VERSIONS if name in command}
        return Answer(0, next((said for name, said in self._says.items() if asks(command, name)), ""))


def asks(command: str, name: str) -> bool:
    """Whether this command runs the program, as it is or in a container."""
    return f"/{name} -" in command or f"--entrypoint={name} " in command
