"""What a version of the harbour changes, for several of the tests of this folder."""

from tests.unit.releases.harbour import Documents, fields, rename, statuses


def with_floor(found: Documents) -> None:
    """Demand a floor of each visit."""
    fields(found)["floor"] = {"type": "integer", "required": True}


def without_waiting(found: Documents) -> None:
    """Take a status away."""
    del statuses(found)["waiting"]


def booked(found: Documents) -> None:
    """Give a status another id."""
    rename(statuses(found), "planned", "booked")


def numeric_size(found: Documents) -> None:
    """Make a number of a text."""
    fields(found)["size"] = {"type": "integer"}


def without_size(found: Documents) -> None:
    """Take a field away."""
    del fields(found)["size"]


def unique_subject(found: Documents) -> None:
    """Let no two visits have the same subject."""
    fields(found)["subject"]["unique"] = True


def without_red(found: Documents) -> None:
    """Take an option away."""
    del found["value_lists"]["room"]["options"]["red"]
