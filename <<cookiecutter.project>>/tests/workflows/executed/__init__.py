"""The workflows as they are, run here with act: every `run:` is real, the actions of others have stand-ins."""
