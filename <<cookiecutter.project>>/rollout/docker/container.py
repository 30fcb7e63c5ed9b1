"""One container: its state, and the hardening that every container of ours gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from docker.models.containers import Container as Model
from docker.types import LogConfig, Mount

LOGS = LogConfig(type="json-file", config={"max-size": "10m", "max-file": "3"})


@dataclass(frozen=True)
class Container:
    """One container. `state` is Docker's: created, running, restarting, exited."""

    id: str
    name: str
    state: str
    exit_code: int
    healthy: bool | None  # None without a health check
    created: datetime
    labels: Mapping[str, str]
    environment: Mapping[str, str]

    @property
    def runs(self) -> bool:
        return self.state in ("running", "restarting")


@dataclass(frozen=True)
class Said:
    """The exit code and output of a container."""

    exit_code: int
    out: str
    err: str


NEVER: Any = {"Name": "no"}  # types-docker lacks this policy

HARDENED: Mapping[str, Any] = {
    "init": True,  # process 1 ignores SIGTERM unless it has a handler
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "log_config": LOGS,
}
"""Settings of every container that we create."""


def volume(name: str, folder: str, *, read_only: bool = False) -> Mount:
    """A named volume, mounted at a folder."""
    return Mount(target=folder, source=name, type="volume", read_only=read_only)


def read(model: Model) -> Container:
    """Convert docker-py's container to ours."""
    attrs = model.attrs
    state, config = attrs["State"], attrs["Config"]
    pairs = [entry.partition("=") for entry in config.get("Env") or []]
    health = state.get("Health")
    return Container(
        id=str(model.id),
        name=str(attrs["Name"]).lstrip("/"),
        state=state["Status"],
        exit_code=state["ExitCode"],
        healthy=None if health is None else health["Status"] == "healthy",
        created=datetime.fromisoformat(attrs["Created"][:19] + "+00:00"),
        labels=config.get("Labels") or {},
        environment={name: value for name, _, value in pairs},
    )
