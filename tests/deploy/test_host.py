"""A host created by `docker compose up -d`, with a real Docker engine."""

import http.client
import json
from contextlib import closing

import pytest

from rollout.router.haproxy import write_map
from rollout.router.split import everybody_on
from tests.deploy.composed import composed, services
from tests.deploy.hosts import PARTS, address, ask, inspect, on_volumes, read_again, started, wait_for
from tests.host.images import docker
from tests.host.service import Service

pytestmark = [pytest.mark.parts, pytest.mark.docker]


def answer(host: Service, method: str, path: str) -> tuple[int, bytes]:
    """From outside of the host, through its published port."""
    with closing(http.client.HTTPConnection("127.0.0.1", host.port, timeout=10)) as connection:
        connection.request(method, path, body=b"{}" if method == "POST" else None)
        answered = connection.getresponse()
        return answered.status, answered.read()


def test_compose_reads_the_file_as_these_tests_do(host: Service) -> None:
    read = json.loads(host.compose("config", "--format", "json"))["services"]
    expected = {name: each for name, each in services(**host.environment).items() if "profiles" not in each}
    assert {name: service["image"] for name, service in read.items()} == {
        name: service["image"] for name, service in expected.items()
    }
    assert read["router"]["environment"] == expected["router"]["environment"]
    assert {name: read[name]["container_name"] for name in read} == {name: host.name(name) for name in read}


def test_without_a_release_the_router_answers_503(host: Service) -> None:
    assert answer(host, "POST", "/agent/run")[0] == 503


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/Metrics", "/%6detrics", "/metrics?scope=global"])
def test_metrics_are_not_available_through_the_router(path: str, host: Service) -> None:
    assert answer(host, "GET", path) == (404, b"not here")


def test_prometheus_gets_the_routers_metrics_inside_the_network(host: Service) -> None:
    status, body = ask(host, f"http://{address(host, 'router')}:8404/metrics")
    assert status == 200
    assert 'haproxy_server_status{proxy="agent",server="blue"' in body


def test_prometheus_has_found_the_alertmanager(host: Service) -> None:
    _, found = ask(host, f"http://{address(host, 'prometheus')}:9090/api/v1/alertmanagers")
    assert [each["url"] for each in json.loads(found)["data"]["activeAlertmanagers"]] == [
        f"http://{address(host, 'alertmanager')}:9093/api/v2/alerts"
    ]


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
def test_every_protection_is_in_effect_in_docker(part: str, host: Service) -> None:
    settings = inspect(host, part)["HostConfig"]
    assert settings["ReadonlyRootfs"]
    assert settings["CapDrop"] == ["ALL"]
    assert settings["SecurityOpt"] == ["no-new-privileges:true"]
    assert settings["Memory"] > 0
    assert settings["PidsLimit"] > 0


def test_every_volume_exists_from_the_start_also_the_agents_secrets(host: Service) -> None:
    listed = docker("volume", "ls", "--quiet", f"--filter=name=^{host.project}_").split()
    assert set(listed) == {f"{host.project}_{volume}" for volume in composed()["volumes"]}


def test_only_the_engines_user_and_group_can_access_the_admin_socket(host: Service) -> None:
    assert on_volumes(host, "stat -c '%a %u:%g' /run/router/admin.sock").split() == ["660", "10001:10001"]


def test_parts_that_are_restarted_are_healthy_again_at_the_same_addresses(host: Service) -> None:
    addresses = {part: host.environment[f"{part.upper()}_ADDRESS"] for part in PARTS}
    assert {part: address(host, part) for part in PARTS} == addresses
    last = {part: started(host, part) for part in PARTS}
    docker("restart", *map(host.name, PARTS))
    for part in PARTS:
        wait_for(host, part)
        assert started(host, part) != last[part]
    assert {part: address(host, part) for part in PARTS} == addresses


@pytest.mark.parametrize("again", [("up", "--detach"), ("run", "--rm", "-T", "prepare")], ids=["up", "run prepare"])
def test_preparing_again_updates_configuration_and_does_not_change_split_or_containers(
    again: tuple[str, ...], host: Service
) -> None:
    before = {part: inspect(host, part)["Id"] for part in PARTS}
    split = write_map(everybody_on("green").entries())
    on_volumes(host, f"printf '{split}' >/var/lib/router/split.map; echo old >/etc/prometheus-agent/rules/old.yml")
    host.compose(*again)
    assert on_volumes(host, "cat /var/lib/router/split.map; find /etc/prometheus-agent/rules -name old.yml") == split
    assert {part: inspect(host, part)["Id"] for part in PARTS} == before


@pytest.mark.parametrize("part", PARTS)
def test_a_part_reloads_its_configuration_without_a_restart(part: str, host: Service) -> None:
    last = started(host, part)
    read_again(host, part)
    assert started(host, part) == last


def test_a_reload_of_the_router_ends_no_connection_during_a_request(host: Service) -> None:
    def header(connection: http.client.HTTPConnection) -> str | None:
        connection.request("GET", "/metrics")
        answered = connection.getresponse()
        assert answered.read() == b"not here"
        return answered.getheader("connection")

    with closing(http.client.HTTPConnection("127.0.0.1", host.port, timeout=10)) as connection:
        assert header(connection) is None
        read_again(host, "router")
        assert header(connection) == "close", "the old worker waits for one more request"
