"""The gates: query Prometheus at each step, judge the answers, and decide what the rollout does next."""
