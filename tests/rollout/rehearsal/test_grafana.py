"""Grafana beside a rehearsal: with the dashboards if it starts, and the same rehearsal without it if it does not."""

import json
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from rollout.cli.rehearsal import found_grafana
from rollout.errors import PartFailed
from rollout.rehearsal.grafana import ARGUMENTS, GRAFANA, OFFLINE, beside
from rollout.rehearsal.programs import Program
from rollout.rehearsal.stage import Stage
from tests.repository import REPOSITORY
from tests.rollout.rehearsal.worlds import FakeWorld

IMITATION = """
import http.server, json, os, sys

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        folder, password = os.environ["DASHBOARDS_FOLDER"], os.environ["GF_SECURITY_ADMIN_PASSWORD"]
        self.send_response(200)
        self.end_headers()
        seen = {"arguments": sys.argv[1:], "environment": dict(os.environ), "files": sorted(os.listdir(folder))}
        seen["password"] = open(password.removeprefix("$__file{").removesuffix("}")).read()
        self.wfile.write(json.dumps(seen).encode())

address = os.environ["GF_SERVER_HTTP_ADDR"], int(os.environ["GF_SERVER_HTTP_PORT"])
http.server.HTTPServer(address, Page).serve_forever()
"""
DASHBOARDS = {"service.json": "{}", "rollout.json": '{"title": "at this speed"}', "cost.json": "{}"}


def staged(program: str) -> Stage:
    """A stage whose Grafana is this Python program."""
    grafana = Program("grafana", (sys.executable, "-c", program), "path")
    return Stage(REPOSITORY, {"grafana": grafana}, speed=20.0, lease_seconds=15.0)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged(IMITATION) as stage:
        yield stage


def test_grafana_gets_the_dashboards_and_the_rehearsals_prometheus(stage: Stage) -> None:
    said: list[str] = []
    (address,) = beside(stage, DASHBOARDS, said.append)
    assert said == ["starting Grafana", address]
    with urllib.request.urlopen(address.removeprefix("Grafana "), timeout=10) as answer:  # noqa: S310
        seen = json.load(answer)
    environment = seen["environment"]
    assert seen["arguments"] == list(ARGUMENTS)
    assert environment["PROMETHEUS_URL"] == stage.prometheus.url
    assert environment["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"
    assert environment.items() >= OFFLINE.items()
    assert set(seen["files"]) == {*DASHBOARDS, "files.yml"}
    folder = Path(environment["DASHBOARDS_FOLDER"])
    assert (folder / "rollout.json").read_text() == DASHBOARDS["rollout.json"]
    assert "timeInterval: 250ms" in (folder.parent / "datasources" / "source.yml").read_text()


def test_the_administrators_password_is_new_each_time_and_only_the_owner_can_read_it(stage: Stage) -> None:
    beside(stage, DASHBOARDS, lambda _: None)
    path = stage.folder / "grafana-password"
    assert path.stat().st_mode & 0o077 == 0
    with staged(IMITATION) as other:
        beside(other, DASHBOARDS, lambda _: None)
        assert len(path.read_text()) > 30
        assert path.read_text() != (other.folder / "grafana-password").read_text()


class Broken:
    def start_grafana(self, dashboards: Mapping[str, str]) -> str:
        raise PartFailed(f"grafana ended with {len(dashboards)} dashboards")


def test_a_grafana_that_does_not_start_is_told_and_ends_nothing() -> None:
    said: list[str] = []
    assert beside(Broken(), DASHBOARDS, said.append) == []
    assert said[-1] == "without Grafana: grafana ended with 3 dashboards"


def test_a_program_that_ends_is_no_grafana() -> None:
    with staged("raise SystemExit('no space left')") as stage, pytest.raises(PartFailed, match="no space left"):
        stage.start_grafana(DASHBOARDS)


def test_without_docker_there_is_no_grafana_and_the_reason_is_told() -> None:
    world = FakeWorld()
    assert found_grafana(world) == {}
    assert world.said == ["without Grafana: docker: it is not on PATH"]


def test_an_image_that_cannot_be_pulled_is_told() -> None:
    world = FakeWorld("docker").fails("run", "no route to the registry")
    assert found_grafana(world) == {}
    assert world.said[-1] == f"without Grafana: docker: {GRAFANA.image_default} does not run: no route to the registry"


def test_an_image_that_runs_is_used() -> None:
    world = FakeWorld("docker", says={"grafana": "grafana version 13.2.3"})
    assert found_grafana(world)["grafana"].image == GRAFANA.image_default


def test_an_older_image_is_refused() -> None:
    world = FakeWorld("docker", says={"grafana": "grafana version 9.5.1"}, environment={"GRAFANA_IMAGE": "old:9"})
    assert found_grafana(world) == {}
    assert "old:9 is grafana 9.5, which is too old: grafana 13.0 or newer is needed" in world.said[-1]
