"""The statistics of an experiment, as pure functions: sums, contrast, interval, size, mismatch."""
