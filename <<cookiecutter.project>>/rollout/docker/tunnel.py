"""The socket of a Docker engine on another machine, here: one ssh connection for all that a command asks of it.

docker-py's own way is a connection for each request, thirty of them for `rollout status`.
"""

import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

ENGINE_SOCKET = "/var/run/docker.sock"
OPEN_WITHIN_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.02
OPTIONS = ("-oExitOnForwardFailure=yes", "-oServerAliveInterval=15")


class Tunnel:
    """Made by the ssh program itself, so that its config, known hosts and agent count. It ends with this process."""

    def __init__(self, where: str) -> None:
        """where: ssh://[USER@]HOST[:PORT][/path/of/docker.sock]. Raises ValueError."""
        url = urlsplit(where)
        if not url.hostname:
            raise ValueError("it names no host")
        user = (f"-l{url.username}",) if url.username else ()
        port = (f"-p{url.port}",) if url.port else ()
        host = url.netloc.rpartition("@")[2].removesuffix(f":{url.port}").strip("[]")  # .hostname is in lower case
        self._ssh: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="rollout-")
        self._socket = Path(self._folder.name) / "docker.sock"
        self._complaint = Path(self._folder.name) / "complaint"
        forward = f"-L{self._socket}:{url.path or ENGINE_SOCKET}"
        # what runs there ends when our end of its input does, however that comes about
        self._command = ["ssh", *OPTIONS, *user, *port, forward, "--", host, "cat >/dev/null"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._folder.cleanup()

    def cut(self) -> None:
        """End the connection, and wait until it has ended."""
        if self._ssh and self._ssh.stdin:
            self._ssh.stdin.close()
            self._ssh.wait(OPEN_WITHIN_SECONDS)

    def open(self) -> str:
        """Its address for Docker's clients; opened again when it was cut. Raises OSError."""
        if self._ssh is None or self._ssh.poll() is not None:
            self._connect()
        return f"unix://{self._socket}"

    def complaint(self) -> str:
        """What ssh has complained of since it was opened."""
        return self._complaint.read_text(errors="replace").strip() if self._complaint.exists() else ""

    def _connect(self) -> None:
        self._socket.unlink(missing_ok=True)
        with self._complaint.open("wb") as file:
            self._ssh = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=file, preexec_fn=deaf_to_ctrl_c
            )
        ssh = self._ssh
        deadline = time.monotonic() + OPEN_WITHIN_SECONDS
        while not self._socket.exists() and ssh.poll() is None:
            if time.monotonic() > deadline:
                ssh.kill()
                raise ConnectionError(f"ssh made no connection within {OPEN_WITHIN_SECONDS:g} s")
            time.sleep(LOOK_EVERY_SECONDS)
        if not self._socket.exists():
            raise ConnectionError(self.complaint() or "ssh ended, and did not say why")


def deaf_to_ctrl_c() -> None:
    """Ctrl-C in a terminal goes to ssh too, while we may still have to tidy up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
