"""GitHub's issuer of tokens: signs what a job is, for the audience that the job asks for. An API server trusts it."""

import base64
import json
import secrets
import ssl
import subprocess
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.cluster.needed import program

LOOPBACK = "127.0.0.1"
SECRET = f"canary-{secrets.token_hex(16)}"
"""With this, a job asks for a token. It may not appear in any output."""

REPOSITORY_ID = "123456789"
VALID_SECONDS = 10
"""Shorter than any rollout here, so that each one needs several tokens. GitHub's are valid for minutes."""


class Issuer:
    """`issued`: the audience of each token. `environment`: the variables of a job that may ask for one."""

    def __init__(self, folder: Path, repository: str) -> None:
        self._folder, self._repository = folder, repository
        self.issued: list[str] = []
        folder.mkdir()
        self._openssl("genrsa", "-out", "signing.pem", "2048")
        subject = ["-subj", "/CN=issuer", "-addext", f"subjectAltName=IP:{LOOPBACK}"]
        self._openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tls.key", "-out", "tls.crt", *subject
        )
        self._tls, self._plain = self._server(tls=True), self._server(tls=False)
        self.url = f"https://{LOOPBACK}:{self._tls.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        url = f"http://{LOOPBACK}:{self._plain.server_port}/token?api-version=2.0"
        return {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": SECRET}

    def trusted(self, audience: str) -> dict[str, object]:
        """Its part of an API server's AuthenticationConfiguration, as in the guide."""
        authority = (self._folder / "tls.crt").read_text()
        return {
            "issuer": {"url": self.url, "audiences": [audience], "certificateAuthority": authority},
            "claimMappings": {"username": {"claim": "sub", "prefix": "github:"}},
            "claimValidationRules": [{"claim": "repository_id", "requiredValue": REPOSITORY_ID}],
        }

    def stop(self) -> None:
        for server in (self._tls, self._plain):
            server.shutdown()
            server.server_close()

    def answer(self, path: str, authorization: str) -> dict[str, Any] | None:
        """A page's JSON; None for one that does not exist, or for somebody who may not ask."""
        pages: dict[str, dict[str, Any]] = {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/keys": {"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": self._n(), "e": "AQAB"}]},
        }
        parts = urlsplit(path)
        if parts.path == "/token" and authorization == f"bearer {SECRET}":
            return {"value": self.token(parse_qs(parts.query)["audience"][0])}
        return pages.get(parts.path)

    def token(self, audience: str, environment: str = "production", repository_id: str = REPOSITORY_ID) -> str:
        self.issued.append(audience)
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": audience,
            "sub": f"repo:{self._repository}:environment:{environment}",
            "repository_id": repository_id,
            "iat": now,
            "exp": now + VALID_SECONDS,
        }
        said = f"{encoded({'alg': 'RS256', 'typ': 'JWT', 'kid': '1'})}.{encoded(claims)}"
        command = [program("openssl"), "dgst", "-sha256", "-sign", str(self._folder / "signing.pem")]
        return f"{said}.{encoded(subprocess.run(command, input=said.encode(), capture_output=True, check=True).stdout)}"

    def _n(self) -> str:
        found = self._openssl("rsa", "-in", "signing.pem", "-noout", "-modulus")
        return encoded(bytes.fromhex(found.strip().partition("=")[2]))

    def _openssl(self, *arguments: str) -> str:
        command = [program("openssl"), *arguments]
        return subprocess.run(command, cwd=self._folder, capture_output=True, check=True, text=True).stdout

    def _server(self, *, tls: bool) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer((LOOPBACK, 0), partial(Handler, self))
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._folder / "tls.crt", self._folder / "tls.key")
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


class Handler(BaseHTTPRequestHandler):
    def __init__(self, issuer: Issuer, *arguments: Any) -> None:
        self._issuer = issuer
        super().__init__(*arguments)

    def do_GET(self) -> None:
        found = self._issuer.answer(self.path, self.headers.get("Authorization", ""))
        self.send_response(403 if found is None else 200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, *_: object) -> None:
        pass


def encoded(found: bytes | dict[str, Any]) -> str:
    """As a part of a token."""
    text = found if isinstance(found, bytes) else json.dumps(found).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()
