"""HAProxy's certificate: replaced in the running router, or loaded by a reload."""

import re
import socket
import time
from pathlib import Path

from rollout.errors import RouterError
from rollout.router.certificate import Certificate
from rollout.router.haproxy import Haproxy, read_map_answer

SHOWN = re.compile(r"^SHA1 FingerPrint: ([0-9A-F]{40})$", re.MULTILINE)


class TlsRouter(Haproxy):
    """A router that may serve TLS with the certificate at `path`, which is also its name there; `master` is the socket
    of its master process."""

    def __init__(self, socket_path: Path, path: Path, master: Path) -> None:
        super().__init__(socket_path, path.parent, timeout_seconds=10.0)
        self._path, self._master = path, master

    def serves(self) -> str | None:
        """The fingerprint of the certificate for new connections; None without TLS."""
        found = SHOWN.search(self._ask(f"show ssl cert {self._path}"))
        return found[1] if found else None

    def expires(self) -> int | None:
        """When its certificate expires, in epoch seconds; None without TLS. Raises RouterError."""
        found = read_map_answer(self._ask(f"show map {self._path}.map")).get("expires")
        return int(found) if found else None

    def swap(self, certificate: Certificate) -> None:
        """Serve another certificate from now on; open connections keep theirs. Raises RouterError."""
        answer = self._ask(f"set ssl cert {self._path} <<\n{certificate.pem}\n")
        if "Transaction" in answer:
            answer = self._ask(f"commit ssl cert {self._path}")
        if self.serves() != certificate.fingerprint:
            self._ask(f"abort ssl cert {self._path}")
            raise RouterError(f"the router did not take the certificate: {' '.join(answer.split())[:300]}")

    def tell_expiry(self, expires: int) -> None:
        """Set the value of the metric, in epoch seconds."""
        self._ask(f"set map {self._path}.map expires {expires}")

    def reload(self) -> None:
        """Make the master process start a worker with the current configuration. No connection is lost: the old worker
        still answers its requests. Raises RouterError."""
        until = time.monotonic() + self._timeout_seconds
        while True:
            try:
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(self._timeout_seconds)
                    connection.connect(str(self._master))
                    connection.sendall(b"reload\n")
                    connection.recv(4096)
                    return
            except OSError as error:  # a master that has just started or reloaded recreates its socket
                if time.monotonic() > until:
                    raise RouterError(f"the router's socket {self._master} does not answer: {error}") from error
            time.sleep(0.1)
