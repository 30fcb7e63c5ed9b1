"""Debian and Ubuntu: downloads a package and its dependencies with apt-get and unpacks them, without root."""

from pathlib import Path

from rollout.rehearsal.machine import Finished, World
from rollout.rehearsal.programs import last_line

WITHIN_SECONDS = 900.0
TOO_OLD = {"stretch", "buster", "bullseye", "bionic", "focal", "jammy"}
"""Releases with a HAProxy older than 2.6 and a Prometheus older than 2.41."""

CONFIGURATION = """\
Dir::Cache "{work}/cache";
Dir::Log "{work}/log";
Debug::NoLocking "true";
APT::Sandbox::User "";
Acquire::Languages "none";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear Acquire::IndexTargets::deb::DEP-11;
#clear Acquire::IndexTargets::deb::Contents-deb;
"""
"""Read after the system's configuration: keeps its sources and proxies, drops its hooks and the desktop indexes."""

OWN_LISTS = 'Dir::State::Lists "{work}/lists";\n'
DOWNLOAD = ("install", "-y", "--download-only", "--reinstall", "--no-install-recommends")


class Apt:
    """Downloads only what the system lacks; all other libraries are the system's."""

    name = "apt-get"

    def obstacle(self, world: World) -> str | None:
        """Why this source cannot be used on this machine; None if it can."""
        missing = [name for name in ("apt-get", "dpkg-deb") if world.which(name) is None]
        if missing:
            return f"{missing[0]} is not on PATH"
        names = (f"{prefix}_CODENAME" for prefix in ("UBUNTU", "DEBIAN", "VERSION"))
        old = TOO_OLD & {world.os_release.get(name, "") for name in names}
        return f"the packages of {old.pop()} are too old" if old else None

    def unpack(self, package: str, tree: Path, work: Path, world: World) -> str | None:
        answer = self._download(package, work, world)
        if answer.code:
            return f"{package} could not be downloaded: {complaints(answer.output)}"
        # Packages for all architectures contain neither programs nor libraries.
        for archive in sorted((work / "cache" / "archives").glob("*.deb")):
            if not archive.name.endswith("_all.deb"):
                answer = world.run(["dpkg-deb", "-x", str(archive), str(tree)], WITHIN_SECONDS)
                if answer.code:
                    return f"{archive.name} could not be unpacked: {last_line(answer.output)}"
            archive.unlink()
        return None if tree.exists() else f"apt-get found nothing to download for {package}"

    def _download(self, package: str, work: Path, world: World) -> Finished:
        """Uses the system's package lists, which may be missing or old; if that fails, fresh lists of its own."""
        own = work / "own.conf"
        if not own.exists():
            for folder in ("cache/archives/partial", "lists/partial", "log"):
                (work / folder).mkdir(parents=True, exist_ok=True)
            shared = work / "shared.conf"
            shared.write_text(CONFIGURATION.format(work=work), encoding="utf-8")
            answer = world.run(["apt-get", "-c", str(shared), *DOWNLOAD, package], WITHIN_SECONDS)
            if answer.code == 0:
                return answer
            own.write_text((CONFIGURATION + OWN_LISTS).format(work=work), encoding="utf-8")
            # Its failure is not final, since one dead source of many is common, but it may explain the next failure.
            updated = world.run(["apt-get", "-c", str(own), "update"], WITHIN_SECONDS)
            (work / "update.log").write_text(updated.output, encoding="utf-8")
        answer = world.run(["apt-get", "-c", str(own), *DOWNLOAD, package], WITHIN_SECONDS)
        return Finished(answer.code, (work / "update.log").read_text(encoding="utf-8") + answer.output)


def complaints(output: str) -> str:
    """The last three errors or warnings of apt-get; without any, its last lines."""
    found = [line for line in output.splitlines() if line.startswith(("E: ", "W: "))]
    return last_line("\n".join(dict.fromkeys(found)) or output, 3)
