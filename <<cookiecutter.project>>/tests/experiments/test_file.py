"""experiments/NAME.yaml: strict, and each error says where and what is allowed."""

from hashlib import sha256
from pathlib import Path

import pytest

from experiments.errors import WrongDefinition
from experiments.file import load
from experiments.plan import plan
from tests.experiments.samples import CHEAPER, defined

DIGITS = "1" * 400
"""No float holds it."""


def wrong(folder: Path, old: str, new: str) -> str:
    assert old in CHEAPER
    with pytest.raises(WrongDefinition) as refused:
        defined(folder, CHEAPER.replace(old, new))
    return str(refused.value)


def test_a_definition_has_its_name_and_the_hash_of_its_text(tmp_path: Path) -> None:
    found = defined(tmp_path)
    assert (found.name, found.sha256) == ("cheaper", sha256(CHEAPER.encode()).hexdigest())
    assert found.policy.names == ("control", "small")
    assert found.policy.shares == (0.5, 0.5)
    assert found.policy.anonymous == "left_out"
    assert not found.policy.sequential


def test_an_effect_is_points_of_a_share_and_percent_of_an_amount(tmp_path: Path) -> None:
    assert defined(tmp_path).policy.primary.effect == pytest.approx(0.002)
    share = "primary: {metric: satisfaction, minimum_effect: 5%, baseline: 80%}"
    amount = "primary: {metric: cost_per_task, minimum_effect: 20%, baseline: 0.01, deviation: 0.01}"
    assert defined(tmp_path, CHEAPER.replace(amount, share)).policy.primary.effect == 0.05


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "why:",
            "reason:",
            "cheaper.yaml:1: reason: unknown key; allowed here: why, owner, unit, anonymous,",
        ),
        ("unit: user", "unit: request", "cheaper.yaml:3: unit: 'request' is not one of 'user' or 'conversation'"),
        ("{share: 50%}", "{share: half}", "cheaper.yaml:5: variants.control.share: 'half' is not a share: write"),
        ("{share: 50%}", "{share: 0%}", "variants.control.share: must be above 0%"),
        ("{share: 50%}", "{share: 60%}", "cheaper.yaml:4: variants: the shares are more than 100% together"),
        ("{share: 50%}", "{shares: 5%}", "variants.control.shares: unknown key; allowed here: share, model, prompt"),
        (', model: "offline:cost=0.5"', "", "variants: the two do not differ: set model, prompt or settings"),
        ("model:", "settings: {heat: 1}, model:", "settings: 'heat' is not one of temperature, top_p, max_tokens"),
        ("model:", "settings: {temperature: 9}, model:", "settings: temperature must be 0 to 2, not 9"),
        ("model:", "settings: {max_tokens: 1.5}, model:", "settings: max_tokens must be a whole number, not 1.5"),
        ("metric: cost_per_task", "metric: cost", "primary.metric: 'cost' is not one of completion, error_rate,"),
        (", deviation: 0.01", "", "cheaper.yaml:7: primary: deviation is missing: the standard deviation between"),
        ("baseline: 92%", "baseline: 92", "cheaper.yaml:9: guardrails[0]: baseline of a share must be between 0% and"),
        ("metric: completion", "metric: cost_per_task, deviation: 1", "guardrails[0]: baseline and deviation of an"),
        ("power: 80%", "power: 100%", "cheaper.yaml:10: power: input should be less than 1"),
        ("{share: 50%}", "{share: 0.001%}", "cheaper.yaml:5: variants.control.share: must be at least 0.01%"),
        ("{share: 50%}", "{share: 0.015%}", "cheaper.yaml:5: variants.control.share: must have at most two decimals"),
        ("model:", "settings: {temperature: true}, model:", "settings.temperature: true is not a number"),
        ("model:", "settings: {temperature: '1'}, model:", "settings.temperature: '1' is not a number"),
        ("why: The small model may cost half as much per task.", "why: '  '", "cheaper.yaml:1: why: is empty"),
        ("minimum_effect: 20%", "minimum_effect: 0.001%", "primary.minimum_effect: must be at least 0.01%"),
        ("deviation: 0.01", "deviation: 2000000000000", "primary: baseline and deviation must be 1e-09 to 1e+12"),
        pytest.param("deviation: 0.01", f"deviation: {DIGITS}", f"deviation: {DIGITS[:9]}", id="400 digits"),
        ("baseline: 0.01", "baseline: 0.0000000001", "primary: baseline and deviation must be 1e-09 to 1e+12"),
        ("significance: 5%", "significance: 0.001%", "cheaper.yaml:11: significance: must be at least 0.01%"),
        ("significance: 5%\n", "", "cheaper.yaml:1: significance: is missing"),
        ("power: 80%", "power: 80%\npower: 90%", "cheaper.yaml:11: power: duplicate key"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_is_allowed(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert message in wrong(tmp_path, old, new)


@pytest.mark.parametrize("share", ["33.33%", "0.07%", "0.29%", "99.99%"])
def test_each_step_that_users_are_split_in_is_a_share(tmp_path: Path, share: str) -> None:
    found = defined(tmp_path, CHEAPER.replace("share: 50%, model", "share: 0.01%, model").replace("50%", share))
    assert found.policy.shares[0] == pytest.approx(float(share[:-1]) / 100)


def test_the_smallest_numbers_that_are_allowed_have_a_plan(tmp_path: Path) -> None:
    text = CHEAPER.replace(
        "20%, baseline: 0.01, deviation: 0.01", "0.01%, baseline: 0.000000001, deviation: 1000000000000"
    )
    text = text.replace("significance: 5%", "significance: 0.01%").replace("power: 80%", "power: 99.99999999999999%")
    for each in (text, f"{text}sequential: true\n"):
        assert sum(plan(defined(tmp_path, each).policy).units) > 1e9


def test_all_mistakes_are_in_one_message(tmp_path: Path) -> None:
    assert len(wrong(tmp_path, "unit: user", "unit: request\nsize: 3").splitlines()) == 2


def test_a_third_variant_is_refused(tmp_path: Path) -> None:
    three = "  small: {share: 20%, prompt: a}\n  other: "
    assert "variants: must be two, the control first, found 3" in wrong(tmp_path, "  small: ", three)


def test_a_metric_can_be_used_once(tmp_path: Path) -> None:
    twice = "metric: cost_per_task, allow: 5%, baseline: 1, deviation: 1"
    assert "guardrails: each metric can be used once" in wrong(
        tmp_path, "metric: completion, allow: 3%, baseline: 92%", twice
    )


def test_a_share_can_not_gain_more_than_is_left(tmp_path: Path) -> None:
    amount = "metric: cost_per_task, minimum_effect: 20%, baseline: 0.01, deviation: 0.01"
    share = "metric: error_rate, minimum_effect: 5%, baseline: 5%"
    assert "primary: minimum_effect goes beyond 0% or 100% from this baseline" in wrong(tmp_path, amount, share)


@pytest.mark.parametrize("name", ["Upper", "under_score", "-dash"])
def test_a_wrong_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongDefinition, match="small letters, digits and dashes"):
        defined(tmp_path, name=name)


def test_a_missing_file_and_a_list_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongDefinition, match="must contain keys such as variants: and primary:"):
        defined(tmp_path, "- a\n")
    (tmp_path / "cheaper.yaml").unlink()
    with pytest.raises(WrongDefinition, match="can't be read: No such file"):
        load(tmp_path / "cheaper.yaml")
