"""What each service of the host may and may not do, according to deploy/docker/compose.yaml."""

import ipaddress
import re
from collections.abc import Callable
from typing import Any

import pytest

from rollout.onhost import names
from rollout.onhost.prepare import HostSettings
from tests.deploy.composed import PROJECT, composed, services, variables

Service = dict[str, Any]
SERVICES = services()
PARTS = {name: service for name, service in SERVICES.items() if name != "prepare"}
BUILT = {"prepare"}
PINNED = re.compile(r"[a-z/]+:v?[0-9.]+(-alpine)?@sha256:[0-9a-f]{64}")


def has(service: Service, key: str, value: object) -> bool:
    return bool(service.get(key) == value)


def starts_after_prepare(service: Service) -> bool:
    return has(service, "depends_on", {"prepare": {"condition": "service_completed_successfully"}})


def logs_little(service: Service) -> bool:
    options = service.get("logging", {}).get("options", {})
    return bool(re.fullmatch(r"\d\d?m", options.get("max-size", ""))) and 1 < int(options.get("max-file", 0)) < 10


def has_a_health_check(service: Service) -> bool:
    check = service.get("healthcheck", {})
    return bool({"test", "interval", "timeout", "retries"} <= check.keys() and "curl" not in str(check["test"]))


def is_nobody(service: Service) -> bool:
    return bool(re.fullmatch(r"[1-9]\d+:[1-9]\d+", service.get("user", "")))


PROTECTIONS: dict[str, tuple[str, Callable[[Service], bool]]] = {
    "can't write to its own files": ("read_only", lambda service: has(service, "read_only", True)),
    "has no capabilities": ("cap_drop", lambda service: has(service, "cap_drop", ["ALL"])),
    "gains no privileges": ("security_opt", lambda service: has(service, "security_opt", ["no-new-privileges:true"])),
    "is a numbered user that is not root": ("user", is_nobody),
    "has a limit of memory": (
        "mem_limit",
        lambda service: bool(re.fullmatch(r"\d+[mg]", service.get("mem_limit", ""))),
    ),
    "has a limit of processes": ("pids_limit", lambda service: 0 < service.get("pids_limit", 0) < 1000),
    "has a limit of logs": ("logging", logs_little),
}
OF_PARTS: dict[str, tuple[str, Callable[[Service], bool]]] = {
    "comes back after a crash and a reboot": ("restart", lambda service: has(service, "restart", "always")),
    "has a health check": ("healthcheck", has_a_health_check),
    "starts when its configuration is there": ("depends_on", starts_after_prepare),
}
CASES = [
    *((name, protection) for name in SERVICES for protection in PROTECTIONS),
    *((name, protection) for name in PARTS for protection in OF_PARTS),
]


@pytest.mark.parametrize(("name", "protection"), CASES, ids=[f"{name} {protection}" for name, protection in CASES])
def test_a_service_has_each_protection_and_without_it_this_test_fails(name: str, protection: str) -> None:
    key, holds = {**PROTECTIONS, **OF_PARTS}[protection]
    service = SERVICES[name]
    assert holds(service)
    assert not holds({other: value for other, value in service.items() if other != key})


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_mounts_only_named_volumes_and_nothing_of_the_host(name: str) -> None:
    service = SERVICES[name]
    assert {volume.split(":")[0] for volume in service["volumes"]} <= set(composed()["volumes"])
    assert not service.keys() & {"privileged", "cap_add", "devices", "pid", "ipc", "volumes_from", "secrets", "configs"}
    assert service.get("network_mode", "none") == "none"


@pytest.mark.parametrize("name", SERVICES.keys() - BUILT)
def test_an_image_is_pinned_to_a_version_and_a_digest(name: str) -> None:
    assert PINNED.fullmatch(SERVICES[name]["image"])


@pytest.mark.parametrize("name", SERVICES)
def test_each_image_is_a_variable(name: str) -> None:
    images = {"prepare": "ENGINE_IMAGE", "router": "HAPROXY_IMAGE"}
    variable = images.get(name, f"{name.upper()}_IMAGE")
    assert services(**{variable: "mine:1"})[name]["image"] == "mine:1"


def test_a_part_takes_one_core_at_most_and_the_router_before_all_others() -> None:
    assert {name: service.get("cpus") for name, service in SERVICES.items()} == {
        name: None if name == "router" else 1 for name in SERVICES
    }
    assert SERVICES["router"]["cpu_shares"] > 1024, "what every other container has"


def test_a_release_shares_its_network_with_the_router_and_prometheus_alone() -> None:
    assert {name: set(service["networks"]) for name, service in PARTS.items()} == {
        "router": {"agent", "blue", "green"},
        "prometheus": {"agent", "blue", "green"},
        "alertmanager": {"agent"},
        "grafana": {"agent"},
    }


def test_prometheus_and_the_routers_metrics_are_not_on_the_networks_of_releases() -> None:
    address = SERVICES["prometheus"]["networks"]["agent"]["ipv4_address"]
    assert f"--web.listen-address={address}:9090" in SERVICES["prometheus"]["command"]
    assert not any("listen" in word and address not in word for word in SERVICES["prometheus"]["command"])
    assert SERVICES["router"]["environment"]["ROUTER_METRICS_BIND"].split(":")[0] not in ("", "0.0.0.0", "*")  # noqa: S104


