"""A host as `docker compose up -d` makes it, on a real Docker engine."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from rollout.rehearsal.process import wait_until
from rollout.router.haproxy import write_map
from rollout.router.split import everybody_on
from tests.deploy.composed import composed, services
from tests.deploy.hosts import PARTS, address, ask, inspect, left, on_volumes, started, wait_for
from tests.host.images import docker
from tests.host.service import Service

pytestmark = [pytest.mark.parts, pytest.mark.docker]
ENGINE_IMAGE = "agent-release-engine:of-host-tests"
WITHIN_SECONDS = 30.0


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One that Compose has built and made, shared; afterwards nothing of it is left."""
    host = Service(ENGINE_IMAGE, tmp_path_factory.mktemp("host"))
    try:
        host.compose("up", "--detach", "--wait", "--build")
        yield host
    finally:
        host.down()
    docker("rmi", ENGINE_IMAGE)
    assert left(host) == []


def answer(host: Service, method: str, path: str) -> tuple[int, bytes]:
    """From outside of the host, through its published port."""
    with closing(http.client.HTTPConnection("127.0.0.1", host.port, timeout=10)) as connection:
        connection.request(method, path, body=b"{}" if method == "POST" else None)
        answered = connection.getresponse()
        return answered.status, answered.read()


def test_compose_reads_the_file_as_these_tests_do(host: Service) -> None:
    read = json.loads(host.compose("config", "--format", "json"))["services"]
    expected = services(**host.environment)
    assert {name: service["image"] for name, service in read.items()} == {
        name: service["image"] for name, service in expected.items()
    }
    assert read["router"]["environment"] == expected["router"]["environment"]
    assert {name: read[name]["container_name"] for name in read} == {name: host.name(name) for name in read}


def test_without_a_release_the_router_answers_503(host: Service) -> None:
    assert answer(host, "POST", "/agent/run")[0] == 503


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/Metrics", "/%6detrics", "/metrics?scope=global"])
def test_metrics_are_not_to_be_had_through_the_router(path: str, host: Service) -> None:
    assert answer(host, "GET", path) == (404, b"not here")


def test_inside_prometheus_gets_the_routers_metrics(host: Service) -> None:
    status, body = ask(host, f"http://{address(host, 'router')}:8404/metrics")
    assert status == 200
    assert 'haproxy_server_status{proxy="agent",server="blue"' in body


def test_prometheus_has_found_the_alertmanager(host: Service) -> None:
    _, found = ask(host, f"http://{address(host, 'prometheus')}:9090/api/v1/alertmanagers")
    assert [each["url"] for each in json.loads(found)["data"]["activeAlertmanagers"]] == [
        f"http://{address(host, 'alertmanager')}:9093/api/v2/alerts"
    ]


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [("severity=page", "pages"), ("alertname=Watchdog severity=none", "heartbeat"), ("severity=info", "nobody")],
)
def test_pages_and_the_heartbeat_have_receivers_of_their_own(labels: str, receiver: str, host: Service) -> None:
    question = ("amtool", "--alertmanager.url=http://127.0.0.1:9093", "config", "routes", "test")
    assert host.compose("exec", "-T", "alertmanager", *question, *labels.split()).strip() == receiver


def test_nothing_is_published_but_the_routers_ports(host: Service) -> None:
    published = {part: inspect(host, part)["NetworkSettings"]["Ports"] for part in PARTS}
    assert {part: {port: at for port, at in ports.items() if at} for part, ports in published.items()} == {
        "router": {
            "8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(host.port)}],
            "8443/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(host.tls_port)}],
        },
        "prometheus": {},
        "alertmanager": {},
    }


@pytest.mark.parametrize("part", [*PARTS, "prepare"])
def test_docker_was_told_of_every_protection(part: str, host: Service) -> None:
    settings = inspect(host, part)["HostConfig"]
    assert settings["ReadonlyRootfs"]
    assert settings["CapDrop"] == ["ALL"]
    assert settings["SecurityOpt"] == ["no-new-privileges:true"]
    assert settings["Memory"] > 0
    assert settings["PidsLimit"] > 0


def test_every_volume_is_there_from_the_start_the_agents_secrets_too(host: Service) -> None:
    listed = docker("volume", "ls", "--quiet", f"--filter=name=^{host.project}_").split()
    assert set(listed) == {f"{host.project}_{volume}" for volume in composed()["volumes"]}


def test_the_admin_socket_is_open_to_the_engines_user_and_group_alone(host: Service) -> None:
    assert on_volumes(host, "stat -c '%a %u:%g' /run/router/admin.sock").split() == ["660", "10001:10001"]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_restarted_is_healthy_again_at_the_same_address(part: str, host: Service) -> None:
    before, last = address(host, part), started(host, part)
    docker("restart", host.name(part))
    wait_for(host, part)
    assert started(host, part) != last
    assert address(host, part) == before == host.environment[f"{part.upper()}_ADDRESS"]


@pytest.mark.parametrize("again", [("up", "--detach"), ("run", "--rm", "-T", "prepare")], ids=["up", "run prepare"])
def test_preparing_again_brings_configuration_and_leaves_split_and_containers_as_they_are(
    again: tuple[str, ...], host: Service
) -> None:
    before = {part: inspect(host, part)["Id"] for part in PARTS}
    split = write_map(everybody_on("green").entries())
    on_volumes(host, f"printf '{split}' >/var/lib/router/split.map; echo old >/etc/prometheus-agent/rules/old.yml")
    host.compose(*again)
    assert on_volumes(host, "cat /var/lib/router/split.map; ls /etc/prometheus-agent/rules") == f"{split}agent.yml\n"
    assert {part: inspect(host, part)["Id"] for part in PARTS} == before


READ_AGAIN = {  # the signal, and what tells when the configuration was read
    "router": ("USR2", 8404, "haproxy_process_start_time_seconds"),
    "prometheus": ("HUP", 9090, "prometheus_config_last_reload_success_timestamp_seconds"),
    "alertmanager": ("HUP", 9093, "alertmanager_config_last_reload_success_timestamp_seconds"),
}


def read_again(host: Service, part: str) -> None:
    """As the guide does. Returns when the part has read its configuration again."""
    signal, port, metric = READ_AGAIN[part]

    def read_at() -> str:
        _, page = ask(host, f"http://{address(host, part)}:{port}/metrics")
        return next(line for line in page.splitlines() if line.startswith(metric))

    before = read_at()
    host.compose("exec", "-T", part, "sh", "-c", f"kill -{signal} 1")
    wait_until(lambda: read_at() != before, f"{part} reads it again", WITHIN_SECONDS)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_reads_its_configuration_again_without_being_started_again(part: str, host: Service) -> None:
    last = started(host, part)
    read_again(host, part)
    assert started(host, part) == last


def test_a_router_that_reads_its_configuration_again_ends_no_connection_under_a_request(host: Service) -> None:
    def header(connection: http.client.HTTPConnection) -> str | None:
        connection.request("GET", "/metrics")
        answered = connection.getresponse()
        assert answered.read() == b"not here"
        return answered.getheader("connection")

    with closing(http.client.HTTPConnection("127.0.0.1", host.port, timeout=10)) as connection:
        assert header(connection) is None
        read_again(host, "router")
        assert header(connection) == "close", "the old worker waits for one more request"
