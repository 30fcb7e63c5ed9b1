"""What a journal's bad lines leave uncertain. Pure."""

from dataclasses import dataclass, replace

from rollout.journal.events import KNOWN, Ended, Event, Extended, Kept, Measured, Shifted, Verdict
from rollout.journal.line import BadLine

DECISIVE = frozenset({"verdict", "promoted", "ended"})
MOST_NAMED = 20


@dataclass(frozen=True)
class Doubt:
    """`lines` are the first bad lines, `count` is the number of all. `line` is the last bad line that may have been a
    verdict, a promotion or an end, unless a later event rules that out."""

    lines: tuple[BadLine, ...] = ()
    count: int = 0
    line: BadLine | None = None

    def after(self, entry: Event | BadLine) -> "Doubt":
        if isinstance(entry, BadLine):
            harmless = entry.event in KNOWN and entry.event not in DECISIVE
            lines = (*self.lines, entry)[:MOST_NAMED]
            return Doubt(lines, self.count + 1, self.line if harmless else entry)
        # An engine that takes a step or measures has not rolled back before. A verdict, a keep or an end decides what
        # can follow.
        if self.line and isinstance(entry, Shifted | Measured | Extended | Verdict | Kept | Ended):
            return replace(self, line=None)
        return self

    def as_text(self, at_most: int = 5) -> tuple[str, ...]:
        """The bad lines as text: file, line number and error."""
        shown = tuple(map(str, self.lines[:at_most]))
        rest = self.count - len(shown)
        return (*shown, f"and {rest:,} more unreadable lines") if rest else shown
