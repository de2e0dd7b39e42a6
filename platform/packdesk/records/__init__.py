"""The one write path: use cases over records, each a file; every door calls these and nothing else."""
