"""A rollout as it happens, for people who watch."""
