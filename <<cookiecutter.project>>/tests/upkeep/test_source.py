"""Where the template is, and its newest version."""

import json

import pytest

from upkeep.source import NoSource, address, newest, recorded


@pytest.mark.parametrize(
    ("source", "cloned"),
    [
        ("gh:my-org/template", "https://github.com/my-org/template.git"),
        ("gl:my-org/template", "https://gitlab.com/my-org/template.git"),
        ("git+https://example.org/a/b.git", "https://example.org/a/b.git"),
        ("git+ssh://git@example.org/a/b.git", "ssh://git@example.org/a/b.git"),
        ("https://example.org/a/b.git", "https://example.org/a/b.git"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ("/home/ada/a b/template", "/home/ada/a b/template"),
    ],
)
def test_what_cookiecutter_took_becomes_what_git_clones(source: str, cloned: str) -> None:
    assert address(source) == cloned


def test_a_zip_has_no_history_to_update_from() -> None:
    with pytest.raises(NoSource, match=r"from a zip, .*: make update TEMPLATE=URL$"):
        address("https://example.org/template.zip")


def test_the_address_is_the_recorded_one() -> None:
    assert recorded(json.dumps({"template": {"source": "gh:a/b"}})) == "gh:a/b"


@pytest.mark.parametrize("text", ["", "{}", '{"template": null}', "[]"])
def test_a_damaged_record_is_named(text: str) -> None:
    with pytest.raises(NoSource, match=r"^\.template\.json names no template"):
        recorded(text)


def test_the_newest_version_is_the_highest_number_and_no_pre_release() -> None:
    assert newest(["v0.9.0", "v0.10.0", "v0.2.0", "v1.0.0-rc1", "latest", "v2"]) == "v0.10.0"


def test_a_template_without_a_release_has_no_newest_version() -> None:
    with pytest.raises(NoSource, match="TO=main"):
        newest(["latest"])
