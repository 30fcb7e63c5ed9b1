"""Tokens and the lines of their file."""

import pytest

from agent.auth.tokens import HEADER, Token, TokensError, digest_of, new_secret, owner, parse, text_of

ANN, BOB = Token("ann", digest_of("agt_a")), Token("bob", digest_of("agt_b"), 60)


def test_a_token_has_256_random_bits_and_no_two_are_the_same() -> None:
    assert len(new_secret()) == len("agt_") + 43
    assert len({new_secret() for _ in range(100)}) == 100


def test_a_file_holds_what_was_written_and_no_token() -> None:
    text = text_of([ANN, BOB])
    assert parse(text) == (ANN, BOB)
    assert "agt_" not in text
    assert text_of([]).startswith(HEADER)


def test_an_owner_is_found_by_the_secret_alone() -> None:
    assert owner([ANN, BOB], "agt_b") == BOB
    assert owner([ANN, BOB], "agt_c") is owner([ANN], "") is owner([], "agt_a") is owner([ANN], ANN.digest) is None


@pytest.mark.parametrize("line", ["ann", f"ann {'0' * 63}", f"ann {'0' * 64} 0", f"two names {'0' * 64}", ANN.line()])
def test_a_wrong_line_is_named_by_its_number_and_not_shown(line: str) -> None:
    with pytest.raises(TokensError, match="line 2 should be: NAME SHA256") as caught:
        parse(f"{ANN.line()}\n{line}\n")
    assert ANN.digest not in str(caught.value)
