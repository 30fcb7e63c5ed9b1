"""The rules' own tests notice each change of a rule: a limit, a window, a comparison, a `for`."""

import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.monitoring.mutations import Mutant, mutants, name
from tests.monitoring.rules import FILES, MONITORING, rules_in, run_promtool, unit_tests

pytestmark = pytest.mark.parts


class Case(NamedTuple):
    file: Path
    rule: str
    mutant: Mutant

    def __str__(self) -> str:
        return f"{self.rule}: {self.mutant.change}"


ALL = [Case(file, name(rule), mutant) for file in FILES for rule in rules_in(file) for mutant in mutants(rule)]
QUICK = list({(case.rule, case.mutant.kind): case for case in ALL if case.rule[0].isupper()}.values())[::4]
"""Some of the alerts' mutants, for each change of the code; `make test-alerts` runs all."""


def mutated(case: Case, folder: Path) -> Path:
    """A copy of the rules with this mutant instead of its rule; returns its tests."""
    shutil.copytree(MONITORING / "rules", folder / "rules")
    changed = folder / "rules" / case.file.name
    content: dict[str, Any] = yaml.safe_load(changed.read_text(encoding="utf-8"))
    for group in content["groups"]:
        group["rules"] = [case.mutant.rule if replaces(case.mutant.rule, rule) else rule for rule in group["rules"]]
    changed.write_text(yaml.safe_dump(content), encoding="utf-8")
    if "alert" in case.mutant.rule:
        leave_out_tests_without(case.rule, unit_tests(changed))
    return unit_tests(changed)


def leave_out_tests_without(alert: str, path: Path) -> None:
    """A test that names neither this alert nor ALERTS can't notice it: no rule reads an alert."""
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)
    (tests,) = [value for key, value in root.value if key.value == "tests"]
    tests.value = [each for each in tests.value if any(word in yaml.serialize(each) for word in (alert, "ALERTS"))]
    path.write_text(yaml.serialize(root), encoding="utf-8")


def replaces(new: dict[str, Any], old: dict[str, Any]) -> bool:
    return name(new) == name(old) and new.get("labels") == old.get("labels")


def assert_noticed(case: Case, folder: Path) -> None:
    done = run_promtool("test", "rules", mutated(case, folder))
    assert done.returncode != 0, f"{case.file.name}: no test notices {case}"
    assert "exp:" in done.stdout + done.stderr, "the mutant is no valid rule"


def test_no_rule_reads_an_alert() -> None:
    assert [name(rule) for file in FILES for rule in rules_in(file) if "ALERTS" in rule["expr"]] == []


@pytest.mark.parametrize("case", QUICK, ids=str)
def test_a_change_of_an_alert_is_noticed(case: Case, tmp_path: Path) -> None:
    assert_noticed(case, tmp_path)


@pytest.mark.mutations
@pytest.mark.parametrize("case", ALL, ids=str)
def test_each_change_of_a_rule_is_noticed(case: Case, tmp_path: Path) -> None:
    assert_noticed(case, tmp_path)
