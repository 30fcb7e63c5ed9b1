import pytest

from rollout.policy.quantity import Limit, duration, limit, promql_duration, ratio


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("250ms", 0.25), ("10s", 10), ("1.5s", 1.5), ("2m", 120), ("24h", 86_400), ("7d", 604_800), ("0s", 0)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "10", "10 s", "s", "-1s", "\u0663s", "1e3s", "10sec", "1h30m", 10, None, True])
def test_anything_else_is_not_a_duration(text: object) -> None:
    with pytest.raises(ValueError, match="is not a duration: write a number and a unit"):
        duration(text)


@pytest.mark.parametrize(("text", "share"), [("0%", 0), ("0.5%", 0.005), ("5%", 0.05), ("100%", 1)])
def test_a_ratio_is_written_in_percent(text: str, share: float) -> None:
    assert ratio(text) == share


@pytest.mark.parametrize("text", ["", "5", "5 %", "-5%", "\u0663%", "%", 0.05, None])
def test_anything_else_is_not_a_ratio(text: object) -> None:
    with pytest.raises(ValueError, match="is not a share: write a number and %"):
        ratio(text)


def test_a_ratio_above_100_percent_is_rejected() -> None:
    with pytest.raises(ValueError, match=r"100\.5% is more than 100%"):
        ratio("100.5%")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5%", Limit(0.05, "ratio")),
        ("0.1%", Limit(0.001, "ratio")),
        ("60s", Limit(60, "seconds")),
        ("500ms", Limit(0.5, "seconds")),
        ("1.5x", Limit(1.5, "multiple")),
        (0, Limit(0, "count")),
        (2.5, Limit(2.5, "count")),
    ],
)
def test_a_limit_has_a_unit(text: object, expected: Limit) -> None:
    assert limit(text) == expected


@pytest.mark.parametrize("text", ["", "0", "five", "5 %", "x", "-5%", None, True, [], float("nan"), float("inf")])
def test_anything_else_is_not_a_limit(text: object) -> None:
    with pytest.raises(ValueError, match="is not a limit: write 5% "):
        limit(text)


@pytest.mark.parametrize(("seconds", "text"), [(120, "120000ms"), (0.25, "250ms"), (0.0001, "1ms"), (0, "1ms")])
def test_promql_gets_whole_milliseconds_and_at_least_one(seconds: float, text: str) -> None:
    assert promql_duration(seconds) == text
