"""Creates the model that AGENT_MODEL names: ours from the table, all others from pydantic-ai."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model

from agent.errors import StartError
from agent.models.offline.model import make_offline_model

# A maker takes the name and its setting, and raises StartError if it can't create the model.
MAKERS: dict[str, Callable[[str, str], Model]] = {"offline": make_offline_model}


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


def is_ready(model: Model) -> bool:
    """Whether the model is ready; a model that can't report this counts as ready."""
    return not isinstance(model, TellsReadiness) or model.ready()


def _infer(name: str, setting: str) -> Model:
    try:
        return infer_model(name)
    except (UserError, ImportError, ValueError) as error:
        raise StartError(
            f"{setting}={name} can't be used: {error}\n"
            f"Use {' or '.join(MAKERS)}, which needs no key, or a name that pydantic-ai knows, "
            "for example anthropic:claude-sonnet-5, with its extra installed and its key set."
        ) from None
