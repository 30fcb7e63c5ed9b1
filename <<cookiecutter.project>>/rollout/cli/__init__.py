"""The command `rollout`: one file per group of subcommands."""

from rollout.cli.command import main, parser

__all__ = ["main", "parser"]
