"""docs/reference/experiments.md matches the code."""

from experiments.metric import METRICS
from experiments.schema import ExperimentPolicy, GuardrailPolicy, PrimaryPolicy, VariantPolicy
from tests.pages import rows

PAGE = "reference/experiments.md"


def test_every_key_of_a_definition_is_explained() -> None:
    assert set(rows(PAGE, "Key")) == set(ExperimentPolicy.model_fields)
    assert set(rows(PAGE, "Key of a variant")) == set(VariantPolicy.model_fields)
    measured = {**PrimaryPolicy.model_fields, **GuardrailPolicy.model_fields}
    assert set(rows(PAGE, "Key of a metric")) == set(measured)


def test_every_metric_is_explained_with_its_better_side() -> None:
    listed = {name: cells[2] for name, cells in rows(PAGE, "Metric").items()}
    assert listed == {name: "higher" if each.better > 0 else "lower" for name, each in METRICS.items()}
