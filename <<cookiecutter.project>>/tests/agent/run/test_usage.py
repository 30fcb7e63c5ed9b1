"""The ratio of the context window that is in use."""

from decimal import Decimal

import pytest
from pydantic_ai import ModelMessage, ModelRequest, ModelResponse, RequestUsage, RunUsage, TextPart, ToolCallPart

from agent.run.usage import account, context_utilization_ratio, is_unpriced, tool_calls

NOTHING = RequestUsage(cost=Decimal(0))


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


def test_a_cost_of_nothing_is_unknown_if_a_response_was_cut_before_its_usage() -> None:
    cut = ModelResponse([TextPart("The")], usage=NOTHING, state="interrupted")
    run = RunUsage(requests=1, cost=Decimal(0))
    assert account(run, [cut], None).cost_usd is None
    assert account(run, [], None).cost_usd == 0
    assert account(RunUsage(requests=2, cost=Decimal(3)), [answered(1, 1), cut], None).cost_usd == 3


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (ModelResponse([TextPart("yes")], usage=RequestUsage(input_tokens=1)), True),
        (ModelResponse([TextPart("yes")], usage=RequestUsage(input_tokens=1, cost=Decimal(1))), False),
        (ModelResponse([TextPart("y")], usage=NOTHING, state="interrupted"), True),
        (ModelResponse([TextPart("y")], usage=RequestUsage(input_tokens=1), state="interrupted"), True),
        (
            ModelResponse([TextPart("y")], usage=RequestUsage(input_tokens=1, cost=Decimal(1)), state="interrupted"),
            False,
        ),
        (ModelResponse([], state="interrupted"), False),
    ],
    ids=["unpriced", "priced", "cut before its usage", "cut and unpriced", "cut and priced", "failed at once"],
)
def test_a_response_is_unpriced_if_its_cost_is_unknown(response: ModelResponse, expected: bool) -> None:
    assert is_unpriced(response) is expected


def test_the_calls_in_a_response_that_was_cut_were_not_made() -> None:
    call = ToolCallPart("calculate", {})
    assert tool_calls([ModelResponse([call]), ModelResponse([call], state="interrupted")]) == ["calculate"]
