"""Grafana beside a rehearsal: found only as a container's image, and without it the rehearsal is the same."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from rollout.errors import PartFailed
from rollout.rehearsal.containers import Containers
from rollout.rehearsal.machine import World
from rollout.rehearsal.programs import Program, Requirement

GRAFANA = Requirement(
    name="grafana",
    package="grafana",
    minimum=(13, 0),
    version_flag="--version",
    image_variable="GRAFANA_IMAGE",
    image_default="grafana/grafana:13.2.3@sha256:b28bae15e219c998fb0e0424ed724930cc61b1f61fb404d47c862f9a23f9e572",
)
ARGUMENTS = ("server", "--homepath=/usr/share/grafana")
OFFLINE: Mapping[str, str] = {
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
    "GF_NEWS_NEWS_FEED_ENABLED": "false",
    "GF_PLUGINS_PLUGIN_ADMIN_ENABLED": "false",
    "GF_PLUGINS_PREINSTALL_DISABLED": "true",
    "GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED": "true",
    "GF_SECURITY_DISABLE_GRAVATAR": "true",
}
"""Nothing is sent, and nothing downloaded: as in deploy/docker/compose.yaml."""


def find(world: World) -> Program | str:
    """Grafana, whose image is pulled if it is missing; or why there is none."""
    source = Containers()
    if obstacle := source.obstacle(world):
        return f"docker: {obstacle}"
    troubles: list[str] = []
    found = source.bring([GRAFANA], world, troubles)
    return found.get(GRAFANA.name) or "; ".join(troubles)


class Stage(Protocol):
    """Where Grafana is started."""

    def start_grafana(self, dashboards: Mapping[str, str]) -> str:
        """Its address. Raises PartFailed."""


def beside(stage: Stage, dashboards: Mapping[str, str], say: Callable[[str], None]) -> list[str]:
    """Start it before there is load, so that it slows nothing down. Returns its address for people; nothing if it does
    not start: the rehearsal is the same without it."""
    say("starting Grafana")
    try:
        address = f"Grafana {stage.start_grafana(dashboards)}"
    except PartFailed as error:
        say(f"without Grafana: {error}")
        return []
    say(address)
    return [address]


def settings(folder: Path, port: int, prometheus_url: str) -> dict[str, str]:
    """Grafana's environment. `folder` holds the copy of monitoring/. On this machine alone, and nobody logs in to look:
    whoever can open it can ask Prometheus too. The administrator's password is written nowhere else."""
    password, data = folder / "grafana-password", folder / "grafana"
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe())
    data.mkdir(exist_ok=True)
    provisioning = folder / "monitoring" / "grafana"
    return {
        **OFFLINE,
        "GF_SERVER_HTTP_ADDR": "127.0.0.1",
        "GF_SERVER_HTTP_PORT": str(port),
        "GF_SECURITY_ADMIN_PASSWORD": f"$__file{{{password}}}",
        "GF_AUTH_ANONYMOUS_ENABLED": "true",
        "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
        "GF_PATHS_DATA": str(data),
        "GF_PATHS_LOGS": str(data / "log"),
        "GF_PATHS_PLUGINS": str(data / "plugins"),
        "GF_PATHS_PROVISIONING": str(provisioning),
        "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": str(provisioning / "dashboards" / "rollout.json"),
        "GF_LOG_MODE": "console",
        "DASHBOARDS_FOLDER": str(provisioning / "dashboards"),
        "PROMETHEUS_URL": prometheus_url,
    }
