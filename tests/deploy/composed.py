"""deploy/docker/compose.yaml as Docker Compose reads it: its services, and its variables with their defaults."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from tests.repository import REPOSITORY

FILE = REPOSITORY / "deploy" / "docker" / "compose.yaml"
PROJECT = "my-agent"
"""The variable that Compose itself sets."""

NAME = "COMPOSE_PROJECT_NAME"
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::-([^{}]*))?\}")
"""A variable without another one inside: `${NAME}` or `${NAME:-default}`."""


def text() -> str:
    return FILE.read_text(encoding="utf-8")


def resolve(value: str, environment: Mapping[str, str]) -> str:
    """Replace a text's variables, inner ones first."""
    while (changed := VARIABLE.sub(lambda found: environment.get(found[1]) or found[2] or "", value)) != value:
        value = changed
    return value.replace("$$", "$")


def composed(**environment: str) -> dict[str, Any]:
    """The whole file with these variables set."""
    resolved: dict[str, Any] = resolved_node(yaml.safe_load(text()), {NAME: PROJECT, **environment})
    return resolved


def resolved_node(node: Any, environment: Mapping[str, str]) -> Any:
    match node:
        case dict():
            return {key: resolved_node(value, environment) for key, value in node.items()}
        case list():
            return [resolved_node(value, environment) for value in node]
        case str():
            return resolve(node, environment)
    return node


def services(**environment: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = composed(**environment)["services"]
    return found


def variables() -> dict[str, set[str]]:
    """Each variable that users may set -> its defaults, of which there should be one; none for a build argument."""
    found: dict[str, set[str]] = {name: set() for service in services().values() for name in build_arguments(service)}
    value = text()
    while matches := list(VARIABLE.finditer(value)):
        for match in matches:
            found.setdefault(match[1], set()).update(default for default in [match[2]] if default is not None)
        value = VARIABLE.sub(lambda match: f"${match[1]}" if match[2] is None else match[2], value)
    del found[NAME]
    return found


def build_arguments(service: Mapping[str, Any]) -> list[str]:
    """The variables whose default is in the Dockerfile."""
    return list(service.get("build", {}).get("args", []))
