"""The journal: each rollout's events as JSON lines that survive a crash; orders to the engine; and the lock.

Contract: docs/reference/journal.md."""

from rollout.journal.events import Event
from rollout.journal.file import JournalFile, Tail, opened, read
from rollout.journal.line import BadLine, Entry
from rollout.journal.story import Story, after, story_of

__all__ = ["BadLine", "Entry", "Event", "JournalFile", "Story", "Tail", "after", "opened", "read", "story_of"]
