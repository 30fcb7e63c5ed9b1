"""`python -m agent.auth`."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent.auth.__main__ import alone, main
from agent.auth.tokens import owner, parse


def run(tmp_path: Path, *arguments: str) -> int:
    return main(["--file", str(tmp_path / "agent.tokens"), *arguments])


def test_tokens_are_made_listed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "agent.tokens"
    assert run(tmp_path, "new", "ann") == run(tmp_path, "new", "bob", "--per-minute", "5") == 0
    secrets = capsys.readouterr().out.split()
    tokens = parse(path.read_text())
    assert [token and token.name for token in (owner(tokens, secret) for secret in secrets)] == ["ann", "bob"]
    assert (path.stat().st_mode & 0o777, list(tmp_path.iterdir())) == (0o600, [path])
    assert not any(secret in path.read_text() for secret in secrets)

    assert run(tmp_path, "list") == 0
    listed = capsys.readouterr().out
    assert [line.split()[0] for line in listed.splitlines()] == ["ann", "bob"]
    assert tokens[0].digest not in listed

    assert run(tmp_path, "revoke", "ann") == 0
    assert [token.name for token in parse(path.read_text())] == ["bob"]


@pytest.mark.parametrize(
    "arguments", [("new", "ann"), ("new", "two names"), ("new", "bob", "--per-minute", "0"), ("revoke", "bob")]
)
def test_what_can_t_be_done_is_said_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    run(tmp_path, "new", "ann")
    before = (tmp_path / "agent.tokens").read_text()
    capsys.readouterr()
    assert run(tmp_path, *arguments) == 2
    said = capsys.readouterr()
    assert (said.out, "agent.tokens: " in said.err) == ("", True)
    assert (tmp_path / "agent.tokens").read_text() == before


def test_a_file_that_is_no_text_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "agent.tokens").write_bytes(b"\xff")
    assert run(tmp_path, "list") == 2
    assert capsys.readouterr().err.endswith("agent.tokens: it is no text\n")


def test_a_command_waits_for_the_one_before(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as threads:
        with alone(tmp_path):
            second = threads.submit(run, tmp_path, "new", "bob")
            assert not second.done()
            digest = "0" * 64
            (tmp_path / "agent.tokens").write_text(f"ann {digest}\n")
        assert second.result() == 0
    assert [token.name for token in parse((tmp_path / "agent.tokens").read_text())] == ["ann", "bob"]
