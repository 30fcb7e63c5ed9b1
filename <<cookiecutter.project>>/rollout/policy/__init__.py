"""rollout.yaml -> Policy, the validated file -> Plan, what the engine does, with durations in seconds."""
