"""What happened, as JSON lines that survive a crash, one file a rollout; what people order; and the lock.

Contract: docs/reference/journal.md."""

from rollout.journal.events import Event, Events, last_of
from rollout.journal.file import JournalFile, Tail, opened, read

__all__ = ["Event", "Events", "JournalFile", "Tail", "last_of", "opened", "read"]
