"""A wrong answer is refused with its rule, before anything is created."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cookiecutter.exceptions import UnknownExtension

from needs_cookiecutter_2_6 import refuse_old
from template_answers import ONE_LINE, RULES, mistakes
from tests.bake.answers import ACCEPTED, REFUSED
from tests.baking import Bake, Baker
from tests.source import cookiecutter_json, default_answers


def cases(answers: dict[str, list[str]]) -> list[object]:
    """One test for each answer, named after the question and the answer."""
    return [pytest.param(name, text, id=f"{name}={text!a:.30}") for name, texts in answers.items() for text in texts]


@pytest.mark.parametrize(("name", "answer"), cases(ACCEPTED))
def test_a_good_answer_is_accepted(name: str, answer: str) -> None:
    assert mistakes(default_answers() | {name: answer}) == []


@pytest.mark.parametrize(("name", "answer"), cases(REFUSED))
def test_a_wrong_answer_is_reported_alone(name: str, answer: str) -> None:
    (message,) = mistakes(default_answers() | {name: answer})
    assert message.strip().startswith(f"{name}: ")


def test_every_question_has_a_rule_whose_example_passes() -> None:
    rules = RULES | {"description": ONE_LINE}
    assert set(rules) == set(default_answers())
    assert mistakes({name: rule.example for name, rule in rules.items()}) == []


def test_all_mistakes_are_in_one_message_with_rule_and_example(baker: Baker, tmp_path: Path) -> None:
    wrong = {"project": "My Agent", "owner": "a b", "registry": "https://x", "model": "gpt 4", "description": "a\tb"}
    baked = baker.ask_nothing(tmp_path, **wrong)
    assert baked.code == 1
    for name in wrong:
        rule = RULES.get(name, ONE_LINE)
        assert f"  {name}: " in baked.output
        assert f"must be {rule.says}\n    for example: {rule.example}\n" in baked.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "project",
    [
        "<% x",
        "<< 1/0 >>",
        "<# x",
        "<# ours #>",
        "<<cookiecutter.project>>",
        "acme/my-agent",
        "../elsewhere",
        "a/../b/c",
        "UPPER",
        "$(touch x)",
        "\udcff",
    ],
)
def test_a_refused_project_leaves_the_folder_as_it_was(project: str, baker: Baker, tmp_path: Path) -> None:
    (tmp_path / "out" / "kept").mkdir(parents=True)
    (tmp_path / "out" / "kept" / "notes.txt").write_text("mine")
    baked = baker.ask_nothing(tmp_path / "out", project=project)
    assert baked.code == 1
    assert "  project: " in baked.output
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*"))] == [
        "out",
        "out/kept",
        "out/kept/notes.txt",
    ]


def test_a_folder_that_exists_is_not_touched(baker: Baker, tmp_path: Path) -> None:
    (tmp_path / "my-agent").mkdir()
    (tmp_path / "my-agent" / "notes.txt").write_text("mine")
    baked = baker.ask_nothing(tmp_path)
    assert baked.code == 1
    assert "already exists" in baked.output
    assert [path.name for path in baked.folder.iterdir()] == ["notes.txt"]


def test_a_saved_answer_that_is_no_longer_valid_is_refused_too(baker: Baker, tmp_path: Path) -> None:
    baked = baker.exactly(tmp_path, target="podman", license="GPL")
    assert baked.code == 1
    assert "must be docker or kubernetes" in baked.output
    assert "must be MIT, Apache-2.0 or none" in baked.output
    assert list(tmp_path.iterdir()) == []


WAYS = ["command line", "prompt", "saved answers", "settings"]


def bake_wrong(way: str, answers: dict[str, str], baker: Baker, to: Path) -> Bake:
    """Bake with these answers, passed in one of the possible ways."""
    if way == "command line":
        return baker.ask_nothing(to, **answers)
    if way == "prompt":
        return baker.run(to, typed="".join(f"{answers.get(name, '')}\n" for name in default_answers()))
    if way == "saved answers":
        return baker.exactly(to, **answers)
    (baker.home / ".cookiecutterrc").write_text(json.dumps({"default_context": answers}))
    return baker.ask_nothing(to)


@pytest.mark.parametrize("way", WAYS)
def test_a_refusal_is_the_only_output(way: str, baker: Baker, tmp_path: Path) -> None:
    wrong = {"project": "<# ours #>", "owner": "<< x", "model": "<% x %>", "target": "podman", "license": "GPL >>"}
    refused = bake_wrong(way, wrong, baker, tmp_path)
    said = ["Nothing was created. Please correct:", *mistakes(default_answers() | wrong)]
    assert refused.code == 1
    assert refused.output.endswith("\n\n".join(said) + "\n")
    assert "Traceback" not in refused.output
    assert way == "prompt" or refused.output.startswith(said[0])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("answer", [None, 5, True, ["a"], {"a": "b"}])
@pytest.mark.parametrize("name", ["project", "description", "target"])
def test_an_answer_that_is_not_text_is_refused(name: str, answer: object) -> None:
    (message,) = mistakes(default_answers() | {name: answer})
    assert message.startswith(f"  {name}: {json.dumps(answer)}\n")


@pytest.mark.parametrize("version", ["2.1.1", "2.5.0"])
def test_an_older_cookiecutter_is_refused_with_the_required_version(version: str) -> None:
    with pytest.raises(UnknownExtension, match=f"needs cookiecutter 2.6 or newer; this is {version}"):
        refuse_old(version)


@pytest.mark.parametrize("version", ["2.6.0", "2.10.0rc1", "3.0"])
def test_a_newer_cookiecutter_is_accepted(version: str) -> None:
    refuse_old(version)


def test_cookiecutter_1_prints_the_name_of_the_extension_that_it_cannot_import() -> None:
    assert cookiecutter_json()["_extensions"] == ["needs_cookiecutter_2_6.Template"]
