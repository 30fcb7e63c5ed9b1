"""Warnings about the addresses at which the service is published."""

import re
from dataclasses import dataclass
from typing import Literal

LOOPBACK = re.compile(r"(127\.[0-9.]+|localhost|\[::1\]):")
PUBLISH = (
    "set ROUTER_PORT=0.0.0.0:80 and ROUTER_TLS_PORT=0.0.0.0:443 in deploy/docker/.env, then `docker compose up -d`"
)


Kind = Literal["hidden", "ipv6", "local", "plain"]


@dataclass(frozen=True)
class Advice:
    """`kind`: with a certificate, but TLS is `hidden`; callers over `ipv6` are one; without a certificate, `local` or
    to everybody in `plain` HTTP. `how` says what to do."""

    kind: Kind
    says: str
    how: str

    def __str__(self) -> str:
        return f"{self.says}: {self.how}"


def warnings(port: str, tls_port: str, *, certificate: bool, ipv6: bool = False) -> list[Advice]:
    """The warnings for a host with these plain and TLS ports, in Compose's notation; `ipv6` is whether the router's
    network has IPv6."""
    return [*about_tls(port, tls_port, certificate=certificate), *about_ipv6({port, tls_port}, ipv6=ipv6)]


def about_ipv6(ports: set[str], *, ipv6: bool) -> list[Advice]:
    everywhere = sorted(port for port in ports if ":" not in port or port.startswith("[::]:"))
    if ipv6 or not everywhere:
        return []
    says = f"{', '.join(everywhere)} is published over IPv6, whose callers all have the address of Docker's proxy"
    return [Advice("ipv6", says, "use 0.0.0.0:PORT, or ipv6.yaml (docs/guides/prepare-a-host.md)")]


def about_tls(port: str, tls_port: str, *, certificate: bool) -> list[Advice]:
    if certificate:
        here = f"the service has a certificate, but TLS is published on {tls_port} only"
        return [Advice("hidden", here, PUBLISH)] if LOOPBACK.match(tls_port) else []
    how = "`rollout certificate < fullchain-and-key.pem` brings one (docs/guides/prepare-a-host.md)"
    if LOOPBACK.match(port):
        return [Advice("local", f"no certificate: the service is published on {port} only, for this machine", how)]
    plain = f"no certificate: the service is published on {port} in plain HTTP, which everybody on the way can read"
    return [Advice("plain", plain, how)]
