"""The figures of experiments."""
