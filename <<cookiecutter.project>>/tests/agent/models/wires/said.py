"""What every vendor of the tests says: the same answer, the same call, the same usage."""

TEXT = "The answer is 36."
WORDS = ("The", " answer", " is", " 36.")
TOOL = "calculate"
ARGUMENTS = '{"expression": "240 * 15 / 100"}'

INPUT_TOKENS = 100
"""With those that were read from the cache."""

CACHED_TOKENS = 80
OUTPUT_TOKENS = 6
"""With those of thoughts."""

THOUGHT_TOKENS = 2
