"""Says in a test's table through which doors it goes, and why not through the others."""

from collections.abc import Mapping

import pytest

DOORS = ("screen", "api", "bulk", "import")


def through(*names: str, without: Mapping[str, str] | None = None) -> pytest.MarkDecorator:
    """Run the test once for each of the doors; every other door needs its reason."""
    reasons = without or {}
    assert {*names} | {*reasons} == set(DOORS), "name every door, or say why not"
    assert all(reasons.values()), "a door that is left out needs a reason"
    return pytest.mark.parametrize("door", names, indirect=True)
