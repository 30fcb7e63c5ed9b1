"""Who gets which alert: with a real Alertmanager, and real receivers for HTTP and SMTP."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.deploy import receivers
from tests.deploy.hosts import address, on_volumes, read_again
from tests.host.service import Service
from tests.waiting import wait_until

pytestmark = [pytest.mark.parts, pytest.mark.docker]
CONFIG = "/etc/alertmanager-agent/alertmanager.yml"
PASSWORD = "canary-of-the-mail-server"  # noqa: S105
SECRETS = {"webhook_url": "http://reader:8081/hook", "slack_url": "http://reader:8081/slack", "smtp_password": PASSWORD}
API = """
import json, sys, urllib.request
asked = urllib.request.Request(sys.argv[1], sys.stdin.buffer.read() or None, {"content-type": "application/json"})
print(urllib.request.urlopen(asked, timeout=10).read().decode())
"""
ANNOTATIONS = {"summary": "the sky falls", "runbook": "docs/runbooks/Sky.md"}
Labels = Mapping[str, str]


def alert(name: str, scope: str = "service", release: str = "none", **labels: str) -> Labels:
    return {"alertname": name, "severity": "page", "scope": scope, "release": release, **labels}


def about(name: str, release: str, slot: str) -> Labels:
    return alert(name, "release", release, slot=slot)


def api(host: Service, path: str, body: str = "") -> str:
    """What Alertmanager answers a container on its network."""
    url = f"http://{address(host, 'alertmanager')}:9093/api/v2/{path}"
    command = ["docker", "exec", "--interactive", host.reader(), "python", "-c", API, url]
    done = subprocess.run(command, input=body, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def firing(host: Service, *alerts: Labels) -> Iterator[None]:
    def send(minutes: int) -> None:
        ends = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
        api(
            host,
            "alerts",
            json.dumps([{"labels": each, "annotations": ANNOTATIONS, "endsAt": ends} for each in alerts]),
        )

    send(10)
    yield
    send(0)


def hidden(host: Service, wanted: Labels) -> bool:
    """Whether another alert suppresses this one."""
    found = {json.dumps(each["labels"], sort_keys=True): each["status"] for each in json.loads(api(host, "alerts"))}
    return bool(found[json.dumps(dict(wanted), sort_keys=True)]["inhibitedBy"])


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        ("severity=page", "pages"),
        ("severity=ticket", "pages"),
        ("alertname=Watchdog severity=none", "heartbeat"),
        ("severity=info", "nobody"),
    ],
)
def test_pages_and_the_heartbeat_have_receivers_of_their_own(labels: str, receiver: str, host: Service) -> None:
    question = ("amtool", "--alertmanager.url=http://127.0.0.1:9093", "config", "routes", "test")
    assert host.compose("exec", "-T", "alertmanager", *question, *labels.split()).strip() == receiver


@pytest.mark.parametrize(
    ("cause", "symptom"),
    [
        (alert("RouterDown", "host"), alert("NoSuccess")),
        (alert("RouterDown", "host"), alert("TrafficStopped")),
        (about("AgentDown", "v1", "blue"), about("ErrorRateHigh", "v1", "blue")),
        (alert("MostRequestsFail"), alert("ErrorBudgetBurns", window="1h")),
        (about("ErrorRateHigh", "v1", "blue"), alert("RunsNotAnswered")),
        (alert("MostRequestsFail"), alert("RunsNotAnswered")),
        (alert("VendorFails"), alert("RunsNotAnswered")),
        (alert("DiskFull", "host"), alert("DiskNearlyFull", "host")),
    ],
    ids=lambda each: each["alertname"],
)
def test_a_cause_hides_its_symptom_only_while_it_fires(cause: Labels, symptom: Labels, host: Service) -> None:
    with firing(host, symptom):
        assert not hidden(host, symptom)
        with firing(host, cause):
            assert hidden(host, symptom)
            assert not hidden(host, cause)
        assert not hidden(host, symptom)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (about("AgentDown", "v1", "blue"), about("ErrorRateHigh", "v2", "green")),
        (about("AgentDown", "v1", "blue"), about("AgentDown", "v2", "green")),
        (about("AgentDown", "v1", "blue"), alert("MostRequestsFail")),
        (alert("RouterDown", "host"), about("ErrorRateHigh", "v1", "blue")),
        (alert("MostRequestsFail"), about("ErrorRateHigh", "v1", "blue")),
        (about("LatencyHigh", "v1", "blue"), alert("RunsNotAnswered")),
    ],
    ids=lambda each: each["alertname"],
)
def test_an_alert_with_a_cause_of_its_own_is_never_hidden(one: Labels, other: Labels, host: Service) -> None:
    with firing(host, one, other):
        assert not hidden(host, one)
        assert not hidden(host, other)


@pytest.fixture
def arrived(host: Service, tmp_path: Path) -> Iterator[Path]:
    """What the receivers get, which are the only ones with these secrets."""
    path = tmp_path / "arrived"
    with path.open("wb") as file:
        command = ["docker", "exec", host.reader(), "python", "-u", "-c", Path(receivers.__file__).read_text()]
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    wait_until(lambda: lines(path), seen=path.read_text)
    reader = address(host, "reader")
    for name, secret in SECRETS.items():
        done = host.rollout("secret", "--for", "alerting", name, stdin=secret.replace("reader", reader))
        assert done.code == 0, done.err
    host.compose("run", "--rm", "-T", "prepare")
    ours = f"s/smtp.example.org:587/{reader}:2525/; s/auth_password_file/require_tls: false\\n    &/"
    on_volumes(host, f"sed -i '{ours}' {CONFIG}")
    read_again(host, "alertmanager")
    yield path
    process.kill()
    process.wait()


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_page_arrives_by_webhook_slack_and_e_mail(host: Service, arrived: Path) -> None:
    wanted = about("SkyFalls", "v1", "blue")  # in no other test: a group that was sent waits for `group_interval`

    def got() -> dict[str, dict[str, str]]:
        return {each.get("path", each["kind"]): each for each in lines(arrived)}

    with firing(host, wanted):
        wait_until(lambda: got().keys() >= {"/hook", "/slack", "mail"}, seen=arrived.read_text)
    hook, slack, mail = got()["/hook"], got()["/slack"], got()["mail"]
    assert json.loads(hook["body"])["alerts"][0]["labels"] == wanted
    shown = json.loads(slack["body"])["attachments"][0]
    assert shown["title"] == "FIRING, page: SkyFalls"
    assert shown["text"] == "the sky falls (docs/runbooks/Sky.md)\n"
    assert (mail["user"], mail["password"]) == ("alerts@example.org", PASSWORD)
    assert "on-call@example.org" in mail["to"]
    assert "SkyFalls" in mail["text"]
