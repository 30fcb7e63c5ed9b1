"""The command `rollout`: one file a group of words."""

from rollout.cli.command import main, parser

__all__ = ["main", "parser"]
