"""Fills a host's volumes for the first time, and again."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from rollout.errors import HostFailed, Refused
from rollout.metrics import targets
from rollout.metrics.targets import Target
from rollout.onhost.prepare import HostSettings, only_with_files, prepare
from rollout.onhost.publication import warnings
from rollout.router.folder import CONFIG
from rollout.router.haproxy import Haproxy
from rollout.router.split import Split, everybody_on
from tests.repository import REPOSITORY

SHIPPED = REPOSITORY / "monitoring"
WANTED = HostSettings(
    speed=1, router_metrics="10.231.17.2:8404", prometheus="10.231.17.3:9090", alertmanager="10.231.17.4:9093"
)
VOLUMES = (
    "etc/router",
    "etc/router-certificate",
    "etc/prometheus-agent/targets",
    "etc/alertmanager-agent",
    "var/lib/router",
    "run/secrets",
)
NO_CERTIFICATE = list(map(str, warnings(WANTED.port, WANTED.tls_port, certificate=False)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The root folder of the container `prepare`, with its volumes mounted."""
    for volume in VOLUMES:
        (tmp_path / "root" / volume).mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def monitoring(tmp_path: Path) -> Path:
    """A copy of the repository's folder that a test may change."""
    return shutil.copytree(SHIPPED, tmp_path / "monitoring")


def prometheus(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "etc/prometheus-agent/prometheus.yml").read_text())
    return found


def alertmanager(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "etc/alertmanager-agent/alertmanager.yml").read_text())
    return found


def router(root: Path) -> Haproxy:
    return Haproxy(root / "no socket", root / "var/lib/router")


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_new_host_sends_everybody_to_blue_and_trusts_nobody(root: Path) -> None:
    prepare(SHIPPED, WANTED, root)
    assert router(root).on_disk() == everybody_on("blue").entries()
    lines = (root / "var/lib/router/trusted.lst").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == []


def test_the_router_gets_the_shipped_configuration_and_prometheus_the_shipped_rules(root: Path) -> None:
    prepare(SHIPPED, WANTED, root)
    assert (root / "etc/router/haproxy.cfg").read_bytes() == CONFIG.read_bytes()
    rules = yaml.safe_load((root / "etc/prometheus-agent/rules/agent.yml").read_text())
    shipped = yaml.safe_load((SHIPPED / "rules/agent.yml").read_text())
    assert [rule["alert"] for rule in rules["groups"][0]["rules"]] == [
        rule["alert"] for rule in shipped["groups"][0]["rules"]
    ]


def test_prometheus_starts_without_releases_and_with_the_alertmanager(root: Path) -> None:
    prepare(SHIPPED, WANTED, root)
    targets = {path.name: json.loads(path.read_text()) for path in (root / "etc/prometheus-agent/targets").iterdir()}
    assert targets == {
        "agent.json": [],
        "router.json": [],
        "certificate.json": [{"targets": ["10.231.17.2:8404"]}],
        "split.json": [{"targets": ["10.231.17.2:8404"]}],
        "prometheus.json": [{"targets": ["10.231.17.3:9090"]}],
        "alertmanager.json": [{"targets": ["10.231.17.4:9093"]}],
    }


@pytest.mark.parametrize(("speed", "interval"), [(1, 5.0), (20, 0.25)])
def test_a_host_with_a_higher_speed_scrapes_faster(speed: float, interval: float, root: Path) -> None:
    prepare(SHIPPED, HostSettings(speed, WANTED.router_metrics, WANTED.prometheus, WANTED.alertmanager), root)
    assert prometheus(root)["global"]["scrape_interval"] == f"{round(interval * 1000)}ms"


def test_preparing_again_does_not_change_the_split_trusted_addresses_or_targets(root: Path) -> None:
    prepare(SHIPPED, WANTED, root)
    split = Split(stable="green", canary="blue", weight=500, until_ms=1, salt="a rollout")
    (root / "var/lib/router/split.map").write_text(
        "".join(f"{key} {value}\n" for key, value in split.entries().items())
    )
    (root / "var/lib/router/trusted.lst").write_text("10.0.0.7\n")
    targets.write(root / "etc/prometheus-agent/targets", [Target("green", "v2", "10.231.17.12:8000")], "router:8404")
    before = files(root)
    prepare(SHIPPED, WANTED, root)
    assert files(root) == before


