"""What a release may do on its host: ask the internet, and nothing that watches it; whatever its image says."""

import json
import socket
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.host.images import Images, docker
from tests.host.policy import quick
from tests.host.service import Service
from tests.host.traffic import Traffic, served_by
from tests.rollout.lines import Event

pytestmark = pytest.mark.docker

CONNECT = """
import socket, sys
for where in sys.argv[1:]:
    address, _, port = where.rpartition(":")
    try:
        socket.create_connection((address, int(port)), 3).close()
    except OSError:
        continue
    print(where)
"""
SILENCE = """
import json, sys, urllib.request
matchers = [{"name": "alertname", "value": ".+", "isRegex": True}]
times = {"startsAt": "2026-01-01T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z"}
body = json.dumps({"matchers": matchers, **times, "createdBy": "a release", "comment": "quiet"}).encode()
wanted = urllib.request.Request(sys.argv[1] + "/api/v2/silences", body, {"content-type": "application/json"})
print(json.load(urllib.request.urlopen(wanted, timeout=3)))
"""


def reached(container: str, *where: str) -> list[str]:
    """Which of these addresses (host:port) accept a connection from a container."""
    return docker("exec", container, "python", "-c", CONNECT, *where).split()


def addresses(service: Service, part: str) -> list[str]:
    """All that a container has on this host's networks."""
    networks = json.loads(docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", service.name(part)))
    return [network["IPAddress"] for network in networks.values()]


def test_a_release_reaches_no_monitoring_by_any_address(serving: Service) -> None:
    ports = {"prometheus": [9090], "alertmanager": [9093, 9094], "router": [8404]}
    where = [f"{address}:{port}" for part in ports for address in addresses(serving, part) for port in ports[part]]
    assert len(where) == 3 + 2 + 3
    assert reached(serving.stable(), *where) == []


def test_a_release_cannot_silence_alerts(serving: Service) -> None:
    url = f"http://{serving.environment['ALERTMANAGER_ADDRESS']}:9093"
    done = subprocess.run(["docker", "exec", serving.stable(), "python", "-c", SILENCE, url], capture_output=True)
    assert done.returncode != 0
    listed = docker("exec", serving.name("alertmanager"), "amtool", f"--alertmanager.url={url}", "silence", "-q")
    assert listed.split() == []


def test_a_release_reaches_the_world(serving: Service) -> None:
    """The test stands in for it, on this machine's own address."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing
        own = probe.getsockname()[0]
    with closing(socket.create_server((own, 0))) as world:
        where = f"{own}:{world.getsockname()[1]}"
        assert reached(serving.stable(), where) == [where]


def test_releases_and_the_engine_do_not_reach_each_other(serving: Service, images: Images, tmp_path: Path) -> None:
    with Traffic(serving.url):
        policy = str(quick(tmp_path, hold="30m"))
        done = serving.start_only(images.release("neighbour"), "--policy", policy)
        assert done.code == 0, done.out + done.err
        serving.until(lambda events: any(event["event"] == "shifted" for event in events))
        try:
            slots = {slot: serving.environment[f"{slot.upper()}_ADDRESS"] for slot in ("blue", "green")}
            for slot, own in slots.items():
                assert reached(serving.name(slot), *slots.values()) == [own]
            assert not {*addresses(serving, "engine")} & {*addresses(serving, "blue"), *addresses(serving, "green")}
            networks = [networks_of(serving, part) for part in ("blue", "green", "engine")]
            assert len(set().union(*networks)) == sum(map(len, networks)) == 3
        finally:
            assert serving.rollout("abort", "--reason", "seen").code == 0
            serving.until(ended)


def ended(events: list[Event]) -> bool:
    return bool(events[-1]["event"] == "ended")


def networks_of(service: Service, part: str) -> set[str]:
    shown = docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", service.name(part))
    return set(json.loads(shown))


def test_prometheus_scrapes_the_release_all_the_same(serving: Service) -> None:
    asked = f"http://{serving.environment['PROMETHEUS_ADDRESS']}:9090/api/v1/query?query=up%7Bjob=%22agent%22%7D"
    script = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())"
    network, image = f"--network={serving.project}_agent", serving.environment["ENGINE_IMAGE"]
    found = json.loads(docker("run", "--rm", network, "--entrypoint=python", image, "-c", script, asked))
    up = {series["metric"]["release"]: series["value"][1] for series in found["data"]["result"]}
    assert up[served_by(serving.url)] == "1"


def test_a_release_is_our_user_with_a_share_of_the_machine_whatever_its_image_says(
    serving: Service, images: Images
) -> None:
    given = ("--now", "--reason", "whose user it is", "--unverified", "a test", "--policy", str(serving.policy))
    done = serving.rollout("rollback", images.release("root", dockerfile="USER 0"), *given)
    assert done.code == 0, done.out + done.err
    stable = serving.stable()
    assert docker("exec", stable, "id", "-u").strip() == "10001"
    limits = json.loads(docker("inspect", "--format", "{{json .HostConfig}}", stable))
    assert limits["NanoCpus"] == 1_000_000_000
