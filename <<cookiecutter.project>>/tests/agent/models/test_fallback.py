"""Which errors a fallback answers, and how often each model is asked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from pydantic_ai import (
    Agent,
    ModelAPIError,
    ModelContextWindowExceededError,
    ModelHTTPError,
    ModelMessage,
    ModelRequestTimeout,
    ModelResponse,
    ModelSettings,
    ModelTimeoutError,
    TextPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel

from agent.models.fallback import ModelWithFallback, is_outage

WITHIN_SECONDS = 1.0


def http(status: int) -> ModelHTTPError:
    return ModelHTTPError(status, "m")


@dataclass
class Api:
    """A model's API: it answers, raises, or never answers. Notes the settings of each request."""

    answer: str | Exception | None
    asked: list[ModelSettings | None] = field(default_factory=list)

    async def request(self, _messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return ModelResponse([TextPart(await self._text(info))])

    async def stream(self, _messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[str]:
        yield await self._text(info)

    async def _text(self, info: AgentInfo) -> str:
        self.asked.append(info.model_settings)
        if self.answer is None:
            await asyncio.Event().wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return str(self.answer)

    def model(self) -> FunctionModel:
        return FunctionModel(self.request, stream_function=self.stream)


def solve(first: Api, fallback: Api, *, streams: bool, settings: ModelSettings | None = None) -> str:
    agent = Agent(ModelWithFallback(first.model(), fallback.model(), WITHIN_SECONDS), model_settings=settings)

    async def run() -> str:
        if not streams:
            return (await agent.run("task")).output
        async with agent.run_stream("task") as result:
            return await result.get_output()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        *((http(status), True) for status in (408, 429, 500, 502, 503, 504, 529)),
        *((http(status), False) for status in (400, 401, 402, 403, 404, 413, 422)),
        (ModelTimeoutError("m", "slow"), True),
        (ModelRequestTimeout("m", 1), True),
        (ModelAPIError("m", "no route to host"), True),
        (ModelContextWindowExceededError("m", "too long"), False),
        (LookupError(), False),
    ],
    ids=repr,
)
def test_an_outage_is_what_another_model_may_not_have(error: Exception, outage: bool) -> None:
    assert is_outage(error) is outage


@pytest.mark.parametrize("streams", [False, True])
class TestOfARunOrAStream:
    """The same for both."""

    def test_the_fallback_is_not_asked_while_the_first_model_answers(self, streams: bool) -> None:
        first, fallback = Api("first"), Api("fallback")
        assert solve(first, fallback, streams=streams) == "first"
        assert (len(first.asked), len(fallback.asked)) == (1, 0)

    @pytest.mark.parametrize("answer", [http(503), ModelTimeoutError("m", "slow"), None], ids=repr)
    def test_in_an_outage_of_the_first_the_fallback_answers_and_each_is_asked_once(
        self, answer: Exception | None, streams: bool
    ) -> None:
        first, fallback = Api(answer), Api("fallback")
        assert solve(first, fallback, streams=streams) == "fallback"
        assert (len(first.asked), len(fallback.asked)) == (1, 1)

    def test_the_log_has_the_outage(self, streams: bool, caplog: pytest.LogCaptureFixture) -> None:
        solve(Api(http(503)), Api("fallback"), streams=streams)
        assert caplog.messages == ["ModelHTTPError: the model's API answered 503: m"]

    def test_a_mistake_of_the_release_is_not_hidden(self, streams: bool) -> None:
        fallback = Api("fallback")
        with pytest.raises(ModelHTTPError, match="404"):
            solve(Api(http(404)), fallback, streams=streams)
        assert not fallback.asked

    @pytest.mark.parametrize("second", [http(429), None], ids=repr)
    def test_if_both_have_an_outage_the_error_is_the_first_one_s(self, second: Exception | None, streams: bool) -> None:
        with pytest.raises(ModelHTTPError, match="503"):
            solve(Api(http(503)), Api(second), streams=streams)

    def test_the_clients_retry_nothing_and_other_settings_stay(self, streams: bool) -> None:
        first, fallback = Api(http(503)), Api("fallback")
        solve(first, fallback, streams=streams, settings=ModelSettings(max_retries=5, temperature=0.5))
        for settings in (*first.asked, *fallback.asked):
            assert settings is not None
            assert (settings["max_retries"], settings["temperature"]) == (0, 0.5)
