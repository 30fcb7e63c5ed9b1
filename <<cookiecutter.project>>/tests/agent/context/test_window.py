"""Which view is chosen."""

from pydantic_ai import ModelMessage

from agent.context.view import View
from agent.context.window import COMPACT_AT, Measure, Window
from tests.agent.context.histories import answered, asked, called, returned

WINDOW = Window(1_000)


def conversation(count: int, tokens_each: int, question: str = "z") -> list[ModelMessage]:
    """Turns of the same size, with the usage that a model reports for each, and one more question."""
    messages: list[ModelMessage] = []
    for turn in range(1, count + 1):
        messages += [asked("x" * 400), answered("y", input_tokens=turn * tokens_each, output_tokens=1)]
    return [*messages, asked(question)]


def test_a_history_that_fits_is_sent_as_it_is() -> None:
    assert WINDOW.view(conversation(7, 100)) == View()


def test_past_the_first_limit_the_oldest_turns_are_left_out_down_to_the_second() -> None:
    messages = conversation(7, 100, "x" * 400)
    view = WINDOW.view(messages)
    assert view.first == 8, "four of the eight turns remain"
    assert 0.3 < Measure(WINDOW, View(), messages).filled_ratio(view) <= 0.5


def test_the_view_stays_the_same_until_the_window_fills_again() -> None:
    messages = conversation(7, 100, "x" * 400)
    view = WINDOW.view(messages)
    grown = [*messages, answered("y", 520, 1), asked("x" * 400)]
    assert WINDOW.next_view(view, grown) == view == WINDOW.view(grown)


def test_inside_a_run_old_tool_results_go_first_and_the_newest_two_stay() -> None:
    messages: list[ModelMessage] = [asked("task")]
    for number in range(5):
        messages += [called(f"{number}", "x", input_tokens=100 + 170 * number), returned(f"{number}", "r" * 600)]
    view = WINDOW.next_view(View(), messages)
    assert view == View(first=0, blanked=7)
    assert [str(message.parts[0].content)[:1] for message in view.of(messages)[2::2]] == ["[", "[", "[", "r", "r"]  # type: ignore[union-attr]


def test_one_round_of_two_that_are_too_large_is_blanked_too() -> None:
    messages: list[ModelMessage] = [asked("task"), called("a", "x", input_tokens=100), returned("a", "r" * 1_000)]
    messages += [called("b", "x", input_tokens=400), returned("b", "r" * 1_500)]
    assert WINDOW.next_view(View(), messages) == View(first=0, blanked=3)


def test_what_can_t_fit_does_not_and_nothing_else_is_said_to() -> None:
    assert not WINDOW.fits(View(), View(), [asked("x" * 4_000)])
    assert WINDOW.fits(View(), View(), [asked("x" * 2_000)])


def test_a_reported_size_counts_more_than_any_guess() -> None:
    messages: list[ModelMessage] = [asked("x"), answered("y", input_tokens=700, output_tokens=50), asked("z")]
    assert 0.75 <= Measure(WINDOW, View(), messages).filled_ratio(View()) < COMPACT_AT


def test_a_model_that_reports_nothing_is_measured_by_its_bytes() -> None:
    messages: list[ModelMessage] = [asked("x" * 2_700), answered("y"), asked("z")]
    assert WINDOW.view(messages).first == 2
