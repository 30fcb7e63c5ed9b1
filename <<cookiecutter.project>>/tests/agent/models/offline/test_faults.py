"""Parsing the faults in a model's name."""

from decimal import Decimal

import pytest

from agent.models.offline.faults import FAULTS, Fault, FaultError, Faults, Raise, parse_faults


def test_no_text_means_no_faults() -> None:
    assert parse_faults("") == Faults()


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("errors=0.2", Faults(error_ratio=0.2)),
        ("errors=1", Faults(error_ratio=1.0)),
        ("latency=250ms", Faults(latency_seconds=0.25)),
        ("latency=3s", Faults(latency_seconds=3.0)),
        ("latency=1.5m", Faults(latency_seconds=90.0)),
        ("cost=1.6", Faults(cost_factor=Decimal("1.6"))),
        ("exception=LookupError@0.01", Faults(exception=Raise(LookupError, 0.01))),
        ("crash=30", Faults(crash_at_run=30)),
        ("hang=0.1", Faults(hang_ratio=0.1)),
        ("tool_calls=7", Faults(min_tool_calls=7)),
        ("max_tokens=8", Faults(max_tokens=8)),
        ("slow_start=20s", Faults(slow_start_seconds=20.0)),
        ("unhealthy", Faults(unhealthy=True)),
        ("rate_limit=0.2", Faults(rate_limit_ratio=0.2)),
        ("filter=0.2", Faults(filter_ratio=0.2)),
        ("lookups=3,parallel", Faults(lookups=3, parallel=True)),
        ("after=10m", Faults(after_seconds=600, later=Faults())),
        ("errors=0.1, latency=3s", Faults(error_ratio=0.1, latency_seconds=3.0)),
    ],
)
def test_each_fault_is_parsed(text: str, faults: Faults) -> None:
    assert parse_faults(text) == faults


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_each_example_in_the_message_is_valid(fault: Fault) -> None:
    assert parse_faults(fault.example) != Faults()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("erors=0.2", "unknown fault 'erors'"),
        ("errors=0.1,errors=0.2", "errors is given twice"),
        ("after=1s,errors=0.1,errors=0.2", "errors is given twice"),
        ("errors", "'errors': should be a number"),
        ("errors=0", "should be a share above 0 and up to 1"),
        ("errors=20", "should be a share above 0 and up to 1"),
        ("errors=nan", "should be a finite number"),
        ("errors=20%", "should be a number"),
        ("latency=3", "should be a duration with its unit: ms, s or m"),
        ("latency=-3s", "should be a duration with its unit: ms, s or m"),
        ("cost=-1", "should be a factor above 0"),
        ("cost=inf", "should be a finite number"),
        ("crash=0", "should be a whole number from 1"),
        ("tool_calls=1.5", "should be a whole number from 1"),
        ("exception=Oops@0.1", "'Oops' is not a built-in exception"),
        ("exception=print@0.1", "'print' is not a built-in exception"),
        ("exception=SystemExit@0.1", "'SystemExit' is not a built-in exception"),
        ("exception=StopIteration@0.1", "'StopIteration' is not a built-in exception"),
        ("exception=UnicodeDecodeError@0.1", "needs more than a message"),
        ("exception=LookupError", "should be a number"),
        ("unhealthy=yes", "takes no value"),
    ],
)
def test_a_mistake_is_named_and_every_fault_is_listed_with_an_example(text: str, message: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse_faults(text)
    first, *rest = str(caught.value).splitlines()
    assert message in first
    assert [line.split()[0] for line in rest] == [fault.example for fault in FAULTS.values()]


def test_the_faults_after_after_begin_later_and_the_others_stay() -> None:
    faults = parse_faults("errors=0.01,latency=3s,after=10s,errors=0.2,tool_calls=7")
    assert faults.at(9.9) == faults
    assert (faults.error_ratio, faults.min_tool_calls) == (0.01, 0)
    assert faults.at(10) == Faults(error_ratio=0.2, latency_seconds=3.0, min_tool_calls=7)
    passing = parse_faults("errors=0.01,after=10s,errors=0.2,latency=3s,after=20s,errors=0.01")
    assert [passing.at(seconds).error_ratio for seconds in (9, 10, 19, 20)] == [0.01, 0.2, 0.2, 0.01]
    assert passing.at(20).latency_seconds == 3
    assert parse_faults("errors=0.01").at(1e9) == Faults(error_ratio=0.01)
