"""Collects a host's facts: from its Docker engine, and from a helper in the engine's image beside the traffic."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from pydantic import ValidationError

from rollout.docker import answer
from rollout.docker.doctor.facts import PARTS, Facts
from rollout.docker.host import Host
from rollout.docker.prune import keep_images
from rollout.errors import NoDigest, RolloutError
from rollout.image import Image
from rollout.onhost import names
from rollout.onhost.facts import HostFacts
from rollout.onhost.survey import Survey

T = TypeVar("T")


def collect(host: Host, clock: Callable[[], float] = time.time) -> Facts:
    """Never raises a RolloutError: what does not answer is in `troubles`."""
    troubles: dict[str, str] = {}

    def tried(what: str, ask: Callable[[], T]) -> T | None:
        try:
            return ask()
        except RolloutError as error:
            troubles[what] = str(error)
            return None

    before = clock()
    machine = tried("docker", host.docker.machine)
    after = clock()
    survey = tried("survey", host.survey)
    beside = tried("host", lambda: ask_beside(host))
    parts = {part: tried(part, partial(host.docker.container, host.name(part))) for part in PARTS}
    return Facts(
        project=host.project,
        environment=host.environment,
        machine=machine,
        ahead_seconds=machine.time - (before + after) / 2 if machine else 0.0,
        uncertain_seconds=(after - before) / 2,
        parts={part: found for part, found in parts.items() if part not in troubles},
        slots={slot: tried(slot, partial(host.release, slot)) for slot in names.SLOTS},
        engine=tried("engine", host.engine),
        foreign=[each.name for each in tried("foreign", host.foreign) or []],
        routing=tried("routing", host.routing),
        survey=survey,
        beside=beside,
        absent=(tried("images", lambda: absent(host, survey)) or []) if survey else [],
        troubles={**troubles, **(beside.troubles if beside else {})},
    )


def ask_beside(host: Host) -> HostFacts:
    """Raises OtherVersion for an image that does not know the command, or answers in another format."""
    said = host.ask("doctor", "--prometheus", host.prometheus)
    try:
        return HostFacts.model_validate_json(said)
    except ValidationError as error:
        raise answer.other_version(host.engine_image, "doctor", f"{error.error_count()} wrong fields") from error


def absent(host: Host, survey: Survey) -> list[str]:
    """Releases to which a rollback would go, whose image is not on the host. Raises HostFailed."""
    return sorted(each for each in keep_images(host, survey, None) if not is_present(host, each))


def is_present(host: Host, release: str) -> bool:
    """A name that is no digest can't be looked up."""
    with suppress(NoDigest):
        image = Image.parse(release)
        return image.digest in host.docker.digests(image.repository)
    return True
