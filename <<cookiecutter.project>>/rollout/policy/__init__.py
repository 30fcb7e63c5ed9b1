"""rollout.yaml -> Policy -> Plan: what people write, checked, and what the engine then does, in seconds."""
