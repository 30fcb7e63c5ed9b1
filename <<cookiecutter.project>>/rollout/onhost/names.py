"""What things are called on a host: containers' labels, volumes, and where they lie in every container.

deploy/docker/compose.yaml says the same; a test holds the two together.
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
STATE = "/var/lib/rollout"
TARGETS = "/etc/prometheus-agent/targets"
SECRETS = "/run/secrets"

ENGINE_VOLUMES = {"router": ROUTER_FOLDER, "socket": SOCKET_FOLDER, "state": STATE}
"""All that an engine can reach, beside Prometheus' address."""

USER = 10001
"""The numeric user and group of our own images, and of the router."""

SLOTS: tuple[Slot, Slot] = ("blue", "green")
