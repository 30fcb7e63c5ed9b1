"""Shows a running rollout, on a terminal or as plain lines."""

from rollout.live.counts import Counts
from rollout.live.view import View, view_on

__all__ = ["Counts", "View", "view_on"]
