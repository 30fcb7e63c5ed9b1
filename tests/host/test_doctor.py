"""`rollout doctor` on a real host: three things wrong, and the commands that it recommends make the host healthy."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.deploy.hosts import ask
from tests.host.images import docker
from tests.host.service import Done, Service
from tests.pace import patience
from tests.repository import REPOSITORY
from tests.waiting import wait_until

pytestmark = pytest.mark.docker

HEALTHY = {"answers", "restart_policy", "pages", "heartbeat", "delivery", "targets", "alerts", "part"}
LISTENER = """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Takes(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()
HTTPServer(("", 9000), Takes).serve_forever()
"""


@pytest.fixture(scope="module")
def webhook(serving: Service) -> Iterator[str]:
    """The URL of a receiver of alerts, which Alertmanager can reach."""
    name = serving.name("webhook")
    network = ["--network", f"{serving.project}_agent", "--name", name, "--network-alias", "webhook"]
    docker(
        "run",
        "--detach",
        "--init",
        *network,
        "--entrypoint",
        "python",
        serving.environment["ENGINE_IMAGE"],
        "-c",
        LISTENER,
    )
    yield "http://webhook:9000/"
    docker("rm", "--force", name)


@pytest.fixture
def typed(tmp_path: Path, serving: Service, webhook: str) -> Mapping[str, str]:
    """The environment of somebody who types commands in the repository, with `rollout` on the path."""
    (tmp_path / "url.txt").write_text(webhook)
    command = tmp_path / "rollout"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{REPOSITORY}" exec "{sys.executable}" -m rollout "$@"\n')
    command.chmod(0o755)
    return {
        **serving.environment,
        "PATH": f"{tmp_path}:{serving.environment['PATH']}",
        "URL": str(tmp_path / "url.txt"),
    }


def found(service: Service, level: str) -> dict[str, str]:
    """What is wrong, by its code, with its command; and the exit code fits."""
    done = service.rollout("doctor", "--json")
    told = json.loads(done.out)
    assert done.code == (1 if told["problems"] else 0), done.out + done.err
    return {each["code"]: each["command"] for each in told["findings"] if each["level"] == level}


def type_in(command: str, environment: Mapping[str, str]) -> None:
    """What a person types, who has the URL in a file."""
    done = subprocess.run(
        ["sh", "-c", command.replace("url.txt", '"$URL"')],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, command + done.stdout + done.stderr


def test_three_things_are_wrong_and_the_commands_make_them_right(serving: Service, typed: Mapping[str, str]) -> None:
    docker("update", "--restart", "no", serving.name("alertmanager"))
    docker("stop", serving.stable())

    wrong = found(serving, "problem")
    assert set(wrong) == {"answers", "restart_policy", "pages"}, wrong
    for command in wrong.values():
        type_in(command, typed)
    type_in(found(serving, "warning")["heartbeat"], typed)

    def healthy() -> bool:
        return not found(serving, "problem") and set(found(serving, "ok")) >= HEALTHY

    wait_until(healthy, 120 * patience(), lambda: serving.rollout("doctor").out)


def test_a_host_without_a_certificate_says_that_only_this_machine_is_served(serving: Service) -> None:
    said = serving.rollout("doctor").out
    assert f"no certificate: the service is published on 127.0.0.1:{serving.port} only, for this machine" in said
    assert found(serving, "warning")["published"] == "cat fullchain.pem key.pem | rollout certificate"


READ = (
    'up{job=~"split|prometheus|alertmanager"} == 1',
    '{__name__=~"(prometheus|alertmanager)_config_last_reload_successful"} == 1',
    "sum(alertmanager_notifications_failed_total)",
    "agent:monitoring_failures:count10m",
    "agent:agent_disk_free:share",
    "agent_canary_weight_ratio == 0",
)
"""Of the three parts, of two, and one of each of the others."""


def test_prometheus_reads_what_the_alerts_on_the_host_itself_need(serving: Service) -> None:
    def counts() -> list[int]:
        return [len(series(serving, query)) for query in READ]

    wait_until(lambda: counts() == [3, 2, 1, 1, 1, 1], 120 * patience(), counts)


def series(service: Service, promql: str) -> list[object]:
    """What a query of the host's Prometheus returns."""
    url = f"http://{service.environment['PROMETHEUS_ADDRESS']}:9090/api/v1/query?query={quote(promql)}"
    found: list[object] = json.loads(ask(service, url)[1])["data"]["result"]
    return found


def test_a_stopped_prometheus_costs_what_only_it_knows(serving: Service) -> None:
    docker("stop", serving.name("prometheus"))
    try:
        wrong = found(serving, "problem")
        rest = found(serving, "ok")
    finally:
        docker("start", serving.name("prometheus"))
    assert set(wrong) == {"part", "unknown"}
    assert set(rest) >= {"answers", "disk", "memory", "journal"}


def test_a_stopped_router_is_found_like_everything_else(serving: Service) -> None:
    docker("stop", serving.name("router"))
    try:
        wrong = found(serving, "problem")
        rest = found(serving, "ok")
    finally:
        docker("start", serving.name("router"))
    assert set(wrong) >= {"part", "unknown"}
    assert set(rest) >= {"disk", "memory", "journal", "restart_policy"}
    wait_until(lambda: "answers" in found(serving, "ok"), 120 * patience())


def test_a_host_that_does_not_answer_is_one_message(serving: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(serving.environment, "DOCKER_HOST", "unix:///nowhere/docker.sock")
    done: Done = serving.rollout("doctor")
    assert done.code == 2
    assert done.err.startswith("rollout: the Docker engine of unix:///nowhere/docker.sock does not answer")
    assert "Traceback" not in done.err
