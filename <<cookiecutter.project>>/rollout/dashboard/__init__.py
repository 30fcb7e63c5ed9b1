"""A rollout as one static HTML page, which is written again while it runs. Needs neither Grafana nor a server."""

from rollout.dashboard.board import Board
from rollout.dashboard.page import page
from rollout.dashboard.writer import Source, Writer

__all__ = ["Board", "Source", "Writer", "page"]
