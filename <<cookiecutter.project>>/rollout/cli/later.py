"""A command whose module is imported when it runs: the libraries of all commands take half a second."""

import argparse
import pkgutil
from dataclasses import dataclass

from rollout.onhost.command_line import Command


@dataclass(frozen=True)
class Later:
    """The function `module:function` of this folder."""

    name: str

    def __call__(self, chosen: argparse.Namespace) -> int:
        return self.function()(chosen)

    def function(self) -> Command:
        found: Command = pkgutil.resolve_name(f"rollout.cli.{self.name}")
        return found
