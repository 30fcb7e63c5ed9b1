"""A command's output, for people and for programs."""

import argparse
import json
import sys
from collections.abc import Mapping

from rich.console import Console


class Talk:
    """A command's output. With --json, standard output is one object and progress goes to standard error."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self._json: bool = chosen.json
        self.console = Console(stderr=self._json)

    def say(self, text: str) -> None:
        print(text, file=sys.stderr if self._json else sys.stdout, flush=True)

    def result(self, result: Mapping[str, object]) -> None:
        """Print the result for programs. People have already seen it as text."""
        if self._json:
            print(json.dumps(result))
