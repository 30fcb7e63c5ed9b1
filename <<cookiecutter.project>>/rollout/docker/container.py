"""One container: its state, and the hardening that every container of ours gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from docker.models.containers import Container as Model
from docker.types import LogConfig, Mount

LOGS = LogConfig(type="json-file", config={"max-size": "10m", "max-file": "3"})


@dataclass(frozen=True)
class Container:
    """One container. `state` is Docker's: created, running, restarting, exited. `restarts` counts those by its restart
    policy; `published` are the addresses of this host at which it answers, in Compose's notation, by its own port;
    `volumes` are the names of its volumes, by their folder."""

    id: str
    name: str
    state: str
    exit_code: int
    healthy: bool | None  # None without a health check
    created: datetime
    labels: Mapping[str, str]
    environment: Mapping[str, str]
    restart_policy: str = "no"
    restarts: int = 0
    out_of_memory: bool = False
    published: Mapping[str, Sequence[str]] = field(default_factory=dict)
    volumes: Mapping[str, str] = field(default_factory=dict)

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
    state, config, settings = attrs["State"], attrs["Config"], attrs.get("HostConfig") or {}
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
        restart_policy=(settings.get("RestartPolicy") or {}).get("Name") or "no",
        restarts=attrs.get("RestartCount", 0),
        out_of_memory=state.get("OOMKilled", False),
        published=published(settings),
        volumes={each["Destination"]: each["Name"] for each in attrs.get("Mounts") or [] if each["Type"] == "volume"},
    )


def published(settings: Mapping[str, Any]) -> dict[str, list[str]]:
    """`{"8080": ["127.0.0.1:80"]}`; one at all addresses, also of IPv6, has only its port, as in Compose."""
    return {
        port.partition("/")[0]: [address(each) for each in bindings or []]
        for port, bindings in (settings.get("PortBindings") or {}).items()
    }


def address(binding: Mapping[str, str]) -> str:
    ip, port = binding.get("HostIp", ""), binding.get("HostPort", "")
    return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}" if ip else port
