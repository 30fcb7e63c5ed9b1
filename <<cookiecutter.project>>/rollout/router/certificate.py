"""A certificate with its key, validated by a TLS handshake with itself."""

import hashlib
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rollout.errors import Refused

BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\n.+?\n-----END \1-----", re.DOTALL)
EXAMPLE = "cat fullchain.pem key.pem | rollout certificate"


@dataclass(frozen=True)
class Certificate:
    """`pem` is the certificate, its chain and its key, without anything between them; `expires` is in epoch seconds;
    `fingerprint` is the SHA-1 of the certificate as HAProxy shows it, upper-case hexadecimal."""

    pem: str
    expires: int
    fingerprint: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """The certificate in a file. Raises Refused if its key does not fit or it is not valid now."""
        blocks = {found[1]: found[0] for found in reversed(list(BLOCK.finditer(plain(path))))}  # the first of each kind
        if "CERTIFICATE" not in blocks or not any(kind.endswith("PRIVATE KEY") for kind in blocks):
            raise Refused(f"standard input must hold a certificate with its chain, then its private key: {EXAMPLE}")
        if any("ENCRYPTED" in text.partition("\n\n")[0] for text in (*blocks, *blocks.values())):
            raise Refused("the private key is encrypted, and a router that restarts at night cannot ask for a password")
        try:
            expires = expiry_by_handshake(path, blocks["CERTIFICATE"])
        except (ssl.SSLError, OSError) as error:
            raise Refused(f"this certificate can't be used: {reason(error)}") from error
        der = ssl.PEM_cert_to_DER_cert(blocks["CERTIFICATE"])
        pem = "\n".join(found[0] for found in BLOCK.finditer(plain(path))) + "\n"
        return cls(pem, expires, hashlib.sha1(der, usedforsecurity=False).hexdigest().upper())


def plain(path: Path) -> str:
    """The file's text, with Unix line ends."""
    return path.read_text(encoding="ascii", errors="replace").replace("\r\n", "\n")


def expiry_by_handshake(path: Path, certificate: str) -> int:
    """The expiry time in epoch seconds. Raises SSLError if the key does not fit, or the certificate is not valid
    now."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    server.load_cert_chain(path)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # accept it without a check of its issuer
    client.load_verify_locations(cadata=certificate)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    asks, answers = client.wrap_bio(back, there), server.wrap_bio(there, back, server_side=True)
    for side in (asks, answers, asks):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    shown = asks.getpeercert() or {}
    return int(ssl.cert_time_to_seconds(str(shown["notAfter"])))


def reason(error: OSError) -> str:
    """OpenSSL's error message."""
    message = getattr(error, "verify_message", None) or getattr(error, "reason", None) or str(error)
    return str(message).replace("_", " ").lower()
