import pytest

from rollout.text import clock, count, duration, listed, moment, number, one_line, percent, quantity, short, tally


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.213, "ratio", "21.3 %"),
        (0.05, "ratio", "5 %"),
        (0.001, "ratio", "0.1 %"),
        (1.0, "ratio", "100 %"),
        (0.42, "seconds", "0.42 s"),
        (0.4215, "seconds", "0.421 s"),
        (84.23, "seconds", "84.2 s"),
        (1.6, "multiple", "1.6 x"),
        (1.2755, "multiple", "1.28 x"),
        (3, "count", "3"),
        (12345, "count", "12,345"),
        (0.0, "ratio", "0 %"),
        (7, "dollars", "7 dollars"),
        (None, "ratio", "-"),
    ],
)
def test_a_quantity_is_shown_in_its_unit(value: float | None, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (0.0000123456, "0.0000123"),
        (0.999, "0.999"),
        (0.9996, "1"),
        (9.996, "10"),
        (999.6, "1,000"),
        (123456.7, "123,457"),
        (-21.34, "-21.3"),
        (1e21, "1,000,000,000,000,000,000,000"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
)
def test_a_number_has_three_digits_or_is_whole_and_never_has_an_exponent(value: float, text: str) -> None:
    assert number(value) == text


def test_more_digits_are_shown_if_three_would_hide_a_difference() -> None:
    assert quantity(0.05004, "ratio", digits=4) == "5.004 %"


@pytest.mark.parametrize(("ratio", "text"), [(0, "0 %"), (0.05, "5 %"), (0.125, "12.5 %"), (1, "100 %")])
def test_a_ratio_is_written_in_percent(ratio: float, text: str) -> None:
    assert percent(ratio) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.0004, "0.4 ms"),
        (0.0021, "2.1 ms"),
        (0.312, "312 ms"),
        (0.9995, "1 s"),
        (1, "1 s"),
        (12.36, "12.4 s"),
        (59.94, "59.9 s"),
        (59.96, "1 m"),
        (90, "1 m 30 s"),
        (600, "10 m"),
        (3599.6, "1 h"),
        (5400, "1 h 30 m"),
        (86_400, "24 h"),
        (172_800, "2 d"),
        (180_000, "2 d 2 h"),
        (-1.5, "-1.5 s"),
    ],
)
def test_a_duration_has_at_most_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00.0"), (12.34, "0:12.3"), (1.3 - 1e-12, "0:01.3"), (3723.4, "1:02:03.4"), (-1, "0:00.0")],
)
def test_the_clock_keeps_its_width(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_moment_is_in_utc() -> None:
    assert moment(1_764_000_000.9) == "2025-11-24 16:00:00 UTC"


@pytest.mark.parametrize(("many", "text"), [(None, "unknown"), (0, "0"), (1234567, "1,234,567")])
def test_an_unknown_count_is_shown_as_unknown_and_not_zero(many: int | None, text: str) -> None:
    assert count(many) == text


def test_a_tally_lists_each_kind() -> None:
    assert tally({"reset": 1, "504 from the router": 1200}) == "1,200 x 504 from the router, 1 x reset"


@pytest.mark.parametrize(
    ("words", "text"), [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_is_joined_with_and(words: list[str], text: str) -> None:
    assert listed(words) == text


@pytest.mark.parametrize(
    ("release", "text"),
    [
        ("my-agent@1.5.0", "my-agent@1.5.0"),
        ("registry.example/team/agent@sha256:" + "0123456789abcdef" * 4, "agent@sha256:0123456789ab"),
        ("a/b/c", "a/b/c"),
    ],
)
def test_an_image_is_shortened_to_what_identifies_it(release: str, text: str) -> None:
    assert short(release) == text


def test_text_of_many_lines_becomes_one() -> None:
    assert one_line("  a\r\nb\t\tc\u2028d ") == "a b c d"


def test_no_text_reaches_the_terminal_as_a_control_sequence() -> None:
    assert one_line("red \x1b[31m \x00 \ud800 \u202e ünïcode 🦊") == "red \ufffd[31m \ufffd \ufffd \ufffd ünïcode 🦊"
