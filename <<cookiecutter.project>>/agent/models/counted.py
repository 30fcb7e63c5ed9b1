"""A model whose answers are counted, so that a fallback that answers for days is seen, and whose time is measured."""

from contextlib import AbstractContextManager

from prometheus_client import Counter, Histogram
from pydantic_ai import ModelResponse
from pydantic_ai.models import Model, StreamedResponse

from agent.around import AroundModel


class CountedModel(AroundModel):
    """Counts each complete answer of a model, and measures each request."""

    def __init__(self, wrapped: Model, answers: Counter, seconds: Histogram) -> None:
        super().__init__(wrapped)
        self._answers, self._seconds = answers, seconds

    def asking(self) -> AbstractContextManager[object]:
        return self._seconds.time()

    def answered(self, response: ModelResponse | StreamedResponse) -> None:  # noqa: ARG002
        self._answers.inc()
