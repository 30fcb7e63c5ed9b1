"""Counting words."""


async def count_words(text: str) -> str:
    """Count the words of a text, as separated by white space.

    Args:
        text: The text itself.
    """
    count = len(text.split())
    return f"{count} word" if count == 1 else f"{count} words"
