"""The thin door for background work: relay and scheduler entry points."""
