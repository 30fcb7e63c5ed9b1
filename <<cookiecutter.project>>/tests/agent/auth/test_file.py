"""The tokens file, as the service reads it."""

from pathlib import Path

import pytest

from agent.auth import Token, TokenFile
from agent.auth.file import LOOK_SECONDS
from agent.auth.tokens import digest_of, text_of
from agent.errors import StartError

ANN, BOB = (Token(name, digest_of(name)) for name in ("ann", "bob"))


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "tokens"
    path.write_text(text_of([ANN, BOB]))
    return path


def changed(file: TokenFile, clock: Clock) -> tuple[Token, ...]:
    clock.now += LOOK_SECONDS
    return file.tokens()


def test_a_token_that_was_revoked_stops_working_without_a_start(path: Path) -> None:
    clock = Clock()
    file = TokenFile(path, clock)
    assert file.tokens() == (ANN, BOB)
    path.write_text(text_of([BOB]))
    assert changed(file, clock) == (BOB,)


def test_a_file_that_goes_away_lets_nobody_in_and_opens_nothing(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    file = TokenFile(path, clock)
    path.unlink()
    assert (changed(file, clock), file.configured) == ((), True)
    assert "are gone" in caplog.text


def test_while_a_file_is_half_written_the_tokens_before_still_count(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    file = TokenFile(path, clock)
    path.write_text(text_of([BOB])[:-10])
    assert changed(file, clock) == (ANN, BOB)
    assert "those before still count: line 2" in caplog.text
    assert BOB.digest[:20] not in caplog.text


def test_a_file_that_comes_later_is_read(tmp_path: Path) -> None:
    clock = Clock()
    file = TokenFile(tmp_path / "tokens", clock)
    assert (file.tokens(), file.configured) == ((), False)
    (tmp_path / "tokens").write_text(text_of([ANN]))
    assert (changed(file, clock), file.configured) == ((ANN,), True)


@pytest.mark.parametrize("content", [b"ann", b"\xff\xfe"], ids=["a wrong line", "no text"])
def test_a_wrong_file_stops_the_start(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StartError, match="can't be used"):
        TokenFile(path)
