"""Writes the configuration of the router, Prometheus and Alertmanager into a host's volumes.

Configuration is overwritten each time. The split, the targets and the list of clients that may set `x-user-id` are
written only if they are missing: they belong to rollouts and to people.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from rollout import durable
from rollout.errors import HostFailed, Refused
from rollout.metrics import targets
from rollout.onhost import certificate, names, publication
from rollout.onhost.faster import copy_faster
from rollout.router.folder import CONFIG, prepare_folder

NOBODY_TRUSTED = "# Addresses and networks, one per line, whose x-user-id is trusted. See docs/concepts/safety.md.\n"
VARIABLES = ("SPEED", "ROUTER_METRICS_ADDRESS", "PROMETHEUS_ADDRESS", "ALERTMANAGER_ADDRESS")


@dataclass(frozen=True)
class HostSettings:
    """The settings that differ between hosts. `speed` divides the durations in monitoring/; addresses are host:port;
    `port` and `tls_port` are where Compose publishes the service, on a network with `ipv6` or without."""

    speed: float
    router_metrics: str
    prometheus: str
    alertmanager: str
    port: str = "127.0.0.1:8080"
    tls_port: str = "127.0.0.1:8443"
    ipv6: bool = False

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the variables that compose.yaml sets. Raises Refused."""
        if absent := [name for name in VARIABLES if not environment.get(name)]:
            raise Refused(
                f"{', '.join(absent)}: not set. Do not call this command directly: `docker compose up -d` in "
                "deploy/docker runs it in its container"
            )
        speed, router_metrics, prometheus, alertmanager = (environment[name] for name in VARIABLES)
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", speed) or not 0 < float(speed) < math.inf:
            raise Refused(f"SPEED: {speed!r} is not a number above 0; use 1 in production")
        ports = {
            field: environment[name]
            for field, name in (("port", "ROUTER_PORT"), ("tls_port", "ROUTER_TLS_PORT"))
            if environment.get(name)
        }
        ipv6 = environment.get("NETWORK_IPV6") == "true"
        return cls(float(speed), router_metrics, prometheus, alertmanager, **ports, ipv6=ipv6)


def prepare(monitoring: Path, settings: HostSettings, root: Path = Path("/")) -> list[str]:
    """Write all configuration below `root`, where compose.yaml mounts the volumes; `monitoring` is the repository's
    folder. Returns warnings for people, one sentence each. Raises HostFailed when a volume can't be written.
    """
    try:
        durable.replace(root / "etc/router/haproxy.cfg", CONFIG.read_text(encoding="utf-8"))
        prepare_folder(below(root, names.ROUTER_FOLDER), NOBODY_TRUSTED)
        copy_faster(monitoring, root / "etc/prometheus-agent", settings.speed)
        write_targets(below(root, names.TARGETS), settings)
        has_one = certificate.prepare_folder(below(root, names.CERTIFICATE))
        undelivered = write_alerting(monitoring / "alertmanager.yml", root)
        return [*published(settings, certificate=has_one), *undelivered]
    except OSError as error:
        raise HostFailed(
            f"a volume of this host can't be written: {error}. It must belong to user {names.USER}; remove it with its "
            "content with `docker volume rm`, and create it again with `docker compose up -d`"
        ) from error


def published(settings: HostSettings, *, certificate: bool) -> list[str]:
    found = publication.warnings(settings.port, settings.tls_port, certificate=certificate, ipv6=settings.ipv6)
    return list(map(str, found))


def write_targets(folder: Path, settings: HostSettings) -> None:
    if not (folder / "router.json").exists():  # the last file that a rollout writes
        targets.write(folder, [], settings.router_metrics)
    targets.write_parts(
        folder,
        certificate=settings.router_metrics,
        split=settings.router_metrics,
        prometheus=settings.prometheus,
        alertmanager=settings.alertmanager,
    )


def write_alerting(config: Path, root: Path) -> list[str]:
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    kept, missing = only_with_files(content, lambda path: below(root, path).exists())
    durable.replace(root / "etc/alertmanager-agent/alertmanager.yml", yaml.safe_dump(kept, sort_keys=False))
    return [
        f"alerts for receiver `{receiver}` are not delivered: the secret {' or '.join(secrets)} is missing"
        for receiver, secrets in missing.items()
    ]


def only_with_files(
    content: dict[str, Any], there: Callable[[str], bool]
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Alertmanager's configuration without notifications whose file is missing; and each receiver that has none left,
    with the names of its files. Pure."""

    def complete(notifications: list[Any]) -> list[Any]:
        return [each for each in notifications if all(map(there, files_named(each)))]

    kept: list[dict[str, Any]] = []
    missing: dict[str, list[str]] = {}
    for receiver in content["receivers"]:
        left = {key: complete(value) if isinstance(value, list) else value for key, value in receiver.items()}
        kept.append(left)
        if not any(value for value in left.values() if isinstance(value, list)) and left != receiver:
            missing[receiver["name"]] = [Path(path).name for path in files_named(receiver)]
    return {**content, "receivers": kept}, missing


def files_named(node: object) -> Iterator[str]:
    """Yield the values of all keys that end in `_file`, such as `url_file`."""
    match node:
        case dict():
            for key, value in node.items():
                if str(key).endswith("_file") and isinstance(value, str):
                    yield value
                yield from files_named(value)
        case list():
            for value in node:
                yield from files_named(value)


def below(root: Path, absolute: str) -> Path:
    """An absolute path of the container, below `root`."""
    return root / absolute.lstrip("/")
