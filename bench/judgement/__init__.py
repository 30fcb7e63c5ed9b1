"""Simulates how often the engine's own judgement rolls back a healthy release, and how soon it detects a bad one."""
