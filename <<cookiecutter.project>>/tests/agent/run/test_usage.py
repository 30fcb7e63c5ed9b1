"""The ratio of the context window that is in use."""

import pytest
from pydantic_ai import ModelMessage, ModelRequest, ModelResponse, RequestUsage, RunUsage, TextPart

from agent.run.usage import account, context_utilization_ratio


def answered(input_tokens: int, output_tokens: int) -> ModelResponse:
    usage = RequestUsage(input_tokens=input_tokens, output_tokens=output_tokens)
    return ModelResponse(parts=[TextPart("yes")], usage=usage)


def test_the_last_model_request_counts_with_its_input_and_output() -> None:
    messages: list[ModelMessage] = [
        ModelRequest(parts=[]),
        answered(9_000, 0),
        ModelRequest(parts=[]),
        answered(300, 100),
    ]
    assert context_utilization_ratio(messages, 1_000) == pytest.approx(0.4)


@pytest.mark.parametrize("window_tokens", [None, 0])
def test_without_a_window_it_is_unknown(window_tokens: int | None) -> None:
    assert context_utilization_ratio([answered(300, 100)], window_tokens) is None


def test_without_a_response_it_is_unknown() -> None:
    assert context_utilization_ratio([ModelRequest(parts=[])], 1_000) is None


def test_an_unknown_cost_stays_unknown() -> None:
    assert account(RunUsage(requests=1), [], None).cost_usd is None
