"""docs/reference/experiments.md matches the code, and so does the runbook."""

import argparse
import ast
import re
from pathlib import Path
from typing import get_args

from agent.experiments.troubles import LogTrouble, Trouble
from experiments.command import parser
from experiments.decide import Verdict
from experiments.errors import ExperimentRefused, NoTraffic
from experiments.metric import METRICS
from experiments.schema import CompletedPolicy, ExperimentPolicy, GuardrailPolicy, PrimaryPolicy, VariantPolicy
from rollout.errors import HostFailed, MetricsError, NoData, RolloutError, every_error
from tests.experiments.samples import defined
from tests.pages import rows, text

PAGE = "reference/experiments.md"
ROOT = Path(__file__).parents[2]


def test_every_key_of_a_definition_is_explained() -> None:
    assert set(rows(PAGE, "Key")) == set(ExperimentPolicy.model_fields)
    assert set(rows(PAGE, "Key of a variant")) == set(VariantPolicy.model_fields)
    page = text(PAGE)
    assert all(f"`{key}`" in page for key in CompletedPolicy.model_fields)
    measured = {**PrimaryPolicy.model_fields, **GuardrailPolicy.model_fields}
    assert set(rows(PAGE, "Key of a metric")) == set(measured)


def test_every_metric_is_explained_with_its_better_side() -> None:
    listed = {name: cells[2] for name, cells in rows(PAGE, "Metric").items()}
    assert listed == {name: "higher" if each.better > 0 else "lower" for name, each in METRICS.items()}


def test_every_command_is_listed_with_its_options() -> None:
    (commands,) = (each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    assert set(rows(PAGE, "Command")) == set(commands.choices)
    page = text(PAGE)
    options = {option for each in commands.choices.values() for option in each._option_string_actions}
    assert all(f"`{option}" in page for option in options - {"-h", "--help"})


def test_every_code_and_every_verdict_is_listed() -> None:
    codes = {each.code for each in every_error(ExperimentRefused)} - {ExperimentRefused.code, NoTraffic.code}
    assert set(rows(PAGE, "Code")) == codes | {"wrong_command_line", "no_host", "other_version"}
    assert set(rows(PAGE, "Verdict")) == set(get_args(Verdict))


def test_every_code_is_used_and_none_is_lost_on_the_way_from_a_host() -> None:
    """A code that no error has would arrive as another one."""
    of_logs = {
        node.args[0].value
        for path in (ROOT / "agent" / "experiments").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "RecordsRefused"
        if isinstance(node.args[0], ast.Constant)
    }
    listed = set(rows(PAGE, "Code"))
    assert {"too_large", "not_released", "overlaps"} < of_logs <= listed & {each.code for each in every_error()}
    source = "".join(path.read_text() for path in (ROOT / "experiments").glob("*.py") if path.name != "errors.py")
    raised = {each.code for each in every_error(ExperimentRefused) if re.search(rf"\b{each.__name__}\(", source)}
    assert listed == (of_logs | raised) - {NoTraffic.code} | {"wrong_command_line", "no_host"}


def test_why_the_days_of_a_plan_are_not_known_is_listed_and_so_are_failures() -> None:
    codes = {each.code for each in every_error(MetricsError)} - {MetricsError.code, NoData.code}
    assert set(rows(PAGE, "Code of `days_unknown`")) == codes | {
        "no_traffic",
        "no_host",
        "host_failed",
        "other_version",
    }
    assert set(rows(PAGE, "Code of a failure")) == {RolloutError.code, HostFailed.code, "interrupted"}


def test_every_reason_of_the_alert_is_in_its_runbook_and_in_the_metrics_description() -> None:
    rule = (ROOT / "monitoring" / "rules" / "experiments.yml").read_text()
    of_the_rule = set(re.findall(r'"reason", "(\w+)"', rule))
    of_the_service = {*get_args(Trouble), *get_args(LogTrouble)}
    assert of_the_rule == {"setting"}
    assert set(rows("runbooks/ExperimentCannotRun.md", "Reason")) == of_the_service | of_the_rule
    assert all(f"`{reason}`" in text("reference/metrics.md") for reason in of_the_service)


def test_the_definition_on_the_page_is_valid(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.+?)```", text(PAGE), re.DOTALL)
    assert found
    assert defined(tmp_path, found[1]).policy.shares == (0.95, 0.05)
