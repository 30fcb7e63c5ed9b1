"""Counting words."""

import asyncio

import pytest

from agent.tools.words import count_words


@pytest.mark.parametrize(
    ("text", "result"), [("", "0 words"), ("one", "1 word"), ("  two\n words ", "2 words"), ("don't", "1 word")]
)
def test_words_are_separated_by_white_space(text: str, result: str) -> None:
    assert asyncio.run(count_words(text)) == result
