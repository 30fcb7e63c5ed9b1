"""What happened, as JSON lines that survive a crash, one file a rollout; what people order; and the lock.

Contract: docs/reference/journal.md."""

from rollout.journal.events import Event
from rollout.journal.file import JournalFile, Tail, opened, read
from rollout.journal.line import BadLine, Entry
from rollout.journal.story import Story, after, story_of

__all__ = ["BadLine", "Entry", "Event", "JournalFile", "Story", "Tail", "after", "opened", "read", "story_of"]
