"""What the variants of a run change: its model, its prompt, its model's settings."""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic_ai import Agent, ModelMessage, ModelResponse, ModelSettings, TextPart
from pydantic_ai.models import Model
from pydantic_ai.settings import merge_model_settings

from agent.errors import StartError
from agent.experiments import Answered, Assigned, Experiments, Outcome, Variant
from agent.run.request import RunRequest
from agent.run.usage import Usage, tool_calls

logger = logging.getLogger(__name__)


class MakesModel(Protocol):
    """A model by its name, with its context window in tokens; raises StartError."""

    def __call__(self, name: str) -> tuple[Model, int | None]: ...


@dataclass(frozen=True)
class Treatment:
    """What a run's variants set; the default is the release's own configuration."""

    assigned: tuple[Assigned, ...] = ()
    overrides: dict[str, Any] = field(default_factory=dict)
    window_tokens: int | None = None
    has_model: bool = False

    def applied(self, agent: Agent[None, str]) -> AbstractContextManager[None]:
        """The agent runs with it during the body, in this task only."""
        if not self.overrides:
            return nullcontext()
        own = agent.model_settings
        if "model_settings" in self.overrides and not callable(own):  # an override has none of the agent's own
            both = merge_model_settings(own, self.overrides["model_settings"])
            return agent.override(**self.overrides | {"model_settings": both})
        return agent.override(**self.overrides)


UNTREATED = Treatment()


class Treatments:
    """The variants' models, made once."""

    def __init__(self, make: MakesModel) -> None:
        self._make = make
        self._models: dict[str, tuple[Model, int | None]] = {}

    def can_run(self, variant: Variant) -> bool:
        """Whether this service can run a variant; makes its model."""
        if variant.model is None or variant.model in self._models:
            return True
        try:
            self._models[variant.model] = self._make(variant.model)
        except StartError as error:
            logger.error("the variant %s can't be run: %s", variant.name, error)
            return False
        return True

    def of(self, assigned: Sequence[Assigned]) -> Treatment:
        """What all variants of a run set together. `experiments start` lets no two set the same."""
        overrides: dict[str, Any] = {}
        settings: dict[str, Any] = {}
        window_tokens: int | None = None
        for variant in (each.variant for each in assigned):
            if variant.model is not None:
                overrides["model"], window_tokens = self._models[variant.model]
            if variant.prompt is not None:
                overrides["instructions"] = variant.prompt
            settings |= {name: int(value) if value == int(value) else value for name, value in variant.settings.items()}
        if settings:
            overrides["model_settings"] = ModelSettings(**settings)  # type: ignore[typeddict-item]
        return Treatment(tuple(assigned), overrides, window_tokens, "model" in overrides)


@dataclass(frozen=True)
class TreatedRuns:
    """Where a runner learns a run's treatment, and tells how the run ended."""

    experiments: Experiments
    treatments: Treatments

    async def of(self, request: RunRequest) -> Treatment:
        """A run's treatment. Only a conversation that the client named counts as one."""
        named = request.conversation_id if request.is_kept else None
        assigned = await self.experiments.assign(request.owner, named)
        return self.treatments.of(assigned) if assigned else UNTREATED

    async def ended(
        self,
        request: RunRequest,
        treatment: Treatment,
        outcome: str,
        usage: Usage,
        seconds: float,
        messages: Sequence[ModelMessage],
    ) -> None:
        """Write a treated run's end to the log; `messages` are its own."""
        if treatment.assigned:
            tokens = usage.input_tokens + usage.output_tokens
            ended = Outcome(outcome, tokens, usage.cost_usd, seconds)
            answered = Answered(answer_of(messages), tool_calls(messages), tokens) if outcome == "answered" else None
            await self.experiments.ended(treatment.assigned, request.run_id, ended, answered)


def answer_of(messages: Sequence[ModelMessage]) -> str:
    """The text of the model's last response; empty without one."""
    last = next((each for each in reversed(messages) if isinstance(each, ModelResponse)), None)
    return "".join(part.content for part in last.parts if isinstance(part, TextPart)) if last else ""
