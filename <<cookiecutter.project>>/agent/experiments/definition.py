"""An experiment as the service needs it. `experiments start` writes it to the log, with more, which is ignored."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from agent.experiments.assignment import bucket, chosen
from agent.experiments.completed import Completed


class Variant(BaseModel):
    """One configuration. None, or an absent setting, is the release's own."""

    model_config = ConfigDict(frozen=True)

    name: str
    share: float
    model: str | None = None
    prompt: str | None = None
    settings: dict[str, float] = Field(default_factory=dict)


class Experiment(BaseModel):
    """Two variants, the control first; the rest of the users is not in the experiment. A run whose caller is not known
    is assigned by its conversation, or `left_out`. An answer that is not as `completed` says did not
    complete its task."""

    model_config = ConfigDict(frozen=True)

    name: str
    unit: Literal["user", "conversation"]
    anonymous: Literal["conversation", "left_out"]
    variants: tuple[Variant, Variant]
    completed: Completed | None = None

    @property
    def changes(self) -> set[str]:
        """What of a run its variants set: the model, the prompt, or a setting."""
        found = set[str]()
        for each in self.variants:
            found |= {key for key in ("model", "prompt") if getattr(each, key) is not None} | set(each.settings)
        return found

    def unit_of(self, owner: str, conversation_id: str | None) -> str | None:
        """What a run is assigned by: its verified user, or a conversation that its client named; None leaves it out."""
        if self.unit == "user" and owner:
            return owner
        if self.unit == "user" and self.anonymous == "left_out":
            return None
        return None if conversation_id is None else f"{owner}/{conversation_id}"

    def variant_of(self, unit: str) -> int | None:
        """The index of a unit's variant; None if it is not in the experiment."""
        return chosen(bucket(self.name, unit), [variant.share for variant in self.variants])
