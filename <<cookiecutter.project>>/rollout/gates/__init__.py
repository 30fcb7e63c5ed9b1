"""What is asked of Prometheus at each step, and what the answer means for the rollout."""
