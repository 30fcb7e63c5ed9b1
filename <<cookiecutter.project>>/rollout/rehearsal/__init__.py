"""A complete rollout on this machine, with load and faults."""