def test_only_the_routers_service_is_published_and_on_this_machine_alone() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "router": ["127.0.0.1:8080:8080", "127.0.0.1:8443:8443"]
    }
    public = services(ROUTER_PORT="0.0.0.0:80", ROUTER_TLS_PORT="0.0.0.0:443")
    assert public["router"]["ports"] == ["0.0.0.0:80:8080", "0.0.0.0:443:8443"]


def test_who_prepares_knows_where_the_service_is_published() -> None:
    for given in ({}, {"ROUTER_PORT": "0.0.0.0:80", "ROUTER_TLS_PORT": "0.0.0.0:443"}):
        parts = services(**given)
        settings = HostSettings.read(parts["prepare"]["environment"])
        assert [f"{settings.port}:8080", f"{settings.tls_port}:8443"] == parts["router"]["ports"]


def test_the_router_reads_its_certificate_from_where_our_command_puts_it() -> None:
    command = SERVICES["router"]["command"]
    assert command[command.index("-S") + 1].split(",")[0] == names.MASTER
    assert f"{names.CERTIFICATE}/certificate.cfg" in command


def test_prepare_runs_once_and_without_a_network() -> None:
    assert SERVICES["prepare"]["restart"] == "no"
    assert SERVICES["prepare"]["network_mode"] == "none"


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_and_its_label_are_named_after_the_service(name: str) -> None:
    assert SERVICES[name]["container_name"] == f"{PROJECT}-{name}"
    assert SERVICES[name]["labels"][names.PART] == name


def test_a_volume_is_mounted_at_the_same_path_everywhere_and_where_commands_expect_it() -> None:
    places: dict[str, set[str]] = {volume: set() for volume in composed()["volumes"]}
    for service in SERVICES.values():
        for volume, place in (mount.split(":")[:2] for mount in service["volumes"]):
            places[volume].add(place)
    assert places.pop("secrets") == {"/run/agent-secrets"}, "its place in a release is taken by alerting-secrets here"
    assert {volume for volume, found in places.items() if len(found) != 1} == set()
    expected = {
        **names.ENGINE_VOLUMES,
        "certificate": names.CERTIFICATE,
        "targets": names.TARGETS,
        "alerting-secrets": names.SECRETS,
        "data": names.DATA,
    }
    assert {volume: places[volume] for volume in expected} == {volume: {place} for volume, place in expected.items()}


def test_only_prepare_may_write_configuration_and_only_the_engine_the_split() -> None:
    writable: dict[str, set[str]] = {
        "router": {"socket"},
        "prometheus": {"prometheus-data"},
        "alertmanager": {"alertmanager-data"},
        "grafana": set(),
    }
    for name in PARTS:
        assert {volume.split(":")[0] for volume in PARTS[name]["volumes"] if volume.count(":") == 1} == writable[name]


def test_the_routers_label_names_the_engines_image() -> None:
    assert SERVICES["router"]["labels"][names.ENGINE_IMAGE] == SERVICES["prepare"]["image"] == f"{PROJECT}-engine"


def test_the_routers_environment_has_all_addresses() -> None:
    environment = SERVICES["router"]["environment"]
    addresses = {name: service["networks"]["agent"]["ipv4_address"] for name, service in PARTS.items()}
    assert environment["ROUTER_METRICS_ADDRESS"] == environment["ROUTER_METRICS_BIND"] == f"{addresses['router']}:8404"
    assert environment["PROMETHEUS_URL"] == f"http://{addresses['prometheus']}:9090"
    assert SERVICES["prepare"]["environment"] == {
        "SPEED": environment["SPEED"],
        "ROUTER_METRICS_ADDRESS": environment["ROUTER_METRICS_ADDRESS"],
        "PROMETHEUS_ADDRESS": f"{addresses['prometheus']}:9090",
        "ALERTMANAGER_ADDRESS": f"{addresses['alertmanager']}:9093",
        "ROUTER_PORT": "127.0.0.1:8080",
        "ROUTER_TLS_PORT": "127.0.0.1:8443",
    }


def test_static_addresses_are_in_the_subnet_and_docker_never_assigns_them() -> None:
    environment = SERVICES["router"]["environment"]
    static = {
        "agent": [service["networks"]["agent"]["ipv4_address"] for service in PARTS.values()],
        "blue": [environment["BLUE_ADDRESS"].split(":")[0]],
        "green": [environment["GREEN_ADDRESS"].split(":")[0]],
    }
    assert set(static) == set(composed()["networks"])
    subnets: list[ipaddress.IPv4Network] = []
    for name, network in composed()["networks"].items():
        (pool,) = network["ipam"]["config"]
        subnet, dynamic = ipaddress.IPv4Network(pool["subnet"]), ipaddress.IPv4Network(pool["ip_range"])
        assert dynamic.subnet_of(subnet)
        assert not any(subnet.overlaps(other) for other in subnets)
        subnets.append(subnet)
        assert len(set(static[name])) == len(static[name])
        for address in map(ipaddress.ip_address, static[name]):
            assert address in subnet
            assert address not in dynamic


def test_a_variable_has_the_same_default_everywhere() -> None:
    assert {name for name, defaults in variables().items() if len(defaults) > 1} == set()
