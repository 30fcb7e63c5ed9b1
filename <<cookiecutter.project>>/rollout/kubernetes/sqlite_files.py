"""What is kept in SQLite is one file on one node: several replicas can't share it. They can share a database."""

from collections.abc import Iterable, Iterator, Mapping

from rollout.errors import Refused
from rollout.kubernetes.analysis import Object

KEPT: Mapping[str, str] = {"AGENT_CONVERSATIONS": "conversations", "AGENT_EXPERIMENTS": "log of experiments"}
"""What is in the file that a setting names."""

DATABASES = ("postgresql://", "postgres://")
ELSEWHERE = "that valueFrom names"


def check(name: str, objects: Iterable[Object]) -> None:
    """`name` is the overlay's. Raises Refused."""
    found = list(objects)
    replicas = most_replicas(found)
    for setting, what in KEPT.items():
        if replicas > 1 and (file := file_in(found, setting)):
            raise Refused(
                f"{name}: {setting} is the SQLite file {file}, and there can be {replicas} replicas: each pod would "
                f"have its own {what}, or damage a shared file. Set replicas: 1 without scaling, or name a PostgreSQL "
                "database by its URL, in a Secret"
            )


def file_in(objects: Iterable[Object], setting: str) -> str:
    """The file of the last value of the setting; empty for none, and for a database."""
    values = [file_of(variable) for each in objects for variable in variables(each, setting)]
    return values[-1] if values else ""


def file_of(variable: Object) -> str:
    """A value in a Secret is taken as a URL with a password: the path of a file is none."""
    value, source = variable.get("value") or "", variable.get("valueFrom") or {}
    if value.lower().startswith(DATABASES) or "secretKeyRef" in source:
        return ""
    return value or (ELSEWHERE if source else "")


def variables(found: Object, setting: str) -> Iterator[Object]:
    if found.get("kind") != "Rollout":
        return
    spec = found.get("spec", {}).get("template", {}).get("spec", {})
    for container in spec.get("containers", []):
        yield from (each for each in container.get("env", []) if each.get("name") == setting)


def most_replicas(objects: Iterable[Object]) -> int:
    """The last number of replicas, or what scaling can make of it."""
    replicas = scaled = 1
    for each in objects:
        spec = each.get("spec", {})
        if each.get("kind") == "Rollout":
            replicas = spec.get("replicas", replicas)
        elif each.get("kind") == "HorizontalPodAutoscaler":
            scaled = spec.get("maxReplicas", scaled)
    return max(replicas, scaled)
