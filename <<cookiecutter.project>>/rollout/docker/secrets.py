"""Writes secrets directly into a volume on the host, never into an image, an argument, a log or a journal."""

import re

from rollout.docker.container import volume
from rollout.docker.host import Host
from rollout.errors import Refused
from rollout.onhost import names

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
EVALS_TOKEN = "EVALS_TOKEN"  # noqa: S105  the name of its file
GRAFANA_PASSWORD = "admin_password"  # noqa: S105  the name of its file
VOLUMES = {"agent": "secrets", "alerting": "alerting-secrets", "engine": "state", "grafana": "grafana-secrets"}


def put_secret(host: Host, reader: str, name: str, content: bytes) -> None:
    """Create or replace one secret; a release reads it when it starts. Raises Refused."""
    if not NAME.fullmatch(name):
        raise Refused(
            f"{name}: the name of a secret must be that of an environment variable, for example OPENAI_API_KEY"
        )
    if reader == "engine" and name != EVALS_TOKEN:  # its folder holds the journals
        raise Refused(f"{name}: the engine reads only {EVALS_TOKEN}")
    if reader == "grafana" and name != GRAFANA_PASSWORD:
        raise Refused(f"{name}: Grafana reads only {GRAFANA_PASSWORD}")
    content = content.rstrip(b"\r\n")
    if not content:
        raise Refused(f"{name}: standard input is empty. Pipe the secret in: rollout secret {name} < key.txt")
    mounts = [volume(f"{host.project}_{VOLUMES[reader]}", names.SECRETS)]
    labels = {names.PART: "helper", names.PROJECT: host.project}
    carrier = host.docker.create(None, host.engine_image, mounts=mounts, labels=labels)
    try:
        host.docker.put(carrier, names.SECRETS, name, content, names.USER)
    finally:
        host.docker.remove(carrier)
