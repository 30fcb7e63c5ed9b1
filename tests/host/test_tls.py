"""TLS on a prepared host: the command brings a certificate and swaps it, as the guide's hook for ACME clients does."""

import json
import re
import socket
import ssl
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.deploy.hosts import ask, wait_for
from tests.host.images import docker
from tests.host.service import Done, Service
from tests.host.traffic import Traffic
from tests.pace import patience
from tests.repository import REPOSITORY
from tests.rollout.router.authority import HOST, Authority
from tests.waiting import wait_until

pytestmark = pytest.mark.docker

GUIDE = REPOSITORY / "docs" / "guides" / "prepare-a-host.md"
HOOK = re.compile(r"certbot renew --deploy-hook '(.+)'")
KEY = b"-----BEGIN PRIVATE KEY"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def site(serving: Service) -> Service:
    """The host; what tests send is not redirected, since they are trusted here as the guide says."""
    script = "echo 0.0.0.0/0 > /var/lib/router/trusted.lst"
    serving.compose("run", "--rm", "-T", "--entrypoint", "sh", "prepare", "-c", script)
    serving.compose("exec", "-T", "router", "sh", "-c", "kill -USR2 1")
    return serving


def served(service: Service, authority: Authority) -> int:
    """When the certificate expires that a new connection to the published port gets."""
    with (
        closing(socket.create_connection(("127.0.0.1", service.tls_port), 10)) as plain,
        authority.context().wrap_socket(plain, server_hostname=HOST) as connection,
    ):
        return int(ssl.cert_time_to_seconds(str((connection.getpeercert() or {})["notAfter"])))


def install(service: Service, pem: bytes) -> Done:
    return service.rollout("certificate", stdin=pem.decode())


def run_the_guides_hook(folder: Path, service: Service) -> None:
    """As certbot does after it has renewed what is in this folder."""
    found = HOOK.search(GUIDE.read_text(encoding="utf-8"))
    assert found
    command = found[1].replace(".venv/bin/rollout", f"'{sys.executable}' -m rollout")
    environment = {**service.environment, "RENEWED_LINEAGE": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(["sh", "-c", command], cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def metric(service: Service) -> float | None:
    """What Prometheus knows of it."""
    query = "/api/v1/query?query=agent_certificate_expires_timestamp_seconds"
    _, body = ask(service, f"http://{service.environment['PROMETHEUS_ADDRESS']}:9090{query}")
    values = [float(series["value"][1]) for series in json.loads(body)["data"]["result"]]
    return values[0] if values else None


def test_compose_up_says_that_only_this_machine_is_served(serving: Service) -> None:
    said = docker("logs", serving.name("prepare"))
    assert f"no certificate: the service is published on 127.0.0.1:{serving.port} only" in said


def test_a_certificate_comes_and_the_guides_hook_renews_it_and_nothing_is_lost(
    site: Service, authority: Authority, tmp_path: Path
) -> None:
    with Traffic(site.url) as traffic:
        traffic_is_answered(traffic)
        done = install(site, authority.issue(days=3))
        assert done.code == 0, done.out + done.err
        assert "to publish it: set ROUTER_PORT=0.0.0.0:80" in done.out
        first = served(site, authority)
        chain, _, key = authority.issue(days=5).partition(KEY)
        (tmp_path / "fullchain.pem").write_bytes(chain)
        (tmp_path / "privkey.pem").write_bytes(KEY + key)
        run_the_guides_hook(tmp_path, site)
        renewed = served(site, authority)
        assert renewed > first
    assert traffic.counts.lost == 0, traffic.counts
    wait_until(lambda: metric(site) == renewed, 120 * patience())
    found = {each["code"]: each for each in json.loads(site.rollout("doctor", "--json").out)["findings"]}
    assert "expires in 5 days" in found["certificate"]["message"]
    assert "TLS is published on 127.0.0.1" in found["published"]["message"]


def traffic_is_answered(traffic: Traffic) -> None:
    wait_until(lambda: traffic.counts.answered > 0, 120 * patience())


def test_a_bad_one_is_refused_and_a_restarted_router_serves_the_one_before(site: Service, authority: Authority) -> None:
    before = served(site, authority)
    bad = install(site, authority.expired())
    assert bad.code == 2
    assert "certificate has expired" in bad.err
    docker("restart", site.name("router"))
    wait_for(site, "router")
    assert served(site, authority) == before


def test_the_key_is_in_a_volume_that_no_release_and_no_engine_has(site: Service) -> None:
    mounted = docker("ps", "--all", "--filter", f"volume={site.project}_certificate", "--format", "{{.Names}}").split()
    assert set(mounted) <= {site.name("router"), site.name("prepare")}
    listed = docker("exec", site.name("router"), "ls", "-ln", "/etc/router-certificate/certificate.pem").split()
    assert (listed[0], listed[2]) == ("-rw-------", "10001")
