"""Reading secrets from files."""

from pathlib import Path

import pytest

from agent.errors import StartError
from agent.secrets import OTHER_FOLDER, load_secrets

NAME = "ANTHROPIC_API_KEY"


def loaded(folder: Path, **environment: str) -> dict[str, str]:
    """The environment after load_secrets."""
    everything = {OTHER_FOLDER: str(folder), **environment}
    load_secrets(everything)
    del everything[OTHER_FOLDER]
    return everything


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        ("sk-1", "sk-1"),
        ("sk-1\n", "sk-1"),
        ("sk-1\r\n", "sk-1"),
        (" sk-1 \n\n", " sk-1 \n"),
        ("schlüssel", "schlüssel"),
    ],
)
def test_a_file_becomes_a_variable_without_its_trailing_newline(content: str, secret: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(content.encode())
    assert loaded(tmp_path) == {NAME: secret}


def test_the_environment_overrides_a_file_which_is_not_even_read(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to("nowhere")
    assert loaded(tmp_path, **{NAME: "mine"}) == {NAME: "mine"}


def test_folders_and_hidden_files_are_not_secrets(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / NAME).write_text("sk-1")
    (tmp_path / NAME).symlink_to(f"..data/{NAME}")  # as Kubernetes does
    (tmp_path / "rhsm").mkdir()
    (tmp_path / ".hidden").write_text("x")
    assert loaded(tmp_path) == {NAME: "sk-1"}
    assert caplog.text == ""


def test_a_file_whose_name_cant_be_a_variable_is_ignored_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "anthropic-api-key").write_text("hush")
    assert loaded(tmp_path) == {}
    assert "anthropic-api-key is ignored: its name can't be a variable's, as in ANTHROPIC_API_KEY" in caplog.text
    assert "hush" not in caplog.text


@pytest.mark.parametrize("content", [b"", b"\n", b"hush\0", b"hush \xff"])
def test_a_file_without_text_is_refused_without_showing_it(content: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(StartError, match=f"/{NAME} should hold a secret as one line of text") as caught:
        loaded(tmp_path)
    assert "hush" not in str(caught.value)
    assert caught.value.__context__ is None, "a traceback would show it"


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_a_configured_folder_must_exist(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match=f"AGENT_SECRETS_FOLDER=.*/{name} should be a folder"):
        loaded(tmp_path / name)
