"""docs/reference/experiments.md matches the code."""

import argparse
import re
from pathlib import Path
from typing import get_args

from experiments.command import parser
from experiments.decide import Verdict
from experiments.errors import ExperimentRefused
from experiments.metric import METRICS
from experiments.schema import CompletedPolicy, ExperimentPolicy, GuardrailPolicy, PrimaryPolicy, VariantPolicy
from rollout.errors import every_error
from tests.experiments.samples import defined
from tests.pages import rows, text

PAGE = "reference/experiments.md"


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
    codes = {each.code for each in every_error(ExperimentRefused)} - {ExperimentRefused.code}
    assert set(rows(PAGE, "Code")) == codes | {"wrong_command_line", "no_host", "other_version"}
    assert set(rows(PAGE, "Verdict")) == set(get_args(Verdict))


def test_the_definition_on_the_page_is_valid(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.+?)```", text(PAGE), re.DOTALL)
    assert found
    assert defined(tmp_path, found[1]).policy.shares == (0.95, 0.05)
