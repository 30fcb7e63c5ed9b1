"""TLS at the router: a certificate comes, and another, and nobody's connection ends."""

import http.client
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rollout.errors import Refused, RouterError
from rollout.onhost.certificate import INCOMING, NAME, SERVES_WITHIN_SECONDS, install, prepare_folder
from rollout.rehearsal.process import free_port
from rollout.router.folder import CONFIG
from rollout.router.tls import TlsRouter
from tests.rollout.router.authority import HOST, Authority
from tests.rollout.router.backend import Backend
from tests.rollout.router.client import ask, request
from tests.rollout.router.running import RunningRouter

pytestmark = pytest.mark.parts

YEAR_SECONDS = 31_536_000


class Site:
    """A router like a host's, with a folder for its certificate; not yet started."""

    def __init__(self, folder: Path, blue: Backend, green: Backend, trusted: str = "192.0.2.0/24") -> None:
        self.router = RunningRouter(folder, blue, green, trusted=trusted)
        self.folder, self.tls_port = folder / "certificate", free_port()
        self.folder.mkdir()
        assert not prepare_folder(self.folder)
        master = folder / "master.sock"
        self.router.arguments = ["-W", "-db", "-S", str(master), "-f", str(self.folder / "certificate.cfg")]
        self.router.arguments += ["-f", str(CONFIG)]
        self.router.environment |= {"ROUTER_TLS_BIND": f"127.0.0.1:{self.tls_port}", "HTTPS_PORT": str(self.tls_port)}
        self.tls = TlsRouter(self.router.socket, self.folder / NAME, master)

    def install(self, pem: bytes, within_seconds: float = SERVES_WITHIN_SECONDS) -> int:
        """What the engine's image does with it; returns when it expires."""
        (self.folder / INCOMING).write_bytes(pem)
        return int(json.loads(install(self.folder, self.tls, within_seconds))["expires"])

    def connect(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.tls_port), 10)
        return context.wrap_socket(plain, server_hostname=HOST)

    def served(self, context: ssl.SSLContext) -> int:
        """When the certificate expires that a new connection gets."""
        with closing(self.connect(context)) as connection:
            return int(ssl.cert_time_to_seconds(str((connection.getpeercert() or {})["notAfter"])))

    def metric(self) -> str:
        port = int(self.router.environment["ROUTER_METRICS_BIND"].rpartition(":")[2])
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", "/certificate")
            return connection.getresponse().read().decode()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def site(tmp_path: Path, blue: Backend, green: Backend) -> Iterator[Site]:
    made = Site(tmp_path, blue, green)
    with made.router:
        yield made


def test_without_a_certificate_the_router_speaks_plain_http(site: Site) -> None:
    assert ask(site.router.port, request("/agent/run")).release == "blue"
    assert site.metric() == "# no certificate\n"
    assert site.tls.expires() is None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", site.tls_port), 10)


def test_the_first_one_is_served_at_once_and_after_a_restart(site: Site, authority: Authority) -> None:
    expires = site.install(authority.issue(days=3))
    assert site.served(authority.context()) == site.tls.expires() == expires
    assert site.metric() == f"agent_certificate_expires_timestamp_seconds {expires}\n"
    site.router.process.stop()
    site.router.start()
    assert site.served(authority.context()) == site.tls.expires() == expires
    assert site.metric() == f"agent_certificate_expires_timestamp_seconds {expires}\n"


def test_the_running_router_says_its_version(site: Site) -> None:
    assert re.match(r"\d+\.\d+", site.tls.version())


@pytest.mark.parametrize("key", ["ec", "rsa"])
def test_the_next_one_is_swapped_without_losing_a_connection(site: Site, authority: Authority, key: str) -> None:
    site.install(authority.issue(days=2))
    context, stop = authority.context(), threading.Event()
    context.check_hostname = False  # it asks for 127.0.0.1
    answered, lost = [0], list[str]()

    def client(*, keeps: bool) -> None:
        connection = http.client.HTTPSConnection("127.0.0.1", site.tls_port, timeout=10, context=context)
        while not stop.wait(0.005):
            try:
                connection.request("POST", "/agent/run", b"{}")
                answer = connection.getresponse()
                answer.read()
                answered[0] += answer.status == 200
            except OSError as error:
                lost.append(repr(error))
            if not keeps:
                connection.close()
        connection.close()

    clients = [threading.Thread(target=client, kwargs={"keeps": keeps}) for keeps in (True, True, False)]
    for each in clients:
        each.start()
    process = running_pid(site)
    for days in (3, 4, 5):
        expires = site.install(authority.issue(days=days, key=key))
        assert site.served(authority.context()) == expires
        time.sleep(0.2)
    stop.set()
    for each in clients:
        each.join()
    assert lost == []
    assert answered[0] > 10
    assert running_pid(site) == process, "swapped, not reloaded"
    assert site.metric() == f"agent_certificate_expires_timestamp_seconds {expires}\n"
    site.router.process.stop()
    site.router.start()
    assert site.served(authority.context()) == expires


