"""The host itself, as its Docker engine reports it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

COMPOSE_VERSION = "com.docker.compose.version"
COMPOSE_FILES = "com.docker.compose.project.config_files"
"""The labels with the version of the Compose that made a container, and with its files."""


@dataclass(frozen=True)
class Machine:
    """`time` is the engine's clock in epoch seconds, `limits_memory` whether its kernel enforces memory limits."""

    version: str
    api_version: str
    memory_bytes: int
    limits_memory: bool
    time: float

    @classmethod
    def read(cls, info: Mapping[str, Any], version: Mapping[str, Any]) -> Self:
        """From the answers of `docker info` and `docker version`."""
        return cls(
            version=version["Version"],
            api_version=version["ApiVersion"],
            memory_bytes=info["MemTotal"],
            limits_memory=info.get("MemoryLimit", True),
            time=datetime.fromisoformat(info["SystemTime"]).timestamp(),
        )
