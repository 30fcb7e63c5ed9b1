"""Reads the output of a command in the engine's image: what it printed, or the error that it reported."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from rollout.docker.container import Said
from rollout.errors import HostFailed, OtherVersion, RolloutError, WrongCommandLine
from rollout.onhost.command_line import REFUSED
from rollout.onhost.complaint import Complaint
from rollout.text import one_line

TAIL_CHARACTERS = 2000

T = TypeVar("T")


def error(command: str, image: str, said: Said) -> RolloutError:
    """The error of a command that did not exit with 0; `image` is the engine's image, in which it ran."""
    complaint = Complaint.in_output(said.out)
    if complaint is None:
        message = said.err.strip()[-TAIL_CHARACTERS:] or f"exit code {said.exit_code} without a message"
        return other_version(image, command, message) if said.exit_code == REFUSED else failed(command, message)
    if complaint.code == WrongCommandLine.code:
        return other_version(image, command, complaint.message)
    return complaint.error() if complaint.refused else failed(command, complaint.message)


def json_object(command: str, image: str, out: str) -> dict[str, Any]:
    """What a command printed. Raises OtherVersion if it is no JSON object."""
    try:
        return {**json.loads(out)}
    except (TypeError, ValueError, RecursionError) as error:
        raise other_version(image, command, one_line(out)) from error


def fields_of(make: Callable[..., T], command: str, image: str, out: str) -> T:
    """What a command printed, as `make` takes its fields. Raises OtherVersion if the fields are others."""
    found = json_object(command, image, out)
    try:
        return make(**found)
    except TypeError as error:
        raise other_version(image, command, f"with the fields {', '.join(found)}") from error


def failed(command: str, message: str) -> HostFailed:
    return HostFailed(f"`rollout {command}` on the host failed: {message}")


def other_version(image: str, command: str, message: str) -> OtherVersion:
    """The image does not know the command, or its output has another format."""
    return OtherVersion(
        f"the engine's image {image} does not match this command's version. Its answer to `{command}`: {message}. "
        "Prepare the host with the engine's image of this version (docs/guides/prepare-a-host.md)"
    )
