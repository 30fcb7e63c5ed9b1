"""The claim on a host: if two starts run at the same time, only one can create the engine's container."""

import time
from datetime import UTC, datetime

from rollout.docker.container import Container
from rollout.docker.host import Host
from rollout.docker.port import NameTaken
from rollout.engine.spec import Spec
from rollout.errors import Locked
from rollout.onhost import names
from rollout.text import Say

CLAIM_HOLDS_SECONDS = 180
"""How long a start may take from the claim to a running engine; this includes draining the slot."""


def claim(host: Host, spec: Spec, engine_image: str, say: Say) -> str:
    """Claim the host for this rollout. Returns the id of its engine's container, not yet started. Raises Locked, or
    NotOurs when another container has the engine's name."""
    deadline = time.monotonic() + CLAIM_HOLDS_SECONDS + 10
    announced = False
    while True:
        try:
            return host.create_engine(spec, engine_image)
        except NameTaken:
            holder = host.engine()
        if holder is None:
            host.check_names()
            continue
        if holder.runs:
            raise Locked(f"rollout {claimed_by(holder)}. Wait for it, or stop it with `rollout abort`.")
        if not is_starting(holder):
            host.docker.remove(holder.id)  # the engine has ended, or `rollout start` died before starting it
        elif time.monotonic() > deadline:
            raise Locked(f"rollout {claimed_by(holder)}")
        else:
            if not announced:
                say(f"waiting: rollout {claimed_by(holder)}; if that start died, its claim expires in a few minutes")
                announced = True
            time.sleep(1)


def claimed_by(engine: Container) -> str:
    labels = engine.labels
    verb = "is starting" if engine.state == "created" else "is running"
    since = engine.created.isoformat(timespec="seconds")
    return f"{labels.get(names.ROLLOUT)} {verb}, started by {labels.get(names.BY)} at {since}"


def is_starting(container: Container) -> bool:
    """Whether somebody has just created this container and will start or remove it: a claim, or a helper."""
    return container.state == "created" and age_seconds(container) <= CLAIM_HOLDS_SECONDS


def age_seconds(container: Container) -> float:
    return (datetime.now(UTC) - container.created).total_seconds()