def test_preparing_again_copies_changes_in_the_repository(root: Path, monitoring: Path) -> None:
    (monitoring / "rules" / "old.yml").write_text("groups: []\n")
    prepare(monitoring, WANTED, root)
    (monitoring / "rules" / "old.yml").rename(monitoring / "rules" / "new.yml")
    (root / "etc/router/haproxy.cfg").write_text("an older one")
    prepare(monitoring, WANTED, root)
    shipped = {path.name for path in (SHIPPED / "rules").glob("*.yml")}
    assert {path.name for path in (root / "etc/prometheus-agent/rules").glob("*.yml")} == {*shipped, "new.yml"}
    assert (root / "etc/router/haproxy.cfg").read_bytes() == CONFIG.read_bytes()


def test_targets_in_the_repositorys_folder_are_not_copied_to_the_host(root: Path, monitoring: Path) -> None:
    (monitoring / "targets").mkdir()
    (monitoring / "targets" / "agent.json").write_text('[{"targets": ["elsewhere:1"]}]')
    prepare(monitoring, WANTED, root)
    assert json.loads((root / "etc/prometheus-agent/targets/agent.json").read_text()) == []


def test_without_secrets_no_alert_is_delivered_and_the_output_says_so(root: Path) -> None:
    said = prepare(SHIPPED, WANTED, root)
    assert [
        config for receiver in alertmanager(root)["receivers"] for config in receiver.get("webhook_configs", [])
    ] == []
    assert said == [
        *NO_CERTIFICATE,
        "alerts for receiver `pages` are not delivered: the secret webhook_url or slack_url or smtp_password is "
        "missing",
        "alerts for receiver `heartbeat` are not delivered: the secret heartbeat_url is missing",
    ]


def test_an_existing_secret_is_referenced_and_not_read(root: Path) -> None:
    (root / "run/secrets/webhook_url").write_text("https://example.invalid/canary-string")
    said = prepare(SHIPPED, WANTED, root)
    receivers = {receiver["name"]: receiver for receiver in alertmanager(root)["receivers"]}
    assert receivers["pages"]["webhook_configs"] == [{"url_file": "/run/secrets/webhook_url"}]
    assert len(said) == 1 + len(NO_CERTIFICATE)
    written = {name: content for name, content in files(root).items() if not name.startswith("run/secrets/")}
    assert not any(b"canary-string" in content for content in written.values())


def test_only_notifications_without_their_secret_are_omitted() -> None:
    slack = {"channel": "#pages", "api_url_file": "/run/secrets/slack"}
    mail = {"to": "a@b.c", "tls_config": {"cert_file": "/run/secrets/cert"}}
    content = {"receivers": [{"name": "all", "slack_configs": [slack], "email_configs": [mail, {"to": "d@e.f"}]}]}
    kept, missing = only_with_files(content, lambda path: path.endswith("slack"))
    assert kept["receivers"] == [{"name": "all", "slack_configs": [slack], "email_configs": [{"to": "d@e.f"}]}]
    assert missing == {}


def test_a_receiver_without_any_notification_left_is_named_with_all_its_secrets() -> None:
    slack, hook = {"api_url_file": "/run/secrets/slack"}, {"url_file": "/run/secrets/hook"}
    receivers = [{"name": "nobody"}, {"name": "pages", "webhook_configs": [hook], "slack_configs": [slack]}]
    _, missing = only_with_files({"receivers": receivers}, lambda _: False)
    assert missing == {"pages": ["hook", "slack"]}
    _, missing = only_with_files({"receivers": receivers}, lambda path: path.endswith("hook"))
    assert missing == {}


def test_a_volume_that_cant_be_written_is_one_message(root: Path) -> None:
    (root / "etc/router").rmdir()
    (root / "etc/router").write_text("a file where a folder should be")
    with pytest.raises(HostFailed, match=r"can't be written: .*etc/router.* must belong to user 10001"):
        prepare(SHIPPED, WANTED, root)


ENVIRONMENT = {
    "SPEED": "20",
    "ROUTER_METRICS_ADDRESS": "r:8404",
    "PROMETHEUS_ADDRESS": "p:9090",
    "ALERTMANAGER_ADDRESS": "a:9093",
}


def test_the_settings_come_from_the_containers_environment() -> None:
    assert HostSettings.read(ENVIRONMENT) == HostSettings(
        speed=20, router_metrics="r:8404", prometheus="p:9090", alertmanager="a:9093"
    )


@pytest.mark.parametrize("name", list(ENVIRONMENT))
def test_outside_of_its_container_the_command_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=rf"^{name}: not set.*docker compose up -d"):
        HostSettings.read({**ENVIRONMENT, name: ""})


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "1e3", "inf", "nan", " 1"])
def test_a_speed_that_is_not_a_number_above_0_is_refused(speed: str) -> None:
    with pytest.raises(Refused, match=r"SPEED: .* is not a number above 0"):
        HostSettings.read({**ENVIRONMENT, "SPEED": speed})
