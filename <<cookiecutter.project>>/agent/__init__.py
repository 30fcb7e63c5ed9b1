"""The agent service: it takes a task over HTTP, runs an agent on it, and says what that cost."""
