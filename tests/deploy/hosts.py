"""Inspects the containers of a test's host, and sends requests inside its network."""

import json
from typing import Any

from tests.host.images import docker
from tests.host.service import Service
from tests.waiting import wait_until

PARTS = ("router", "prometheus", "alertmanager")
HEALTHY_WITHIN_SECONDS = RELOADED_WITHIN_SECONDS = 120.0
PROBE = """
import sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen(sys.argv[1], timeout=10)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status)
print(answer.read().decode())
"""


def inspect(host: Service, part: str) -> dict[str, Any]:
    """Docker's description of a part's container."""
    found: dict[str, Any] = json.loads(docker("inspect", host.name(part)))[0]
    return found


def started(host: Service, part: str) -> str:
    """When its container was last started."""
    return str(inspect(host, part)["State"]["StartedAt"])


def address(host: Service, part: str) -> str:
    """Its address on the host's own network."""
    return str(inspect(host, part)["NetworkSettings"]["Networks"][f"{host.project}_agent"]["IPAddress"])


def wait_for(host: Service, part: str) -> None:
    """Wait until a part is healthy."""

    def health() -> str:
        return str(inspect(host, part)["State"]["Health"]["Status"])

    wait_until(lambda: health() == "healthy", HEALTHY_WITHIN_SECONDS, health)


def ask(host: Service, url: str) -> tuple[int, str]:
    """Status and body, as received by a container on the host's network."""
    status, _, body = docker("exec", host.reader(), "python", "-c", PROBE, url).partition("\n")
    return int(status), body


def on_volumes(host: Service, command: str) -> str:
    """Run a shell command as in the guide: in the container `prepare`, which has the volumes."""
    return host.compose("run", "--rm", "-T", "--entrypoint", "sh", "prepare", "-c", command)


READ_AGAIN = {  # the signal, and what shows that the configuration was read
    "router": ("USR2", 8404, "haproxy_process_start_time_seconds"),
    "prometheus": ("HUP", 9090, "prometheus_config_last_reload_success_timestamp_seconds"),
    "alertmanager": ("HUP", 9093, "alertmanager_config_last_reload_success_timestamp_seconds"),
}


def read_again(host: Service, part: str) -> None:
    """Tell a part as in the guide. Returns when the part has reloaded its configuration."""
    signal, port, metric = READ_AGAIN[part]

    def read_at() -> str:
        _, page = ask(host, f"http://{address(host, part)}:{port}/metrics")
        return next(line for line in page.splitlines() if line.startswith(metric))

    before = read_at()
    host.compose("exec", "-T", part, "sh", "-c", f"kill -{signal} 1")
    wait_until(lambda: read_at() != before, RELOADED_WITHIN_SECONDS, lambda: f"{part} last read it at {before}")


def left(host: Service) -> list[str]:
    """The containers, volumes and networks of the host."""
    listed = [
        docker("ps", "--all", "--quiet", f"--filter=name=^{host.project}-"),
        docker("volume", "ls", "--quiet", f"--filter=name=^{host.project}_"),
        docker("network", "ls", "--quiet", f"--filter=name=^{host.project}_"),
    ]
    return [line for lines in listed for line in lines.splitlines()]
