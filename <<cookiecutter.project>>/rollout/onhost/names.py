"""Names on a host: container labels, volumes, and their mount paths.

They must match deploy/docker/compose.yaml; a test compares them.
"""

from rollout.router.split import Slot

PART = "agent-release.part"
RELEASE = "agent-release.release"
SLOT = "agent-release.slot"
ROLLOUT = "agent-release.rollout"
BY = "agent-release.by"
ENGINE_IMAGE = "agent-release.engine-image"
PROJECT = "com.docker.compose.project"

ROUTER_FOLDER = "/var/lib/router"
SOCKET_FOLDER = "/run/router"
SOCKET = f"{SOCKET_FOLDER}/admin.sock"
MASTER = f"{SOCKET_FOLDER}/master.sock"
CERTIFICATE = "/etc/router-certificate"
STATE = "/var/lib/rollout"
TARGETS = "/etc/prometheus-agent/targets"
SECRETS = "/run/secrets"
DATA = "/var/lib/agent"
"""What releases keep, such as conversations. Both releases of a rollout share it."""


ENGINE_VOLUMES = {"router": ROUTER_FOLDER, "socket": SOCKET_FOLDER, "state": STATE}
"""The volumes of an engine; apart from them it can reach only the network."""

USER = 10001
"""The numeric user and group of our images and of the router."""

SLOTS: tuple[Slot, Slot] = ("blue", "green")
