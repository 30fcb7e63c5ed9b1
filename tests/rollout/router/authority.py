"""A certificate authority of the tests' own, made by openssl."""

import ssl
import subprocess
import time
from pathlib import Path

from tests.waiting import wait_until

HOST = "agent.example"
AUTHORITY = "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign"


class Authority:
    """Signs certificates for HOST by an intermediate, as public authorities do."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._sign("root", by=None, days=10, extensions=AUTHORITY)
        self._sign("middle", by="root", days=10, extensions=AUTHORITY)
        self._issued = 0

    def issue(self, days: int = 5, key: str = "ec") -> bytes:
        """A certificate with its chain, then its key, as an ACME client leaves them."""
        self._issued += 1
        name = f"leaf-{self._issued}"
        self._sign(name, by="middle", days=days, extensions=f"subjectAltName=DNS:{HOST}", key=key)
        return b"".join((self._folder / each).read_bytes() for each in (f"{name}.pem", "middle.pem", f"{name}.key"))

    def expired(self) -> bytes:
        """A certificate that ended just now: newer versions of openssl make none whose end is before its start."""
        made, now = self.issue(days=0), time.time()
        wait_until(lambda: time.time() > now + 1)  # its dates have whole seconds
        return made

    def context(self) -> ssl.SSLContext:
        """That of a client which trusts this authority alone."""
        return ssl.create_default_context(cafile=str(self._folder / "root.pem"))

    def _sign(self, name: str, by: str | None, days: int, extensions: str, key: str = "ec") -> None:
        kind = ["-newkey", "rsa:2048"] if key == "rsa" else ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        subject = HOST if name.startswith("leaf") else name
        self._openssl(
            "req", *kind, "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={subject}"
        )
        keys = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid"
        (self._folder / "extensions").write_text(f"{keys}\n{extensions}\n")
        signer = ["-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial"] if by else ["-signkey", f"{name}.key"]
        signed = ["-req", "-in", f"{name}.csr", "-days", str(days), "-extfile", "extensions", "-out", f"{name}.pem"]
        self._openssl("x509", *signed, *signer)

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=self._folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
