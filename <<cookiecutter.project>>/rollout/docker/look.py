"""Looks at a rollout on a host, for `rollout dashboard`."""

from pydantic import ValidationError

from rollout.docker import answer
from rollout.docker.host import Host
from rollout.onhost import names
from rollout.onhost.look import Look


def look(host: Host, rollout: str | None, first: int) -> Look:
    """Raises UnknownRollout, OtherVersion for an image that does not know the command, or HostFailed."""
    named = [rollout] if rollout else []
    said = host.ask("look", *named, "--state", names.STATE, "--from", str(first), "--prometheus", host.prometheus)
    try:
        return Look.model_validate_json(said)
    except ValidationError as error:
        raise answer.other_version(host.engine_image, "look", f"{error.error_count()} wrong fields") from error
