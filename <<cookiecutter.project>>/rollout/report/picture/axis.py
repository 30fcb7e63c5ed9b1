"""Maps seconds to pixels, with a second scale when a long `keep` would squeeze the steps."""

import math
from dataclasses import dataclass

from rollout.report.evidence import Evidence
from rollout.text import duration

_NICE = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 43200, 86400)
_APART = 70  # pixels between two ticks, at least
_TAIL = 0.1  # of the picture is for the time after the last event
_STEPS_SHARE = 0.6  # of the picture, when the scale changes


@dataclass(frozen=True)
class Axis:
    """A time axis from `left` to `right` pixels, in one piece or in two with different scales."""

    knots: tuple[tuple[float, float], ...]  # (seconds, pixels), rising
    ended_seconds: float  # the last event

    def x(self, seconds: float) -> float:
        """The pixel of a time; times outside the axis are at its ends."""
        for (from_time, from_x), (to_time, to_x) in zip(self.knots, self.knots[1:], strict=False):
            if seconds <= to_time:
                return from_x + (to_x - from_x) * max(0.0, seconds - from_time) / (to_time - from_time)
        return self.knots[-1][1]

    @property
    def left(self) -> float:
        return self.knots[0][1]

    @property
    def right(self) -> float:
        return self.knots[-1][1]

    @property
    def end(self) -> float:
        """The pixel of the last event; the space up to `right` is the time after it."""
        return self.x(self.ended_seconds)

    @property
    def change(self) -> tuple[float, float] | None:
        """(seconds, pixel) of the change of scale, if there is one."""
        return self.knots[1] if len(self.knots) > 2 else None

    def ticks(self) -> list[tuple[float, str]]:
        """(pixel, label) of every tick up to the last event."""
        found: list[tuple[float, str]] = []
        for (from_time, from_x), (to_time, to_x) in zip(self.knots, self.knots[1:], strict=False):
            every = _every((to_time - from_time) / (to_x - from_x))
            first = math.ceil(from_time / every)
            for index in range(first, math.floor(min(to_time, self.ended_seconds) / every) + 1):
                x = self.x(index * every)
                if not found or x - found[-1][0] >= _APART * 0.7:
                    found.append((x, duration(index * every)))
        return found


def axis(evidence: Evidence, left: float, right: float) -> Axis:
    """The axis of one rollout between two pixels."""
    ended = max(evidence.seconds, 0.001)
    kept = next((step.started_seconds for step in evidence.steps if step.name == "keep"), ended)
    if 0 < kept < ended * (1 - _STEPS_SHARE):
        middle = left + (right - left) * _STEPS_SHARE
        rest = (ended - kept) / (1 - _TAIL / (1 - _STEPS_SHARE))
        return Axis(((0.0, left), (kept, middle), (kept + rest, right)), ended)
    return Axis(((0.0, left), (ended / (1 - _TAIL), right)), ended)


def _every(seconds_per_pixel: float) -> float:
    least = seconds_per_pixel * _APART
    return next((nice for nice in _NICE if nice >= least), 86400 * math.ceil(least / 86400))
