"""What runs inside the engine's image, beside the traffic and the data: the engine, and what `rollout` asks of a host.

The image holds this folder and the rooms that it imports, and no library that they do not need: no Docker client, no
load, no terminal."""
