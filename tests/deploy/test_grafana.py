"""Grafana on a host: only with its profile, never without a password of its own, and nothing from the internet.

Its image can't be pulled everywhere, so these tests start another one in its place: they prove how it is called.
"""

import json
import os
import subprocess

import pytest

from rollout.docker.secrets import GRAFANA_PASSWORD, VOLUMES
from rollout.onhost import names
from rollout.rehearsal.grafana import GRAFANA, OFFLINE
from tests.deploy.composed import FILE, NAME, PROJECT, services
from tests.deploy.hosts import PARTS
from tests.host.service import Service
from tests.repository import REPOSITORY

SERVICE = services()["grafana"]
NO_PASSWORD = "Grafana needs a password: rollout secret --for grafana admin_password < password.txt"  # noqa: S105


def test_grafana_starts_only_with_its_profile_and_every_other_service_without_one() -> None:
    assert {name: service["profiles"] for name, service in services().items() if "profiles" in service} == {
        "grafana": ["grafana"]
    }


def test_the_password_is_where_our_command_puts_it_and_in_no_variable() -> None:
    volume, place, _ = next(mount for mount in SERVICE["volumes"] if "secrets" in mount).split(":")
    assert volume == VOLUMES["grafana"]
    password = f"{place}/{GRAFANA_PASSWORD}"
    assert SERVICE["environment"]["GF_SECURITY_ADMIN_PASSWORD"] == f"$__file{{{password}}}"
    assert f"test -s {password} && exec" in SERVICE["entrypoint"][-1]


def test_the_group_of_grafana_may_read_secrets_and_its_other_folders_are_in_memory() -> None:
    assert SERVICE["user"].endswith(f":{names.USER}")
    assert [mount.split(":")[0] for mount in SERVICE["tmpfs"]] == ["/var/lib/grafana", "/tmp"]  # noqa: S108
    assert all(mount.endswith(":ro") for mount in SERVICE["volumes"])


def test_grafana_listens_only_where_the_releases_are_not_and_asks_this_hosts_prometheus() -> None:
    environment = SERVICE["environment"]
    assert environment["GF_SERVER_HTTP_ADDR"] == SERVICE["networks"]["agent"]["ipv4_address"]
    assert environment["PROMETHEUS_URL"] == services()["router"]["environment"]["PROMETHEUS_URL"]
    assert "ports" not in SERVICE


def test_nobody_looks_without_the_password_and_grafana_calls_nobody() -> None:
    environment = SERVICE["environment"]
    assert environment.items() >= OFFLINE.items()
    assert environment["GF_AUTH_ANONYMOUS_ENABLED"] == environment["GF_USERS_ALLOW_SIGN_UP"] == "false"


def test_a_rehearsal_uses_the_same_image() -> None:
    assert SERVICE["image"] == GRAFANA.image_default


def test_grafana_finds_its_files_where_prepare_copies_them() -> None:
    environment, folder = SERVICE["environment"], "/etc/prometheus-agent/"
    provisioning = environment["GF_PATHS_PROVISIONING"]
    assert f"prometheus-config:{folder.rstrip('/')}:ro" in SERVICE["volumes"]
    monitoring = REPOSITORY / "monitoring"
    assert (monitoring / provisioning.removeprefix(folder) / "datasources/source.yml").is_file()
    for place in (environment["DASHBOARDS_FOLDER"], f"{provisioning}/dashboards"):
        assert list((monitoring / place.removeprefix(folder)).glob("*.json"))
    assert (monitoring / environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"].removeprefix(folder)).is_file()


@pytest.mark.docker
@pytest.mark.parametrize(("profiles", "more"), [([], set()), (["--profile", "grafana"], {"grafana"})])
def test_compose_accepts_the_file_with_the_profile_and_without(profiles: list[str], more: set[str]) -> None:
    named = {**os.environ, NAME: PROJECT}
    command = ["docker", "compose", "--file", str(FILE), *profiles, "config", "--format", "json"]
    done = subprocess.run(command, env=named, capture_output=True, text=True, check=True)
    read = json.loads(done.stdout)["services"]
    assert read.keys() == {"prepare", *PARTS} | more
    if more:
        shown = {name: value.replace("$$", "$") for name, value in read["grafana"]["environment"].items()}
        assert shown == SERVICE["environment"]
        assert read["grafana"]["healthcheck"]["test"] == SERVICE["healthcheck"]["test"]


def started(host: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Start the service with another image: it has a shell, and no Grafana."""
    command = ["docker", "compose", "--file", str(FILE), "--profile", "grafana", "run", "--rm", "-T", "--no-deps"]
    environment = {**host.environment, "GRAFANA_IMAGE": host.environment["ENGINE_IMAGE"]}
    return subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.docker
def test_without_a_password_grafana_does_not_start_and_with_one_it_reads_all_that_it_needs(host: Service) -> None:
    refused = started(host, "grafana")
    assert (refused.returncode, NO_PASSWORD in refused.stderr) == (1, True)
    done = host.rollout("secret", "--for", "grafana", GRAFANA_PASSWORD, stdin="hush")
    assert done.code == 0, done.err
    assert "Grafana reads it when it starts" in done.out
    begun = started(host, "grafana")
    assert "/run.sh" in begun.stderr, "the check lets Grafana's own program start"
    assert NO_PASSWORD not in begun.stderr
    look = (
        f"cat /run/grafana-secrets/{GRAFANA_PASSWORD}; echo; id -u; touch /var/lib/grafana/new && echo writable;"
        "ls $GF_PATHS_PROVISIONING $DASHBOARDS_FOLDER; echo $GF_SECURITY_ADMIN_PASSWORD; touch /new"
    )
    seen = started(host, "--entrypoint", "sh", "grafana", "-c", look)
    assert seen.stdout.split()[:3] == ["hush", "472", "writable"]
    assert {"datasources", "dashboards", "service.json", "rollout.json", "cost.json"} <= set(seen.stdout.split())
    assert seen.stdout.split()[-1] == SERVICE["environment"]["GF_SECURITY_ADMIN_PASSWORD"]
    assert "Read-only file system" in seen.stderr
