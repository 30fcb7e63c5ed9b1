"""What each service of the host may and may not do, as deploy/docker/compose.yaml says it."""

import ipaddress
import re
from collections.abc import Callable
from typing import Any

import pytest

from rollout.onhost import names
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
def test_a_service_is_protected_and_without_the_protection_this_test_fails(name: str, protection: str) -> None:
    key, holds = {**PROTECTIONS, **OF_PARTS}[protection]
    service = SERVICES[name]
    assert holds(service)
    assert not holds({other: value for other, value in service.items() if other != key})


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_sees_named_volumes_only_and_nothing_of_the_host(name: str) -> None:
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


def test_only_the_routers_service_port_is_published() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "router": ["8080:8080"]
    }
    assert services(ROUTER_PORT="127.0.0.1:9000")["router"]["ports"] == ["127.0.0.1:9000:8080"]


def test_preparing_happens_once_and_without_a_network() -> None:
    assert SERVICES["prepare"]["restart"] == "no"
    assert SERVICES["prepare"]["network_mode"] == "none"


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_and_its_label_are_named_after_the_service(name: str) -> None:
    assert SERVICES[name]["container_name"] == f"{PROJECT}-{name}"
    assert SERVICES[name]["labels"][names.PART] == name


def test_a_volume_lies_in_the_same_place_everywhere_and_where_our_commands_expect_it() -> None:
    places: dict[str, set[str]] = {volume: set() for volume in composed()["volumes"]}
    for service in SERVICES.values():
        for volume, place in (mount.split(":")[:2] for mount in service["volumes"]):
            places[volume].add(place)
    assert places.pop("secrets") == {"/run/agent-secrets"}, "its place in a release is taken by alerting-secrets here"
    assert {volume for volume, found in places.items() if len(found) != 1} == set()
    expected = {**names.ENGINE_VOLUMES, "targets": names.TARGETS, "alerting-secrets": names.SECRETS}
    assert {volume: places[volume] for volume in expected} == {volume: {place} for volume, place in expected.items()}


def test_only_preparing_may_write_configuration_and_only_the_engine_the_split() -> None:
    writable = {"router": {"socket"}, "prometheus": {"prometheus-data"}, "alertmanager": {"alertmanager-data"}}
    for name in PARTS:
        assert {volume.split(":")[0] for volume in PARTS[name]["volumes"] if volume.count(":") == 1} == writable[name]


def test_the_router_names_the_engines_image_for_whoever_starts_a_release() -> None:
    assert SERVICES["router"]["labels"][names.ENGINE_IMAGE] == SERVICES["prepare"]["image"] == f"{PROJECT}-engine"


def test_the_router_says_where_everything_is() -> None:
    environment = SERVICES["router"]["environment"]
    addresses = {name: service["networks"]["agent"]["ipv4_address"] for name, service in PARTS.items()}
    assert environment["ROUTER_METRICS_ADDRESS"] == environment["ROUTER_METRICS_BIND"] == f"{addresses['router']}:8404"
    assert environment["PROMETHEUS_URL"] == f"http://{addresses['prometheus']}:9090"
    assert SERVICES["prepare"]["environment"] == {
        "SPEED": environment["SPEED"],
        "ROUTER_METRICS_ADDRESS": environment["ROUTER_METRICS_ADDRESS"],
        "ALERTMANAGER_ADDRESS": f"{addresses['alertmanager']}:9093",
    }


def test_static_addresses_are_in_the_subnet_and_docker_never_gives_them_to_others() -> None:
    (pool,) = composed()["networks"]["agent"]["ipam"]["config"]
    subnet, dynamic = ipaddress.ip_network(pool["subnet"]), ipaddress.ip_network(pool["ip_range"])
    slots = [SERVICES["router"]["environment"][name].split(":")[0] for name in ("BLUE_ADDRESS", "GREEN_ADDRESS")]
    static = [*slots, *(service["networks"]["agent"]["ipv4_address"] for service in PARTS.values())]
    assert len(set(static)) == len(static)
    assert [
        address for address in map(ipaddress.ip_address, static) if address not in subnet or address in dynamic
    ] == []


def test_a_variable_has_the_same_default_wherever_it_stands() -> None:
    assert {name for name, defaults in variables().items() if len(defaults) > 1} == set()
