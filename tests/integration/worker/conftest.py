"""The harbour, for whoever works on it in the background."""

from tests.integration.records.conftest import port, small_port

__all__ = ["port", "small_port"]
