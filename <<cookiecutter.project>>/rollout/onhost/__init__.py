"""Runs inside the engine's image on the host: the engine, and the commands that `rollout` runs there.

The image holds this folder and the folders that it imports, and only the libraries that they need: no Docker client,
no load generator, no terminal library."""
