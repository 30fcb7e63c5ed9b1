"""The whole of a rollout on this machine, with load and faults."""
