"""The adapter of the Docker engine, over a client that only plays one."""

from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from rollout.docker.connection import TIMEOUT_SECONDS, Docker, reason
from rollout.errors import HostFailed


@dataclass
class Client:
    """An engine whose one container stops, or raises `error`; notes the timeout that it was stopped with."""

    error: Exception | None = None
    timeout: float = TIMEOUT_SECONDS
    stopped_with: list[tuple[float, float]] = field(default_factory=list)

    @property
    def api(self) -> "Client":
        return self

    @property
    def containers(self) -> "Client":
        return self

    def get(self, _: str) -> "Client":
        return self

    def stop(self, timeout: float) -> None:
        self.stopped_with.append((timeout, self.timeout))
        if self.error:
            raise self.error


@pytest.mark.parametrize("error", [None, requests.ReadTimeout("late")])
def test_the_long_timeout_of_a_stop_ends_with_it(error: Exception | None) -> None:
    client: Any = Client(error)
    docker = Docker(client)
    if error:
        with pytest.raises(HostFailed):
            docker.stop("green", 135)
    else:
        docker.stop("green", 135)
    assert client.stopped_with == [(135, 135 + TIMEOUT_SECONDS)]
    assert client.timeout == TIMEOUT_SECONDS


@pytest.mark.parametrize("cause", [FileNotFoundError(2, "No such file or directory"), ValueError("no port")])
def test_the_operating_systems_message_is_shown_without_its_wrapping(cause: Exception) -> None:
    try:
        raise requests.ConnectionError("Connection aborted") from cause
    except requests.ConnectionError as error:
        shown = reason(error)
    assert shown == ("No such file or directory" if isinstance(cause, OSError) else "Connection aborted")
