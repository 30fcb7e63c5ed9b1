"""Callers over IPv6, on a Docker engine of the tests' own: told apart by their /64 network, or not at all."""

import json
import socket
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rollout.router.split import bucket
from tests.host.faults.docker_engine import PATH, DockerEngine
from tests.host.faults.ground import NotTried
from tests.host.images import Images, docker, tag_of
from tests.host.registry import Registry
from tests.host.service import COMPOSE, Service
from tests.pace import patience
from tests.waiting import wait_until

pytestmark = [pytest.mark.docker, pytest.mark.faults]

ROUTER = tag_of("router")
SALT = "none"


class Site(Service):
    """A router that is published at `port`, and no release; this end of the cable has three more addresses: two of one
    /64 network, one of another."""

    def __init__(self, images: Images, folder: Path, engine: DockerEngine, *, ipv6: bool, port: str) -> None:
        super().__init__(images.engine, folder, docker_host=engine.host)
        docker("tag", self.image("router"), ROUTER)  # a name that Compose does not have to pull
        engine.take(ROUTER, images.engine)
        self.compose_files += [COMPOSE.with_name("ipv6.yaml")] if ipv6 else []
        self.environment |= {"HAPROXY_IMAGE": ROUTER, "ROUTER_PORT": f"{port}{self.port}"}
        self.prefix = engine.prefix_ipv6
        self.callers = [f"{self.prefix}:0:1::a", f"{self.prefix}:0:1::b", f"{self.prefix}:0:2::a"]

    def image(self, part: str) -> str:
        return str(json.loads(self.compose("config", "--format", "json"))["services"][part]["image"])

    def up(self) -> None:
        for address in self.callers:
            ip("address", "replace", f"{address}/32", "dev", self.cable(), "nodad")
        self.compose("up", "--detach", "--wait", "--no-build", "router")

    def cable(self) -> str:
        return next(line.split()[1] for line in ip("-o", "address").splitlines() if f"{self.prefix}::1/" in line)

    def ask_from(self, address: str) -> None:
        with closing(socket.create_connection((f"{self.prefix}::2", self.port), 10, (address, 0))) as made:
            made.sendall(b"GET /metrics HTTP/1.0\r\nhost: agent\r\n\r\n")
            assert made.recv(4096).startswith(b"HTTP/1")

    def buckets(self, count: int) -> list[int]:
        """Of the first `count` requests."""
        found: list[int] = []

        def seen() -> bool:
            lines = docker("logs", self.name("router"), host=self.docker_host).splitlines()
            found[:] = [json.loads(line)["bucket"] for line in lines if line.startswith("{")]
            return len(found) >= count

        wait_until(seen, 120 * patience(), lambda: found)
        return found


def ip(*arguments: str) -> str:
    command = ["ip", "-6", *arguments]
    return subprocess.run(command, env={"PATH": PATH}, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def engine(registry: Registry) -> Iterator[DockerEngine | None]:
    """None where this machine can't have one."""
    try:
        made = DockerEngine(registry, "--experimental", "--ip6tables")
    except NotTried as why:
        warnings.warn(f"callers over IPv6 were not tried: {why}", stacklevel=1)
        yield None
        return
    try:
        yield made
    finally:
        made.remove()


@pytest.mark.parametrize(("port", "ipv6"), [("", True), ("", False), ("0.0.0.0:", False)])
def test_callers_over_ipv6_are_told_apart_by_network_or_are_all_one_or_are_not_let_in(
    images: Images, tmp_path: Path, engine: DockerEngine | None, port: str, ipv6: bool
) -> None:
    if engine is None:
        return
    site = Site(images, tmp_path, engine, ipv6=ipv6, port=port)
    try:
        site.up()
        if port:  # as the guide says it
            with pytest.raises(ConnectionRefusedError):
                site.ask_from(site.callers[0])
            return
        for address in site.callers:
            site.ask_from(address)
        found = site.buckets(3)
        if ipv6:
            assert found == [bucket(SALT, f"{site.prefix}:0:{number}::") for number in (1, 1, 2)]
        else:  # Docker's proxy has the address of a network's gateway
            gateways = [site.environment["AGENT_SUBNET"].replace(".0/25", f".{last}") for last in (64, 160, 224)]
            assert found == [found[0]] * 3
            assert found[0] in {bucket(SALT, gateway) for gateway in gateways}
    finally:
        site.down()
