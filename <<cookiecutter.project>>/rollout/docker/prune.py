"""Remove unneeded containers and images. Keeps stable, the images of the releases before, and a running rollout's."""

from collections.abc import Collection
from contextlib import suppress

from rollout.docker import removal
from rollout.docker.claim import is_starting
from rollout.docker.host import Host
from rollout.errors import NoDigest
from rollout.image import Image
from rollout.onhost import names
from rollout.onhost.survey import Survey
from rollout.router.split import other
from rollout.text import Say


def prune(host: Host, say: Say) -> None:
    """Remove ended helpers, unused images and, unless a rollout is running or starting, the container in the other
    slot. Raises StillServing, before anything is removed."""
    found = host.survey()
    slot = other(found.stable_slot)
    engine = host.engine()
    busy = engine if engine and (engine.runs or is_starting(engine)) else None
    if busy is None and (old := removal.check(host, slot)):
        removal.remove(host, slot)
        host.tell_prometheus(host.watched([found.stable_slot]))
        say(f"removed {old.name}: {old.labels.get(names.RELEASE)}")
    for helper in host.docker.containers({names.PART: "helper", names.PROJECT: host.project}):
        if not (helper.runs or is_starting(helper)):
            host.docker.remove(helper.id)
    for foreign in host.foreign():
        say(f"left alone: {foreign.name} was not made by a rollout of {host.project}")
    for unlabelled in host.unlabelled():
        say(f"left alone: {unlabelled.name} has no label {names.RELEASE}, so its release is unknown")
    claimed = busy.labels.get(names.RELEASE) if busy else None
    for repository, digest in unneeded(host, keep_images(host, found, claimed)):
        if host.docker.remove_image(repository, digest):
            say(f"removed the image {repository}@{digest}")


def keep_images(host: Host, found: Survey, claimed: str | None) -> set[str]:
    """The releases whose images are kept: those in a slot, the one that a running or starting rollout has `claimed` the
    host for, and the last two stable ones, also if they were rolled back: a rollback to one needs no registry."""
    in_slots = {each.labels.get(names.RELEASE) for slot in names.SLOTS if (each := host.release(slot))}
    last = (release for each in (found.history, found.former) for release in list(dict.fromkeys(reversed(each)))[:2])
    return {release for release in {*in_slots, claimed, *last} if release}


def unneeded(host: Host, kept: Collection[str]) -> list[tuple[str, str]]:
    """Images of the same repositories that no release needs."""
    return [
        (repository, digest)
        for repository in sorted(repositories(kept))
        for digest in host.docker.digests(repository)
        if f"{repository}@{digest}" not in kept
    ]


def repositories(releases: Collection[str]) -> set[str]:
    """Without those of names that are no digests: they cost their own repository only."""
    found = set[str]()
    for release in releases:
        with suppress(NoDigest):
            found.add(Image.parse(release).repository)
    return found
