"""Speed and memory of Packdesk beside comparators in the same run; ``python -m benchmarks`` prints one table."""
