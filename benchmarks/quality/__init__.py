"""How good the repairs are, beside what else could be done: `python -m benchmarks.quality --help`."""
