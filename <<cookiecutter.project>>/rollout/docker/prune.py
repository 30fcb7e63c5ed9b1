"""Remove unneeded containers and images. Keeps stable, the image of the release before, and a running rollout's."""

from collections.abc import Sequence

from rollout.docker import removal
from rollout.docker.host import Host, Say
from rollout.docker.image import Image
from rollout.onhost import names
from rollout.router.split import other


def prune(host: Host, say: Say) -> None:
    """Remove ended helpers, unused images and, unless a rollout is running, the container in the other slot. Raises
    StillServing, before anything is removed."""
    found = host.survey()
    slot = other(found.stable_slot)
    old = removal.check(host, slot) if host.running_rollout() is None else None
    for helper in host.docker.containers({names.PART: "helper", names.PROJECT: host.project}):
        if not helper.runs:
            host.docker.remove(helper.id)
    if old:
        removal.remove(host, slot)
        host.tell_prometheus(host.watched([found.stable_slot]))
        say(f"removed {old.name}: {old.labels.get(names.RELEASE)}")
    for foreign in host.foreign():
        say(f"left alone: {foreign.name} was not made by a rollout of {host.project}")
    for repository, digest in needless(host, keep_images(host, found.history)):
        if host.docker.remove_image(repository, digest):
            say(f"removed the image {repository}@{digest}")


def keep_images(host: Host, history: Sequence[str]) -> set[str]:
    """The releases whose images are kept: those in a slot, and the last two stable ones."""
    standing = [each for slot in names.SLOTS if (each := host.release(slot))]
    in_order = list(dict.fromkeys(reversed(history)))
    return {each.labels[names.RELEASE] for each in standing} | set(in_order[:2])


def needless(host: Host, kept: set[str]) -> list[tuple[str, str]]:
    """Images of the same repositories that no release needs."""
    repositories = {Image.parse(release).repository for release in kept}
    return [
        (repository, digest)
        for repository in sorted(repositories)
        for digest in host.docker.digests(repository)
        if f"{repository}@{digest}" not in kept
    ]