def running_pid(site: Site) -> str:
    shown = site.tls._ask("show info")
    return next(line for line in shown.splitlines() if line.startswith("Pid:"))


def test_a_certificate_that_cannot_be_used_changes_nothing(site: Site, authority: Authority) -> None:
    expires = site.install(authority.issue(days=3))
    before = {path.name: path.read_bytes() for path in site.folder.iterdir()}
    good, other = authority.issue(), authority.issue()
    key = good.index(b"-----BEGIN PRIVATE KEY")
    bad = {
        "standard input must hold": good[:key],
        "must hold a certificate": good[key:],
        "key values mismatch": good[:key] + other[other.index(b"-----BEGIN PRIVATE KEY") :],
        "expired": authority.expired(),
        "encrypted": good[:key] + good[key:].replace(b"PRIVATE KEY", b"ENCRYPTED PRIVATE KEY"),
        "can't be used": good.replace(good[100:120], b"A" * 20),
    }
    for why, pem in bad.items():
        with pytest.raises(Refused, match=why):
            site.install(pem)
    assert {path.name: path.read_bytes() for path in site.folder.iterdir()} == before
    assert site.served(authority.context()) == expires


def test_a_router_that_does_not_take_the_first_one_can_still_be_restarted(
    tmp_path: Path, blue: Backend, green: Backend, authority: Authority
) -> None:
    site = Site(tmp_path, blue, green)
    with socket.create_server(("127.0.0.1", site.tls_port)), site.router:  # its port is taken
        with pytest.raises(RouterError, match="does not serve the certificate"):
            site.install(authority.issue(), within_seconds=2.0)
        site.router.process.stop()
        site.router.start()
        assert ask(site.router.port, request("/agent/run")).release == "blue"


def test_the_key_is_the_routers_alone(site: Site, authority: Authority) -> None:
    site.install(authority.issue())
    assert (site.folder / NAME).stat().st_mode & 0o077 == 0
    assert not (site.folder / INCOMING).exists()


def test_plain_http_is_sent_to_tls_and_tls_says_so_for_a_year(site: Site, authority: Authority, blue: Backend) -> None:
    site.install(authority.issue())
    with closing(http.client.HTTPConnection("127.0.0.1", site.router.port, timeout=10)) as connection:
        connection.request("POST", "/agent/run?a=b", b"{}", {"host": f"{HOST}:80"})
        answer = connection.getresponse()
        assert answer.status == 308, "a POST stays a POST"
        assert answer.getheader("location") == f"https://{HOST}:{site.tls_port}/agent/run?a=b"
        assert answer.getheader("strict-transport-security") is None
    assert blue.requests == []
    for path in ("/agent/run", "/metrics"):  # answered by the release, and by the router
        with closing(site.connect(authority.context())) as connection:
            connection.sendall(request(path))
            assert f"strict-transport-security: max-age={YEAR_SECONDS}\r\n".encode() in connection.recv(65536)


def test_a_trusted_gateway_may_go_on_in_plain_http(
    tmp_path: Path, blue: Backend, green: Backend, authority: Authority
) -> None:
    site = Site(tmp_path, blue, green, trusted="127.0.0.0/8")
    with site.router:
        site.install(authority.issue())
        assert ask(site.router.port, request("/agent/run")).release == "blue"


def test_http_2_is_not_spoken(site: Site, authority: Authority) -> None:
    site.install(authority.issue())
    context = authority.context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with closing(site.connect(context)) as connection:
        assert connection.selected_alpn_protocol() == "http/1.1"


@pytest.mark.parametrize(("path", "status"), [("abc-_9", 200), ("", 404), ("a/b", 404), ("..%2fx", 404)])
def test_acme_s_challenge_is_answered_for_the_account_that_is_named(
    tmp_path: Path, blue: Backend, green: Backend, authority: Authority, path: str, status: int
) -> None:
    site = Site(tmp_path, blue, green)
    site.router.environment["ACME_THUMBPRINT"] = "thumb"
    with site.router:
        for _ in range(2):
            answer = ask(site.router.port, request(f"/.well-known/acme-challenge/{path}"))
            assert (answer.status == 200 and answer.body == f"{path}.thumb".encode()) is (status == 200)
            site.install(authority.issue())


def test_without_a_thumbprint_no_challenge_is_answered(site: Site) -> None:
    assert ask(site.router.port, request("/.well-known/acme-challenge/abc")).release == "blue"
