"""What of a history is sent."""

from pydantic_ai import ModelMessage, ModelRequest, ModelResponse, SystemPromptPart, ToolCallPart, ToolReturnPart

from agent.context.view import NOTE, SHORT_BYTES, View, rounds, turns
from tests.agent.context.histories import answered, asked, called, returned

LONG = "x" * (SHORT_BYTES + 1)


def history() -> list[ModelMessage]:
    return [
        asked("one"),
        called("a", LONG),
        returned("a", LONG),
        answered(),
        asked("two"),
        called("b", "x"),
        returned("b", "y"),
    ]


def result(message: ModelMessage) -> object:
    part = message.parts[0]
    assert isinstance(part, ToolReturnPart)
    return part.content


def test_a_view_that_leaves_nothing_out_is_the_history() -> None:
    messages = history()
    assert View().of(messages) == messages


def test_turns_and_rounds_are_where_the_user_speaks_and_where_the_model_calls() -> None:
    assert turns(history()) == [0, 4]
    assert rounds(history()) == [1, 5]


def test_blanking_replaces_long_results_and_arguments_and_leaves_the_history_as_it_is() -> None:
    messages = history()
    sent = View(blanked=4).of(messages)
    call = sent[1].parts[0]
    assert isinstance(call, ToolCallPart)
    assert call.args == {"text": NOTE}
    assert [result(message) for message in (sent[2], messages[2])] == [NOTE, LONG]


def test_blanking_keeps_short_texts_and_every_id() -> None:
    messages: list[ModelMessage] = [asked("one"), called("a", "short"), returned("a", "42")]
    assert View(blanked=3).of(messages) == messages
    ids = [part.tool_call_id for message in View(blanked=7).of(history())[1:3] for part in message.parts]  # type: ignore[union-attr]
    assert ids == ["a-0", "a-0"]


def test_a_view_from_a_later_turn_leaves_out_what_was_before() -> None:
    messages = history()
    assert View(first=4).of(messages) == messages[4:]


def test_a_system_prompt_never_falls_out_with_its_turn() -> None:
    messages = history()
    messages[0] = ModelRequest(parts=[SystemPromptPart("be kind"), *messages[0].parts])
    first = View(first=4).of(messages)[0]
    assert [type(part).__name__ for part in first.parts] == ["SystemPromptPart", "UserPromptPart"]
    assert not isinstance(first, ModelResponse)
