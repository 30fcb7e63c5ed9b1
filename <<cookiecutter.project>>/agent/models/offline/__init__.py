"""A model without network or key that solves the tasks with the real tools and can simulate faults."""
