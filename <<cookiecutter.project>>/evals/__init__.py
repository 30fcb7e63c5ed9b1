"""Evals: does the agent still solve its tasks? `make eval` runs them; each evaluator has a floor."""
