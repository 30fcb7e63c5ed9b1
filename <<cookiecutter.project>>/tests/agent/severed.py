"""A way to a server that can be cut, or swallow everything, as a network does."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

CHUNK_BYTES = 65_536


@dataclass
class Way:
    """Forwards what comes to its port. `cut` ends all connections and refuses new ones; `freeze` keeps them, and
    forwards nothing; `mend` ends either."""

    to_port: int
    port: int = 0
    is_cut: bool = False
    thawed: threading.Event = field(default_factory=threading.Event)
    _open: list[socket.socket] = field(default_factory=list)

    def cut(self) -> None:
        self.is_cut = True
        self.close()

    def freeze(self) -> None:
        self.thawed.clear()

    def mend(self) -> None:
        self.is_cut = False
        self.thawed.set()

    def close(self) -> None:
        """End all connections."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def take(self, listener: socket.socket) -> None:
        """Forward connections until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                if self.is_cut:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self.to_port))
                self._open += [client, server]
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._forward, args=pair, daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK_BYTES):
                self.thawed.wait()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextmanager
def way_to(port: int) -> Iterator[Way]:
    """A way to a port of this machine, for as long as this is open."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        way = Way(port, listener.getsockname()[1])
        way.mend()
        taking = threading.Thread(target=way.take, args=(listener,), daemon=True)
        taking.start()
        try:
            yield way
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            way.mend()
            way.close()
            taking.join()
