"""A secret reaches only the release that needs it: the tests store a marker and search for it everywhere."""

import secrets as randomness
import subprocess
from pathlib import Path

import pytest

from rollout.onhost import names
from tests.host.images import Images, docker
from tests.host.service import Service
from tests.host.traffic import Traffic, served_by

pytestmark = pytest.mark.docker

CANARY = f"canary-{randomness.token_hex(16)}"


@pytest.fixture(scope="module")
def with_secrets(serving: Service, images: Images) -> Service:
    """A host with secrets, one release that was promoted after that, and one that was rolled back."""
    service = serving
    for arguments in (["MODEL_API_KEY"], ["webhook_url", "--for", "alerting"]):
        done = service.rollout("secret", *arguments, stdin=f"https://hooks.example/{CANARY}\n")
        assert done.code == 0, done.err
        assert CANARY not in done.out
    service.up()  # Alertmanager's configuration refers to the file
    live = images.release("told")
    given = ("--now", "--reason", "it reads the secret", "--unverified", "a test", "--policy", str(service.policy))
    assert service.rollout("rollback", live, *given).code == 0
    assert served_by(service.url) == live
    with Traffic(service.url):
        assert service.start(images.release("bad", model="offline:errors=0.2")).code == 1
    return service


def test_the_release_has_it_in_its_environment(with_secrets: Service) -> None:
    inside = "import os; from agent.secrets import load_secrets as load; load(os.environ); print(dict(os.environ))"
    assert CANARY in docker("exec", with_secrets.stable(), "python", "-c", inside)


def test_only_its_reader_can_read_it(with_secrets: Service) -> None:
    listed = docker("exec", with_secrets.stable(), "ls", "-ln", "/run/secrets/MODEL_API_KEY").split()
    assert (listed[0], listed[2], listed[3]) == ("-r--r-----", "10001", "10001")


def test_no_container_shows_it(with_secrets: Service) -> None:
    found = docker("ps", "--all", "--format", "{{.Names}}", "--filter", f"name={with_secrets.project}-").split()
    assert len(set(found) - {with_secrets.name("reader")}) >= 6
    for name in found:
        assert CANARY not in docker("inspect", name), name
        logs = subprocess.run(["docker", "logs", name], capture_output=True, check=True)
        assert CANARY.encode() not in logs.stdout + logs.stderr, name


def test_no_image_holds_it(images: Images, tmp_path: Path) -> None:
    for number, image in enumerate([images.engine, images.agent]):
        archive = tmp_path / f"{number}.tar"
        docker("save", "--output", str(archive), image)
        assert CANARY.encode() not in archive.read_bytes(), image


def test_no_journal_and_no_report_holds_it(with_secrets: Service, tmp_path: Path) -> None:
    everything = with_secrets.ask(f"find {names.STATE} -type f -exec cat {{}} +")
    assert '"event": "verdict"' in everything
    assert CANARY not in everything
    done = with_secrets.rollout("report", "--out", str(tmp_path / "reports"))
    assert done.code == 0, done.err
    written = [path for path in (tmp_path / "reports").iterdir() if path.is_file()]
    assert len(written) == 3
    for path in written:
        assert CANARY not in path.read_text(encoding="utf-8"), path
