"""The agent service: what it costs on top of its agent, under overload, with many streams, and over many requests."""
