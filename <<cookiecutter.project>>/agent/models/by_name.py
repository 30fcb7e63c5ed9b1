"""Creates the model that AGENT_MODEL names: ours from the table, all others from pydantic-ai."""

import os
from collections.abc import Callable
from importlib.metadata import metadata
from typing import Protocol, runtime_checkable

from pydantic_ai.models import Model, infer_model
from pydantic_ai.providers import infer_provider_class

from agent.errors import StartError
from agent.models.offline.model import make_offline_model
from agent.models.vendor import VendorModel

# A maker takes the name and its setting, and raises StartError if it can't create the model.
MAKERS: dict[str, Callable[[str, str], Model]] = {"offline": make_offline_model}

# The secrets of the vendors whose wire formats are tested.
KEYS = {
    "anthropic": "ANTHROPIC_API_KEY",
    "google": "GOOGLE_API_KEY",
    "openai": "OPENAI_API_KEY",
    "openai-chat": "OPENAI_API_KEY",
}

ADD = (
    "Add the line pydantic-ai-slim[{}] to requirements/agent.in, and run `make requirements`. Then `make run` installs "
    "the package; build an image again."
)
SET = (
    "On a host, set it with `rollout secret {} < key.txt`; elsewhere as an environment variable, or as a file of that "
    "name in /run/secrets. Never write it in agent.env."
)


@runtime_checkable
class TellsReadiness(Protocol):
    """A model that reports whether it is ready."""

    def ready(self) -> bool: ...


def make_model(name: str, setting: str = "AGENT_MODEL") -> Model:
    """The model with this name, for example "offline:errors=0.2" or "anthropic:claude-sonnet-5". Errors
    name the setting that it comes from.

    Raises:
        StartError: the name is unknown, its extra is not installed, or its key is missing.
    """
    maker = MAKERS.get(name.partition(":")[0])
    return maker(name, setting) if maker is not None else _infer(name, setting)


def check_name(name: str, setting: str) -> None:
    """As `make_model`, but without the key, which is only where the service runs.

    Raises:
        StartError: the name is unknown, or its extra is not installed.
    """
    provider, _, model = name.partition(":")
    if provider in MAKERS:
        MAKERS[provider](name, setting)
        return
    try:
        infer_provider_class(provider)
    except ImportError as error:
        raise StartError(_without_package(f"{setting}={name}", name, error)) from None
    except ValueError:
        raise StartError(_unknown(f"{setting}={name}", f"Unknown model: {name}")) from None
    if not model:
        raise StartError(_unknown(f"{setting}={name}", "it names a provider, and no model of it"))


def is_ready(model: Model) -> bool:
    """Whether the model is ready; a model that can't report this counts as ready."""
    return not isinstance(model, TellsReadiness) or model.ready()


def _infer(name: str, setting: str) -> Model:
    try:
        return VendorModel(infer_model(name))
    except ImportError as error:
        raise StartError(_without_package(f"{setting}={name}", name, error)) from None
    except Exception as error:  # some clients have errors of their own for missing credentials
        raise StartError(_refused(f"{setting}={name}", name, error)) from None


def _without_package(what: str, name: str, error: ImportError) -> str:
    if (extra := _extra(name)) is None:
        return f"{what} can't be used: {error}\n{ADD.format('EXTRA')}"
    return f"{what} can't be used: its package is not installed.\n{ADD.format(extra)}"


def _refused(what: str, name: str, error: Exception) -> str:
    key = KEYS.get(name.partition(":")[0])
    if key is not None and key not in os.environ:
        return f"{what} can't be used: its key is not set, the secret {key}.\n{SET.format(key)}"
    return f"{_unknown(what, error)} If its key is missing: {SET.format('NAME')}"


def _unknown(what: str, reason: object) -> str:
    return (
        f"{what} can't be used: {reason}\n"
        f"Use {' or '.join(MAKERS)}, which needs no key, or a name that pydantic-ai knows, for example "
        "anthropic:claude-sonnet-5."
    )


def _extra(name: str) -> str | None:
    """The extra of pydantic-ai-slim that a model needs, if it is called after its provider: "openai" of
    "openai-chat:gpt-5"."""
    provider = name.partition(":")[0]
    extras = metadata("pydantic-ai-slim").get_all("Provides-Extra", [])
    return next((each for each in (provider, provider.partition("-")[0]) if each in extras), None)
