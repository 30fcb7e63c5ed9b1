"""Where the template is, and its newest version."""

import json

import pytest

from upkeep.source import NoSource, address, newest, recorded, without_login


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
    with pytest.raises(NoSource, match=r"from a zip, https://example.org/.*: make update TEMPLATE=URL$"):
        address("https://s3cret@example.org/template.zip")


def test_the_address_is_the_recorded_one() -> None:
    assert recorded(json.dumps({"template": {"source": "gh:a/b"}})) == "gh:a/b"


@pytest.mark.parametrize("text", ["", "{}", '{"template": null}', "[]"])
def test_a_damaged_record_is_named(text: str) -> None:
    with pytest.raises(NoSource, match=r"^\.template\.json names no template"):
        recorded(text)


def test_the_newest_version_is_the_highest_number_and_no_pre_release() -> None:
    assert newest(["v0.9.0", "v0.10.0", "v0.2.0", "v1.0.0-rc1", "latest", "v2"]) == "v0.10.0"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("https://ada:s3cret@example.org/a/b@c.git", "https://example.org/a/b@c.git"),
        ("git+https://s3cret@example.org/a.git", "git+https://example.org/a.git"),
        ("fatal: 'http://s3c@ret@example.org/a': no", "fatal: 'http://example.org/a': no"),
        ("ssh://git@example.org/a.git", "ssh://git@example.org/a.git"),
        ("ssh://git:s3cret@example.org/a.git", "ssh://git@example.org/a.git"),
        ("fatal: 'https://example.org/a.git?token=s3cret': no", "fatal: 'https://example.org/a.git': no"),
        ("https://example.org/a.git by ada@example.org", "https://example.org/a.git by ada@example.org"),
    ],
)
def test_a_token_in_an_address_is_not_printed(text: str, printed: str) -> None:
    assert without_login(text) == printed


def test_a_template_without_a_release_has_no_newest_version() -> None:
    with pytest.raises(NoSource, match="TO=main"):
        newest(["latest"])
