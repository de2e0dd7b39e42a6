"""The thin door for people at a terminal."""
