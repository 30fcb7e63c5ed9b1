"""experiments/NAME.yaml -> Definition, with the sha256 that a start records."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from experiments.errors import WrongDefinition
from experiments.schema import CompletedPolicy, ExperimentPolicy, GuardrailPolicy, PrimaryPolicy, VariantPolicy
from rollout.errors import PolicyError
from rollout.policy import strict
from rollout.policy.document import Key

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class Definition:
    """An experiment as its file declares it. `sha256` is that of the file's text."""

    name: str
    sha256: str
    policy: ExperimentPolicy


def load(path: Path) -> Definition:
    """Read and check a definition. Raises WrongDefinition, with every mistake in one message."""
    if not NAME.fullmatch(path.stem) or path.suffix != ".yaml":
        raise WrongDefinition(f"{path.name}: a name has up to 63 small letters, digits and dashes, and ends in .yaml")
    try:
        text = strict.text_of(path)
        policy = strict.parsed(text, path.name, ExperimentPolicy, known_keys, "variants: and primary:")
    except PolicyError as error:
        raise WrongDefinition(str(error)) from None
    return Definition(path.stem, hashlib.sha256(text.encode()).hexdigest(), policy)


def known_keys(path: tuple[Key, ...]) -> list[str]:
    """The keys allowed at the level of `path`."""
    if len(path) > 1:
        parts: dict[str, type[BaseModel]] = {
            "variants": VariantPolicy,
            "primary": PrimaryPolicy,
            "guardrails": GuardrailPolicy,
            "completed": CompletedPolicy,
        }
        return list(parts[str(path[0])].model_fields)
    return list(ExperimentPolicy.model_fields)
