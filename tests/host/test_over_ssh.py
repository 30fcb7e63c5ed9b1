"""The same commands from another machine: DOCKER_HOST=ssh://…, with a real sshd, by digest from a registry."""

import json
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.host.images import Images
from tests.host.service import Service
from tests.host.sshd import Sshd
from tests.host.traffic import Traffic, served_by

pytestmark = [pytest.mark.docker, pytest.mark.sshd]


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    made = Sshd(tmp_path_factory.mktemp("ssh") / "sshd")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def remote(serving: Service, sshd: Sshd) -> Iterator[Service]:
    """The host, reached over ssh."""
    before = dict(serving.environment)
    serving.environment.update(sshd.environment)
    yield serving
    serving.environment.clear()
    serving.environment.update(before)


def test_a_command_makes_one_connection(remote: Service, sshd: Sshd) -> None:
    """One connection per request would be thirty connections, and ten seconds for `rollout status`."""
    before = sshd.connections()
    done = remote.rollout("status")
    assert done.code == 0, done.err
    assert served_by(remote.url) in done.out
    assert sshd.connections() == before + 1


def test_a_good_release_is_promoted(remote: Service, images: Images) -> None:
    release = images.release("good")
    with Traffic(remote.url) as traffic:
        done = remote.start(release)
        assert done.code == 0, done.out + done.err
        assert served_by(remote.url) == release
    assert traffic.counts.lost == 0, traffic.counts


def test_one_that_fails_one_request_in_five_is_taken_back(remote: Service, images: Images) -> None:
    """It starts during the keep of the previous release, which ends that keep."""
    before = served_by(remote.url)
    with Traffic(remote.url) as traffic:
        done = remote.start(images.release("bad", model="offline:errors=0.2"))
    assert done.code == 1, done.out + done.err
    assert "ending the keep phase of " in done.out
    assert served_by(remote.url) == before
    assert traffic.counts.lost == 0, traffic.counts


def test_the_newest_rollout_has_a_page_of_its_journal_and_what_prometheus_has_seen(
    remote: Service, tmp_path: Path
) -> None:
    page = tmp_path / "rollout.html"
    done = remote.rollout("dashboard", "--once", "--json", "--out", str(page))
    assert done.code == 0, done.err
    reported = json.loads(remote.rollout("report", "--json").out)
    assert json.loads(done.out) == {"page": str(page), "rollout": reported["rollout"], "verdict": reported["verdict"]}
    text = page.read_text(encoding="utf-8")
    assert escape(reported["headline"]) in text
    assert "The router has no canary now." in text
    assert "Traffic over time. Newest: " in text
    assert 'class="trouble"' not in text


def test_a_host_that_ssh_can_not_reach_is_refused(remote: Service, images: Images) -> None:
    where = {"DOCKER_HOST": "ssh://nobody@127.0.0.1:1"}
    before = dict(remote.environment)
    remote.environment.update(where)
    try:
        done = remote.rollout("start", images.release("good"))
    finally:
        remote.environment.update(before)
    assert done.code == 2
    assert "the Docker engine of ssh://nobody@127.0.0.1:1 does not answer" in done.err
    assert "Traceback" not in done.err
