"""Where the service is published, and its certificate. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rollout.docker.doctor import commands
from rollout.docker.doctor.facts import Facts
from rollout.finding import Finding, ok, problem, warning
from rollout.onhost import publication
from rollout.onhost.publication import Advice
from rollout.router.certificate import EXAMPLE

PORT, TLS_PORT = "8080", "8443"
"""The router's own ports in compose.yaml."""

WARNS_DAYS, PAGES_DAYS = 14, 7
"""With the second, the alert CertificateExpires fires."""

DAY_SECONDS = 86400
PUBLISHED = ("ROUTER_PORT=0.0.0.0:80", "ROUTER_TLS_PORT=0.0.0.0:443")


def check(facts: Facts) -> Iterator[Finding]:
    for each in facts.containers:
        if each.published and each.name != facts.name("router"):
            where = ", ".join(address for addresses in each.published.values() for address in addresses)
            said = f"{each.name} is published on {where}: only the router may be, because the others let everybody in"
            yield problem("published", said, f"docker rm -f {each.name} && {commands.up(facts.compose)}")
    if facts.beside and facts.beside.router:
        yield from certificate(facts.beside.router.certificate_expires, facts.beside.time)
        yield from router(facts, certificate=facts.beside.router.certificate_expires is not None)


def router(facts: Facts, *, certificate: bool) -> Iterator[Finding]:
    container = facts.parts.get("router")
    if container is None:
        return
    plain, tls = (container.published.get(port, []) for port in (PORT, TLS_PORT))
    if not plain or not tls:
        said = f"{container.name} does not publish its ports {PORT} and {TLS_PORT}: was compose.yaml changed?"
        yield problem("published", said, commands.up(facts.compose))
        return
    ipv6 = ":::" in facts.environment.get("ROUTER_BIND", "")
    told = {
        str(each): each
        for port in plain
        for tls_port in tls
        for each in publication.warnings(port, tls_port, certificate=certificate, ipv6=ipv6)
    }
    yield from (published(each, facts.compose) for each in told.values())
    if not told:
        yield ok("published", f"the service is published on {', '.join([*plain, *tls])}")


def published(advice: Advice, compose: str) -> Finding:
    match advice.kind:
        case "local":
            return warning("published", advice.says, EXAMPLE)
        case "plain":
            return problem("published", advice.says, EXAMPLE)
        case "hidden" | "ipv6":
            return warning("published", advice.says, commands.set_variables(compose, *PUBLISHED))


def certificate(expires: int | None, now: float) -> Iterator[Finding]:
    """Without one, `published` says what that means."""
    if expires is None:
        return
    left_days = (expires - now) / DAY_SECONDS
    until = f"{datetime.fromtimestamp(expires, UTC):%Y-%m-%d %H:%M} UTC"
    if left_days < 0:
        yield problem("certificate", f"the certificate has expired: it was valid until {until}", EXAMPLE)
    elif left_days < WARNS_DAYS:
        judge = problem if left_days < PAGES_DAYS else warning
        said = f"the certificate expires in {left_days:.0f} days, at {until}, and was not renewed"
        yield judge("certificate", said, EXAMPLE)
    else:
        yield ok("certificate", f"the certificate is valid until {until}")
