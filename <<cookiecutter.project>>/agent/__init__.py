"""The agent service: it accepts a task over HTTP, runs an agent on it, and reports the cost."""
