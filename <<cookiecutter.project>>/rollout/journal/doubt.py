"""What a journal's bad lines leave open. Pure."""

from dataclasses import dataclass, replace

from rollout.journal.events import KNOWN, Ended, Event, Extended, Kept, Measured, Shifted, Verdict
from rollout.journal.line import BadLine

DECISIVE = frozenset({"verdict", "promoted", "ended"})
MOST_NAMED = 20


@dataclass(frozen=True)
class Doubt:
    """`lines` are the first bad ones, `count` how many there are. `line` is the last one that may have been a verdict,
    a promotion or an end, unless what was read after it rules that out."""

    lines: tuple[BadLine, ...] = ()
    count: int = 0
    line: BadLine | None = None

    def after(self, entry: Event | BadLine) -> "Doubt":
        if isinstance(entry, BadLine):
            harmless = entry.event in KNOWN and entry.event not in DECISIVE
            lines = (*self.lines, entry)[:MOST_NAMED]
            return Doubt(lines, self.count + 1, self.line if harmless else entry)
        # An engine that takes a step, or measures, has not gone back before; after a verdict, a keep or an end only
        # what that says can follow.
        if self.line and isinstance(entry, Shifted | Measured | Extended | Verdict | Kept | Ended):
            return replace(self, line=None)
        return self

    def told(self, at_most: int = 5) -> tuple[str, ...]:
        """The bad lines for people: the file, the line's number and what is wrong."""
        shown = tuple(map(str, self.lines[:at_most]))
        rest = self.count - len(shown)
        return (*shown, f"and {rest:,} more lines that can't be read") if rest else shown
