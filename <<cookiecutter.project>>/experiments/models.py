"""The models of a definition: whether what is installed here knows them. A key is on the host, and not looked for."""

from collections.abc import Iterator
from pathlib import Path

from agent.errors import StartError
from agent.models.by_name import check_name
from experiments.errors import WrongDefinition
from experiments.file import Definition
from rollout.policy import strict
from rollout.policy.document import Document


def check_models(path: Path, definition: Definition) -> None:
    """Raises WrongDefinition, with every model that the service could not make."""
    if mistakes := list(unknown(path, definition)):
        raise WrongDefinition("\n".join(mistakes))


def unknown(path: Path, definition: Definition) -> Iterator[str]:
    lines = Document(strict.text_of(path), path.name).lines
    for name, variant in definition.policy.variants.items():
        if variant.model is None:
            continue
        where = f"{path.name}:{lines['variants', name, 'model']}: variants.{name}.model"
        try:
            check_name(variant.model, where)
        except StartError as error:
            yield str(error)
