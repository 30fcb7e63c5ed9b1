"""What is claimed, measured: `make bench` prints a table and writes build/bench.json."""
