"""Installs a certificate on the host: in the running router, without losing a connection, and in the files for a
restart."""

import json
import os
import time
from contextlib import suppress
from pathlib import Path

from rollout import durable
from rollout.errors import RouterError
from rollout.router.certificate import Certificate
from rollout.router.tls import TlsRouter

NAME = "certificate.pem"
INCOMING = "incoming.pem"
"""The file in which `rollout certificate` puts the new certificate."""

NO_TLS = "# No certificate yet: `rollout certificate`.\n"
SERVES_WITHIN_SECONDS = 30.0


def prepare_folder(folder: Path) -> bool:
    """Create the files of a host without a certificate; returns whether it has one."""
    if not (folder / "certificate.cfg").exists():
        durable.replace(folder / "certificate.cfg", NO_TLS)
    return (folder / NAME).exists()


def install(folder: Path, router: TlsRouter, within_seconds: float = SERVES_WITHIN_SECONDS) -> str:
    """Serve the certificate in INCOMING from now on, also after a restart; returns the answer to the command, as JSON.
    Raises Refused for a certificate that can't be used: the previous one stays."""
    incoming = folder / INCOMING
    try:
        certificate = Certificate.read(incoming)
        before = router.serves()
        if before:
            router.swap(certificate)
        keep(folder, certificate)
        if not before:
            begin(folder, router, within_seconds)
        router.tell_expiry(certificate.expires)
        if (serves := router.serves()) != certificate.fingerprint:
            raise RouterError(f"the router serves {serves}, not the certificate {certificate.fingerprint}")
    finally:
        with suppress(FileNotFoundError):
            incoming.unlink()
    return json.dumps({"expires": certificate.expires, "first": not before})


def keep(folder: Path, certificate: Certificate) -> None:
    """The files for a restart. Only the router's user can read the key."""
    durable.replace(folder / f"{NAME}.map", f"expires {certificate.expires}\n")
    before = os.umask(0o077)
    try:
        durable.replace(folder / NAME, certificate.pem)
    finally:
        os.umask(before)


def begin(folder: Path, router: TlsRouter, within_seconds: float) -> None:
    """Make the router listen for TLS. If it can't, it continues, and restarts, without TLS."""
    durable.replace(folder / "certificate.cfg", f"global\n  setenv ROUTER_CERTIFICATE {folder / NAME}\n")
    try:
        router.reload()
        wait_until_served(router, within_seconds)
    except BaseException:
        durable.replace(folder / "certificate.cfg", NO_TLS)
        raise


def wait_until_served(router: TlsRouter, within_seconds: float) -> None:
    until = time.monotonic() + within_seconds
    while time.monotonic() < until:
        with suppress(RouterError):
            if router.serves():
                return
        time.sleep(0.1)
    raise RouterError("the router does not serve the certificate: `docker compose logs router` says why")
