"""Fedora and related systems: downloads a package and its dependencies with dnf and unpacks them, without root."""

from collections.abc import Mapping
from pathlib import Path

from rollout.rehearsal.machine import World
from rollout.rehearsal.programs import last_line

WITHIN_SECONDS = 900.0
# The Prometheus package changed its name, but not what it provides.
PROVIDED: Mapping[str, str] = {"prometheus": "/usr/bin/prometheus"}
# Every Fedora has the first, even its container image, which lacks cpio.
UNPACK = {
    ("rpm2archive", "tar"): 'rpm2archive - <"$1" | tar -xz -C "$2"',
    ("bsdtar",): 'bsdtar -xf "$1" -C "$2"',
    ("rpm2cpio", "cpio"): 'cd "$2" && rpm2cpio "$1" | cpio -idm --quiet',
}


class Dnf:
    """Downloads only what the system lacks; all other libraries are the system's."""

    name = "dnf"

    def obstacle(self, world: World) -> str | None:
        """Why this source cannot be used on this machine; None if it can."""
        if world.which("dnf") is None:
            return "it is not on PATH"
        if script(world) is None:
            return f"none of {', '.join('+'.join(needs) for needs in UNPACK)} is on PATH to unpack packages"
        return None

    def unpack(self, package: str, tree: Path, work: Path, world: World) -> str | None:
        downloaded = work / f"{package}.rpms"
        tree.mkdir()
        spec = PROVIDED.get(package, package)
        command = ["dnf", "-y", "download", "--resolve", f"--destdir={downloaded}", spec]
        answer = world.run(command, WITHIN_SECONDS)
        if answer.code:
            return f"{spec} could not be downloaded: {last_line(answer.output, 3)}"
        for archive in sorted(downloaded.glob("*.rpm")):
            if archive.name.endswith(".noarch.rpm"):
                continue  # contains neither programs nor libraries
            answer = world.run(["sh", "-c", script(world) or "", "sh", str(archive), str(tree)], WITHIN_SECONDS)
            if answer.code:
                return f"{archive.name} could not be unpacked: {last_line(answer.output)}"
        return None


def script(world: World) -> str | None:
    """The command that unpacks a package, $1, into a folder, $2, with the programs on PATH."""
    return next((text for needs, text in UNPACK.items() if all(world.which(name) for name in needs)), None)
