"""Turns the output of a failed command in the engine's image into the error that it reported."""

from rollout.docker.container import Said
from rollout.errors import HostFailed, OtherVersion, RolloutError, WrongCommandLine
from rollout.onhost.command_line import REFUSED
from rollout.onhost.complaint import Complaint

TAIL_CHARACTERS = 2000


def error(command: str, image: str, said: Said) -> RolloutError:
    """The error of a command that did not exit with 0; `image` is the engine's image, in which it ran."""
    complaint = Complaint.in_output(said.out)
    if complaint is None:
        told = said.err.strip()[-TAIL_CHARACTERS:] or f"exit code {said.exit_code} without a message"
        return other_version(image, command, told) if said.exit_code == REFUSED else failed(command, told)
    if complaint.code == WrongCommandLine.code:
        return other_version(image, command, complaint.message)
    return complaint.error() if complaint.refused else failed(command, complaint.message)


def failed(command: str, told: str) -> HostFailed:
    return HostFailed(f"`rollout {command}` on the host failed: {told}")


def other_version(image: str, command: str, told: str) -> OtherVersion:
    """The image does not know the command, or its output has another format."""
    return OtherVersion(
        f"the engine's image {image} does not match this command's version. Its answer to `{command}`: {told}. "
        "Prepare the host with the engine's image of this version (docs/guides/prepare-a-host.md)"
    )
