"""Forwards the socket of a remote Docker engine to this machine, over one ssh connection per command.

docker-py opens a connection for each request: thirty for `rollout status`.
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
    """Uses the ssh program, and so its config, known hosts and agent. The connection ends with this process."""

    def __init__(self, where: str) -> None:
        """where: ssh://[USER@]HOST[:PORT][/path/of/docker.sock]. Raises ValueError."""
        url = urlsplit(where)
        if not url.hostname:
            raise ValueError("the address has no host")
        user = (f"-l{url.username}",) if url.username else ()
        port = (f"-p{url.port}",) if url.port else ()
        host = url.netloc.rpartition("@")[2].removesuffix(f":{url.port}").strip("[]")  # .hostname is in lower case
        self._ssh: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="rollout-")
        self._socket = Path(self._folder.name) / "docker.sock"
        self._complaint = Path(self._folder.name) / "complaint"
        forward = f"-L{self._socket}:{url.path or ENGINE_SOCKET}"
        # the remote command ends when its stdin closes, even if this process is killed
        self._command = ["ssh", *OPTIONS, *user, *port, forward, "--", host, "cat >/dev/null"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._folder.cleanup()

    def cut(self) -> None:
        """Close the connection, and wait until ssh has ended."""
        if self._ssh and self._ssh.stdin:
            self._ssh.stdin.close()
            self._ssh.wait(OPEN_WITHIN_SECONDS)

    def open(self) -> str:
        """The socket's address for Docker clients; reconnects if the connection was lost. Raises OSError."""
        if self._ssh is None or self._ssh.poll() is not None:
            self._connect()
        return f"unix://{self._socket}"

    def complaint(self) -> str:
        """The standard error of ssh since the last connection attempt."""
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
                raise ConnectionError(f"ssh could not connect within {OPEN_WITHIN_SECONDS:g} s")
            time.sleep(LOOK_EVERY_SECONDS)
        if not self._socket.exists():
            raise ConnectionError(self.complaint() or "ssh ended without a message")


def deaf_to_ctrl_c() -> None:
    """Ignore Ctrl-C, which a terminal also sends to ssh: cleaning up still needs the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
