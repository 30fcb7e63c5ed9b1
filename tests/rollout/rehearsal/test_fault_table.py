"""The guide's table of faults has every fault of the offline model; test_faults.py rehearses each row."""

import yaml

from agent.models.offline.faults import FAULTS, parse_faults
from tests.repository import REPOSITORY
from tests.rollout.policies import shipped
from tests.rollout.rehearsal.fault_table import HEALTH_CHECK, NOT_READY, Row, fault_rows, row


def name(fault: str) -> str:
    return fault.partition("=")[0]


def test_each_fault_of_the_offline_model_is_rehearsed_in_a_row_of_its_own() -> None:
    assert [each.fault for each in fault_rows()] == [fault.example for fault in FAULTS.values()]
    for each in fault_rows():
        assert name(each.fault) in map(name, each.rehearsed.split(",")), f"{each.fault} is not rehearsed"
        parse_faults(each.rehearsed)


def test_each_row_names_what_takes_the_release_back() -> None:
    known = {*yaml.safe_load(shipped())["gates"], NOT_READY, HEALTH_CHECK}
    rules = [each.read_text(encoding="utf-8") for each in (REPOSITORY / "monitoring" / "rules").glob("*.yml")]
    for each in fault_rows():
        assert each.gates, f"{each.fault}: nothing takes it back"
        assert each.gates <= known, each
        assert bool(each.alerts) == ("new_alerts" in each.gates), f"{each.fault}: which alert?"
        assert all(any(f"alert: {alert}\n" in text for text in rules) for alert in each.alerts), each


def test_a_row_is_read_to_its_last_word() -> None:
    read = row(["`a=1`", "does a", "`b=2,c`", f"{HEALTH_CHECK}, `d` or `new_alerts` (EeFf, Gg): in `keep` (1 s)"])
    assert read == Row("a=1", "b=2,c", frozenset({HEALTH_CHECK, "d", "new_alerts"}), frozenset({"EeFf", "Gg"}))
