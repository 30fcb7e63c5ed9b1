"""The template's source: which files are rendered, which are copied, and facts that must be stated once."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path, PurePath

from tests.source import PROJECT, TEMPLATE, cookiecutter_json, default_answers, files_below, text_of

VARIABLE = re.compile(r"<<-?\s*cookiecutter|<%|<#")
MARK_OF_ANY_KIND = re.compile(r"(<<|\{\{)-?\s*cookiecutter|<%|%>|<#|#>|\{%")


def is_copied(path: PurePath) -> bool:
    """Whether cookiecutter copies this file unrendered: a pattern matches its path or the path of a folder above it."""
    patterns = cookiecutter_json()["_copy_without_render"]
    above = [path, *path.parents]
    return any(fnmatch.fnmatch(str(place), pattern) for place in above for pattern in patterns)


def test_no_python_file_has_a_template_variable(template: Path) -> None:
    project = template / PROJECT
    marked = [
        name
        for name in files_below(project)
        if name.endswith(".py") and MARK_OF_ANY_KIND.search((project / name).read_text())
    ]
    assert marked == []


def test_a_file_is_rendered_if_and_only_if_it_has_a_variable(template: Path) -> None:
    project = template / PROJECT
    wrong = [
        name
        for name in files_below(project)
        if is_copied(PurePath(name)) == bool(VARIABLE.search(text_of(project / name)))
    ]
    assert wrong == [], "add these to _copy_without_render in cookiecutter.json, or take them out of it"


def test_no_pattern_matches_a_whole_folder_because_cookiecutter_would_delete_an_existing_one(template: Path) -> None:
    project = template / PROJECT
    folders = [path.relative_to(project) for path in project.rglob("*") if path.is_dir()]
    patterns = cookiecutter_json()["_copy_without_render"]
    assert [str(path) for path in folders if any(fnmatch.fnmatch(str(path), pattern) for pattern in patterns)] == []


def test_exactly_the_files_with_a_shebang_are_executable(template: Path) -> None:
    project = template / PROJECT
    wrong = [
        name
        for name in files_below(project)
        if (project / name).read_bytes().startswith(b"#!") != bool((project / name).stat().st_mode & 0o100)
    ]
    assert wrong == []


def test_no_delimiter_is_left_at_its_default() -> None:
    assert cookiecutter_json()["_jinja2_env_vars"] == {
        "variable_start_string": "<<",
        "variable_end_string": ">>",
        "block_start_string": "<%",
        "block_end_string": "%>",
        "comment_start_string": "<#",
        "comment_end_string": "#>",
    }


def test_every_question_has_a_prompt_and_every_prompt_a_question() -> None:
    assert list(cookiecutter_json()["__prompts__"]) == list(default_answers())


def test_the_changelog_starts_with_the_version_of_the_template() -> None:
    versions = re.findall(r"^## (\S+)", (TEMPLATE / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == cookiecutter_json()["_version"]
